// The stations: which ones, and what each still owes. Filters stand in the address; text that is searched for does not.
import {html, nothing} from './vendor/lit-html/lit-html.js';
import {repeat} from './vendor/lit-html/directives/repeat.js';
import {state, change, draw, places, currentPlace, isDue, placeName, seesPeople, regionNames, may, formOf} from './state.js';
import {electionPath} from './api.js';
import {poll} from './poll.js';
import {go, link} from './app.js';
import {t, placeTitle, inLanguage} from './words.js';
import {number, glyph, time, ageOf, emptyList} from './format.js';
import {putting} from './putting.js';
import {valueOf} from './fields.js';
import {outcome} from './outcomes.js';
import {held} from './leased.js';

const STATES = ['missing', 'partial', 'conflict', 'failed', 'late', 'received', 'complete', 'lacking', 'silent', 'closed', 'unobserved'];
const FILTERS = ['region', 'form', 'round', 'state', 'district', 'organisation', 'answers'];
// States of a station, whatever form is chosen.
const WHOLE = {
  lacking: (one) => places().some((place) => isDue(place) && owes(roundOf(one, place))),
  silent: (one) => one.is_silent,
  closed: (one) => Boolean(one.closed_at),
  unobserved: (one) => !one.observers.length,
};
const ONE_REGION_SECONDS = 15;
const NATION_SECONDS = 60;
const SHOWN = 200;
const MOST_CARRIED = 500; // stations that a send or an export names

