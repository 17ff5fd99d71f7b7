// The board: what has come in, what has not, where it goes wrong. Rows are regions, columns the forms and rounds.
import {html, nothing} from './vendor/lit-html/lit-html.js';
import {state, draw, places, currentPlace, cellOf, hasBegun, isDue, placeName, notify, may, electionNow} from './state.js';
import {link} from './app.js';
import {t, placeTitle} from './words.js';
import {number, percent, time, glyph, bar} from './format.js';

const CHANGED_MS = 10_000;
const MINUTE = 60_000;

export function open() {
  const my = {order: null, seen: new Map(), changed: new Map(), chart: null};

  // Cells whose numbers changed in the last ten seconds are outlined.
  function mark(region, place, covered) {
    const key = `${region} ${place.form} ${place.round}`;
    const numbers = [covered.received, covered.complete, covered.conflict, covered.missing].join();
    if (my.seen.has(key) && my.seen.get(key) !== numbers) my.changed.set(key, Date.now());
    my.seen.set(key, numbers);
    return Date.now() - (my.changed.get(key) ?? 0) < CHANGED_MS;
  }

  function sort() {
    const place = currentPlace();
    if (my.order || !place) my.order = null;
    else {
      const absent = (row) => cellOf(row, place).missing + cellOf(row, place).expected;
      my.order = regions().sort((one, other) => absent(other) - absent(one)).map((row) => row.region);
    }
    draw();
  }

  function freeze() {
    const lines = places().filter(hasBegun).map((one) => {
      const covered = cellOf(state.board.rows[0], one);
      return `${placeName(one)}\t${covered.received}/${covered.of}\t${t('state.missing')} ${covered.missing}`;
    });
    const text = [`${state.election.id} · ${t('frame.asof', {time: state.board.as_of})}`, ...lines].join('\n');
    navigator.clipboard.writeText(text).then(() => notify(t('board.frozen')), () => notify(t('board.notfrozen'), 'bad'));
  }

  function view() {
    if (!state.board || !state.election) return html`<p class="waiting" role="status">${t('frame.loading')}</p>`;
    const columns = places();
    const current = currentPlace();
    const ordered = my.order ? my.order.map((name) => regions().find((row) => row.region === name)) : regions();
    const rows = [...state.board.rows.filter(isNation), ...ordered];
    return html`<div class="title"><h1>${t('board.title')}</h1>
        <span class="quiet">${t('frame.asof', {time: time(state.board.as_of, true)})}</span><span class="grow"></span>
        <button type="button" aria-pressed=${Boolean(my.order)} @click=${sort}><kbd>S</kbd> ${t('board.sort')}</button>
        ${state.board.rows.some(isNation) ? html`<button type="button" @click=${freeze}><kbd>F</kbd> ${t('board.freeze')}</button>` : nothing}
        <button type="button" class="wide-only" @click=${fullScreen}>${t('board.fullscreen')}</button></div>
      ${current ? nothing : html`<p class="empty">${t('board.nothingyet', {time: time(columns[0].begins_at)})} <a href=${link('stations', {state: 'unobserved'})}>${t('board.unobserved')}</a></p>`}
      <div class="scroller"><table class="board" data-columns=${columns.length}>
        <caption class="sound">${t('board.caption')}</caption>
        <thead><tr><th scope="col">${t('board.region')}</th>${columns.map((place) => head(place, place === current || same(place, current)))}</tr></thead>
        <tbody>${rows.map((one) => row(one, columns, current))}</tbody></table></div>
      ${legend()}${curves()}`;
  }

  // How this round comes in beside the one before; the chart loads when there is something to draw.
  function curves() {
    const known = (state.board.arrivals ?? []).filter((one) => one.points.length);
    if (!known.length) return nothing;
    if (!my.chart) {
      my.chart = () => nothing;
      import('./chart.js').then(({chart}) => { my.chart = chart; draw(); });
    }
    const lines = known.map((one) => {
      const place = places().find((other) => same(one, other));
      const now = Math.floor((electionNow() - Date.parse(place?.begins_at)) / MINUTE);
      const [last, count] = one.points.at(-1);
      const isCurrent = one === state.board.arrivals[0] && now > last;
      return {name: placeName(one), points: [[0, 0], ...one.points, ...(isCurrent ? [[Math.min(now, 2 * last + 10), count]] : [])].map(([x, y]) => ({x, y}))};
    });
    return html`<section class="card arrivals"><h2>${t('board.arrivals')}</h2>${my.chart({title: t('board.arrivals'), lines, label: number, mark: (x) => t('board.after', {n: x})})}</section>`;
  }

  const row = (one, columns, current) => html`<tr class=${one.region ? '' : 'nation'}>
    <th scope="row"><span class="split">${one.region ? html`<a href=${link('stations', {region: one.region})}>${one.region}</a>` : html`<b>${t('board.nation')}</b>`}
      ${incidents(one)}</span>
      <small>${t('board.sizes', {n: one.stations, stations: number(one.stations), observers: number(one.observers)})}</small></th>
    ${columns.map((place) => cell(one.region, cellOf(one, place), place, same(place, current)))}</tr>`;

  function cell(region, covered, place, isCurrent) {
    const where = {region: region ?? '', form: place.form, round: place.round};
    if (!hasBegun(place) && !covered.received) return html`<td class="ahead"><a data-item class="cell" href=${link('stations', where)} aria-label=${t('board.notyet', {place: placeTitle(place), time: time(place.begins_at)})}><span>${time(place.begins_at)}</span></a></td>`;
    const {of, received, complete, partial, conflict, missing, late, failed} = covered;
    const isChanged = mark(region, place, covered);
    const to = (state) => link('stations', {...where, state});
    const dominant = missing ? 'missing' : conflict ? 'conflict' : partial ? 'partial' : 'received';
    const words = t('board.cell', {region: region ?? t('board.nation'), place: placeTitle(place), received, of});
    return html`<td class="${isCurrent ? 'current' : ''} ${isChanged ? 'changed' : ''} ${isDue(place) && received < of ? 'owes' : ''}">
      <a data-item class="cell" href=${to(dominant)} aria-label=${words}></a>
      <small class="narrow">${placeName(place)}</small>
      <a class="figure" href=${to('received')}><strong>${number(received)}</strong><small>/${number(of)}</small></a>
      ${bar([['complete', complete], ['partial', partial], ['conflict', conflict], ['missing', missing]], of)}
      <span class="marks">${corner('missing', missing, to)}${corner('conflict', conflict, to)}${corner('failed', failed, to)}${corner('late', late, to)}
        ${missing || conflict || failed || late ? nothing : html`<span class="quiet">${percent(received, of)}</span>`}</span></td>`;
  }

  return {view, title: () => t('board.title'), keys: {s: sort, f: freeze}};
}

