// An observer: who it is, and what was said to and fro, by day; calls and reminders stand in the same thread.
import {html, nothing} from './vendor/lit-html/lit-html.js';
import {draw, change, may, allowed, serverNow} from './state.js';
import {electionPath, get} from './api.js';
import {poll} from './poll.js';
import {go, link} from './app.js';
import {t} from './words.js';
import {onClock, date, foreign, glyph, ageOf, number as count} from './format.js';
import {contacts} from './contacts.js';
import {once} from './acting.js';
import {rosterChanges} from './roster.js';

const MINUTE = 60_000;
const DETAIL_SECONDS = 30;

export function open({number}) {
  const path = electionPath(`observers/${encodeURIComponent(number)}/conversation`);
  const my = {page: null, detail: null, out: new Set(), calls: null, roster: null, older: [], next: undefined, fault: ''};
  const act = once();
  const end = poll(path, (page) => { my.page = page; my.calls ??= contacts(page.observer.station); my.roster ??= rosterChanges(page.observer.station); draw(); }, {failed: (error) => { my.fault = error.message; draw(); }});

  const endDetail = poll(electionPath(`observers/${encodeURIComponent(number)}`), (detail) => { my.detail = detail; draw(); }, {seconds: DETAIL_SECONDS});
  const endWishes = poll(electionPath('opt-outs'), ({opt_outs: wishes}) => { my.out = new Set(wishes.map((one) => one.phone)); draw(); }, {seconds: DETAIL_SECONDS});

  async function more() {
    const cursor = my.next ?? my.page.next;
    const {document} = await get(`${path}?cursor=${encodeURIComponent(cursor)}`);
    my.older = [...my.older, ...document.messages];
    my.next = document.next;
    draw();
  }

  function write() {
    const {observer} = my.page ?? {};
    if (!observer || !may('send')) return;
    change({carried: {observers: [observer.number], words: observer.name}});
    go('send', {list: 'observers'});
  }

  const call = () => my.page && may('calls') && go('calls', {station: my.page.observer.station});

  function view() {
    if (my.fault) return html`<p class="fault" role="alert">${my.fault}</p>`;
    if (!my.page) return html`<p class="waiting" role="status">${t('frame.loading')}</p>`;
    const {observer} = my.page;
    const seen = new Set();
    const all = [...my.page.messages, ...my.older].filter((one) => !seen.has(one.key) && seen.add(one.key)).reverse();
    const hasMore = my.older.length ? my.next : my.page.next;
    return html`<div class="title"><h1>${observer.name}</h1><span class="quiet">${t('station.observer', {number: observer.number})} · ${observer.language} · <a href=${link('station', {station: observer.station})}>${t('incidents.station', {number: observer.station})}</a> · ${observer.region}</span><span class="grow"></span>
        ${may('send') ? html`<button type="button" @click=${write}><kbd>R</kbd> ${t('observer.write')}</button>` : nothing}
        ${may('calls') ? html`<button type="button" @click=${call}><kbd>C</kbd> ${t('observer.call')}</button>` : nothing}</div>
      ${figures()}
      <div class="phones">${phones().map(phoneOf)}</div>
      ${my.detail && allowed('change_stations') ? my.roster.ofObserver(my.detail.observer) : nothing}
      ${my.calls.view()}
      ${hasMore ? html`<p><button type="button" @click=${more}>${t('list.older')}</button></p>` : nothing}
      ${all.length ? html`<ol class="thread wide">${all.map((one, index) => html`${index && date(one.stored_at) === date(all[index - 1].stored_at) ? nothing : html`<li class="day"><h3>${date(one.stored_at)}</h3></li>`}${said(one)}`)}</ol>` : html`<p class="empty fault">${t('station.neverheard')}</p>`}`;
  }

  // The phones, the last heard first, once it is known when each was.
  const phones = () => my.detail?.observer.phones ?? my.page.observer.phones.map((phone) => ({phone}));

  const phoneOf = ({phone, last_heard: heard}) => html`<div class="caller"><a class="tel" href="tel:${phone}">${glyph('phone', t('calls.phone'))} ${phone} <small>${heard ? t('calls.heard', {age: ageOf(heard, serverNow())}) : my.detail ? t('station.neverheard') : ''}</small></a>
    ${my.calls.mark(phone)} ${my.out.has(phone) ? html`<small class="warned">${t('calls.optedout')}</small>` : nothing}
    ${allowed('set_opt_outs') ? html`<p class="actions"><button type="button" class="plain" @click=${() => wish(phone, my.out.has(phone) ? 'in' : 'out')}>${t(my.out.has(phone) ? 'observer.remind' : 'observer.noreminders')}</button></p>` : nothing}</div>`;

  // What is written down with it says that the observer asked on the phone.
  const wish = (phone, asked) => act(electionPath('opt-outs'), {phone, wish: asked, note: t('observer.asked')});

  function figures() {
    if (!my.detail) return nothing;
    const {figures: of, observer} = my.detail;
    return html`<p class="quiet filters">${[observer.organisation, t('observer.figures', {sms: count(of.sms), accepted: count(of.accepted), again: count(of.asked_again), n: count(of.in_time), of: count(of.reports)})].filter(Boolean).join(' · ')}</p>`;
  }

  const said = (one) => html`<li class=${one.direction}><small>${when(one)} ${one.author ?? ''} ${one.channel === 'phone' ? t('state.phone') : one.carrier ?? ''} ${receipt(one)}</small>${fate(one)}<br>
    ${foreign(one.text)} <a class="quiet" href=${link('messages', {key: one.key})}><small>${t(`log.state.${one.state}`)}</small></a></li>`;

  return {view, keys: {r: write, c: call}, title: () => t('observer.title'), leave: () => [end, endDetail, endWishes, my.calls?.end].forEach((stop) => stop?.())};
}

// Where the sender's time is over a minute before ours, both are said.
function when(one) {
  const came = Date.parse(one.stored_at);
  const sent = Date.parse(one.provider_at ?? one.received_at ?? one.stored_at);
  return Math.abs(came - sent) > MINUTE ? t('observer.apart', {sent: onClock(sent), came: onClock(came)}) : onClock(came);
}

const isLost = (one) => one.receipt === 'failed' || one.state === 'failed';
const receipt = (one) => (one.direction === 'out' && one.receipt === 'delivered' ? '✓✓' : '');

// Why one of ours did not arrive, as its carrier says; or which carriers lost it before another got it.
function fate(one) {
  if (one.direction !== 'out') return nothing;
  if (isLost(one)) return html`<br><small class="warned">✗ ${t('involved.failed')}${one.failure ? html`: ${foreign(one.failure)}` : nothing}</small>`;
  return one.lost.length ? html` <small class="warned">${t('observer.lost', {carriers: one.lost.join(', ')})}</small>` : nothing;
}
