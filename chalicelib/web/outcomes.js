// What came of a call, in the order of its digits.
import {t} from './words.js';

const WORDS = {answered: 'taken', will_send: 'willsend', no_answer: 'noanswer', unreachable: 'off', wrong_number: 'wrong', not_there: 'gone', not_open: 'notopen', refuses: 'refuses', other: 'other'};
export const outcome = (name) => (WORDS[name] ? t(`key.calls.${WORDS[name]}`) : t('calls.undoneword'));
export const OUTCOMES = Object.entries(WORDS);
