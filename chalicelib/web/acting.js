// An action of a person: once, on the version that was seen, and in words when it cannot be.
import {state, notify} from './state.js';
import {send, newKey, Problem} from './api.js';
import {pollNow} from './poll.js';
import {t} from './words.js';

// A form's own key: a double click and a retry are one action; after it is done the next has another.
export function once() {
  let key = newKey();
  let isBusy = false;
  return async function act(path, body, {seen = null, done = t('act.saved'), changed = null} = {}, failed = null) {
    if (isBusy) return null;
    if (state.isStale) return refuse(t('frame.stalechange'));
    isBusy = true;
    try {
      const answer = await send(path, body, {seen, key});
      key = newKey();
      if (done) notify(done);
      pollNow();
      return answer;
    } catch (error) {
      if (!(error instanceof Problem)) return refuse(t('act.unreachable'));
      if (error.status < 500) key = newKey();
      failed?.(error);
      if (error.status === 412) {
        pollNow();
        changed?.(error);
        return refuse(error.document.who ? error.message : t('act.changed'));
      }
      return refuse(error.message);
    } finally {
      isBusy = false;
    }
  };
}

function refuse(text) {
  notify(text, 'bad');
  return null;
}
