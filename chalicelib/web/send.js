// SMS to many: to whom, what, what it costs, and whether it arrived. Many recipients are confirmed by typing their number.
import {html, nothing} from './vendor/lit-html/lit-html.js';
import {state, draw, notify, regionNames, places, placeName, serverNow} from './state.js';
import {electionPath, send} from './api.js';
import {poll} from './poll.js';
import {once} from './acting.js';
import {t, inLanguage, LANGUAGES} from './words.js';
import {author, number, ageOf, bar, foreign} from './format.js';
import {carried, carriedList} from './carried.js';
import {putting} from './putting.js';
import {arrivals} from './arrivals.js';
import {marked} from './alphabet.js';

const CONFIRMED_FROM = 50;
const TRY_MS = 500;

export function open({region, missing, list}) {
  const my = {region: region ?? '', stations: carried(list, 'stations'), observers: carried(list, 'observers'), missing: missing ?? '', language: '', organisation: '', price: '', atNight: false, text: '', texts: {}, tried: null, typed: '', note: '', fault: '', list: null, timer: 0};
  const act = once();
  const actTest = once();
  const calls = putting();
  const arrived = arrivals();
  const end = poll(electionPath('sends'), ({sends}) => { my.list = sends; draw(); }, {failed: (error) => { my.fault = error.message; draw(); }});
  const to = () => ({...(my.stations.length && {stations: my.stations}), ...(my.observers.length && {observers: my.observers}), ...(my.region && {regions: [my.region]}), ...(my.missing && {missing: my.missing}), ...(my.language && {language: my.language}), ...(my.organisation && {organisation: my.organisation})});

  // What is written, and in which languages else; what is left empty is the first text.
  const said = () => ({text: my.text.trim(), texts: Object.fromEntries(Object.entries(my.texts).map(([language, text]) => [language, text.trim()]).filter(([, text]) => text)), to: to()});

  // To how many it would go is asked while you write; nothing is sent by it.
  function change(changes) {
    Object.assign(my, changes, {tried: null});
    clearTimeout(my.timer);
    my.timer = setTimeout(async () => {
      if (!my.text.trim()) return;
      my.tried = await send(electionPath('sends/preview'), {...said(), ...(Number(my.price) > 0 && {price: my.price})}).then(({document}) => document, (error) => { my.fault = error.message; return null; });
      draw();
    }, TRY_MS);
    my.fault = '';
    draw();
  }

  async function begin(event) {
    event.preventDefault();
    const {recipients} = my.tried;
    if (recipients > CONFIRMED_FROM && Number(my.typed) !== recipients) {
      my.fault = t('send.confirm', {n: recipients});
      draw();
      return;
    }
    const name = `page-${new Date(serverNow()).toISOString().slice(0, 19).replaceAll(':', '')}`;
    const answer = await act(electionPath('sends'), {name, ...said(), expected: recipients, at_night: my.atNight, note: my.note.trim()}, {done: t('send.begun', {n: recipients})}, (error) => { my.fault = error.message; });
    if (answer) {
      Object.assign(my, {text: '', texts: {}, tried: null, typed: '', note: '', fault: '', atNight: false});
      arrived.show(name);
    }
    draw();
  }

  async function test() {
    const answer = await actTest(electionPath('sends/test'), said(), {done: null}, (error) => { my.fault = error.message; });
    if (answer) notify(t('send.tested', {to: answer.document.to, n: answer.document.texts.length}));
    draw();
  }

  const stop = (one, step) => act(electionPath(`sends/${one.name}/${step}`), {note: ''}, {seen: `"${one.version}"`});
  const select = (name, label, options) => html`<label for="send-${name}">${label}</label><select id="send-${name}" @change=${(event) => change({[name]: event.target.value})}>${options.map(([value, text]) => html`<option value=${value} ?selected=${value === my[name]}>${text}</option>`)}</select>`;

  const view = () => html`<div class="title"><h1>${t('send.title')}</h1></div><div class="two">
    <form class="card asking" @submit=${begin}><h2>${t('send.new')}</h2>
      ${carriedList(my, list, change, calls.button(my.stations))}
      ${my.stations.length || my.observers.length ? nothing : select('region', t('board.region'), [['', t('stations.allregions')], ...regionNames().map((name) => [name, name])])}
      ${select('missing', t('send.missing'), [['', t('send.anybody')], ...places().map((place) => [place.round === '-' ? place.form : `${place.form}:${place.round}`, placeName(place)])])}
      ${select('language', t('settings.language'), [['', t('send.anylanguage')], ...Object.entries(LANGUAGES)])}
      ${Object.keys(state.election.organisations).length ? select('organisation', t('send.organisation'), [['', t('send.anyorganisation')], ...Object.entries(state.election.organisations).map(([code, {name}]) => [code, inLanguage(name)])]) : nothing}
      <label for="send-text">${t('send.text')}</label><textarea id="send-text" rows="3" maxlength="1000" .value=${my.text} @input=${(event) => change({text: event.target.value})}></textarea>${marked(my.text)}
      <p class="quiet"><small>${t('send.places')}</small></p>
      <details><summary>${t('send.languages')}</summary>${state.election.languages.map((code) => html`<label for="send-text-${code}">${LANGUAGES[code] ?? code}</label>
        <textarea id="send-text-${code}" lang=${code} rows="2" maxlength="1000" .value=${my.texts[code] ?? ''} @input=${(event) => { my.texts[code] = event.target.value; change({}); }}></textarea>${marked(my.texts[code] ?? '')}`)}</details>
      ${my.tried ? html`<p><b>${t('send.would', {n: number(my.tried.recipients)})}</b> · ${t('send.parts', {n: my.tried.segments_least === my.tried.segments_each ? my.tried.segments_each : `${my.tried.segments_least}–${my.tried.segments_each}`, encoding: my.tried.encoding})} · ${t('send.optedout', {n: my.tried.opted_out})}${my.tried.cost ? ` · ${t('send.cost', {cost: my.tried.cost})}` : nothing}</p>
        ${my.tried.is_night ? html`<p class="warned">${t('send.night')}</p><label class="check"><input type="checkbox" .checked=${my.atNight} @change=${(event) => { my.atNight = event.target.checked; draw(); }}> ${t('send.atnight')}</label>` : nothing}
        <ul class="thread">${my.tried.examples.map((one) => html`<li class="out"><small>${one.name} (${one.station})</small><br>${foreign(one.text)}</li>`)}</ul>
        ${my.tried.recipients > CONFIRMED_FROM ? html`<label for="send-typed">${t('send.confirm', {n: my.tried.recipients})}</label><input id="send-typed" inputmode="numeric" .value=${my.typed} @input=${(event) => { my.typed = event.target.value; }}>` : nothing}` : nothing}
      <label for="send-price">${t('send.price')}</label><input id="send-price" inputmode="decimal" maxlength="12" .value=${my.price} @input=${(event) => change({price: event.target.value.trim().replace(',', '.')})}>
      <label for="send-note">${t('act.note')}</label><input id="send-note" maxlength="500" .value=${my.note} @input=${(event) => { my.note = event.target.value; }}>
      ${my.fault ? html`<p class="fault" role="alert">${my.fault}</p>` : nothing}
      <p class="actions"><button class="main" ?disabled=${!my.tried?.recipients || (my.tried.is_night && !my.atNight)}>${t('send.send')}</button>
        <button type="button" ?disabled=${!my.text.trim()} @click=${test}>${t('send.test')}</button></p></form>
    <section class="card"><h2>${t('send.before')}</h2>${my.list?.length ? html`<ul class="history">${my.list.map(item)}</ul>` : html`<p class="quiet">${t('exports.none')}</p>`}</section></div>`;

  const item = (one) => html`<li>${foreign(one.text)}<br><small>${author(one.who)} · ${ageOf(one.begun_at, serverNow())} · ${t('send.queued', {n: number(one.queued), of: number(one.recipients)})}</small>
    ${bar([['complete', one.queued]], one.recipients)}
    ${arrived.view(one)}
    ${one.state === 'sending' ? html`<button type="button" class="plain" @click=${() => stop(one, 'stop')}>${t('send.stop')}</button>` : nothing}
    ${one.state === 'stopped' ? html`<button type="button" class="plain" @click=${() => stop(one, 'resume')}>${t('send.resume')}</button>` : nothing}</li>`;

  return {view, keys: {u: calls.undo}, title: () => t('send.title'), leave: () => { end(); arrived.leave(); clearTimeout(my.timer); }};
}
