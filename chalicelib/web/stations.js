// The stations: which ones, and what each still owes. Filters stand in the address; text that is searched for does not.
import {html, nothing} from './vendor/lit-html/lit-html.js';
import {repeat} from './vendor/lit-html/directives/repeat.js';
import {state, change, draw, drawSoon, places, currentPlace, placeName, seesPeople, regionNames, may, formOf} from './state.js';
import {electionPath} from './api.js';
import {poll} from './poll.js';
import {go, link} from './app.js';
import {t, placeTitle, inLanguage} from './words.js';
import {number, glyph, stated, closedSince, time, ageOf, emptyList, author} from './format.js';
import {listing, peopleOf, roundOf, statesOf, STATES} from './listing.js';
import {putting} from './putting.js';
import {valueOf} from './fields.js';
import {outcome} from './outcomes.js';
import {held} from './leased.js';

const FILTERS = ['region', 'form', 'round', 'state', 'district', 'organisation', 'answers'];
const ONE_REGION_SECONDS = 15;
const NATION_SECONDS = 60;
const SHOWN = 200;
const MOST_CARRIED = 500; // stations that a send or an export names

export function open(parameters) {
  const my = {...parameters, text: '', ends: [], shown: SHOWN, picked: new Set(), isUnfolded: false};
  const list = listing();
  const calls = putting();

  const regions = () => (my.region ? [my.region] : regionNames());

  function load() {
    my.ends.forEach((end) => end());
    my.ends = [];
    list.clear();
    const [first, ...others] = regions();
    page(first, null, others);
  }

  // Pages one after the other, so that a nation's do not crowd out what else is asked; each then again by itself.
  function page(region, after, others) {
    const seconds = my.region ? ONE_REGION_SECONDS : NATION_SECONDS;
    const path = electionPath(`regions/${encodeURIComponent(region)}/stations${after ? `?after=${encodeURIComponent(after)}` : ''}`);
    let isFirst = true;
    my.ends.push(poll(path, (document) => {
      const isNews = list.take(path, region, document);
      if (isFirst && document.next) page(region, document.next, others);
      else if (isFirst && others.length) page(others[0], null, others.slice(1));
      isFirst = false;
      if (isNews) drawSoon();
    }, {seconds, failed: (error) => { my.fault = error.message; draw(); }}));
  }

  const chosen = () => list.chosen(my);
  const stateWords = () => statesOf(my).map((name) => t(`state.${name}`)).join(', ');
  const place = () => (my.form ? placeName({form: my.form, round: my.round || '-'}) : '');
  // What is chosen, in words: the list's name where it goes to, and the button's that hides the filters on a phone.
  const words = () => [stateWords(), place(), my.district || my.region].filter(Boolean).join(' · ');

  function filter(changes) {
    const wasRegion = my.region;
    Object.assign(my, changes, {shown: SHOWN, picked: new Set()});
    go('stations', Object.fromEntries(FILTERS.map((name) => [name, my[name]])), {replace: true});
    if ((wasRegion ?? '') !== (my.region ?? '')) load();
  }

  const toggle = (name) => filter({state: (statesOf(my).includes(name) ? statesOf(my).filter((other) => other !== name) : [...statesOf(my), name]).join()});

  // Backspace where nothing is typed takes the last state off.
  function unchip(event) {
    const last = statesOf(my).at(-1);
    if (event.key === 'Backspace' && !event.repeat && !event.target.value && last) toggle(last);
  }

  function clear() {
    my.text = '';
    filter(Object.fromEntries(FILTERS.map((name) => [name, ''])));
    draw();
  }

  // The list goes along to the screen that does something with it: what is picked, or all that is listed.
  const listed = () => (my.picked.size ? chosen().filter((one) => my.picked.has(one.station)) : chosen()).map((one) => one.station);
  function carry(screen) {
    change({carried: {stations: listed(), words: words()}});
    const missing = my.state === 'missing' && my.form ? place().replace(' ', ':') : '';
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
    const all = list.count();
    const asOf = list.asOf();
    const isLoading = !list.isWhole(regions().length);
    return html`<div class="title"><h1>${t('stations.title')}</h1>
        <span class="quiet">${t('stations.count', {n: number(found.length), all: number(all)})}${asOf ? ` · ${t('frame.asof', {time: time(asOf, true)})}` : ''}</span><span class="grow"></span>
        ${found.length ? actions(my.picked.size || found.length) : nothing}</div>
      ${filters()}
      ${my.fault ? html`<p class="fault" role="alert">${my.fault}</p>` : nothing}
      ${found.length ? table(found) : my.text.trim() || my.district || my.organisation ? (isLoading ? html`<p class="waiting" role="status">${t('frame.loading')}</p>` : emptyList('', true, clear)) : html`<p class="empty">${isLoading ? t('frame.loading') : t('stations.none', {what: stateWords() || t('stations.title'), place: place() || t('stations.any'), region: my.region ?? t('board.nation'), time: time(asOf)})}</p>`}
      ${found.length > my.shown ? html`<button type="button" @click=${() => { my.shown += SHOWN; draw(); }}>${t('stations.more', {n: found.length - my.shown})}</button>` : nothing}`;
  }

  const actions = (n) => html`${['send', 'exports'].filter(may).map((screen) => html`<button type="button" ?disabled=${n > MOST_CARRIED} title=${n > MOST_CARRIED ? t('stations.toomany', {n: MOST_CARRIED}) : nothing} @click=${() => carry(screen)}>${t(`stations.${screen}`, {n: number(n)})}</button>`)}${calls.button(listed())}`;

  function filters() {
    return html`<form class="filters ${my.isUnfolded ? '' : 'folded'}" @submit=${(event) => event.preventDefault()}>
      <button type="button" class="fold" aria-expanded=${my.isUnfolded} @click=${() => { my.isUnfolded = !my.isUnfolded; draw(); }}>${t('stations.filters')} <small>${words()}</small></button>
      <select aria-label=${t('board.region')} @change=${(event) => filter({region: event.target.value, district: ''})}>
        <option value="" ?selected=${!my.region}>${t('stations.allregions')}</option>
        ${regionNames().map((name) => html`<option ?selected=${name === my.region}>${name}</option>`)}</select>
      <select aria-label=${t('stations.form')} @change=${(event) => { const [form, round] = event.target.value.split('|'); filter({form, round}); }}>
        <option value="" ?selected=${!my.form}>${t('stations.allforms')}</option>
        ${places().map((one) => html`<option value="${one.form}|${one.round}" ?selected=${my.form === one.form && my.round === one.round}>${placeName(one)}</option>`)}</select>
      <span class="chips" role="group" aria-label=${t('stations.state')}>${STATES.map((name) => html`<button type="button" class="chip" aria-pressed=${statesOf(my).includes(name)} @click=${() => toggle(name)}>${glyph(GLYPHS[name] ?? name, '')}${t(`state.${name}`)}</button>`)}</span>
      ${choice('stations.district', 'district', (state.election.regions.find((one) => one.name === my.region)?.districts ?? []).map((name) => [name, name]))}
      ${choice('stations.organisation', 'organisation', Object.entries(state.election.organisations).map(([code, {name}]) => [code, inLanguage(name)]))}
      ${my.form ? html`<button type="button" class="chip" aria-pressed=${Boolean(my.answers)} @click=${() => filter({answers: my.answers ? '' : '1'})}>${t('stations.answers')}</button>` : nothing}
      <input type="search" data-search placeholder=${t('stations.search')} aria-label=${t('stations.search')} .value=${my.text} @keydown=${unchip} @input=${(event) => { my.text = event.target.value; draw(); }}></form>`;
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
    const columns = places();
    return html`<div class="scroller tall"><table class="stations"><thead><tr>
      <th scope="col">${t('stations.station')}</th>${my.region ? nothing : html`<th scope="col">${t('board.region')}</th>`}
      <th scope="col" class="number">${t('stations.owes')}</th>
      ${columns.map((place) => html`<th scope="col" class="centre ${isHere(place, current) ? 'current' : ''}" title=${placeTitle(place)}>${place.round === '-' ? place.form : html`<small>${place.form}</small> ${place.round}`}</th>`)}
      ${questions().map((question) => html`<th scope="col" class="number" title=${inLanguage(question.label)}>${question.code}</th>`)}
      <th scope="col">${t('stations.lastlife')}</th>
      ${may('calls') ? html`<th scope="col">${t('stations.lastcall')}</th>` : nothing}
      ${seesPeople() ? html`<th scope="col">${t('stations.observers')}</th>` : nothing}</tr></thead>
      <tbody>${repeat(found.slice(0, my.shown), (one) => one.station, (one) => row(one, columns, current))}</tbody></table></div>`;
  }

  const row = (one, columns, current) => html`<tr>
    <td>${['send', 'exports', 'calls'].some(may) ? html`<input type="checkbox" tabindex="-1" aria-label=${t('stations.pick', {station: one.station})} .checked=${my.picked.has(one.station)} @change=${() => pick(one.station)}>` : nothing}
      <a data-item data-station=${one.station} class="whole" href=${link('station', {station: one.station, form: my.form})}><b>${one.station}</b> ${one.name}</a> <small>${one.district}</small>${one.closed_at ? html` ${closedSince(one)}` : nothing}</td>
    ${my.region ? nothing : html`<td>${one.region}</td>`}
    <td class="number">${one.is_silent ? html`<b>${stated('silent')}</b>` : one.owes ? html`<b>${one.owes}</b>` : html`<span class="quiet">0</span>`}</td>
    ${columns.map((place) => html`<td class="centre ${isHere(place, current) ? 'current' : ''}">${glyphs(roundOf(one, place))}</td>`)}
    ${questions().map((question) => html`<td class="number">${answer(one, question)}</td>`)}
    <td>${one.last_heard_at ? html`${time(one.last_heard_at)} <small>${ageOf(one.last_heard_at)}</small>` : html`<span class="quiet">–</span>`}</td>
    ${may('calls') ? html`<td>${called(one.call)}</td>` : nothing}
    ${seesPeople() ? html`<td>${peopleOf(one).map(({number: observer, name}) => html`<span class="person">${name ?? observer}</span> `)}</td>` : nothing}</tr>`;

  // Who has it now, or who has called last and what came of it.
  const called = ({last, lease} = {}) => (lease ? html`<small class=${lease.is_mine ? 'lease mine' : 'warned'}>${held(lease)}</small>` : last ? html`<small>${author(last.who)} ${time(last.at)} ${outcome(last.outcome)}</small>` : nothing);

  return {view, follow, keys: {x: () => pick(), ...(may('calls') && {c: call, u: calls.undo})}, title: () => t('stations.title'), leave: () => my.ends.forEach((end) => end())};
}

const isHere = (place, current) => current && place.form === current.form && place.round === current.round;
const GLYPHS = {received: 'complete', lacking: 'missing', unobserved: 'missing'};

const glyphs = (round) => html`${glyph(round.state)}${round.late ? html`<sup>${glyph('late')}</sup>` : nothing}${round.failed_checks?.length ? glyph('failed') : nothing}`;
