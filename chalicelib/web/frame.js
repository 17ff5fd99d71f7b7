// The header: the election's clock, the round at hand, the queues, and how old what is shown is. Below it the screens.
import {html, nothing} from './vendor/lit-html/lit-html.js';
import {state, change, electionNow, serverNow, currentPlace, cellOf, placeName, may, notify} from './state.js';
import {send} from './api.js';
import {age, isStale, pollNow} from './poll.js';
import {t, inLanguage} from './words.js';
import {number, time, ageOf, glyph, bar} from './format.js';

const QUEUES = [
  ['incidents', 'incidents', 5],
  ['messages', 'messages', 3],
  ['calls', 'calls', null],
  ['doubts', 'doubts', 15],
];
const TABS = ['board', 'stations', 'calls', 'messages', 'doubts', 'incidents', 'turnout', 'map', 'log', 'send', 'exports', 'imports', 'training', 'audit', 'people', 'wall'];

export function frame() {
  const {election, account} = state;
  return html`<header class=${election?.is_rehearsal ? 'rehearsal' : ''}>
    <div class="bar-line">
      <a class="brand" href="#/board">Baykoo</a>
      ${account.elections.length > 1 ? html`<select class="election" aria-label=${t('frame.election')} @change=${(event) => switchElection(event.target.value)}>${account.elections.map((id) => html`<option value=${id} ?selected=${id === account.election}>${id === account.election ? inLanguage(election?.name) || id : id}</option>`)}</select>` : html`<span class="election" title=${inLanguage(election?.name)}>${inLanguage(election?.name) || account.election}</span>`}
      ${election?.is_rehearsal ? html`<strong class="rehearsal-word">${t('frame.rehearsal')}</strong>` : nothing}
      ${election?.is_retired ? html`<strong class="rehearsal-word">${t('frame.retired')}</strong>` : nothing}
      <time class="clock" aria-label=${t('frame.clock')}>${election ? time(electionNow(), true) : ''}</time>
      ${strip()}
      <nav class="pills" aria-label=${t('frame.queues')}>${QUEUES.map(pill)}</nav>
      ${freshness()}
      <a class="who" href="#/settings" title=${t('settings.title')}><span>${account.name}</span><small>${t(`role.${account.role}`)}</small></a>
    </div>
    <nav class="tabs" aria-label=${t('frame.screens')}>${TABS.filter((name) => may(name)).map(tab)}
      <span class="help"><a href="#/search" aria-current=${state.route.name === 'search' ? 'page' : nothing}><kbd>/</kbd> ${t('search.title')}</a>
      <a href="#/help" aria-current=${state.route.name === 'help' ? 'page' : nothing}><kbd>?</kbd> ${t('help.title')}</a></span>
    </nav>
  </header>`;
}

const tab = (name) => html`<a href="#/${name}" aria-current=${isAt(name) ? 'page' : nothing}>${t(`${name}.title`)}</a>`;

const isAt = (name) => state.route.name === name || `${state.route.name}s` === name;

function strip() {
  if (!state.election || !state.board?.rows.length) return nothing;
  const place = currentPlace();
  if (!place) return html`<span class="strip">${traffic()}</span>`;
  const covered = cellOf(state.board.rows[0], place);
  const grown = came(place);
  return html`<a class="strip" href="#/stations?form=${place.form}&round=${place.round}&state=missing">
    <b>${placeName(place)}</b>
    <span><strong>${number(covered.received)}</strong><small>/${number(covered.of)}${grown ? html` <span title=${t('frame.grown', {n: grown})}>+${number(grown)}</span>` : nothing}</small></span>
    ${bar([['complete', covered.complete], ['partial', covered.partial], ['conflict', covered.conflict], ['missing', covered.missing]], covered.of)}
    ${traffic()}
  </a>`;
}

// Whether SMS come at all: before the first round is due nothing else tells.
function traffic() {
  const {per_minute: rate} = state.board.traffic ?? {};
  const silent = state.board.providers?.silent ?? [];
  if (!silent.length) return html`<small>${rate == null ? '\u00a0' : t('frame.rate', {n: rate})}</small>`;
  return html`<small class="warned" title=${silent.map((one) => one.name).join(', ')}>${silent.length > 1 ? t('frame.silents', {n: silent.length}) : t('frame.silent', {name: silent[0].name})}</small>`;
}

// How many came for a round in the last ten minutes.
function came(place) {
  const points = state.board.arrivals?.find((one) => one.form === place.form && (one.round ?? '-') === place.round)?.points ?? [];
  const before = (electionNow() - Date.parse(place.begins_at)) / 60_000 - 10;
  return (points.at(-1)?.[1] ?? 0) - (points.filter(([minute]) => minute <= before).at(-1)?.[1] ?? 0);
}

function pill([name, screen, target]) {
  const queue = state.board?.queues?.[name];
  if (!queue || !may(screen)) return nothing;
  const minutes = queue.oldest ? (serverNow() - Date.parse(queue.oldest)) / 60_000 : 0;
  const kind = !target || minutes <= target ? '' : minutes <= 2 * target ? 'late' : 'over';
  return html`<a class="pill ${kind}" href="#/${screen}">
    <span>${t(`${screen}.title`)}</span> <strong>${number(queue.count)}${queue.is_cut ? '+' : ''}</strong>
    ${queue.count && queue.oldest ? html`<small>${ageOf(queue.oldest, serverNow())}</small>` : nothing}
    ${kind ? html`<span class="sound">${t(`frame.${kind}`)}</span>` : nothing}</a>`;
}

function freshness() {
  const seconds = age();
  const word = seconds <= 15 ? t('frame.live') : t('frame.old', {age: Math.round(seconds)});
  return html`<span class="fresh ${seconds <= 15 ? '' : 'old'}" title=${t('frame.asof', {time: shown()})}>
    ${glyph(seconds <= 15 ? 'complete' : 'partial', word)} <span>${word}</span></span>`;
}

const shown = () => new Date(state.freshness.at).toLocaleTimeString('en-GB');

// Never silently old: beyond 30 s a bar says so, and nothing can be changed.
export function staleBar() {
  const was = state.isStale;
  state.isStale = Boolean(state.freshness.at) && isStale();
  if (was !== state.isStale) document.documentElement.classList.toggle('is-stale', state.isStale);
  if (!state.isStale) return nothing;
  const seconds = age();
  const again = Math.max(0, Math.round((state.freshness.next - Date.now()) / 1000));
  return html`<div class="stale-bar ${seconds > 300 ? 'over' : ''}" role="alert">
    ${t('frame.noconnection', {age: Math.round(seconds), time: shown()})}
    <span aria-hidden="true">${t('frame.again', {n: again})}</span>
    <button type="button" @click=${pollNow}>${t('frame.now')}</button></div>`;
}

// The same address in another election: nothing of this one stays, so the page begins anew.
async function switchElection(election) {
  try {
    await send('./v1/session/switch', {election});
    location.hash = '#/board';
    location.reload();
  } catch (error) {
    notify(error.message, 'bad');
  }
}

export const close = () => change({notice: null});
