// The calls about a station: who called whom, and what came of it; what that tells of each phone.
import {html, nothing} from './vendor/lit-html/lit-html.js';
import {draw, seesPeople} from './state.js';
import {electionPath} from './api.js';
import {poll} from './poll.js';
import {t} from './words.js';
import {author, time, foreign, glyph} from './format.js';
import {outcome} from './outcomes.js';

const SECONDS = 15;
const SHOWN = 20;
const LOST = {wrong_number: 'calls.wrong', unreachable: 'calls.off', no_answer: 'calls.no_answer'};

export function contacts(station) {
  let logged = [];
  const path = electionPath(`stations/${encodeURIComponent(station)}/contacts?limit=${SHOWN}`);
  const end = seesPeople() ? poll(path, (page) => { logged = standing(page.contacts); draw(); }, {seconds: SECONDS}) : () => {};

  const line = (one) => html`<time>${time(one.at)}</time> <b>${outcome(one.outcome)}</b> · ${author(one.who)} <span class="quiet">${one.name ?? ''} ${one.phone ?? ''}</span> ${one.note ? foreign(one.note) : nothing}`;

  // What the newest call to a phone says of it.
  function mark(phone) {
    const one = logged.find((call) => call.phone === phone);
    if (!one) return nothing;
    return LOST[one.outcome] ? html`<small class="warned">✗ ${t(LOST[one.outcome])} ${time(one.at)}</small>` : html`<small>${glyph('complete', '')} ${t('calls.answered')} ${time(one.at)}</small>`;
  }

  const last = () => (logged.length ? html`${t('stations.lastcall')}: ${time(logged[0].at)} ${author(logged[0].who)}, ${outcome(logged[0].outcome)}` : nothing);
  const view = () => (logged.length ? html`<details class="closed"><summary>${t('calls.before')} <small>${logged.length}</small></summary><ul class="history">${logged.map((one) => html`<li>${line(one)}</li>`)}</ul></details>` : nothing);

  return {end, mark, last, view, line, all: () => logged};
}

// Without what was undone, and its undoing.
function standing(all) {
  const undone = new Set(all.map((one) => one.undoes));
  return all.filter((one) => !one.undoes && !undone.has(one.id));
}
