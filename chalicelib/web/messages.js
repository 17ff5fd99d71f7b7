// The messages desk: what no machine could read, the oldest first, and a card to decide about each.
import {html, nothing} from './vendor/lit-html/lit-html.js';
import {repeat} from './vendor/lit-html/directives/repeat.js';
import {draw, regionNames, serverNow, allowed, drawAndFocus} from './state.js';
import {electionPath} from './api.js';
import {poll} from './poll.js';
import {go} from './app.js';
import {t} from './words.js';
import {author, number, ageOf, foreign, visible, onClock, emptyList, signature} from './format.js';
import {card} from './message.js';
import {held} from './leased.js';
import {deed} from './trail.js';

export const DESKS = ['messages', 'headquarters', 'call'];
const LISTS = ['awaiting', 'done'];
const AWAITED_SECONDS = 15;
const KINDS = ['not_understood', 'in_part', 'unknown_number', 'held'];

export function open({tab, region, kind, key}) {
  const my = {tab: tab ?? 'messages', region, kind, list: null, fault: '', card: null, end: null, handled: new Set(), passed: new Set(), undoable: null, wants: false};

  function load() {
    my.end?.();
    Object.assign(my, {list: null, fault: ''});
    my.end = poll(pathOf(my), (list) => {
      my.list = list;
      if (my.wants) next();
      draw();
    }, {seconds: my.tab === 'awaiting' ? AWAITED_SECONDS : undefined, failed: (error) => { my.fault = error.message; draw(); }});
  }

  // The oldest that waits, or the one after the card that is open; where nothing does, the first that comes.
  function next() {
    const waiting = (my.list?.messages ?? []).filter((other) => !my.handled.has(other.key) && (other.key === my.card?.key || !(isAnothers(other) || my.passed.has(other.key))));
    const at = waiting.findIndex((other) => other.key === my.card?.key);
    const one = waiting.length === 1 && at === 0 ? undefined : waiting[(at + 1) % waiting.length];
    my.wants = !one;
    if (one) show(one, () => pass(one));
    else my.card = null;
    draw();
  }

  // Two who ask at once are handed the same: whoever comes second goes on.
  function pass(one) {
    if (my.card?.key !== one.key) return;
    my.passed.add(one.key);
    next();
  }

  function show(one, refused) {
    my.card?.close();
    my.card = card(one.key, {identical: one.identical ?? 1, done, refused});
    drawAndFocus('.message-card');
  }

  function done(keys, undo) {
    keys.forEach((one) => my.handled.add(one));
    my.undoable = undo;
    my.card?.close();
    my.card = null;
    next();
  }

  async function undo() {
    const action = my.undoable ?? my.card?.undo;
    if (action && (await action())) {
      my.undoable = null;
      my.handled.clear();
      draw();
    }
  }

  function close() {
    if (!my.card) return history.back();
    my.card.close();
    my.card = null;
    draw();
    return undefined;
  }

  load();
  if (key) show({key});

  function view() {
    if (my.fault) return html`<p class="fault" role="alert">${my.fault}</p>`;
    const waiting = my.list?.waiting;
    return html`<div class="title"><h1>${t('messages.title')}</h1>
        ${waiting ? html`<span class="quiet">${t('messages.waiting', {n: number(waiting.count)})}${waiting.oldest ? ` · ${ageOf(waiting.oldest, serverNow())}` : ''}</span>` : nothing}<span class="grow"></span>
        ${my.undoable ? html`<button type="button" @click=${undo}><kbd>U</kbd> ${t('act.undo')}</button>` : nothing}
        <button type="button" class="main" @click=${next}><kbd>N</kbd> ${t('messages.next')}</button></div>
      ${filters()}
      <div class="desk ${my.card ? 'has-card' : ''}">${my.list ? list() : html`<p class="waiting" role="status">${t('frame.loading')}</p>`}
        ${my.card ? my.card.view() : html`<section class="card hint"><p class="empty">${t('messages.hint')}</p></section>`}</div>`;
  }

  function filters() {
    const to = (changes) => go('messages', {tab: my.tab, region: my.region, kind: my.kind, ...changes}, {replace: true});
    return html`<form class="filters" @submit=${(event) => event.preventDefault()}>
      <span class="chips" role="group" aria-label=${t('messages.desk')}>${[...DESKS, ...LISTS].map((name) => html`<button type="button" class="chip" aria-pressed=${my.tab === name} @click=${() => to({tab: name, kind: ''})}>${t(`messages.tab.${name}`)}</button>`)}</span>
      <select aria-label=${t('board.region')} @change=${(event) => to({region: event.target.value})}><option value="" ?selected=${!my.region}>${t('stations.allregions')}</option>${regionNames().map((name) => html`<option ?selected=${name === my.region}>${name}</option>`)}</select>
      ${DESKS.includes(my.tab) ? html`<span class="chips" role="group" aria-label=${t('messages.kind')}>${KINDS.map((name) => html`<button type="button" class="chip" aria-pressed=${my.kind === name} @click=${() => to({kind: my.kind === name ? '' : name})}>${t(`messages.${name}`)} <small>${number(my.list?.kinds?.[name]?.count ?? 0)}</small></button>`)}</span>` : nothing}</form>`;
  }

  function list() {
    const clear = () => go('messages', {tab: my.tab}, {replace: true});
    if (LISTS.includes(my.tab)) return !my.list.done.length ? emptyList(t(`messages.nothing.${my.tab}`), my.region, clear) : listed(my.list.done.map((one) => ({...one.message, note: html`<b>${my.tab === 'awaiting' ? t('messages.how.answered') : deed(one.action)}</b> ${author(one.who)} ${onClock(one.at)}`, at: one.at})));
    const shown = my.list.messages.filter((one) => !my.handled.has(one.key));
    return shown.length ? listed(shown) : emptyList(t('messages.none'), my.region || my.kind, clear);
  }

  const listed = (messages) => html`<div class="queue"><ol>${repeat(messages, (one) => `${one.key} ${one.at ?? ''}`, item)}</ol></div>`;

  const item = (one) => html`<li><button type="button" data-item class="task ${my.card?.key === one.key ? 'chosen' : ''}" @click=${() => show(one)}>
    <span class="split"><span class="said">${one.text === null ? html`<i>${t('incident.nowords')}</i>` : foreign(one.text)}</span><small>${one.identical > 1 ? html`<b>×${one.identical}</b> ` : nothing}${ageOf(one.received_at ?? one.stored_at, serverNow())}</small></span>
    <span class="split"><small>${[one.kind && t(`messages.${one.kind}`), one.direction === 'out' && t('messages.out'), visible(one.name ?? one.observer ?? one.from ?? ''), one.station, one.region].filter(Boolean).join(' · ')}</small>
      <small>${isAnothers(one) ? html`<span class="warned">${held(one.lease)}</span>` : one.note ?? (one.suggestion ? html`→ ${visible(one.suggestion)}` : one.done ? `${t(`messages.how.${one.done.how}`)} · ${signature(one.done.who)}` : one.kind ? '' : t(`log.state.${one.state}`))}</small></span></button></li>`;

  function follow(next_) {
    const {tab: was, region: wasRegion, kind: wasKind} = my;
    Object.assign(my, {tab: next_.tab ?? 'messages', region: next_.region, kind: next_.kind});
    if (was !== my.tab || wasRegion !== my.region || wasKind !== my.kind) load();
    if (next_.key && next_.key !== my.card?.key) show({key: next_.key});
    return true;
  }

  const digits = Object.fromEntries('12345678'.split('').map((digit) => [digit, Object.assign(() => my.card?.act(Number(digit)), {changes: true})]));
  const keys = {n: next, u: Object.assign(undo, {changes: true}), Escape: close, 'Ctrl+Enter': () => my.card?.save(), ...digits};
  return {view, follow, keys: allowed('work_messages') ? keys : {}, title: () => t('messages.title'), leave: () => { my.end(); my.card?.close(); }};
}

const isAnothers = (one) => Boolean(one.lease && !one.lease.is_mine);

function pathOf({tab, region, kind}) {
  const query = new URLSearchParams(region ? {region} : {});
  if (LISTS.includes(tab)) query.set(tab, 'true');
  else {
    query.set('attention', 'true');
    query.set('desk', tab);
    if (kind) query.set('kind', kind);
  }
  return electionPath(`messages?${query}`);
}
