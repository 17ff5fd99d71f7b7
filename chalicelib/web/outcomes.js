// What came of a call, in the order of its digits.
import {t} from './words.js';
import {stated} from './format.js';

const WORDS = {answered: 'taken', will_send: 'willsend', no_answer: 'noanswer', unreachable: 'off', wrong_number: 'wrong', not_there: 'gone', not_open: 'notopen', refuses: 'refuses', other: 'other'};
// In words; a phone that nobody can be reached at has its sign too.
export function outcome(name) {
  const word = WORDS[name] ? t(`key.calls.${WORDS[name]}`) : t('calls.undoneword');
  return name === 'unreachable' ? stated(name, word) : word;
}
export const OUTCOMES = Object.entries(WORDS);
