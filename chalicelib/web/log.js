// The log: every SMS in and out as it comes, and the outbox. Where is that SMS, and is traffic flowing?
import {html, svg, nothing} from './vendor/lit-html/lit-html.js';
import {repeat} from './vendor/lit-html/directives/repeat.js';
import {state, draw, notify, regionNames, serverNow, electionNow, realInstant, allowed} from './state.js';
import {electionPath, get} from './api.js';
import {poll} from './poll.js';
import {go, link} from './app.js';
import {once} from './acting.js';
import {t} from './words.js';
import {number, time, onClock, foreign, visible, glyph, emptyList} from './format.js';

const HOURS = 2; // back from now that are shown where no hour is chosen
const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;
const DAY_HOURS = 24;
const FILTERS = ['region', 'direction', 'state', 'hour', 'station'];
const SHOWN = 100;
const MINUTES = 30;
const WAIT_MS = 400;
const OUTBOX = ['waiting', 'given_up', 'undelivered'];
const STATES = ['accepted', 'partly_accepted', 'unrecognised', 'quarantined', 'held', 'duplicate', 'sent', 'failed'];

export function open(parameters) {
  const my = {...parameters, tab: parameters.tab ?? 'log', text: (parameters.list === 'text' && state.carried?.text) || '', observer: '', list: null, shown: null, older: [], next: undefined, fault: '', isPaused: false, end: null, timer: 0, card: null, isUnfolded: false};
  const act = once();

  // What is asked for stays the same between polls, so that nothing is sent anew while nothing comes.
  function load() {
    my.end?.();
    Object.assign(my, {list: null, shown: null, older: [], next: undefined, fault: '', isPaused: false, between: between(my.hour)});
    my.end = poll(path(), (list) => {
      my.list = list;
      if (!my.isPaused) my.shown = list;
      draw();
    }, {search: search(), failed: (error) => { my.fault = error.message; draw(); }});
    draw();
  }

  function path(cursor = null) {
    if (my.tab !== 'log') return electionPath(`outbox?${new URLSearchParams({tab: my.tab, ...(cursor && {cursor})})}`);
    const {region, direction, state, station} = my;
    const asked = {...my.between, region, direction, state, station, observer: my.observer, cursor};
    return electionPath(`messages?${new URLSearchParams({limit: SHOWN, ...Object.fromEntries(Object.entries(asked).filter(([, value]) => value))})}`);
  }

  const search = () => (my.tab === 'log' ? {Text: my.text} : {});

  // Whoever scrolls down reads: what comes meanwhile waits above until it is asked for.
  function scrolled(event) {
    my.isPaused = event.target.scrollTop > 0;
    if (!my.isPaused) my.shown = my.list;
    draw();
  }

  function resume() {
    Object.assign(my, {isPaused: false, shown: my.list});
    document.querySelector('.log')?.scrollTo(0, 0);
    draw();
  }

  async function more() {
    const {document} = await get(path(my.next ?? my.shown.next), search());
    Object.assign(my, {older: [...my.older, ...document.messages], next: document.next});
    draw();
  }

  function typed(name, value) {
    my[name] = value.trim();
    clearTimeout(my.timer);
    my.timer = setTimeout(load, WAIT_MS);
  }

  async function show(key) {
    my.card = my.card?.key === key ? null : {key};
    draw();
    if (!my.card) return;
    const {document} = await get(electionPath(`messages/${encodeURIComponent(key)}`)).catch((error) => ({document: {error}}));
    if (my.card?.key === key) my.card = {key, message: document};
    draw();
  }

  const isFiltered = () => Boolean(FILTERS.some((name) => my[name]) || my.observer || my.text);

  function clear() {
    clearTimeout(my.timer);
    Object.assign(my, {observer: '', text: ''});
    for (const field of document.querySelectorAll('.filters input')) field.value = '';
    to(Object.fromEntries(FILTERS.map((name) => [name, ''])));
    load();
  }

  const again = (one) => act(electionPath('outbox/again'), {key: one.key, note: ''}, {done: t('log.again.done')});
  const to = (changes) => go('log', {tab: my.tab, ...Object.fromEntries(FILTERS.map((name) => [name, my[name]])), ...changes}, {replace: true});

  load();

  function view() {
    const fresh = my.isPaused ? my.list.messages.filter((one) => !my.shown.messages.some((other) => other.key === one.key)).length : 0;
    return html`<div class="title"><h1>${t('log.title')}</h1>${my.list?.looked_at != null && my.text ? html`<span class="quiet">${t('log.lookedat', {n: number(my.list.looked_at)})}</span>` : nothing}<span class="grow"></span>
        ${my.isPaused ? html`<button type="button" class="main" @click=${resume}>${t('log.resume', {n: fresh})}</button>` : nothing}</div>
      <form class="filters ${my.isUnfolded ? '' : 'folded'}" @submit=${(event) => event.preventDefault()}>
        ${allowed('read_providers') ? chips(t('log.tab'), ['log', ...OUTBOX], my.tab, (name) => t(`log.tab.${name}`), (tab) => to({tab}), 'unfolded') : nothing}
        ${my.tab === 'log' ? html`<button type="button" class="fold" aria-expanded=${my.isUnfolded} @click=${() => { my.isUnfolded = !my.isUnfolded; draw(); }}>${t('stations.filters')} <small>${words()}</small></button>
          <select aria-label=${t('board.region')} @change=${(event) => to({region: event.target.value})}><option value="" ?selected=${!my.region}>${t('stations.allregions')}</option>${regionNames().map((name) => html`<option ?selected=${name === my.region}>${name}</option>`)}</select>
          ${chips(t('log.direction'), ['in', 'out'], my.direction, (name) => t(`log.direction.${name}`), (direction) => to({direction: my.direction === direction ? '' : direction}))}
          <select aria-label=${t('stations.state')} @change=${(event) => to({state: event.target.value})}><option value="" ?selected=${!my.state}>${t('log.anystate')}</option>${STATES.map((name) => html`<option value=${name} ?selected=${name === my.state}>${t(`log.state.${name}`)}</option>`)}</select>
          <select aria-label=${t('log.hour')} @change=${(event) => to({hour: event.target.value})}><option value="" ?selected=${!my.hour}>${t('log.lasthours')}</option>${hours(my.hour).map((begin) => html`<option value=${begin} ?selected=${begin === my.hour}>${time(begin)}–${time(Date.parse(begin) + HOUR_MS)}</option>`)}</select>
          <input type="search" class="short" aria-label=${t('stations.station')} placeholder=${t('stations.station')} maxlength="20" .value=${my.station ?? ''} @change=${(event) => to({station: event.target.value.trim()})}>
          ${allowed('read_people') ? html`<input type="search" aria-label=${t('messages.observer')} placeholder=${t('messages.observer')} maxlength="20" @input=${(event) => typed('observer', event.target.value)}>
            <input type="search" data-search aria-label=${t('log.text')} placeholder=${t('log.text')} maxlength="100" value=${my.text} @input=${(event) => typed('text', event.target.value)}>` : nothing}` : nothing}</form>
      ${my.fault ? html`<p class="fault" role="alert">${my.fault}</p>` : nothing}
      ${my.shown ? (my.tab === 'log' ? log() : outbox()) : html`<p class="waiting" role="status">${t('frame.loading')}</p>`}`;
  }

  // What is chosen, beside the button that unfolds the filters on a phone.
  const words = () => [my.region, my.direction && t(`log.direction.${my.direction}`), my.state && t(`log.state.${my.state}`), my.hour && time(my.hour), my.station, my.observer].filter(Boolean).join(' · ');

  const chips = (label, names, chosen, word, choose, kind = '') => html`<span class="chips ${kind}" role="group" aria-label=${label}>${names.map((name) => html`<button type="button" class="chip" aria-pressed=${chosen === name} @click=${() => choose(name)}>${word(name)}</button>`)}</span>`;

  function log() {
    const seen = new Set();
    const all = [...my.shown.messages, ...my.older].filter((one) => !seen.has(one.key) && seen.add(one.key));
    const hasMore = my.older.length || my.next !== undefined ? my.next : my.shown.next;
    if (!all.length) return html`${emptyList(t('messages.nolog'), isFiltered(), clear)}${hasMore ? html`<button type="button" @click=${more}>${t('list.older')}</button>` : nothing}`;
    return html`${minutes(all)}<div class="scroller tall log" @scroll=${scrolled}><table class="stations stack"><thead><tr><th scope="col">${t('audit.at')}</th><th scope="col">${t('log.who')}</th><th scope="col">${t('send.text')}</th><th scope="col">${t('stations.state')}</th></tr></thead>
      <tbody>${repeat(all, (one) => one.key, row)}</tbody></table>
      ${hasMore ? html`<p><button type="button" @click=${more}>${t('list.older')}</button></p>` : nothing}</div>`;
  }

  const row = (one) => html`<tr class=${one.direction}><td><time>${onClock(one.stored_at, true)}</time></td>
    <td>${one.direction === 'out' ? html`<b class="way" title=${t('log.direction.out')}>→</b>` : html`<b class="way" title=${t('log.direction.in')}>←</b>`} ${one.observer ? html`<a href=${link('observer', {number: one.observer})}>${one.name ?? one.observer}</a>` : visible((one.direction === 'out' ? one.to : one.from) ?? t('messages.nobody'))} <small>${[one.station, one.region].filter(Boolean).join(' · ')}</small></td>
    <td class="sentence"><button type="button" data-item class="plain text" aria-expanded=${my.card?.key === one.key} @click=${() => show(one.key)}>${one.text === null ? html`<i>${t('incident.nowords')}</i>` : foreign(one.text)}</button></td>
    <td>${stateOf(one)} <small>${one.provider ?? ''}</small></td></tr>
    ${my.card?.key === one.key ? html`<tr class="past"><td colspan="4">${my.card.message ? details(my.card.message) : t('frame.loading')}</td></tr>` : nothing}`;

  function details(message) {
    if (message.error) return html`<p class="fault">${message.error.message}</p>`;
    const lines = [
      ['log.raw', message.raw ? foreign(message.raw.slice(0, 2000)) : null],
      ['messages.read', (message.reading?.reports ?? []).map((report) => `${report.form} ${report.station ?? ''} ${report.round ?? ''} ${Object.entries(report.answers ?? {}).map(([code, value]) => `${code}=${String(value)}`).join(' ')}`).join(' · ')],
      ['messages.answered', message.reply?.text ? foreign(message.reply.text) : null],
      ['log.carrier', [message.carrier ?? message.reply?.carrier, message.receipt ?? message.reply?.receipt, message.receipt_detail].filter(Boolean).join(' · ')],
      ['log.attempts', message.attempts ? `${message.attempts}${message.last_error ? ` · ${message.last_error}` : ''}` : null],
      ['log.key', html`<code>${message.key}</code> <button type="button" class="plain" @click=${() => copy(message.key)}>${t('log.copy')}</button>`],
    ].filter(([, value]) => value);
    return html`<dl class="details">${lines.map(([name, value]) => html`<div><dt>${t(name)}</dt><dd>${value}</dd></div>`)}</dl>
      <a href=${link('messages', {key: message.key})}>${t('messages.card')}</a>`;
  }

  function outbox() {
    const rows = [...my.shown.messages, ...my.older];
    const hasMore = my.older.length ? my.next : my.shown.next;
    return html`${rows.length ? html`<div class="scroller tall" tabindex="0"><table class="stations stack"><thead><tr><th scope="col">${t('audit.at')}</th><th scope="col">${t('log.to')}</th><th scope="col">${t('log.carrier')}</th><th scope="col" class="number">${t('log.attempts')}</th><th scope="col"></th></tr></thead>
      <tbody>${rows.map((one) => html`<tr><td>${onClock(one.stored_at, true)}</td><td>${visible(one.to ?? '–')} <small>${one.region ?? ''}</small> ${one.is_alert ? html`<span class="stated failed">${glyph('failed', t('log.alert'))}</span>` : nothing}</td><td>${one.carrier ?? one.channel} <small>${one.receipt ?? ''}</small></td><td class="number">${one.attempts}</td>
        <td>${my.tab !== 'waiting' && one.key && allowed('send') ? html`<button type="button" class="plain" @click=${() => again(one)}>${t('log.again')}</button>` : nothing}</td></tr>`)}</tbody></table></div>` : html`<p class="empty">${t(`log.none.${my.tab}`)}</p>`}
      ${hasMore ? html`<p><button type="button" @click=${more}>${t('list.older')}</button></p>` : nothing}`;
  }

  function follow(next) {
    Object.assign(my, {tab: next.tab ?? 'log', ...Object.fromEntries(FILTERS.map((name) => [name, next[name]]))});
    load();
    return true;
  }

  return {view, follow, title: () => t('log.title'), leave: () => { my.end(); clearTimeout(my.timer); }};
}

