// What is offered after a call: an incident where a station is not open; headquarters where an observer is afraid.
import {html, nothing} from './vendor/lit-html/lit-html.js';
import {state, allowed, draw, drawAndFocus, notify} from './state.js';
import {electionPath, get} from './api.js';
import {link} from './app.js';
import {once} from './acting.js';
import {t, inLanguage} from './words.js';

const LONGEST = 300; // characters of an incident's words
const MOST_LOOKED_AT = 3; // newest incidents of a station, among which the one is that was opened
const STEPS = {incident: {opens: 'calls.offer.open'}, headquarters: {opens: 'calls.offer.hand'}};

export function offering() {
  const my = {offer: null, fault: ''};
  const act = once();
  const actAssign = once();

  // `observer`: who was called, or the station's first; an incident is always somebody's.
  function offer({station, offer: offered}, {observer, note}) {
    my.offer = null;
    if (!STEPS[offered?.what] || !observer || !state.election.incident_form || !allowed('work_messages')) return;
    Object.assign(my, {fault: '', offer: {what: offered.what, station, observer, category: '', words: (note || t(`calls.offer.${offered.what}.words`)).slice(0, LONGEST)}});
    drawAndFocus('#offer-category');
  }

  async function accept(event) {
    event.preventDefault();
    const {what, station, observer, category, words} = my.offer;
    if (!category) return;
    const fields = {form: state.election.incident_form, station, answers: {category}, comment: words.trim()};
    const answer = await act(electionPath('entries'), {observer, fields, note: words.trim()}, {done: null}, (error) => { my.fault = error.message; });
    if (!answer) return draw();
    const incident = await opened(station, answer.document.entered);
    if (what === 'headquarters' && incident && allowed('work_incidents')) {
      await actAssign(electionPath(`incidents/${incident.number}/assign`), {to: t('role.headquarters'), note: words.trim()}, {seen: `"${incident.version}"`, done: null});
    }
    my.offer = null;
    notify(incident ? t(`calls.offer.${what}.done`, {number: incident.number, station}) : t('act.saved'));
    draw();
    return undefined;
  }

  async function opened(station, message) {
    const card = await get(electionPath(`calls/${encodeURIComponent(station)}`)).catch(() => null);
    const numbers = (card?.document.incidents ?? []).map((one) => one.number).sort((one, other) => other - one);
    for (const number of numbers.slice(0, MOST_LOOKED_AT)) {
      const found = await get(electionPath(`incidents/${number}`)).catch(() => null);
      if (found?.document.message === message) return found.document;
    }
    return null;
  }

  function close() {
    my.offer = null;
    draw();
  }

  const view = () => (my.offer ? html`<form class="card offer" aria-label=${t(`calls.offer.${my.offer.what}`, {station: my.offer.station})} @submit=${accept}>
    <h2>${t(`calls.offer.${my.offer.what}`, {station: my.offer.station})} <small><a href=${link('station', {station: my.offer.station})}>${my.offer.station}</a></small></h2>
    <label for="offer-category">${t('messages.category')}</label>
    <select id="offer-category" required @change=${(event) => { my.offer.category = event.target.value; }}><option value=""></option>
      ${Object.entries(state.election.incident_categories).map(([number, {name}]) => html`<option value=${number} ?selected=${number === my.offer.category}>${number} ${inLanguage(name)}</option>`)}</select>
    <label for="offer-words">${t('calls.offer.say')}</label>
    <textarea id="offer-words" rows="2" maxlength=${LONGEST} .value=${my.offer.words} @input=${(event) => { my.offer.words = event.target.value; }}></textarea>
    ${my.fault ? html`<p class="fault" role="alert">${my.fault}</p>` : nothing}
    <p class="actions"><button class="main">${t(STEPS[my.offer.what].opens)}</button><button type="button" @click=${close}><kbd>Esc</kbd> ${t('calls.offer.not')}</button></p></form>` : nothing);

  return {offer, view, close, isOpen: () => Boolean(my.offer)};
}
