// Who did what about what, and what it was before, as a line of the audit trail says it, in the reader's words.
import {html, nothing} from './vendor/lit-html/lit-html.js';
import {link} from './app.js';
import {t, known} from './words.js';
import {author, foreign, signature} from './format.js';
import {outcome} from './outcomes.js';

const VARIES = /\d+|(?<=^choice of )\S+/; // a number, and a question's code

// A line that this page knows no words for stays as it was written.
export function deed(action) {
  const [begun, rest] = action.split(': ');
  if (rest && begun === 'call logged') return html`${t('did.call logged')}: ${outcome(rest)}`;
  if (rest && begun === 'undone') return t('did.undone', {what: deed(rest)});
  const [n] = action.match(VARIES) ?? [];
  const name = action.replace(VARIES, 'N');
  return [`did.${name}`, `messages.how.${name}`].map((key) => [key, t(key, {n})]).find(([key, text]) => text !== key)?.[1] ?? action;
}

const KINDS = ['message', 'incident', 'report', 'station', 'observer', 'phone', 'calls', 'call', 'doubt', 'send', 'account', 'session', 'export', 'import', 'version'];
const LONGEST = 160; // of what a field was

// What it was about, as a link where there is a screen for it.
export function subject(written) {
  if (known(`about.${written}`)) return t(`about.${written}`);
  const [, phone, ofWhat] = written.match(/^(phone \S+) of (.+)$/) ?? [];
  if (phone) return html`${subject(phone)} · ${subject(ofWhat)}`;
  const [kind, ...rest] = written.split(' ');
  const word = known(`about.${kind}`);
  if (!word || !rest.length) return author(written);
  const name = rest.join(' ');
  if (kind === 'message') return html`<a href=${link('messages', {key: name})}>${word} ${name}</a>`;
  if (kind === 'incident') return html`<a href=${link('incident', {number: name})}>${word} ${name}</a>`;
  if (kind === 'account') return html`${word} ${author(name)}`;
  const parts = name.split(/[ #]/).filter((part) => part !== '-').join(' ');
  if (['call', 'report', 'doubt'].includes(kind)) return html`<a href=${link('station', {station: rest[0].split('#')[0]})}>${word} ${parts}</a>`;
  return html`${word} ${foreign(name)}`;
}

// What is searched for is written in the trail's own words.
export const searched = (text) => KINDS.reduce((found, kind) => found.replaceAll(t(`about.${kind}`), kind), text);

// What a field was and is, as somebody reads it who writes no programs.
export function change(before, after) {
  if (before === null && after === null) return nothing;
  return html`${foreign(plain(before).slice(0, LONGEST))} → ${foreign(plain(after).slice(0, LONGEST))}`;
}

function plain(value, field = '') {
  if (value === null || value === undefined) return '–';
  if (Array.isArray(value)) return value.map((one) => plain(one, field)).join(', ');
  if (typeof value === 'object') return Object.entries(value).map(([name, held]) => `${known(`was.${name}`) ?? name}: ${plain(held, name)}`).join(' · ');
  if (typeof value === 'boolean') return t(value ? 'station.yes' : 'station.no');
  return VALUES[field]?.(value) ?? String(value);
}

const VALUES = {
  holder: signature,
  who: signature,
  state: (value) => known(`incident.is.${value}`),
  severity: (value) => known(`incidents.${value}`),
  alerted_as: (value) => known(`incidents.${value}`),
  role: (value) => known(`role.${value}`),
  what: (value) => known(`exports.${value}`),
};
