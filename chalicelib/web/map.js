// The map: is a problem where it is? Regions as rings of what is missing, a region's stations as points; no tiles.
import {html, svg, nothing, noChange} from './vendor/lit-html/lit-html.js';
import {repeat} from './vendor/lit-html/directives/repeat.js';
import {state, draw, drawSoon, electionNow, places, currentPlace, cellOf, placeName, regionNames, may} from './state.js';
import {electionPath} from './api.js';
import {poll} from './poll.js';
import {go, link} from './app.js';
import {t} from './words.js';
import {number, glyph, stated, time, ageOf} from './format.js';
import {projection, apart, around} from './mapping.js';

const SECONDS = 15;
const SHOWN = 100; // rows of the table beside the map
const MINUTE = 60_000;
const [WIDE, NARROW_SCREEN, ONE_COLUMN] = [800, 720, 900];
const SIDE = 32; // px of a page's margins
const PARTS = ['complete', 'partial', 'conflict', 'missing'];
const radii = () => (innerWidth < NARROW_SCREEN ? [22, 36] : [22, 52]);
// A picture is as wide as its place, so that letters on a phone are as large as they say.
const width = () => {
  const room = (document.querySelector('main')?.clientWidth ?? innerWidth) - SIDE;
  return Math.round(Math.min(WIDE, innerWidth <= ONE_COLUMN ? room : (2 * room) / 3));
};
// A point is told by its shape too: dot, full, half, ring, diamond, cross. The last are drawn over the first.
const SHAPES = {
  expected: 'm-2.5 0a2.5 2.5 0 1 1 5 0a2.5 2.5 0 1 1-5 0z',
  complete: 'm-5 0a5 5 0 1 1 10 0a5 5 0 1 1-10 0z',
  partial: 'm0-5a5 5 0 0 0 0 10z',
  missing: 'm-5 0a5 5 0 1 1 10 0a5 5 0 1 1-10 0zm2.4 0a2.6 2.6 0 1 0 5.2 0a2.6 2.6 0 1 0-5.2 0z',
  conflict: 'm-6 0 6-6 6 6-6 6z',
  closed: 'm-5-3 2-2 3 3 3-3 2 2-3 3 3 3-2 2-3-3-3 3-2-2 3-3z',
};
const TRIANGLE = 'M0-15 5-7H-5z';

function grouped(incidents, by) {
  const groups = new Map();
  for (const one of incidents) groups.set(one[by], [...(groups.get(one[by]) ?? []), one]);
  return groups;
}

