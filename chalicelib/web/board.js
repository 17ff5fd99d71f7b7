// The board: what has come in, what has not, where it goes wrong. Rows are regions, columns the forms and rounds.
import {html, nothing} from './vendor/lit-html/lit-html.js';
import {state, draw, places, currentPlace, hasBegun, isDue, placeName, notify} from './state.js';
import {link} from './app.js';
import {t, placeTitle} from './words.js';
import {number, percent, time, glyph, bar} from './format.js';

const CHANGED_MS = 10_000;

export function open() {
  const my = {order: null, seen: new Map(), changed: new Map()};

  // Cells whose numbers changed in the last ten seconds are outlined.
  function mark(region, place, covered) {
    const key = `${region} ${place.form} ${place.round}`;
    const numbers = JSON.stringify([covered.received, covered.complete, covered.conflict, covered.missing]);
    if (my.seen.has(key) && my.seen.get(key) !== numbers) my.changed.set(key, Date.now());
    my.seen.set(key, numbers);
    return Date.now() - (my.changed.get(key) ?? 0) < CHANGED_MS;
  }

  function sort() {
    const place = currentPlace();
    if (my.order || !place) my.order = null;
    else {
      const missing = ([, area]) => area.forms[place.form][place.round].missing;
      my.order = Object.entries(state.board.regions).sort((one, other) => missing(other) - missing(one)).map(([name]) => name);
    }
    draw();
  }

  function freeze() {
    const place = currentPlace();
    const area = state.board.nation;
    const lines = places().filter(hasBegun).map((one) => {
      const covered = area.forms[one.form][one.round];
      return `${placeName(one)}\t${covered.received}/${covered.expected}\t${t('state.missing')} ${covered.missing}`;
    });
    const text = [`${state.election.id} · ${t('frame.asof', {time: state.board.as_of})}`, ...lines].join('\n');
    navigator.clipboard.writeText(text).then(() => notify(t('board.frozen')), () => notify(t('board.notfrozen'), 'bad'));
    return place;
  }

  function view() {
    if (!state.board || !state.election) return html`<p class="waiting" role="status">${t('frame.loading')}</p>`;
    const columns = places();
    const current = currentPlace();
    const names = my.order ?? Object.keys(state.board.regions);
    const rows = [...(state.board.nation ? [[null, state.board.nation]] : []), ...names.map((name) => [name, state.board.regions[name]])];
    return html`<div class="title"><h1>${t('board.title')}</h1>
        <span class="quiet">${t('frame.asof', {time: time(state.board.as_of, true)})}</span><span class="grow"></span>
        <button type="button" aria-pressed=${Boolean(my.order)} @click=${sort}><kbd>S</kbd> ${t('board.sort')}</button>
        ${state.board.nation ? html`<button type="button" @click=${freeze}><kbd>F</kbd> ${t('board.freeze')}</button>` : nothing}
        <button type="button" class="wide-only" @click=${fullScreen}>${t('board.fullscreen')}</button></div>
      ${current ? nothing : html`<p class="empty">${t('board.nothingyet', {time: time(columns[0].begins_at)})}</p>`}
      <div class="scroller"><table class="board" data-columns=${columns.length}>
        <caption class="sound">${t('board.caption')}</caption>
        <thead><tr><th scope="col">${t('board.region')}</th>${columns.map((place) => head(place, place === current || same(place, current)))}</tr></thead>
        <tbody>${rows.map(([name, area]) => row(name, area, columns, current))}</tbody></table></div>
      ${legend()}`;
  }

  const row = (name, area, columns, current) => html`<tr class=${name ? '' : 'nation'}>
    <th scope="row"><span class="split">${name ? html`<a href=${link('stations', {region: name})}>${name}</a>` : html`<b>${t('board.nation')}</b>`}
      ${incidents(name, area)}</span>
      <small>${t('board.sizes', {n: area.stations, stations: number(area.stations), observers: number(area.observers)})}</small></th>
    ${columns.map((place) => cell(name, area.forms[place.form][place.round], place, same(place, current)))}</tr>`;

  function cell(region, covered, place, isCurrent) {
    const where = {region: region ?? '', form: place.form, round: place.round};
    if (!hasBegun(place) && !covered.received) return html`<td class="ahead"><a data-item class="cell" href=${link('stations', where)} aria-label=${t('board.notyet', {place: placeTitle(place), time: time(place.begins_at)})}><span>${time(place.begins_at)}</span></a></td>`;
    const {expected, received, complete, partial, conflict, missing, late} = covered;
    const failed = covered.failed_checks ?? 0;
    const isChanged = mark(region, place, covered);
    const to = (state) => link('stations', {...where, state});
    const dominant = missing ? 'missing' : conflict ? 'conflict' : partial ? 'partial' : 'received';
    const words = t('board.cell', {region: region ?? t('board.nation'), place: placeTitle(place), received, expected});
    return html`<td class="${isCurrent ? 'current' : ''} ${isChanged ? 'changed' : ''} ${isDue(place) && received < expected ? 'owes' : ''}">
      <a data-item class="cell" href=${to(dominant)} aria-label=${words}></a>
      <small class="narrow">${placeName(place)}</small>
      <a class="figure" href=${to('received')}><strong>${number(received)}</strong><small>/${number(expected)}</small></a>
      ${bar([['complete', complete], ['partial', partial], ['conflict', conflict], ['missing', missing]], expected)}
      <span class="marks">${corner('missing', missing, to)}${corner('conflict', conflict, to)}${corner('failed', failed, to)}${corner('late', late, to)}
        ${missing || conflict || failed || late ? nothing : html`<span class="quiet">${percent(received, expected)}</span>`}</span></td>`;
  }

  return {view, title: () => t('board.title'), keys: {s: sort, f: freeze}};
}

const same = (one, other) => other && one.form === other.form && one.round === other.round;

const head = (place, isCurrent) => html`<th scope="col" class=${isCurrent ? 'current' : ''}>
  <a href=${link('stations', {form: place.form, round: place.round})} title=${placeTitle(place)}>${placeName(place)}</a>
  <small>${hasBegun(place) ? t(isDue(place) ? 'board.due' : 'board.until', {time: time(place.due_at)}) : time(place.begins_at)}</small></th>`;

const corner = (name, count, to) =>
  count ? html`<a class="mark ${name}" href=${to(name)} title="${t(`state.${name}`)}: ${count}">${glyph(name)}${number(count)}</a>` : nothing;

function incidents(region, area) {
  const count = Object.values(area.incidents).reduce((sum, one) => sum + one, 0);
  const severe = (area.incidents.critical ?? 0) + (area.incidents.high ?? 0);
  return count ? html`<a class="mark ${severe ? 'failed' : ''}" href=${link('incidents', {region: region ?? ''})} title=${t('incidents.title')}>${glyph('failed', t('incidents.title'))}${number(count)}</a>` : nothing;
}

const legend = () => html`<p class="legend">${['complete', 'partial', 'missing', 'expected', 'conflict', 'failed', 'late'].map((name) => html`<span>${glyph(name)} ${t(`state.${name}`)}</span>`)}</p>`;

const fullScreen = () => (document.fullscreenElement ? document.exitFullscreen() : document.documentElement.requestFullscreen());