export function open(parameters) {
  const my = {...parameters, text: '', pages: new Map(), ends: [], shown: SHOWN, picked: new Set()};

  const calls = putting();

  const regions = () => (my.region ? [my.region] : regionNames());

  function load() {
    my.ends.forEach((end) => end());
    my.ends = [];
    my.pages.clear();
    const [first, ...others] = regions();
    page(first, null, others);
  }

  // Pages one after the other, so that a nation's do not crowd out what else is asked; each then again by itself.
  function page(region, after, others) {
    const seconds = my.region ? ONE_REGION_SECONDS : NATION_SECONDS;
    const path = electionPath(`regions/${encodeURIComponent(region)}/stations${after ? `?after=${encodeURIComponent(after)}` : ''}`);
    let isFirst = true;
    my.ends.push(poll(path, (document) => {
      my.pages.set(path, {region, document});
      if (isFirst && document.next) page(region, document.next, others);
      else if (isFirst && others.length) page(others[0], null, others.slice(1));
      isFirst = false;
      draw();
    }, {seconds, failed: (error) => { my.fault = error.message; draw(); }}));
  }

  const rows = () => [...my.pages.values()].flatMap(({region, document}) => document.stations.map((one) => ({region, ...one})));
  const columns = () => places().filter((place) => !my.form || (place.form === my.form && (!my.round || place.round === my.round)));

  function chosen() {
    const asked = columns();
    const text = my.text.trim().toLowerCase();
    return rows()
      .filter((one) => !my.state || (WHOLE[my.state] ? WHOLE[my.state](one) : asked.some((place) => matches(roundOf(one, place), my.state))))
      .filter((one) => !my.district || one.district === my.district)
      .filter((one) => !my.organisation || one.organisations.includes(my.organisation))
      .filter((one) => !text || `${one.station} ${one.name} ${one.district} ${peopleOf(one).map(({number, name}) => `${number} ${name ?? ''}`).join(' ')}`.toLowerCase().includes(text))
      .map((one) => ({...one, owes: places().filter((place) => isDue(place) && owes(roundOf(one, place))).length, silent: one.is_silent}))
      .sort((one, other) => other.silent - one.silent || other.owes - one.owes || one.station.localeCompare(other.station));
  }

  function filter(changes) {
    const wasRegion = my.region;
    Object.assign(my, changes, {shown: SHOWN, picked: new Set()});
    go('stations', Object.fromEntries(FILTERS.map((name) => [name, my[name]])), {replace: true});
    if ((wasRegion ?? '') !== (my.region ?? '')) load();
  }

  function clear() {
    my.text = '';
    filter(Object.fromEntries(FILTERS.map((name) => [name, ''])));
    draw();
  }

  // The list goes along to the screen that does something with it: what is picked, or all that is listed.
  const listed = () => (my.picked.size ? chosen().filter((one) => my.picked.has(one.station)) : chosen()).map((one) => one.station);
  function carry(screen) {
    const place = my.form ? placeName({form: my.form, round: my.round ?? '-'}) : '';
    const words = [my.state && t(`state.${my.state}`), place, my.district || my.region].filter(Boolean).join(' · ');
    change({carried: {stations: listed(), words}});
    const missing = my.state === 'missing' && my.form ? place.replace(' ', ':') : '';
    go(screen, {form: my.form, list: 'stations', ...(screen === 'send' && {missing})});
  }

  const atHand = () => document.activeElement.closest('[data-station]')?.dataset.station;
  function pick(station = atHand()) {
    if (station && !my.picked.delete(station)) my.picked.add(station);
    draw();
  }
  const call = () => atHand() && go('calls', {station: atHand()});

  function follow(next) {
    const wasRegion = my.region;
    for (const name of FILTERS) my[name] = next[name];
    if (wasRegion !== my.region) load();
    draw();
    return true;
  }

  load();

  function view() {
    const found = chosen();
    const all = rows().length;
    const asOf = [...my.pages.values()].map(({document}) => document.as_of).sort()[0];
    const isLoading = my.pages.size < regions().length;
    return html`<div class="title"><h1>${t('stations.title')}</h1>
        <span class="quiet">${t('stations.count', {n: number(found.length), all: number(all)})}${asOf ? ` · ${t('frame.asof', {time: time(asOf, true)})}` : ''}</span><span class="grow"></span>
        ${found.length ? actions(my.picked.size || found.length) : nothing}</div>
      ${filters()}
      ${my.fault ? html`<p class="fault" role="alert">${my.fault}</p>` : nothing}
      ${found.length ? table(found) : my.text.trim() || my.district || my.organisation ? (isLoading ? html`<p class="waiting" role="status">${t('frame.loading')}</p>` : emptyList('', true, clear)) : html`<p class="empty">${isLoading ? t('frame.loading') : t('stations.none', {what: my.state ? t(`state.${my.state}`) : t('stations.title'), place: my.form ? placeName({form: my.form, round: my.round ?? '-'}) : t('stations.any'), region: my.region ?? t('board.nation'), time: time(asOf)})}</p>`}
      ${found.length > my.shown ? html`<button type="button" @click=${() => { my.shown += SHOWN; draw(); }}>${t('stations.more', {n: found.length - my.shown})}</button>` : nothing}`;
  }

  const actions = (n) => html`${['send', 'exports'].filter(may).map((screen) => html`<button type="button" ?disabled=${n > MOST_CARRIED} title=${n > MOST_CARRIED ? t('stations.toomany', {n: MOST_CARRIED}) : nothing} @click=${() => carry(screen)}>${t(`stations.${screen}`, {n: number(n)})}</button>`)}${calls.button(listed())}`;

  function filters() {
    const place = my.form ? `${my.form} ${my.round ?? ''}` : '';
    return html`<form class="filters" @submit=${(event) => event.preventDefault()}>
      <select aria-label=${t('board.region')} @change=${(event) => filter({region: event.target.value, district: ''})}>
        <option value="" ?selected=${!my.region}>${t('stations.allregions')}</option>
        ${regionNames().map((name) => html`<option ?selected=${name === my.region}>${name}</option>`)}</select>
      <select aria-label=${t('stations.form')} @change=${(event) => { const [form, round] = event.target.value.split('|'); filter({form, round}); }}>
        <option value="" ?selected=${!my.form}>${t('stations.allforms')}</option>
        ${places().map((one) => html`<option value="${one.form}|${one.round}" ?selected=${place === `${one.form} ${one.round}`}>${placeName(one)}</option>`)}</select>
      <span class="chips" role="group" aria-label=${t('stations.state')}>${STATES.map((name) => html`<button type="button" class="chip" aria-pressed=${my.state === name} @click=${() => filter({state: my.state === name ? '' : name})}>${glyph(GLYPHS[name] ?? name)}${t(`state.${name}`)}</button>`)}</span>
      ${choice('stations.district', 'district', (state.election.regions.find((one) => one.name === my.region)?.districts ?? []).map((name) => [name, name]))}
      ${choice('stations.organisation', 'organisation', Object.entries(state.election.organisations).map(([code, {name}]) => [code, inLanguage(name)]))}
      ${my.form ? html`<button type="button" class="chip" aria-pressed=${Boolean(my.answers)} @click=${() => filter({answers: my.answers ? '' : '1'})}>${t('stations.answers')}</button>` : nothing}
      <input type="search" data-search placeholder=${t('stations.search')} aria-label=${t('stations.search')} .value=${my.text} @input=${(event) => { my.text = event.target.value; draw(); }}></form>`;
  }

  // What there is to choose of one value limits nothing, and is not asked.
  const choice = (label, name, options) => (options.length > 1 ? html`<select aria-label=${t(label)} @change=${(event) => filter({[name]: event.target.value})}><option value="" ?selected=${!my[name]}>${t(label)}</option>${options.map(([value, word]) => html`<option value=${value} ?selected=${value === my[name]}>${word}</option>`)}</select>` : nothing);

  // The chosen form's answers as columns, as far as this reader may see them.
  const questions = () => (my.answers && my.form ? formOf(my.form).questions : []);
  const answer = (one, {code}) => {
    const {answers = {}} = roundOf(one, {form: my.form, round: my.round || (currentPlace()?.form === my.form ? currentPlace().round : places().find((place) => place.form === my.form)?.round)});
    return code in answers ? valueOf(my.form, code, answers[code]) : '';
  };

  function table(found) {
    const current = currentPlace();
    return html`<div class="scroller tall"><table class="stations"><thead><tr>
      <th scope="col">${t('stations.station')}</th>${my.region ? nothing : html`<th scope="col">${t('board.region')}</th>`}
      <th scope="col" class="number">${t('stations.owes')}</th>
      ${places().map((place) => html`<th scope="col" class="centre ${isHere(place, current) ? 'current' : ''}" title=${placeTitle(place)}>${place.round === '-' ? place.form : html`<small>${place.form}</small> ${place.round}`}</th>`)}
      ${questions().map((question) => html`<th scope="col" class="number" title=${inLanguage(question.label)}>${question.code}</th>`)}
      <th scope="col">${t('stations.lastlife')}</th>
      ${may('calls') ? html`<th scope="col">${t('stations.lastcall')}</th>` : nothing}
      ${seesPeople() ? html`<th scope="col">${t('stations.observers')}</th>` : nothing}</tr></thead>
      <tbody>${repeat(found.slice(0, my.shown), (one) => one.station, (one) => row(one, current))}</tbody></table></div>`;
  }

  const row = (one, current) => html`<tr>
    <td>${['send', 'exports', 'calls'].some(may) ? html`<input type="checkbox" tabindex="-1" aria-label=${t('stations.pick', {station: one.station})} .checked=${my.picked.has(one.station)} @change=${() => pick(one.station)}>` : nothing}
      <a data-item data-station=${one.station} class="whole" href=${link('station', {station: one.station, form: my.form})}><b>${one.station}</b> ${one.name}</a> <small>${one.district}</small>${one.closed_at ? html` <span class="stated closed">${glyph('closed', '')} ${t('roster.closed', {time: time(one.closed_at)})}</span>` : nothing}</td>
    ${my.region ? nothing : html`<td>${one.region}</td>`}
    <td class="number">${one.silent ? html`<b class="stated missing">${t('state.silent')}</b>` : one.owes ? html`<b>${one.owes}</b>` : html`<span class="quiet">0</span>`}</td>
    ${places().map((place) => html`<td class="centre ${isHere(place, current) ? 'current' : ''}">${glyphs(roundOf(one, place))}</td>`)}
    ${questions().map((question) => html`<td class="number">${answer(one, question)}</td>`)}
    <td>${one.last_heard_at ? html`${time(one.last_heard_at)} <small>${ageOf(one.last_heard_at)}</small>` : html`<span class="quiet">–</span>`}</td>
    ${may('calls') ? html`<td>${called(one.call)}</td>` : nothing}
    ${seesPeople() ? html`<td>${peopleOf(one).map(({number: observer, name}) => html`<span class="person">${name ?? observer}</span> `)}</td>` : nothing}</tr>`;

  // Who has it now, or who has called last and what came of it.
  const called = ({last, lease} = {}) => (lease ? html`<small class=${lease.is_mine ? 'lease mine' : 'warned'}>${held(lease)}</small>` : last ? html`<small>${last.who} ${time(last.at)} ${outcome(last.outcome)}</small>` : nothing);

  return {view, follow, keys: {x: () => pick(), ...(may('calls') && {c: call, u: calls.undo})}, title: () => t('stations.title'), leave: () => my.ends.forEach((end) => end())};
}

const roundOf = (station, {form, round}) => station.forms[form]?.[round] ?? {state: 'expected'};
const isHere = (place, current) => current && place.form === current.form && place.round === current.round;
const owes = (round) => round.state === 'missing' || round.state === 'partial';
const GLYPHS = {received: 'complete', silent: 'missing', lacking: 'missing', unobserved: 'missing'};

function matches(round, wanted) {
  if (wanted === 'late') return round.late;
  if (wanted === 'failed') return round.failed_checks?.length > 0;
  if (wanted === 'received') return ['complete', 'partial', 'conflict'].includes(round.state);
  return round.state === wanted;
}

const glyphs = (round) => html`${glyph(round.state)}${round.late ? html`<sup>${glyph('late')}</sup>` : nothing}${round.failed_checks?.length ? glyph('failed') : nothing}`;

// Observers by name, for who may know it; by number else.
const peopleOf = (one) => one.people ?? one.observers.map((number) => ({number}));