export function open(parameters) {
  const my = {...parameters, pages: new Map(), incidents: [], troubled: new Map(), ends: [], bounds: null, at: null, fault: '', shown: SHOWN, drawn: null, spots: null};
  const failed = (error) => { my.fault = error.message; draw(); };

  function load() {
    my.ends.forEach((end) => end());
    Object.assign(my, {ends: [], bounds: null, at: null, fault: '', shown: SHOWN, drawn: null, spots: null});
    my.pages.clear();
    if (may('incidents')) my.ends.push(poll(electionPath('incidents'), ({incidents}) => { my.incidents = incidents.filter((one) => !['resolved', 'rejected'].includes(one.state)); draw(); }, {seconds: SECONDS, failed}));
    if (my.region) page(null);
  }

  function page(after) {
    const path = electionPath(`regions/${encodeURIComponent(my.region)}/stations${after ? `?after=${encodeURIComponent(after)}` : ''}`);
    let isFirst = true;
    my.ends.push(poll(path, (document) => {
      my.pages.set(path, document);
      if (isFirst && document.next) page(document.next);
      isFirst = false;
      drawSoon();
    }, {seconds: SECONDS, failed}));
  }

  const place = () => places().find((one) => one.form === my.form && one.round === (my.round ?? '-')) ?? currentPlace() ?? places()[0];
  const stations = () => [...my.pages.values()].flatMap((one) => one.stations);
  const to = (changes) => go('map', {region: my.region, form: my.form, round: my.round, only: my.only, ...changes}, {replace: true});
  const incidentsOf = (name) => my.troubled.get(name) ?? [];

  addEventListener('resize', draw);
  load();

  function view() {
    if (my.fault || !state.board || !state.election) my.drawn = null;
    if (my.fault) return html`<p class="fault" role="alert">${my.fault}</p>`;
    if (!state.board || !state.election) return html`<p class="waiting" role="status">${t('frame.loading')}</p>`;
    const asked = place();
    my.troubled = grouped(my.incidents, my.region ? 'station' : 'region');
    const placed = state.election.regions.reduce((sum, one) => sum + one.placed, 0);
    return html`<div class="title"><h1>${t('map.title')}</h1>${my.region ? html`<button type="button" @click=${() => go('map', {form: my.form, round: my.round})}><kbd>Esc</kbd> ${t('board.nation')}</button><b>${my.region}</b>` : nothing}
        <span class="quiet">${t('frame.asof', {time: time(state.board.as_of, true)})}</span></div>
      <form class="filters" @submit=${(event) => event.preventDefault()}>
        <select aria-label=${t('board.region')} @change=${(event) => to({region: event.target.value})}><option value="" ?selected=${!my.region}>${t('stations.allregions')}</option>${regionNames().map((name) => html`<option ?selected=${name === my.region}>${name}</option>`)}</select>
        <select aria-label=${t('stations.form')} @change=${(event) => { const [form, round] = event.target.value.split('|'); to({form, round}); }}>
          ${places().map((one) => html`<option value="${one.form}|${one.round}" ?selected=${placeName(one) === placeName(asked)}>${placeName(one)}</option>`)}</select>
        ${may('incidents') ? html`<button type="button" class="chip" aria-pressed=${my.only === 'incidents'} @click=${() => to({only: my.only ? '' : 'incidents'})}>${glyph('failed', '')} ${t('map.only')}</button>` : nothing}</form>
      ${placed ? nothing : html`<p class="card empty">${t('map.none')} ${may('imports') ? html`<a href=${link('imports')}>${t('imports.title')}</a>` : nothing}</p>`}
      ${my.region ? ofRegionAnew(asked) : ofNation(asked, placed)}`;
  }

  // The nation: a circle per region as large as its stations are many, its ring what has come and what has not.
  function ofNation(asked, placed) {
    const rows = state.board.rows.filter((row) => row.region).filter((row) => my.only !== 'incidents' || incidentsOf(row.region).length);
    const most = Math.max(1, ...rows.map((row) => row.stations));
    const [least, largest] = radii();
    const shown = state.election.regions.filter((one) => one.placed && rows.some((row) => row.region === one.name));
    const at = projection(shown, my, width(), innerWidth < NARROW_SCREEN ? 48 : 90);
    const circles = apart(shown.map((one) => {
      const row = rows.find((other) => other.region === one.name);
      return {name: one.name, ...at(one), row, radius: least + (largest - least) * Math.sqrt(row.stations / most)};
    }), width());
    return html`<div class="mapped">${placed ? html`<div><svg class="map" viewBox=${around(circles, width())} role="group" aria-label=${t('map.title')}>${circles.map((one) => ring(one, cellOf(one.row, asked)))}</svg>${legend()}</div>` : nothing}
      <div class="scroller"><table><thead><tr><th scope="col">${t('board.region')}</th><th scope="col" class="number">${placeName(asked)}</th><th scope="col" class="number">${t('state.missing')}</th><th scope="col" class="number">${t('incidents.title')}</th></tr></thead>
      <tbody>${rows.map((row) => html`<tr><td><a href=${link('map', {region: row.region, form: my.form, round: my.round})}>${row.region}</a></td><td class="number">${number(cellOf(row, asked).received)} / ${number(cellOf(row, asked).of)}</td><td class="number">${number(cellOf(row, asked).missing)}</td><td class="number">${incidentsOf(row.region).length || nothing}</td></tr>`)}</tbody></table></div></div>`;
  }

  function ring({name, x, y, radius}, covered) {
    let from = 0;
    const arcs = PARTS.map((part) => {
      const share = covered.of ? (100 * covered[part]) / covered.of : 0;
      const arc = share ? svg`<circle class="arc ${part}" r=${radius} pathLength="100" stroke-dasharray="${share} ${100 - share}" stroke-dashoffset=${-from} transform="rotate(-90)"/>` : nothing;
      from += share;
      return arc;
    });
    return svg`<a data-item class="cluster" href=${link('map', {region: name, form: my.form, round: my.round})} aria-label=${t('map.region', {region: name, received: number(covered.received), of: number(covered.of), missing: number(covered.missing)})}>
      <g transform="translate(${x.toFixed(1)} ${y.toFixed(1)})"><circle class="disc" r=${radius}/>${arcs}${incidentsOf(name).length ? svg`<path class="warning" d=${TRIANGLE} transform="translate(0 ${-radius + 4})"/>` : nothing}
      <text class="middle" y=${radius + 17}>${name}</text> <text class="middle count" y="4">${number(covered.received)}/${number(covered.of)}</text></g></a>`;
  }

  // Thousands of points are drawn when something of them has changed, not with every tick of the clock.
  function ofRegionAnew(asked) {
    const seen = [asked.form, asked.round, my.only, my.at, my.incidents, my.shown, width(), state.language, Math.floor(electionNow() / MINUTE), ...my.pages.values()];
    if (my.drawn?.length === seen.length && seen.every((one, place) => one === my.drawn[place])) return noChange;
    my.drawn = seen;
    return ofRegion(asked);
  }

  // A region: its stations as points; those without a place stand in the table alone.
  function ofRegion(asked) {
    if (!my.pages.size) return html`<p class="waiting" role="status">${t('frame.loading')}</p>`;
    const every = stations();
    const all = my.only === 'incidents' ? every.filter((one) => my.troubled.has(one.station)) : every;
    const stateOf = (one) => (one.closed_at ? 'closed' : one.forms[asked.form]?.[asked.round]?.state ?? 'expected');
    const at = spotsOf(every.filter((one) => one.latitude !== null));
    const pointed = every.find((one) => one.station === my.at);
    const points = all.filter((one) => one.latitude !== null);
    const without = every.filter((one) => one.latitude === null).length;
    return html`<div class="mapped">${points.length ? html`<div><svg class="map" viewBox="0 0 ${width()} ${my.height}" role="group" aria-label=${my.region} @focusin=${pointAt} @mouseover=${pointAt}>${shapesOf(points, at, stateOf)}${points.map(pointOf(at, stateOf))}</svg>
        ${legend()}<p class="pointed">${pointed ? html`<b>${pointed.station}</b> ${pointed.name} · ${stated(stateOf(pointed))} ${pointed.last_heard_at ? html`<small>${ageOf(pointed.last_heard_at)}</small>` : nothing}` : nothing}</p></div>` : nothing}
      <div class="scroller tall">${without && points.length ? html`<p class="quiet">${t('map.without', {n: without})}</p>` : nothing}<table class="stations"><thead><tr><th scope="col">${t('stations.station')}</th><th scope="col">${placeName(asked)}</th><th scope="col" class="wide-only">${t('stations.lastlife')}</th></tr></thead>
      <tbody>${repeat(all.slice(0, my.shown), (one) => one.station, (one) => html`<tr><td><a class="whole" href=${link('station', {station: one.station, form: asked.form})}><b>${one.station}</b> ${one.name}</a></td><td>${stated(stateOf(one))}${my.troubled.has(one.station) ? glyph('failed', t('incidents.title')) : nothing}</td><td class="wide-only"><small>${one.last_heard_at ? ageOf(one.last_heard_at) : '–'}</small></td></tr>`)}</tbody></table>
        ${all.length > my.shown ? html`<button type="button" @click=${() => { my.shown += SHOWN; draw(); }}>${t('stations.more', {n: all.length - my.shown})}</button>` : nothing}</div></div>`;
  }

  // Where a station's point is, as a path says it: written once, for polls bring thousands that have not moved.
  function spotsOf(placed) {
    const at = projection(placed, my, width(), 24);
    if (my.spots?.width !== width()) my.spots = {width: width(), known: new Map()};
    const {known} = my.spots;
    return (one) => {
      const spot = known.get(one.station);
      if (spot && spot.latitude === one.latitude && spot.longitude === one.longitude) return spot;
      const {x, y} = at(one);
      const written = `${x.toFixed(1)} ${y.toFixed(1)}`;
      const found = {latitude: one.latitude, longitude: one.longitude, point: `M${written}`, transform: `translate(${written})`, query: encodeURIComponent(one.station)};
      known.set(one.station, found);
      return found;
    };
  }

  // All points of a state are one path: a round that changes thousands of them gives five elements another shape.
  function shapesOf(points, at, stateOf) {
    const drawn = Object.fromEntries(Object.keys(SHAPES).map((name) => [name, '']));
    for (const one of points) {
      const stated = stateOf(one);
      const name = SHAPES[stated] ? stated : 'expected';
      drawn[name] += at(one).point + SHAPES[name];
    }
    return Object.entries(drawn).map(([name, path]) => svg`<path class="shape ${name}" d=${path}/>`);
  }

  // What all points have in common is made once: there may be thousands.
  function pointOf(at, stateOf) {
    const address = `${link('station', {form: my.form})}${my.form ? '&' : '?'}station=`;
    const words = Object.fromEntries(['complete', 'partial', 'conflict', 'missing', 'expected', 'closed'].map((name) => [name, t(`state.${name}`)]));
    return (one) => {
      const [stated, spot] = [stateOf(one), at(one)];
      return svg`<a data-item data-station=${one.station} class="point" href=${address + spot.query} aria-label=${`${one.station} ${one.name}: ${words[stated] ?? stated}`} transform=${spot.transform}><circle class="target" r="7"/>${my.troubled.has(one.station) ? svg`<path class="warning" d=${TRIANGLE}/>` : nothing}</a>`;
    };
  }

  function pointAt(event) {
    const station = event.target.closest('[data-station]')?.dataset.station;
    if (!station || my.at === station) return;
    my.at = station;
    draw();
  }

  const legend = () => html`<p class="legend">${[...PARTS, 'expected', 'closed'].map((name) => html`<span>${glyph(name)} ${t(`state.${name}`)}</span>`)}</p>`;

  function follow(next) {
    const was = my.region;
    for (const name of ['region', 'form', 'round', 'only']) my[name] = next[name];
    if (was !== my.region) load();
    draw();
    return true;
  }

  const back = () => (my.region ? go('map', {form: my.form, round: my.round}) : history.back());
  return {view, follow, keys: {Escape: back}, title: () => t('map.title'), leave: () => { removeEventListener('resize', draw); my.ends.forEach((end) => end()); }};
}
