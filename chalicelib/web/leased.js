// A task that somebody has in hand for ten minutes: taken on opening, renewed while it is open, given back on leaving.
import {html, nothing} from './vendor/lit-html/lit-html.js';
import {draw} from './state.js';
import {electionPath, send} from './api.js';
import {t} from './words.js';

// Who has it, as a refusal says: "Not taken: Aida (operator) has doubt … until …".
const holderIn = (said) => (said.match(/: (.+) has .+ until /) ? t('calls.held', {who: said.match(/: (.+) has .+ until /)[1]}) : said);

const RENEW_MS = 4 * 60_000;

// `task`: {kind, key, region}, as the API hands it out.
export function leased(task) {
  const my = {isMine: false, holder: null};
  const ask = (how) => send(electionPath(`tasks/${how}`), task);

  async function take(how) {
    try {
      const {document} = await ask(how);
      Object.assign(my, {isMine: true, holder: document.lease?.holder ?? null});
    } catch (error) {
      Object.assign(my, {isMine: false, holder: error.status === 409 ? holderIn(error.message) : null});
    }
    draw();
  }

  const renewal = setInterval(() => my.isMine && ask('renew').catch(() => {}), RENEW_MS);
  take('lease');

  function release() {
    clearInterval(renewal);
    if (my.isMine) ask('release').catch(() => {});
  }

  const view = () => (my.isMine ? html`<small class="lease mine">${t('lease.mine')}</small>` : my.holder ? html`<span class="lease warned">${my.holder} <button type="button" @click=${() => take('take-over')}>${t('calls.takeover')}</button></span>` : nothing);
  return {view, release};
}
