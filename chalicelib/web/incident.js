// One incident: the observer's words, what was done about it, and the steps that its state allows.
import {html, nothing} from './vendor/lit-html/lit-html.js';
import {draw, allowed} from './state.js';
import {electionPath, get} from './api.js';
import {poll} from './poll.js';
import {link} from './app.js';
import {once} from './acting.js';
import {t, known} from './words.js';
import {author, foreign, time, ageOf, signature} from './format.js';
import {clash} from './clash.js';
import {whatOf} from './incidents.js';
import {grading} from './grading.js';
import {involved} from './involved.js';
import {leased} from './leased.js';

const STEPS = {
  acknowledge: {key: 'a', from: ['new']},
  verify: {key: 'v', from: ['new', 'acknowledged']},
  reject: {key: 'j', from: ['new', 'acknowledged'], note: true},
  resolve: {key: 'r', from: ['verified', 'rejected']},
  reopen: {key: 'o', from: ['verified', 'rejected', 'resolved'], note: true},
};

export function open({number}) {
  const my = {incident: null, etag: null, note: '', fault: '', wantsNote: false, lease: null};
  const path = electionPath(`incidents/${encodeURIComponent(number)}`);
  const act = once();
  const met = clash();
  const people = involved();
  const changes = grading(change);
  const end = poll(path, (incident, etag) => {
    Object.assign(my, {incident, etag});
    people.follow(incident);
    hold();
    draw();
  }, {failed: (error) => { my.fault = error.message; draw(); }});

  // Whoever opens what nobody has verified yet has it in hand, so that nobody else gets it as the next task.
  function hold() {
    const {state, region} = my.incident;
    if (allowed('work_calls') && ['new', 'acknowledged'].includes(state)) my.lease ??= leased({kind: 'incident', key: String(number), region});
  }

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
    const isStill = () => STEPS[step].from.includes(my.incident.state);
    await change(step, {}, {words: t(`incident.${step}`), again: () => (isStill() ? () => take(step) : null)});
  }

  // `body` and the note that is typed; `again`: how it is done on the incident as it is now, if it can be.
  async function change(name, body, {words = '', done, again = () => () => change(name, body, {words, done})} = {}) {
    const was = my.incident;
    const note = my.note.trim();
    const changed = () => meet(was, note ? `${words}: ${note}` : words, again);
    const answer = await act(`${path}/${name}`, {note, ...body}, {seen: `"${was.version}"`, changed, ...(done && {done})});
    if (answer) Object.assign(my, {incident: answer.document, etag: answer.etag, note: '', wantsNote: false});
    draw();
    return answer;
  }

  // Somebody was faster: the incident as it is now beside what was seen and what one wanted.
  async function meet(was, yours, again) {
    const {document: incident, etag} = await get(path).catch(() => ({document: null}));
    if (!incident) return;
    Object.assign(my, {incident, etag});
    const last = incident.history.at(-1);
    met.meet({
      before: t(`incident.is.${was.state}`),
      theirs: `${t(`incident.is.${incident.state}`)}${last?.note ? `: ${last.note}` : ''}`,
      who: last?.who,
      at: last?.at,
      yours,
      apply: again(),
    });
  }

  const note = () => (my.note.trim() ? change('note', {}, {words: t('incident.note')}) : askNote());
  const undo = () => change('undo', {note: t('key.undo')}, {words: t('act.undo'), done: t('calls.undone'), again: () => null});

  function view() {
    if (my.fault) return html`<p class="fault" role="alert">${my.fault}</p>`;
    const one = my.incident;
    if (!one) return html`<p class="waiting" role="status">${t('frame.loading')}</p>`;
    return html`<div class="title"><a class="button" href=${link('incidents')}><kbd>Esc</kbd></a><h1>${t('incident.title', {number})}</h1>
        <span class="severity ${one.severity}">${t(`incidents.${one.severity}`)}</span> <b>${t(`incident.is.${one.state}`)}</b>
        <span class="quiet">${t('incident.opened', {time: time(one.opened_at)})} · ${ageOf(one.opened_at)}</span>
        ${my.lease?.view() ?? nothing}
        ${one.assigned ? html`<span class="tag">${t('calls.held', {who: signature(one.assigned)})}</span>` : nothing}</div>
      ${met.view()}
      <div class="two">
        <section class="card"><h2>${whatOf(one)}</h2>
          <p>${one.region} · <a href=${link('station', {station: one.station})}>${t('incidents.station', {number: one.station})}</a></p>
          <h3>${t('incident.words')}</h3>
          ${one.text ? html`<blockquote>${foreign(one.text)}</blockquote>` : html`<p class="quiet">${t('incident.nowords')}</p>`}
          ${one.doubt ? html`<p class="warned">${t(`incidents.doubt.${one.doubt}`)}</p>` : nothing}
          ${people.sms()}
          ${changes.twins(one)}
        </section>
        <section class="card"><h2>${t('incident.history')}</h2>
          ${one.history.length ? html`<ol class="history">${one.history.map((entry) => html`<li><time>${time(entry.at)}</time> <b>${known(`incident.did.${entry.step}`) ?? t(`incident.${entry.step}`)}</b> · ${author(entry.who)}${entry.note ? html`<br>${foreign(entry.note)}` : nothing}</li>`)}</ol>` : html`<p class="quiet">${t('incident.nohistory')}</p>`}
          ${allowed('work_incidents') ? html`<label for="note">${my.wantsNote ? html`<span class="fault">${t('act.notewanted')}</span>` : t('act.note')}</label>
            <textarea id="note" rows="2" maxlength="500" .value=${my.note} @input=${(event) => { my.note = event.target.value; }}></textarea>
            <p class="actions">${steps().map((step) => html`<button type="button" @click=${() => take(step)}><kbd>${STEPS[step].key.toUpperCase()}</kbd> ${t(`incident.${step}`)}</button>`)}
            <button type="button" @click=${note}>${t('incident.note')}</button><button type="button" @click=${undo}><kbd>U</kbd> ${t('act.undo')}</button></p>
            ${changes.view(one)}` : nothing}
        </section>
        ${people.view(one)}</div>`;
  }

  const own = Object.fromEntries(Object.entries(STEPS).map(([step, {key}]) => [key, Object.assign(() => take(step), {changes: true})]));
  const keys = {...own, u: Object.assign(undo, {changes: true})};
  return {view, keys, title: () => t('incident.title', {number}), leave: () => { end(); my.lease?.release(); }};
}
