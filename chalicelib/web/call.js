// The card of a station that is called: what is owed as of now, whom to call, what to say, and what came of it.
import {html, nothing} from './vendor/lit-html/lit-html.js';
import {draw, electionNow, serverNow, formOf, placeName, drawAndFocus} from './state.js';
import {electionPath, send} from './api.js';
import {poll, pollNow} from './poll.js';
import {link} from './app.js';
import {once} from './acting.js';
import {t, inLanguage} from './words.js';
import {time, span, glyph, foreign, ageOf, onClock, author, signature} from './format.js';
import {fields, isFilled, asSms, keyOf} from './fields.js';
import {OUTCOMES, outcome} from './outcomes.js';
import {whatOf} from './incidents.js';
import {ringing} from './ringing.js';

const RENEW_MS = 4 * 60_000;
const MINUTES = [15, 30, 60];
const MINUTE = 60_000;
const DAY = 24 * 60; // minutes
const drafts = new Map(); // station → what was typed, for as long as the page lives

// Whoever reloads is asked first: what was typed is kept in memory alone.
addEventListener('beforeunload', (event) => [...drafts.values()].some(({note, values}) => note.trim() || Object.values(values).some(isFilled)) && event.preventDefault());

export function card(station, {isMine, done}) {
  const path = electionPath(`calls/${encodeURIComponent(station)}`);
  const draft = drafts.get(station) ?? {note: '', values: {}, phone: null, waits: null, reminds: false};
  drafts.set(station, draft);
  const my = {card: null, fault: '', isMine, faults: [], asks: null, owed: new Set(), came: new Map(), tried: new Set()};
  const act = once();
  const actLease = once();
  const phones = ringing(path);
  const end = poll(path, (document) => {
    my.card = document;
    my.isMine = Boolean(document.lease?.is_mine);
    watch(document);
    draft.phone ??= numbers()[0]?.phone ?? null;
    draw();
  }, {failed: (error) => { my.fault = error.message; draw(); }});
  const renewal = setInterval(() => my.isMine && send(`${path}/renew`, {}).catch(() => {}), RENEW_MS);
  // What was owed while the card is open and is owed no more has come, whatever the list of the last minute says by now.
  function watch({owed, came, as_of: asOf}) {
    const now = new Set(owed.map((one) => one.report));
    for (const {report, at} of came) my.came.set(report, at);
    for (const report of my.owed) if (!now.has(report) && !my.came.has(report)) my.came.set(report, asOf);
    for (const report of now) my.came.delete(report);
    now.forEach((report) => my.owed.add(report));
  }

  // Whether a lease was taken is told by its own answer: a card that was asked for before it does not know of it.
  let taking = isMine ? Promise.resolve(true) : take('lease');

  async function take(how) {
    const answer = await actLease(`${path}/${how}`, {}, {done: null});
    my.isMine = Boolean(answer);
    pollNow();
    draw();
    return my.isMine;
  }

  function retake(how) {
    taking = take(how);
  }

  function close() {
    end();
    clearInterval(renewal);
  }

  async function release() {
    close();
    if ((await taking) || my.isMine) await send(`${path}/release`, {}).catch(() => {});
  }

  // Every phone there is, in the order of trying: the observers', then the coordinators'.
  const numbers = () => [
    ...my.card.observers.flatMap((one) => one.phones.map((phone) => ({...phone, person: 'observer', name: one.name, number: one.number}))),
    ...my.card.coordinators.map((one) => ({...one, person: 'coordinator'})),
    ...my.card.back_up.map((one) => ({...one, person: 'back_up'})),
  ].filter((one) => one.phone);
  const called = () => numbers().find((one) => one.phone === draft.phone);

  function choose(digit) {
    if (!my.card) return;
    const [name] = OUTCOMES[digit - 1];
    if (name === 'answered') {
      if (filled().length) log(name);
      else document.querySelector('.call .field input')?.focus();
    } else if (name === 'will_send') {
      my.asks = name;
      drawAndFocus('#wait');
    } else log(name);
  }

  // In a rehearsal: whoever trains rings, hears what is said, and types it.
  function ring(one = my.card && called()) {
    if (!my.card?.can_ring || one?.person !== 'observer') return;
    draft.phone = one.phone;
    phones.ring(one);
  }

  // Whom to try after the phone that is chosen: the observers' other phones, then the region's coordinators.
  function untried() {
    my.tried.add(draft.phone);
    return numbers().filter((one) => one.person !== 'back_up' && !my.tried.has(one.phone) && !['no_answer', 'off', 'wrong'].includes(one.state));
  }

  const filled = () => my.card.fields.filter((one) => isFilled(draft.values[keyOf(one)]));

  async function log(name, until = null) {
    const whom = called();
    const isLost = ['no_answer', 'unreachable', 'wrong_number'].includes(name);
    const [other] = isLost ? untried() : [];
    const stays = Boolean(other);
    const body = {outcome: name, note: draft.note.trim(), stays};
    if (whom) Object.assign(body, {person: whom.person, name: whom.name, phone: whom.phone});
    if (until) Object.assign(body, {will_send_at: new Date(until).toISOString(), remind: draft.reminds && canRemind()});
    if (name === 'answered') {
      const observer = whom?.number ?? my.card.observers[0]?.number;
      body.answers = {observer, reports: filled().map((one) => ({form: one.form, round: one.round, answers: draft.values[keyOf(one)]}))};
    }
    my.faults = [];
    const answer = await act(`${path}/outcome`, body, {done: null, changed: () => draw()}, (error) => { my.faults = error.errors ?? []; });
    if (!answer) return draw();
    if (stays) draft.phone = other.phone;
    else drafts.delete(station);
    my.asks = null;
    done({...answer.document, isOver: !stays}, OUTCOMES.find(([one]) => one === name)[1], {observer: whom?.number ?? my.card.observers[0]?.number, note: body.note});
    return undefined;
  }

  function view() {
    const one = my.card;
    if (my.fault) return html`<section class="card call" tabindex="-1"><p class="fault" role="alert">${my.fault}</p></section>`;
    if (!one) return html`<section class="card call" tabindex="-1"><p class="waiting" role="status">${t('frame.loading')}</p></section>`;
    return html`<section class="card call" tabindex="-1" aria-label=${t('calls.card', {station})}>
      <div class="split"><h2><a href=${link('station', {station})}>${station}</a> ${one.name} <small>${one.region} · ${one.district}</small></h2>${lease(one)}</div>
      <p class="still" role="status">${one.owed.length
        ? html`<b class="stated missing">${glyph('missing')} ${t('calls.still', {time: time(one.as_of, true)})}</b> ${one.owed.map((owed) => html`<span class="tag">${owed.report} <small>${time(owed.due)}</small></span>`)}`
        : html`<b class="stated">${glyph('complete')} ${t('calls.nothing')}</b>`}
        ${[...my.came].map(([report, at]) => html`<b class="came">${glyph('complete')} ${t('calls.came', {report, time: time(at)})}</b>`)}</p>
      ${one.why.length ? html`<p class="quiet"><small>${one.why.map((why) => t(`calls.why.${why.reason}`, {n: one.owed.length})).join(' · ')}${one.by_hand ? html` · ${t('calls.by', {who: signature(one.by_hand.who)})} ${one.by_hand.why ? foreign(one.by_hand.why) : nothing}` : nothing}</small></p>` : nothing}
      ${one.asked.length ? html`<section class="asked-for"><h3>${t('calls.why.asked')}</h3>${one.asked.map((sms) => html`<blockquote>${foreign(sms.text ?? '')} <small><a href=${link('messages', {key: sms.key})}>${onClock(sms.at)} ${sms.observer ?? ''}</a></small></blockquote>`)}</section>` : nothing}
      <div class="phones">${numbers().map(phone)}</div>
      ${phones.view(one.fields)}
      ${one.observers.length ? html`<details open><summary>${t('calls.script')}</summary>${script(one)}</details>` : nothing}
      ${one.fields.map((report) => html`<fieldset><legend><b>${placeName({form: report.form, round: report.round ?? '-'})}</b> ${inLanguage(formOf(report.form).title)}</legend>
        ${fields(report.form, (draft.values[keyOf(report)] ??= {}), {prefix: keyOf(report), faults: faultsIn(report), changed: draw})}
        ${isFilled(draft.values[keyOf(report)]) ? html`<p class="quiet"><small>${t('calls.readback')}</small> <code>${asSms(report.form, station, report.round, draft.values[keyOf(report)])}</code></p>` : nothing}</fieldset>`)}
      <label for="call-note">${t('act.note')}</label>
      <textarea id="call-note" rows="1" maxlength="500" .value=${draft.note} @input=${(event) => { draft.note = event.target.value; }}></textarea>
      ${my.faults.length ? html`<p class="fault" role="alert">${my.faults.map((fault) => fault.what).join(' · ')}</p>` : nothing}
      ${my.asks ? waits() : html`<div class="outcomes">${OUTCOMES.map(([name], place) => html`<button type="button" ?disabled=${!my.isMine} @click=${() => choose(place + 1)}><kbd>${place + 1}</kbd> ${outcome(name)}</button>`)}</div>`}
      ${one.contacts.length ? html`<h3>${t('calls.before')}</h3><ul class="history">${one.contacts.slice(0, 3).map((contact) => html`<li><time>${time(contact.at)}</time> <b>${outcome(contact.outcome)}</b> · ${author(contact.who)} <span class="quiet">${contact.name ?? ''}</span> ${contact.note ? foreign(contact.note) : nothing}</li>`)}</ul>` : nothing}
      ${one.incidents.length ? html`<h3>${t('incidents.title')}</h3><ul class="history">${one.incidents.map((incident) => html`<li><a href=${link('incident', {number: incident.number})}>${incident.number}</a> ${whatOf(incident)} <small>${t(`incident.is.${incident.state}`)}</small></li>`)}</ul>` : nothing}
    </section>`;
  }

  function lease(one) {
    if (my.isMine) return html`<small class="lease mine">${one.lease ? t('calls.mine', {time: span((Date.parse(one.lease.until) - serverNow()) / 1000)}) : ''}</small>`;
    if (!one.lease) return html`<button type="button" @click=${() => retake('lease')}>${t('calls.take')}</button>`;
    return html`<span class="lease warned">${t('calls.held', {who: signature(one.lease.holder)})} <button type="button" @click=${() => retake('take-over')}>${t('calls.takeover')}</button></span>`;
  }

  const phone = (one) => html`<div class="caller ${one.phone === draft.phone ? 'chosen' : ''}">
    <a class="tel" href="tel:${one.phone}" @click=${() => { draft.phone = one.phone; draw(); }}>${glyph('phone', t('calls.phone'))} ${one.phone}</a>
    <button type="button" class="plain" aria-pressed=${one.phone === draft.phone} @click=${() => { draft.phone = one.phone; draw(); }}>${one.name}<small> ${one.person === 'observer' ? one.number : t(`calls.${one.person}`)}</small></button>
    <small>${[one.heard_at && t('calls.heard', {age: ageOf(one.heard_at, serverNow())}), one.state && one.state !== 'answers' && t(`calls.${one.state}`), one.reminders?.length && t('calls.reminded', {time: time(one.reminders[0].at), fate: one.reminders[0].fate}), one.opted_out && t('calls.optedout')].filter(Boolean).join(' · ')}${one.state === 'wrong' && one.person === 'observer' ? html` <a href=${link('observer', {number: one.number})}>${t('calls.another')}</a>` : nothing}</small>
    ${my.card.can_ring && one.person === 'observer' ? html`<button type="button" class="ring" @click=${() => ring(one)}><kbd>R</kbd> ${t('calls.ring')}</button>` : nothing}</div>`;

  function script(one) {
    const observer = one.observers.find((other) => other.number === called()?.number) ?? one.observers[0];
    return html`<ul class="script" lang=${observer.language}>${observer.script.map((line) => html`<li>${line}</li>`)}</ul>`;
  }

  const canRemind = () => called()?.person === 'observer' && !called().opted_out;
  const promised = (written = draft.waits) => log('will_send', untilOf(written || String(MINUTES[0])));

  const waits = () => html`<form class="waits" @submit=${(event) => { event.preventDefault(); promised(); }}>
    <label for="wait">${t('calls.wait')}</label>
    <input id="wait" @focus=${(event) => event.target.select()} autocomplete="off" pattern="[0-9]{1,3}|[0-2]?[0-9]:[0-5][0-9]" maxlength="5" .value=${String(draft.waits ?? MINUTES[0])} @input=${(event) => { draft.waits = event.target.value; }}>
    ${MINUTES.map((minutes) => html`<button type="button" @click=${() => promised(String(minutes))}>+${minutes}</button>`)}
    ${canRemind() ? html`<label class="check"><input type="checkbox" .checked=${draft.reminds} @change=${(event) => { draft.reminds = event.target.checked; }}> ${t('calls.remind')}</label>` : nothing}
    <button class="main">${t('calls.promised')}</button></form>`;

  function faultsIn(report) {
    const place = filled().indexOf(report);
    const own = my.faults.filter((fault) => fault.at.includes(`/${place}/`));
    return Object.fromEntries(own.map((fault) => [fault.at.split('/').at(-1), fault.what]));
  }

  return {view, station, close, release, ring, outcome: choose, save: () => (my.asks ? promised() : choose(1))};
}

// Minutes from now, or a time of the election's clock: the instant there.
function untilOf(written) {
  const now = electionNow();
  const [hours, minutes] = written.split(':').map(Number);
  if (minutes === undefined) return now + hours * MINUTE;
  const [hour, minute] = time(now).split(':').map(Number);
  return now - (now % MINUTE) + ((60 * (hours - hour) + minutes - minute + DAY) % DAY) * MINUTE;
}
