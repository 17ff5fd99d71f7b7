// Fields of a form, typed as an SMS would say it: 1 is yes and 2 is no, so whoever types learns the grammar.
import {html, nothing} from './vendor/lit-html/lit-html.js';
import {formOf} from './state.js';
import {t, inLanguage} from './words.js';
import {number} from './format.js';

// What may be typed into a question's field, in a few words.
export function hint(question) {
  if (question.type === 'yesno') return t('fields.yesno');
  const options = Object.entries(question.options ?? {});
  if (options.length) return options.map(([value, label]) => `${value} ${inLanguage(label)}`).join(' · ');
  if (question.type === 'time') return t('fields.time');
  if (question.type === 'date') return t('fields.date');
  if (question.max != null) return `${question.min ?? 0}–${question.max}`;
  return '';
}

// A report's fields; `values` by code are changed in place, `faults` by code say what is wrong with one.
export function fields(code, values, {faults = {}, prefix = code, changed = () => {}, before = {}} = {}) {
  return html`<div class="fields">${formOf(code).questions.map((question) => {
    const id = `field-${prefix}-${question.code}`.replace(/\W/g, '-');
    const fault = faults[question.code];
    return html`<div class="field"><label for=${id}><b>${question.code}</b> ${inLanguage(question.label)}</label>
      <input id=${id} autocomplete="off" maxlength="300" inputmode=${question.type === 'integer' || question.type === 'yesno' ? 'numeric' : 'text'}
        aria-invalid=${fault ? 'true' : nothing} aria-describedby="${id}-hint" .value=${values[question.code] ?? ''}
        @input=${(event) => { values[question.code] = event.target.value; changed(); }}>
      <small id="${id}-hint" class=${fault ? 'fault' : ''}>${fault ?? (before[question.code] !== undefined ? t('fields.before', {value: before[question.code]}) : hint(question))}</small></div>`;
  })}</div>`;
}

// The text that the fields amount to, as an SMS would be typed.
export function asSms(form, station, round, values) {
  const answers = formOf(form).questions.filter(({code}) => values[code]?.trim()).map(({code}) => `${code}${values[code].trim()}`);
  return [form, station, round && round !== '-' ? round : '', ...answers].filter(Boolean).join(' ');
}

// A report of a form and round, by name: a form without rounds has none, or '-'.
export const keyOf = ({form, round}) => `${form}-${round && round !== '-' ? round : ''}`;

export const isFilled = (values) => Object.values(values ?? {}).some((value) => value?.trim());

// Faults of a refused request, by the field's code: their places end in the code.
export const faultsOf = (error) => Object.fromEntries((error?.errors ?? []).map(({at, what}) => [at.split('/').at(-1), what]));

export const questionOf = (form, code) => formOf(form)?.questions.find((question) => question.code === code);

// An answer's value in words: yes and no, options by their names, what the observer does not know.
export function valueOf(form, code, value) {
  const question = questionOf(form, code);
  if (value === null || value === undefined) return '–';
  if (value === true || value === false) return t(value ? 'station.yes' : 'station.no');
  if (Array.isArray(value)) return value.map((one) => inLanguage(question?.options?.[one]) || one).join(', ');
  if (typeof value === 'object') return t('station.unknown');
  if (question?.options?.[value]) return `${value} ${inLanguage(question.options[value])}`;
  return typeof value === 'number' ? number(value) : value;
}

// A sentence of numbers, as the API says it: "D + E = 1201, C = 1211: 10 apart".
export const inNumbers = (sentence) => sentence.replace(/: (\S+) apart$/, (all, n) => `: ${t('doubts.apart', {n})}`);