async function copy(key) {
  try {
    await navigator.clipboard.writeText(key);
    notify(t('log.copied'));
  } catch {
    notify(t('board.notfrozen'), 'bad');
  }
}

// The hours of the day that lies behind, on the election's clock: each by its beginning, the newest first.
function hours(chosen) {
  const now = electionNow();
  const begun = Math.floor(now / MINUTE_MS) * MINUTE_MS - Number(time(now).slice(3)) * MINUTE_MS;
  const listed = Array.from({length: DAY_HOURS}, (_, place) => new Date(begun - place * HOUR_MS).toISOString());
  return chosen && !listed.includes(chosen) ? [...listed, chosen] : listed;
}

// Which real instants are asked for: an hour's, or the last ones on and on.
function between(hour) {
  const begin = Date.parse(hour ?? '');
  if (Number.isNaN(begin)) return {since: new Date(serverNow() - HOURS * HOUR_MS).toISOString()};
  return {since: new Date(realInstant(begin)).toISOString(), until: new Date(realInstant(begin + HOUR_MS)).toISOString()};
}

const STATED = {accepted: 'complete', partly_accepted: 'partial', sent: 'complete', failed: 'missing', unrecognised: 'failed', quarantined: 'failed'};
const stateOf = (one) => html`${glyph(STATED[one.state] ?? 'expected', '')} ${t(`log.state.${one.state}`)}`;

