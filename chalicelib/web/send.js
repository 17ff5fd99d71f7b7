// SMS to many: to whom, what, what it costs, and whether it arrived. Many recipients are confirmed by typing their number.
import {html, nothing} from './vendor/lit-html/lit-html.js';
import {draw, regionNames, places, placeName, serverNow} from './state.js';
import {electionPath, send} from './api.js';
import {poll} from './poll.js';
import {once} from './acting.js';
import {t, LANGUAGES} from './words.js';
import {number, ageOf, bar, foreign} from './format.js';

const CONFIRMED_FROM = 50;
const TRY_MS = 500;

export function open({region, missing}) {
  const my = {region: region ?? '', missing: missing ?? '', language: '', text: '', tried: null, typed: '', note: '', fault: '', list: null, timer: 0};
  const act = once();
  const end = poll(electionPath('sends'), ({sends}) => { my.list = sends; draw(); }, {failed: (error) => { my.fault = error.message; draw(); }});
  const to = () => ({...(my.region && {regions: [my.region]}), ...(my.missing && {missing: my.missing}), ...(my.language && {language: my.language})});

  // To how many it would go is asked while you write; nothing is sent by it.
  function change(changes) {
    Object.assign(my, changes, {tried: null});
    clearTimeout(my.timer);
    my.timer = setTimeout(async () => {
      if (!my.text.trim()) return;
      my.tried = await send(electionPath('sends/preview'), {text: my.text.trim(), to: to()}).then(({document}) => document, (error) => { my.fault = error.message; return null; });
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
    const answer = await act(electionPath('sends'), {name, text: my.text.trim(), to: to(), expected: recipients, note: my.note.trim()}, {done: t('send.begun', {n: recipients})}, (error) => { my.fault = error.message; });
    if (answer) Object.assign(my, {text: '', tried: null, typed: '', note: '', fault: ''});
    draw();
  }

  const stop = (one, step) => act(electionPath(`sends/${one.name}/${step}`), {note: ''}, {seen: `"${one.version}"`});
  const select = (name, label, options) => html`<label for="send-${name}">${label}</label><select id="send-${name}" @change=${(event) => change({[name]: event.target.value})}>${options.map(([value, text]) => html`<option value=${value} ?selected=${value === my[name]}>${text}</option>`)}</select>`;

  const view = () => html`<div class="title"><h1>${t('send.title')}</h1></div><div class="two">
    <form class="card asking" @submit=${begin}><h2>${t('send.new')}</h2>
      ${select('region', t('board.region'), [['', t('stations.allregions')], ...regionNames().map((name) => [name, name])])}
      ${select('missing', t('send.missing'), [['', t('send.anybody')], ...places().map((place) => [place.round === '-' ? place.form : `${place.form}:${place.round}`, placeName(place)])])}
      ${select('language', t('settings.language'), [['', t('send.anylanguage')], ...Object.entries(LANGUAGES)])}
      <label for="send-text">${t('send.text')}</label><textarea id="send-text" rows="3" maxlength="1000" .value=${my.text} @input=${(event) => change({text: event.target.value})}></textarea>
      ${my.tried ? html`<p><b>${t('send.would', {n: number(my.tried.recipients)})}</b> · ${t('send.parts', {n: my.tried.segments_each, encoding: my.tried.encoding})} · ${t('send.optedout', {n: my.tried.opted_out})}${my.tried.is_night ? html` <b class="warned">${t('send.night')}</b>` : nothing}</p>
        <p class="quiet">${my.tried.examples.map((one) => `${one.name} (${one.station})`).join(', ')}</p>
        ${my.tried.recipients > CONFIRMED_FROM ? html`<label for="send-typed">${t('send.confirm', {n: my.tried.recipients})}</label><input id="send-typed" inputmode="numeric" .value=${my.typed} @input=${(event) => { my.typed = event.target.value; }}>` : nothing}` : nothing}
      <label for="send-note">${t('act.note')}</label><input id="send-note" maxlength="500" .value=${my.note} @input=${(event) => { my.note = event.target.value; }}>
      ${my.fault ? html`<p class="fault" role="alert">${my.fault}</p>` : nothing}
      <p class="actions"><button class="main" ?disabled=${!my.tried?.recipients}>${t('send.send')}</button></p></form>
    <section class="card"><h2>${t('send.before')}</h2>${my.list?.length ? html`<ul class="history">${my.list.map(item)}</ul>` : html`<p class="quiet">${t('exports.none')}</p>`}</section></div>`;

  const item = (one) => html`<li>${foreign(one.text)}<br><small>${one.who} · ${ageOf(one.begun_at, serverNow())} · ${t('send.queued', {n: number(one.queued), of: number(one.recipients)})}</small>
    ${bar([['complete', one.queued]], one.recipients)}
    ${one.state === 'running' || one.state === 'begun' ? html`<button type="button" class="plain" @click=${() => stop(one, 'stop')}>${t('send.stop')}</button>` : nothing}
    ${one.state === 'stopped' ? html`<button type="button" class="plain" @click=${() => stop(one, 'resume')}>${t('send.resume')}</button>` : nothing}</li>`;

  return {view, title: () => t('send.title'), leave: () => { end(); clearTimeout(my.timer); }};
}
