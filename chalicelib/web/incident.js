// One incident: the observer's words, what was done about it, and the steps that its state allows.
import {html, nothing} from './vendor/lit-html/lit-html.js';
import {draw, allowed} from './state.js';
import {electionPath, get} from './api.js';
import {poll} from './poll.js';
import {link} from './app.js';
import {once} from './acting.js';
import {t} from './words.js';
import {foreign, time, ageOf} from './format.js';
import {clash} from './clash.js';
import {whatOf} from './incidents.js';

const STEPS = {
  acknowledge: {key: 'a', from: ['new']},
  verify: {key: 'v', from: ['new', 'acknowledged']},
  reject: {key: 'j', from: ['new', 'acknowledged'], note: true},
  resolve: {key: 'r', from: ['verified', 'rejected']},
  reopen: {key: 'o', from: ['verified', 'rejected', 'resolved'], note: true},
};

export function open({number}) {
  const my = {incident: null, etag: null, note: '', fault: '', wantsNote: false};
  const path = electionPath(`incidents/${encodeURIComponent(number)}`);
  const act = once();
  const met = clash();
  const end = poll(path, (incident, etag) => {
    Object.assign(my, {incident, etag});
    draw();
  }, {failed: (error) => { my.fault = error.message; draw(); }});

  const steps = () => (my.incident && allowed('work_incidents') ? Object.keys(STEPS).filter((step) => STEPS[step].from.includes(my.incident.state)) : []);

  function askNote() {
    my.wantsNote = true;
    draw();
    document.querySelector('#note')?.focus();
  }

  async function take(step) {
    if (!steps().includes(step)) return;
    if (STEPS[step].note && !my.note.trim()) {
      askNote();
      return;
    }
    const was = my.incident.state;
    const answer = await act(`${path}/${step}`, {note: my.note.trim()}, {seen: my.etag, changed: () => meet(step, was)});
    if (answer) Object.assign(my, {incident: answer.document, etag: answer.etag, note: '', wantsNote: false});
    draw();
  }

  // Somebody was faster: the incident as it is now beside what was seen and what one wanted.
  async function meet(step, was) {
    const {document: incident, etag} = await get(path).catch(() => ({document: null}));
    if (!incident) return;
    Object.assign(my, {incident, etag});
    const last = incident.history.at(-1);
    met.meet({
      before: t(`incident.is.${was}`),
      theirs: `${t(`incident.is.${incident.state}`)}${last?.note ? `: ${last.note}` : ''}`,
      who: last?.who,
      at: last?.at,
      yours: `${t(`incident.${step}`)}${my.note.trim() ? `: ${my.note.trim()}` : ''}`,
      apply: STEPS[step].from.includes(incident.state) ? () => take(step) : null,
    });
  }

  async function change(name, body, done) {
    const answer = await act(`${path}/${name}`, body, {seen: `"${my.incident.version}"`, done});
    if (answer) my.note = '';
    draw();
  }

  const note = () => (my.note.trim() ? change('note', {note: my.note.trim()}) : askNote());
  const undo = () => change('undo', {note: t('key.undo')}, t('calls.undone'));

  function view() {
    if (my.fault) return html`<p class="fault" role="alert">${my.fault}</p>`;
    const one = my.incident;
    if (!one) return html`<p class="waiting" role="status">${t('frame.loading')}</p>`;
    return html`<div class="title"><a class="button" href=${link('incidents')}><kbd>Esc</kbd></a><h1>${t('incident.title', {number})}</h1>
        <span class="severity ${one.severity}">${t(`incidents.${one.severity}`)}</span> <b>${t(`incident.is.${one.state}`)}</b>
        <span class="quiet">${t('incident.opened', {time: time(one.opened_at)})} · ${ageOf(one.opened_at)}</span></div>
      ${met.view()}
      <div class="two">
        <section class="card"><h2>${whatOf(one)}</h2>
          <p>${one.region} · <a href=${link('station', {station: one.station})}>${t('incidents.station', {number: one.station})}</a></p>
          <h3>${t('incident.words')}</h3>
          ${one.text ? html`<blockquote>${foreign(one.text)}</blockquote>` : html`<p class="quiet">${t('incident.nowords')}</p>`}
          ${one.doubt ? html`<p class="warned">${t(`incidents.doubt.${one.doubt}`)}</p>` : nothing}
          ${one.may_be_same_as.length ? html`<p>${t('incidents.same', {numbers: ''})} ${one.may_be_same_as.map((other) => html`<a href=${link('incident', {number: other})}>${other}</a> `)}</p>` : nothing}
        </section>
        <section class="card"><h2>${t('incident.history')}</h2>
          ${one.history.length ? html`<ol class="history">${one.history.map((entry) => html`<li><time>${time(entry.at)}</time> <b>${t(`incident.${entry.step}`)}</b> · ${entry.who ?? ''}${entry.note ? html`<br>${foreign(entry.note)}` : nothing}</li>`)}</ol>` : html`<p class="quiet">${t('incident.nohistory')}</p>`}
          ${steps().length ? html`<label for="note">${my.wantsNote ? html`<span class="fault">${t('act.notewanted')}</span>` : t('act.note')}</label>
            <textarea id="note" rows="2" maxlength="500" .value=${my.note} @input=${(event) => { my.note = event.target.value; }}></textarea>
            <p class="actions">${steps().map((step) => html`<button type="button" @click=${() => take(step)}><kbd>${STEPS[step].key.toUpperCase()}</kbd> ${t(`incident.${step}`)}</button>`)}
            <button type="button" @click=${note}>${t('incident.note')}</button><button type="button" @click=${undo}><kbd>U</kbd> ${t('act.undo')}</button></p>` : nothing}
        </section></div>`;
  }

  const own = Object.fromEntries(Object.entries(STEPS).map(([step, {key}]) => [key, Object.assign(() => take(step), {changes: true})]));
  const keys = {...own, u: Object.assign(undo, {changes: true})};
  return {view, keys, title: () => t('incident.title', {number}), leave: end};
}