// How many came and went each minute, of what is shown; the first minute may be cut, and is left out.
function minutes(all) {
  const minute = (one) => Math.floor(Date.parse(one.stored_at) / MINUTE_MS);
  const last = Math.floor(serverNow() / MINUTE_MS);
  const first = Math.max(minute(all.at(-1)) + 1, last - MINUTES + 1);
  const columns = Array.from({length: MINUTES}, (_, place) => last - MINUTES + 1 + place).filter((one) => one >= first);
  if (columns.length < 2) return nothing;
  const counts = new Map(columns.map((at) => [at, {in: 0, out: 0}]));
  for (const one of all) if (counts.has(minute(one))) counts.get(minute(one))[one.direction] += 1;
  const bars = [...counts.values()].map((count) => [count.in, count.out]);
  if (!bars.flat().some(Boolean)) return nothing;
  const most = Math.max(1, ...bars.flat());
  const width = 100 / MINUTES;
  return html`<figure class="minutes"><svg viewBox="0 0 100 20" preserveAspectRatio="none" role="img" aria-label=${t('log.minutes', {n: columns.length, in: bars.reduce((sum, [one]) => sum + one, 0), out: bars.reduce((sum, [, one]) => sum + one, 0)})}>
    ${bars.map(([came, went], place) => svg`<rect class="bar-complete" x=${place * width} y=${10 - (9 * came) / most} width=${width * 0.8} height=${(9 * came) / most}/><rect class="bar-partial" x=${place * width} y="10" width=${width * 0.8} height=${(9 * went) / most}/>`)}</svg>
    <figcaption class="quiet"><small>${t('log.minutes', {n: columns.length, in: bars.reduce((sum, [one]) => sum + one, 0), out: bars.reduce((sum, [, one]) => sum + one, 0)})}</small></figcaption></figure>`;
}