const isNation = (row) => !row.region;
const regions = () => state.board.rows.filter((row) => row.region);
const same = (one, other) => other && one.form === other.form && one.round === other.round;

const head = (place, isCurrent) => html`<th scope="col" class=${isCurrent ? 'current' : ''}>
  <a href=${link('stations', {form: place.form, round: place.round})} title=${placeTitle(place)}>${placeName(place)}</a>
  <small>${hasBegun(place) ? t(isDue(place) ? 'board.due' : 'board.until', {time: time(place.due_at)}) : time(place.begins_at)}</small></th>`;

const corner = (name, count, to) =>
  count ? html`<a class="mark ${name}" href=${to(name)} title="${t(`state.${name}`)}: ${count}">${glyph(name)}${number(count)}</a>` : nothing;

function incidents({region, incidents: of}) {
  const count = of.open ?? Object.values(of).reduce((sum, one) => sum + one, 0);
  const word = t('board.incidents', {n: count, fresh: of.unacknowledged ?? 0});
  return count && may('incidents') ? html`<a class="mark ${of.unacknowledged ? 'failed' : ''}" href=${link('incidents', {region: region ?? ''})} title=${word}>${glyph('failed', word)}${number(count)}</a>` : nothing;
}

const legend = () => html`<p class="legend">${['complete', 'partial', 'missing', 'expected', 'conflict', 'failed', 'late'].map((name) => html`<span>${glyph(name)} ${t(`state.${name}`)}</span>`)}</p>`;

const fullScreen = () => (document.fullscreenElement ? document.exitFullscreen() : document.documentElement.requestFullscreen());
