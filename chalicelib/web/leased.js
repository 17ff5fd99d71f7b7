// A task that somebody has in hand for ten minutes: taken on opening, renewed while it is open, given back on leaving.
import {html, nothing} from './vendor/lit-html/lit-html.js';
import {draw} from './state.js';
import {electionPath, send} from './api.js';
import {t} from './words.js';
import {onClock, signature} from './format.js';

// Who has it, as a refusal says: "Not taken: Aida (operator) has doubt … until …".
function takenBy(refusal) {
  const [, holder, until] = refusal.match(/: (.+) has .+ until (\S+?)\.?$/) ?? [];
  return holder ? held({holder, until}) : refusal;
}

// Who has something until when, on the election's clock.
export const held = ({holder, until}) => t('calls.helduntil', {who: signature(holder), time: onClock(until)});

const RENEW_MS = 4 * 60_000;

// `task`: {kind, key, region}, as the API hands it out. `refused`: somebody else has it already.
export function leased(task, refused = () => {}) {
  const my = {isMine: false, taken: '', isOver: false};
  const ask = (how) => send(electionPath(`tasks/${how}`), task);

  async function take(how) {
    try {
      const {document} = await ask(how);
      Object.assign(my, {isMine: true, taken: ''});
      if (my.isOver) ask('release').catch(() => {}); // whoever left before it was taken
    } catch (error) {
      Object.assign(my, {isMine: false, taken: error.status === 409 ? takenBy(error.message) : ''});
      if (my.taken && !my.isOver) refused();
    }
    draw();
  }

  const renewal = setInterval(() => my.isMine && ask('renew').catch(() => {}), RENEW_MS);
  take('lease');

  function release() {
    clearInterval(renewal);
    my.isOver = true;
    if (my.isMine) ask('release').catch(() => {});
  }

  const view = () => (my.isMine ? html`<small class="lease mine">${t('lease.mine')}</small>` : my.taken ? html`<span class="lease warned">${my.taken} <button type="button" @click=${() => take('take-over')}>${t('calls.takeover')}</button></span>` : nothing);
  return {view, release};
}
