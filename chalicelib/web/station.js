// One station: who observes it, what each has reported, and which answers count.
import {html, nothing} from './vendor/lit-html/lit-html.js';
import {draw, formOf, seesPeople, allowed, placeName, serverNow} from './state.js';
import {electionPath} from './api.js';
import {poll} from './poll.js';
import {go, link} from './app.js';
import {t, inLanguage, placeTitle} from './words.js';
import {time, ageOf, glyph, stated, closedSince, number, signature} from './format.js';
import {valueOf, questionOf, inNumbers} from './fields.js';
import {whatOf} from './incidents.js';
import {leased} from './leased.js';
import {corrections} from './correcting.js';
import {rosterChanges} from './roster.js';
import {contacts} from './contacts.js';

const PHONE = 'phone';

export function open({station, form, doubt}) {
  const my = {station: null, fault: '', shown: form ? new Set([form]) : new Set(), history: null, at: null, lease: null};
  const path = electionPath(`stations/${encodeURIComponent(station)}`);
  const end = poll(path, (document) => { my.station = document; hold(); draw(); }, {failed: (error) => { my.fault = error.message; draw(); }});

  // Who comes to settle a doubt has it in hand, so that nobody else settles it meanwhile.
  function hold() {
    if (doubt && allowed('work_reports')) my.lease ??= leased({kind: 'doubt', key: `${station}#${form}#${doubt}`, region: my.station.station.region});
  }

  const correct = corrections(path);
  const roster = rosterChanges(station);
  const calls = contacts(station);

  function view() {
    if (my.fault) return html`<p class="fault" role="alert">${my.fault}</p>`;
    if (!my.station) return html`<p class="waiting" role="status">${t('frame.loading')}</p>`;
    const {station: one, incidents, reports} = my.station;
    return html`<div class="title"><h1>${one.number} ${one.name}</h1>
        <span class="quiet">${one.region} · ${one.district}${one.registered ? ` · ${t('station.registered', {n: number(one.registered)})}` : ''}${one.is_in_sample ? ` · ${t('station.insample')}` : ''}</span><span class="grow"></span>
        ${correct.canUndo() ? html`<button type="button" @click=${correct.undo}><kbd>U</kbd> ${t('act.undo')}</button>` : nothing}
        ${my.lease?.view() ?? nothing}<span class="quiet">${t('frame.asof', {time: time(my.station.as_of, true)})}</span></div>
      ${allowed('change_stations') ? roster.ofStation(one) : one.closed_at ? html`<p><b>${closedSince(one)}</b></p>` : nothing}
      ${seesPeople() ? html`<p class="quiet filters">${lastLife()}<span>${calls.last()}</span></p>${people()}` : nothing}
      ${incidents?.length ? html`<p class="strip-line">${incidents.map((incident) => html`<a class="tag" href=${link('incident', {number: incident.number})}>${glyph('failed', t('incidents.title'))} ${incident.number} ${whatOf(incident)} <small>${t(`incident.is.${incident.state}`)}</small></a>`)}</p>` : nothing}
      ${[...reports].sort(byUrgency).map(block)}
      ${calls.view()}
      ${allowed('read_audit') ? html`<p><a href=${link('audit', {about: station})}>${t('station.audit')}</a></p>` : nothing}`;
  }

  function lastLife() {
    const heard = my.station.observers.map((one) => one.last_heard).filter(Boolean).sort().at(-1);
    return html`<span>${heard ? t('calls.heard', {age: ageOf(heard, serverNow())}) : t('station.neverheard')}</span>`;
  }

  const people = () => html`<div class="phones">${my.station.observers.map((one) => html`<div class="caller"><b><a href=${link('observer', {number: one.number})}>${one.name}</a> <small>${one.number} · ${one.language}</small></b>
      ${one.phones.map(({phone, last_heard: heard}) => html`<a class="tel" href="tel:${phone}">${glyph(PHONE, t('calls.phone'))} ${phone} <small>${heard ? t('calls.heard', {age: ageOf(heard, serverNow())}) : t('station.neverheard')}</small></a>${calls.mark(phone)}`)}${allowed('change_stations') ? roster.ofObserver(one) : nothing}</div>`)}
    ${my.station.coordinators.map((one) => html`<div class="caller"><b>${one.name} <small>${t('calls.coordinator')}</small></b>${one.phone ? html`<a class="tel" href="tel:${one.phone}">${glyph(PHONE, t('calls.phone'))} ${one.phone}</a>` : nothing}</div>`)}</div>`;

  function block(report) {
    const place = {form: report.form, round: report.round};
    const key = placeName(place);
    const isOpen = my.shown.has(report.form) || my.shown.has(key) || ['conflict', 'partial'].includes(report.state) || report.failed_checks.length > 0;
    return html`<details class="report ${report.state}" ?open=${isOpen} @toggle=${(event) => event.target.open && my.shown.add(key)}>
      <summary><b>${placeTitle(place)}</b> ${stated(report.state)} ${report.late ? stated('late') : nothing}
        ${report.failed_checks.map((check) => html`<span class="stated failed ${check.explained ? 'quiet' : ''}">${glyph('failed')} ${inLanguage(check.message) || check.rule}${check.sentence ? `: ${inNumbers(check.sentence)}` : ''}${check.explained ? ` (${t('station.explained')})` : ''}</span>`)}</summary>
      ${allowed('work_reports') ? report.failed_checks.filter((check) => !check.explained).map((check) => html`<button type="button" class="plain" @click=${() => correct.explain(report, check.rule)}>${t('correct.asit', {rule: check.rule})}</button>`) : nothing}
      ${allowed('work_reports') ? report.failed_checks.filter((check) => check.explained).map((check) => html`<button type="button" class="plain" @click=${() => correct.takeBack(report, {of: 'explanation', rule: check.rule})}>${t('correct.doubtagain', {rule: check.rule})}</button>`) : nothing}
      ${answersOf(report).length ? table(report) : html`<p class="quiet">${t('station.nothing', {time: time(report.due)})}</p>`}
      ${correct.under(report)}</details>`;
  }

  function table(report) {
    const observers = Object.keys(report.observers);
    const wrong = new Set(report.failed_checks.filter((check) => !check.explained).flatMap((check) => check.codes));
    const isOne = formOf(report.form).expect !== 'observer';
    return html`<div class="scroller"><table class="answers"><thead><tr><th scope="col">${t('station.question')}</th>
      ${observers.map((observer) => html`<th scope="col">${t('station.observer', {number: observer})}${report.observers[observer].left_out ? html` <span class="warned">${t('station.leftout')}</span>${allowed('work_reports') ? html` <button type="button" class="plain" @click=${() => correct.takeBack(report, {of: 'left_out', observer})}>${t('correct.countagain')}</button>` : nothing}` : nothing}</th>`)}
      ${isOne ? html`<th scope="col">${t('station.counts')}</th>` : nothing}</tr></thead>
      <tbody>${report.questions.map((question) => html`<tr class="${question.how === 'conflict' ? 'conflict' : ''} ${wrong.has(question.code) ? 'failed' : ''}">
        <th scope="row"><b>${question.code}</b> ${labelOf(report.form, question)}</th>
        ${question.is_withheld ? html`<td colspan=${observers.length + 1} class="quiet">${t('station.withheld')}</td>` : html`
        ${observers.map((observer) => html`<td>${given(report, question, observer)}</td>`)}
        ${isOne ? html`<td>${counted(report, question)}</td>` : nothing}`}</tr>
        ${my.history === `${report.form} ${report.round} ${question.code}` ? pastOf(report, question, observers) : nothing}`)}</tbody></table></div>`;
  }

  function given(report, question, observer) {
    const answer = question.observers[observer];
    if (!answer) return html`<span class="quiet">–</span>`;
    const id = `${report.form} ${report.round} ${question.code} ${observer}`;
    return html`<button type="button" data-item class="answer ${my.at?.id === id ? 'chosen' : ''}" @focus=${() => { my.at = {id, report, question, observer, answer}; }} @click=${() => { my.at = {id, report, question, observer, answer}; correct.choose(my.at); }}>
      <b>${valueOf(report.form, question.code, answer.value)}</b> ${answer.source === PHONE ? glyph('phone', t('state.phone')) : nothing}
      ${answer.confirmed ? html`<span title=${t('station.confirmed', {who: signature(answer.confirmed.who), time: time(answer.confirmed.at)})}>✓</span>` : nothing}
      <small>${time(answer.at)}${answer.by ? ` ${answer.by}` : ''}${answer.history.length > 1 ? ` · ${t('station.versions', {n: answer.history.length})}` : ''}</small></button>`;
  }

  const counted = (report, question) =>
    question.how === 'conflict' || question.how === 'neither'
      ? html`<span class="stated conflict">${glyph('conflict')} ${t(`station.${question.how}`)}</span>`
      : question.counts === null ? html`<span class="quiet">–</span>`
        : html`<b>${valueOf(report.form, question.code, question.counts)}</b> ${question.how === 'chosen' ? html`<small>${t('station.chosen', {who: signature(question.chosen?.who)})}</small>` : nothing}`;

  const pastOf = (report, question, observers) => html`<tr class="past"><td colspan=${observers.length + 2}><ol class="history">${observers.flatMap((observer) => (question.observers[observer]?.history ?? []).map((past) => html`<li><time>${time(past.at)}</time> <b>${valueOf(report.form, question.code, past.value)}</b>
    ${observer} · ${past.source === PHONE ? t('state.phone') : 'SMS'} ${past.by ?? ''} ${past.withdrawn ? html`<span class="warned">${t('station.withdrawn')}</span>` : nothing} <a href=${link('messages', {key: past.message})}>${t('incident.sms')}</a></li>`))}</ol></td></tr>`;

  function toggleHistory() {
    if (!my.at) return;
    const id = `${my.at.report.form} ${my.at.report.round} ${my.at.question.code}`;
    my.history = my.history === id ? null : id;
    draw();
  }

  const chosen = (action) => Object.assign(() => my.at && action(my.at), {changes: true});
  const keys = {h: toggleHistory, m: () => my.at && go('messages', {key: my.at.answer.message}), v: chosen(correct.confirm), e: chosen(correct.choose), u: Object.assign(correct.undo, {changes: true}), Escape: () => (correct.isOpen() ? correct.close() : history.back())};
  return {view, keys, title: () => t('station.title'), leave: () => { end(); calls.end(); my.lease?.release(); }};
}

const answersOf = (report) => report.questions.filter((question) => question.is_withheld || Object.keys(question.observers).length);
const URGENCY = ['conflict', 'partial', 'missing', 'complete', 'expected'];
const rank = (report) => (report.failed_checks.some((check) => !check.explained) ? -1 : URGENCY.indexOf(report.state));
const byUrgency = (one, other) => rank(one) - rank(other);
const labelOf = (form, question) => inLanguage(question.label) || questionOf(form, question.code)?.candidate || '';
