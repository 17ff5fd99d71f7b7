// A rehearsal's simulated observers answer whoever rings them: what they say, to be typed as in earnest.
import {html, nothing} from './vendor/lit-html/lit-html.js';
import {draw, formOf, placeName} from './state.js';
import {once} from './acting.js';
import {t, inLanguage} from './words.js';
import {foreign, glyph} from './format.js';
import {keyOf} from './fields.js';

export function ringing(path) {
  const my = {whom: null, said: null, isRinging: false};
  const act = once();

  async function ring(whom) {
    if (my.isRinging) return;
    Object.assign(my, {whom, said: null, isRinging: true});
    draw();
    const answer = await act(`${path}/ring`, {phone: whom.phone}, {done: null});
    Object.assign(my, {said: answer?.document ?? null, isRinging: false});
    draw();
  }

  // What is owed is said, question by question; nothing is filled in for whoever trains.
  function view(owed) {
    if (!my.said) return nothing;
    const reports = owed.map((report) => [report, my.said.reports.find((one) => keyOf(one) === keyOf(report))]).filter(([, said]) => said);
    const kind = my.said.outcome === 'answered' && !reports.length ? 'nothing' : my.said.outcome;
    return html`<section class="rung" role="status"><h3>${glyph('phone', '')} ${t('calls.says', {name: my.whom.name})}</h3>
      <p>${t(`calls.rung.${kind}`)}</p>
      ${reports.map(([report, said]) => html`<h3>${placeName({form: report.form, round: report.round ?? '-'})}</h3><dl class="spoken">${formOf(report.form).questions.filter(({code}) => code in said.answers).map((question) => html`<div><dt>${inLanguage(question.label) || question.candidate || question.code}</dt><dd>${spoken(question, said.answers[question.code])}</dd></div>`)}</dl>`)}</section>`;
  }

  return {ring, view};
}

// An answer as a person says it: yes and no, options by their names, a time with its colon.
function spoken({type, options}, typed) {
  if (type === 'yesno') return {1: t('station.yes'), 2: t('station.no')}[typed] ?? typed;
  if (type === 'time') return typed.replace(/^(\d\d)(\d\d)$/, '$1:$2');
  const single = Math.max(...Object.keys(options ?? {}).map(Number)) < 10;
  const named = (type === 'choices' && single ? [...typed] : typed.split(',')).map((one) => inLanguage(options?.[one])).filter(Boolean);
  return named.length ? named.join(', ') : foreign(typed);
}
