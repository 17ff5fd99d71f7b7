// The call desk: whom to call next and why on the left, the card of the station that is called on the right.
import {html, nothing} from './vendor/lit-html/lit-html.js';
import {repeat} from './vendor/lit-html/directives/repeat.js';
import {draw, notify, regionNames, drawAndFocus} from './state.js';
import {electionPath} from './api.js';
import {poll} from './poll.js';
import {go} from './app.js';
import {once} from './acting.js';
import {t} from './words.js';
import {number, span, time, glyph, foreign, emptyList} from './format.js';
import {card} from './call.js';
import {shift} from './shift.js';
import {offering} from './offering.js';

const SHOWN = 100;
const MOST_PASSED = 50;

export function open({region, station}) {
  const my = {region, list: null, fault: '', card: null, last: null, end: null, shown: SHOWN, passed: [], leaving: null};
  const lead = shift();
  const offers = offering();
  const actNext = once();
  const actUndo = once();

  function load() {
    my.end?.();
    const query = my.region ? `?region=${encodeURIComponent(my.region)}` : '';
    my.end = poll(electionPath(`calls${query}`), (list) => { my.list = list; draw(); }, {failed: (error) => { my.fault = error.message; draw(); }});
  }

  // The next most valuable call, leased to me: whoever asks at the same time gets another. What I passed on comes last.
  async function next() {
    if (my.card) my.passed = [my.card.station, ...my.passed.filter((one) => one !== my.card.station)].slice(0, MOST_PASSED);
    await putAway();
    const answer = await actNext(electionPath('calls/next'), {passed: my.passed, ...(my.region && {regions: [my.region]})}, {done: null}, (error) => error.status === 404 && setTimeout(() => notify(t('calls.nonefree'))));
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
        <select aria-label=${t('board.region')} @change=${(event) => go('calls', {region: event.target.value}, {replace: true})}>
          <option value="" ?selected=${!my.region}>${t('stations.allregions')}</option>${regionNames().map((name) => html`<option ?selected=${name === my.region}>${name}</option>`)}</select>
        <span class="grow"></span>
        ${my.last ? html`<button type="button" @click=${undo}><kbd>U</kbd> ${t('act.undo')}</button>` : nothing}
        <button type="button" class="main" @click=${next}><kbd>N</kbd> ${t('calls.next')}</button></div>
      ${lead.view()}${offers.view()}
      <div class="desk ${my.card ? 'has-card' : ''}">${list()}${my.card ? my.card.view() : html`<section class="card hint"><p class="empty">${t('calls.hint')}</p></section>`}</div>`;
  }

  function list() {
    const {calls, next_due: soon} = my.list;
    if (!calls.length) return emptyList(soon ? t('calls.none', {report: soon.report, time: time(soon.due)}) : t('calls.nonetoday'), my.region, () => go('calls', {}, {replace: true}));
    return html`<div class="queue"><ol>${repeat(calls.slice(0, my.shown), (one) => one.station, item)}</ol>
      ${calls.length > my.shown ? html`<button type="button" @click=${() => { my.shown += SHOWN; draw(); }}>${t('stations.more', {n: calls.length - my.shown})}</button>` : nothing}</div>`;
  }

  const item = (one) => html`<li><button type="button" data-item class="task ${my.card?.station === one.station ? 'chosen' : ''} ${one.snoozed_until ? 'snoozed' : ''}" @click=${() => show(one.station)}>
    <span class="split"><span><b>${one.station}</b> ${one.name} <small>${one.region}</small></span>
      ${one.silent ? html`<b class="stated missing">${glyph('missing')} ${t('state.silent')}</b>` : html`<small>${span(60 * one.overdue_minutes)}</small>`}</span>
    <span class="split"><span class="quiet">${one.owed.join(' · ')}${one.incident ? html` <span class="stated failed">${glyph('failed')} ${one.incident}</span>` : nothing}${one.by_hand ? html` <span class="tag">${t('calls.by', {who: one.by_hand.who})}${one.by_hand.why ? html` ${foreign(one.by_hand.why)}` : nothing}</span>` : nothing}</span>
      <small>${one.lease && !one.lease.is_mine ? t('calls.held', {who: one.lease.holder}) : one.snoozed_until ? t('calls.until', {time: time(one.snoozed_until)}) : one.last ? `${time(one.last.at)} ${outcome(one.last.outcome)}` : ''}</small></span></button></li>`;

  function follow(parameters) {
    if (my.region !== parameters.region) {
      my.region = parameters.region;
      load();
    }
    if (parameters.station && parameters.station !== my.card?.station) show(parameters.station);
    return true;
  }

  const outcomes = Object.fromEntries('123456789'.split('').map((digit) => [digit, Object.assign(() => my.card?.outcome(Number(digit)), {changes: true})]));
  const keys = {n: Object.assign(next, {changes: true}), u: Object.assign(undo, {changes: true}), r: () => my.card?.ring(), Escape: close, 'Ctrl+Enter': () => my.card?.save(), ...outcomes};
  return {view, follow, keys, title: () => t('calls.title'), leave: () => { my.end(); lead.end(); my.card?.close(); }};
}

const WORDS = {answered: 'taken', will_send: 'willsend', no_answer: 'noanswer', unreachable: 'off', wrong_number: 'wrong', not_there: 'gone', not_open: 'notopen', refuses: 'refuses', other: 'other'};
export const outcome = (name) => (WORDS[name] ? t(`key.calls.${WORDS[name]}`) : t('calls.undoneword'));
export const OUTCOMES = Object.entries(WORDS);
