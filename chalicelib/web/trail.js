// What somebody did, as a line of the audit trail says it, in the reader's words.
import {html} from './vendor/lit-html/lit-html.js';
import {t} from './words.js';
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
