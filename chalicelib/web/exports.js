// Exports: what is asked for is made while you go on; its files can be fetched for a day.
import {html, nothing} from './vendor/lit-html/lit-html.js';
import {state, draw, allowed, regionNames, serverNow} from './state.js';
import {electionPath} from './api.js';
import {poll, pollNow} from './poll.js';
import {once} from './acting.js';
import {t, inLanguage, LANGUAGES} from './words.js';
import {author, number, ageOf, glyph, date, time} from './format.js';
import {carried, carriedList} from './carried.js';

const WHATS = ['reports', 'incidents', 'messages', 'contacts', 'audit', 'roster'];
const STATES = {done: 'complete', failed: 'failed', running: 'partial', waiting: 'expected'};

export function open({region, form, list}) {
  const my = {stations: carried(list, 'stations'), list: null, fault: '', what: 'reports', format: 'csv', region: region ?? '', form: form ?? '', people: false, note: ''};
  const act = once();
  const actLink = once();
  const end = poll(electionPath('exports'), (list) => { my.list = list; draw(); }, {failed: (error) => { my.fault = error.message; draw(); }});

  async function ask(event) {
    event.preventDefault();
    const body = {what: my.what, format: my.format, stations: my.what === 'audit' ? [] : my.stations, regions: my.region && !my.stations.length ? [my.region] : [], forms: my.form && my.what === 'reports' ? [my.form] : [], language: state.language, people: my.people, note: my.note.trim()};
    const answer = await act(electionPath('exports'), body, {done: t('exports.asked')}, (error) => { my.fault = error.message; });
    if (answer) Object.assign(my, {fault: '', note: ''});
    pollNow();
    draw();
  }

  // Links live for a minute: they are asked for at the click, and the file comes at once.
  async function fetchFiles(one) {
    const answer = await actLink(electionPath(`exports/${one.id}/links`), {note: ''}, {done: t('exports.fetching')});
    for (const file of answer?.document.files ?? []) {
      const anchor = document.createElement('a');
      anchor.href = file.url;
      anchor.download = file.name;
      anchor.click();
    }
  }

  const view = () => html`<div class="title"><h1>${t('exports.title')}</h1></div>
    <div class="two"><form class="card asking" @submit=${ask}><h2>${t('exports.new')}</h2>
      ${choice('exports.what', WHATS.map((name) => [name, t(`exports.${name}`)]), 'what')}
      ${choice('exports.format', [['csv', 'CSV'], ['xlsx', 'XLSX']], 'format')}
      ${my.what === 'audit' ? nothing : carriedList(my, list, (changes) => { Object.assign(my, changes); draw(); })}
      ${my.stations.length && my.what !== 'audit' ? nothing : choice('board.region', [['', t('stations.allregions')], ...regionNames().map((name) => [name, name])], 'region')}
      ${my.what === 'reports' ? choice('stations.form', [['', t('stations.allforms')], ...state.election.forms.map((one) => [one.code, `${one.code} ${inLanguage(one.title)}`])], 'form') : nothing}
      ${allowed('export_people') ? html`<label class="check"><input type="checkbox" .checked=${my.people} @change=${(event) => { my.people = event.target.checked; draw(); }}> ${t('exports.people')}</label>${my.people ? html`<p class="warned">${t('exports.warning')}</p>` : nothing}` : nothing}
      <label for="export-note">${t('act.note')}</label><input id="export-note" maxlength="500" .value=${my.note} @input=${(event) => { my.note = event.target.value; }}>
      <p class="quiet">${t('exports.words', {what: t(`exports.${my.what}`), region: my.stations.length ? t('list.stations', {n: number(my.stations.length)}) : my.region || t('board.nation'), language: LANGUAGES[state.language]})}</p>
      ${my.fault ? html`<p class="fault" role="alert">${my.fault}</p>` : nothing}
      <p class="actions"><button class="main">${t('exports.make')}</button></p></form>
    <section class="card"><h2>${t('exports.jobs')}</h2>${my.list?.exports.length ? html`<ul class="history">${my.list.exports.map(job)}</ul>` : html`<p class="quiet">${t('exports.none')}</p>`}</section></div>`;

  const choice = (label, options, name) => html`<label for="export-${name}">${t(label)}</label><select id="export-${name}" @change=${(event) => { my[name] = event.target.value; draw(); }}>${options.map(([value, text]) => html`<option value=${value} ?selected=${my[name] === value}>${text}</option>`)}</select>`;

  const job = (one) => html`<li><span class="split"><span>${glyph(STATES[one.state] ?? 'expected', one.state)} <b>${t(`exports.${one.wanted.what}`)}</b> ${one.wanted.format?.toUpperCase()} <small>${one.wanted.stations ? t('list.stations', {n: number(one.wanted.stations)}) : (one.wanted.regions ?? []).join(', ')}</small></span>
      ${one.state === 'done' ? html`<button type="button" @click=${() => fetchFiles(one)}>${t('exports.fetch', {n: one.files.length})}</button>` : html`<small>${t(`exports.state.${one.state}`)}</small>`}</span>
    <small>${author(one.who)} · ${ageOf(one.asked_at, serverNow())} · ${t('exports.rows', {n: number(one.rows)})} · ${number(Math.ceil(one.bytes / 1000))} kB · ${t('people.until', {date: `${date(one.until)} ${time(one.until)}`})}</small>${one.error ? html`<p class="fault">${one.error}</p>` : nothing}</li>`;

  return {view, title: () => t('exports.title'), leave: end};
}
