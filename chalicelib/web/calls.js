// The call desk: whom to call next and why on the left, the card of the station that is called on the right.
import {html, nothing} from './vendor/lit-html/lit-html.js';
import {repeat} from './vendor/lit-html/directives/repeat.js';
import {state, draw, notify, regionNames, drawAndFocus} from './state.js';
import {electionPath} from './api.js';
import {poll} from './poll.js';
import {go} from './app.js';
import {once} from './acting.js';
import {t, inLanguage} from './words.js';
import {number, span, time, glyph, stated, foreign, emptyList, signature} from './format.js';
import {card} from './call.js';
import {outcome} from './outcomes.js';
import {shift} from './shift.js';
import {offering} from './offering.js';

const SHOWN = 100;
const MOST_PASSED = 50;
const EXPLAINED = 10; // calls whose points are shown

export function open({region, form, station}) {
  const my = {region, form, isExplained: false, list: null, fault: '', card: null, last: null, end: null, shown: SHOWN, passed: [], leaving: null};
  const lead = shift();
  const offers = offering();
  const actNext = once();
  const actUndo = once();

  function load() {
    my.end?.();
    const query = new URLSearchParams({...(my.region && {region: my.region}), ...(my.form && {form: my.form})});
    my.end = poll(electionPath(`calls${query.size ? `?${query}` : ''}`), (list) => { my.list = list; draw(); }, {failed: (error) => { my.fault = error.message; draw(); }});
  }

  // The next most valuable call, leased to me: whoever asks at the same time gets another. What I passed on comes last.
  async function next() {
    if (my.card) my.passed = [my.card.station, ...my.passed.filter((one) => one !== my.card.station)].slice(0, MOST_PASSED);
    await putAway();
    const answer = await actNext(electionPath('calls/next'), {passed: my.passed, ...(my.region && {regions: [my.region]}), ...(my.form && {form: my.form})}, {done: null}, (error) => error.status === 404 && setTimeout(() => notify(t('calls.nonefree'))));
    if (answer) show(answer.document.station, true);
  }

  // The card goes at once, and its lease after it: a second key meanwhile finds none, and the next lease waits for it.
  function putAway() {
    const was = my.card;
    my.card = null;
    if (was) my.leaving = was.release();
    draw();
    return my.leaving;
  }

  function show(number, isMine = false) {
    if (my.card && my.card.station !== number) putAway();
    my.card?.close();
    my.card = card(number, {isMine, done});
    drawAndFocus('.call');
  }

  function done(answer, called, spoken = {}) {
    my.last = {station: answer.station, contact: answer.contact, at: Date.now()};
    notify(t('calls.logged', {station: answer.station, outcome: t(`key.calls.${called}`)}));
    if (answer.isOver) {
      my.card?.close();
      my.card = null;
    }
    offers.offer(answer, spoken);
    draw();
  }

  async function undo() {
    if (!my.last) return notify(t('calls.nothingtoundo'));
    const answer = await actUndo(electionPath(`calls/${my.last.station}/undo`), {contact: my.last.contact}, {done: t('calls.undone')});
    if (answer) {
      my.last = null;
      offers.close();
    }
    return undefined;
  }

  const close = () => (offers.isOpen() ? offers.close() : my.card ? putAway() : history.back());

  load();
  if (station) show(station);

  function view() {
    if (my.fault) return html`<p class="fault" role="alert">${my.fault}</p>`;
    if (!my.list) return html`<p class="waiting" role="status">${t('frame.loading')}</p>`;
    return html`<div class="title"><h1>${t('calls.title')}</h1><span class="quiet">${t('calls.due', {n: number(my.list.due)})}</span>
        <select aria-label=${t('board.region')} @change=${(event) => go('calls', {region: event.target.value, form: my.form}, {replace: true})}>
          <option value="" ?selected=${!my.region}>${t('stations.allregions')}</option>${regionNames().map((name) => html`<option ?selected=${name === my.region}>${name}</option>`)}</select>
        <select aria-label=${t('stations.form')} @change=${(event) => go('calls', {region: my.region, form: event.target.value}, {replace: true})}>
          <option value="" ?selected=${!my.form}>${t('stations.any')}</option>${state.election.forms.map((one) => html`<option value=${one.code} ?selected=${one.code === my.form}>${one.code} ${inLanguage(one.title)}</option>`)}</select>
        <button type="button" class="plain" aria-pressed=${my.isExplained} @click=${() => { my.isExplained = !my.isExplained; draw(); }}>${t('calls.order')}</button>
        <span class="grow"></span>
        ${my.last ? html`<button type="button" @click=${undo}><kbd>U</kbd> ${t('act.undo')}</button>` : nothing}
        <button type="button" class="main" @click=${next}><kbd>N</kbd> ${t('calls.next')}</button></div>
      ${lead.view()}${offers.view()}
      ${my.isExplained ? explained() : nothing}
      <div class="desk ${my.card ? 'has-card' : ''}">${list()}${my.card ? my.card.view() : html`<section class="card hint"><p class="empty">${t('calls.hint')}</p></section>`}</div>`;
  }

  function list() {
    const {calls, next_due: soon} = my.list;
    if (!calls.length) return emptyList(soon ? t('calls.none', {report: soon.report, time: time(soon.due)}) : t('calls.nonetoday'), my.region || my.form, () => go('calls', {}, {replace: true}));
    return html`<div class="queue"><ol>${repeat(calls.slice(0, my.shown), (one) => one.station, item)}</ol>
      ${calls.length > my.shown ? html`<button type="button" @click=${() => { my.shown += SHOWN; draw(); }}>${t('stations.more', {n: calls.length - my.shown})}</button>` : nothing}</div>`;
  }

  // Why the list is in this order: the points of each reason, of the calls that come first.
  const explained = () => html`<section class="card"><h2>${t('calls.order')}</h2><p class="quiet">${t('calls.ordered')}</p><div class="scroller bare"><table><tbody>${my.list.calls.slice(0, EXPLAINED).map((one) => html`<tr><th scope="row"><b>${one.station}</b></th><td class="number"><b>${number(one.points)}</b></td><td class="sentence">${one.why.map((why) => `${t(`calls.why.${why.reason}`, {n: one.owed.length})} ${why.points > 0 ? '+' : ''}${number(why.points)}`).join(' · ')}</td></tr>`)}</tbody></table></div></section>`;

  const item = (one) => html`<li><button type="button" data-item class="task ${my.card?.station === one.station ? 'chosen' : ''} ${one.snoozed_until ? 'snoozed' : ''}" @click=${() => show(one.station)}>
    <span class="split"><span><b>${one.station}</b> ${one.name} <small>${one.region}</small></span>
      ${one.silent ? html`<b>${stated('silent')}</b>` : html`<small>${span(60 * one.overdue_minutes)}</small>`}</span>
    <span class="split"><span class="quiet">${one.owed.join(' · ')}${one.incident ? html` <span class="stated failed">${glyph('failed')} ${one.incident}</span>` : nothing}</span>
      <small>${one.lease && !one.lease.is_mine ? t('calls.held', {who: signature(one.lease.holder)}) : one.snoozed_until ? t('calls.until', {time: time(one.snoozed_until)}) : one.last ? html`${time(one.last.at)} ${outcome(one.last.outcome)}` : nothing}</small></span>
    <small class="quiet">${one.by_hand ? html`<span class="tag">${t('calls.by', {who: signature(one.by_hand.who)})}${one.by_hand.why ? html` ${foreign(one.by_hand.why)}` : nothing}</span>` : nothing}${[one.why[0] && t(`calls.why.${one.why[0].reason}`, {n: one.owed.length}), one.observers[0] && `${one.observers[0].name} ${one.observers[0].phones[0] ?? ''}`].filter(Boolean).join(' · ')}</small></button></li>`;

  function follow(parameters) {
    if (my.region !== parameters.region || my.form !== parameters.form) {
      Object.assign(my, {region: parameters.region, form: parameters.form});
      load();
    }
    if (parameters.station && parameters.station !== my.card?.station) show(parameters.station);
    return true;
  }

  const outcomes = Object.fromEntries('123456789'.split('').map((digit) => [digit, Object.assign(() => my.card?.outcome(Number(digit)), {changes: true})]));
  const keys = {n: Object.assign(next, {changes: true}), u: Object.assign(undo, {changes: true}), r: () => my.card?.ring(), Escape: close, 'Ctrl+Enter': () => my.card?.save(), ...outcomes};
  return {view, follow, keys, title: () => t('calls.title'), leave: () => { my.end(); lead.end(); my.card?.close(); }};
}
