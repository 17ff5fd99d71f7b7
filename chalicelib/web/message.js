// The card of one message: its text large, what was read and answered, and eight things to do about it.
import {html, nothing} from './vendor/lit-html/lit-html.js';
import {state, draw, formOf, serverNow, allowed, drawAndFocus} from './state.js';
import {electionPath, get, send} from './api.js';
import {poll} from './poll.js';
import {link} from './app.js';
import {once} from './acting.js';
import {t, inLanguage} from './words.js';
import {onClock, ageOf, foreign, glyph, author} from './format.js';
import {clash} from './clash.js';
import {fields, faultsOf, isFilled, asSms} from './fields.js';
import {leased} from './leased.js';
import {PHRASES} from './phrases.js';

const ACTIONS = ['enter', 'dismiss', 'answer', 'assign', 'incident', 'call', 'spam', 'pass'];
const ASKING = ['enter', 'answer', 'assign', 'incident']; // actions that open a form, and do nothing yet
const FIRST_FIELD = '.asked input, .asked textarea, .asked select';
const CHOICES = 8;
const CODES = ['code_missing', 'code_wrong', 'code_blocked'];
const WAITS = ['unrecognised', 'partly_accepted', 'quarantined', 'held']; // states that a person ends
const NO_REGION = '*';
const isTyped = ({note, text}) => Boolean(note.trim() || text.trim());
const drafts = new Map(); // key → what was typed, for as long as the page lives

// Whoever reloads is asked first: what was typed is kept in memory alone.
addEventListener('beforeunload', (event) => [...drafts.values()].some(isTyped) && event.preventDefault());

// `refused`: somebody else has it in hand, and nothing was typed here.
export function card(key, {identical, done, refused = () => {}}) {
  const path = electionPath(`messages/${encodeURIComponent(key)}`);
  const draft = drafts.get(key) ?? {form: '', round: '', values: {}, text: '', observer: '', onlyThis: false, category: '', note: ''};
  drafts.set(key, draft);
  const my = {message: null, asks: 'enter', isAsked: false, fault: '', faults: {}, choices: [], preview: null, lease: null};
  const act = once();
  const met = clash();
  const end = poll(path, (message) => {
    const wasAsked = !my.message && my.isAsked;
    my.message = message;
    if (!draft.form) prefill();
    hold();
    if (wasAsked) drawAndFocus(FIRST_FIELD);
    else draw();
  }, {failed: (error) => { my.fault = error.message; draw(); }});

  // What waits is in hand while its card is open, so that nobody else decides about it meanwhile.
  function hold() {
    const {state: stated, direction, region, resolution} = my.message;
    if (direction !== 'in' || !WAITS.includes(stated) || (resolution && resolution.how !== 'undone') || !allowed('work_calls')) return;
    my.lease ??= leased({kind: 'message', key, region: region ?? NO_REGION}, () => !isTyped(draft) && refused());
  }

  function close() {
    end();
    my.lease?.release();
  }

  const readings = () => (my.message.suggestions ?? []).filter((one) => formOf(one.form));

  // The form begins with what was understood: the first reading, or the one that is chosen.
  function prefill(said = readings()[0]) {
    Object.assign(draft, {form: said?.form ?? state.election.forms[0].code, round: said?.round ?? '', values: {...said?.answers}});
  }

  const rounds = () => formOf(draft.form).rounds.filter(({name}) => name !== '-');

  async function take(action, body, keys = [key]) {
    Object.assign(my, {fault: '', faults: {}});
    const answer = await act(`${path}/${action}`, {...body, note: draft.note.trim()}, {seen: `"${my.message.version}"`, done: t(`messages.did.${action}`), changed: () => meet(action, body, keys)}, (error) => {
      my.faults = faultsOf(error);
      my.fault = error.message;
    });
    if (!answer) return draw();
    drafts.delete(key);
    return done(answer.document.dismissed ?? keys, () => takeBack(['assign', 'spam'].includes(action) ? 'unassign' : 'undo'));
  }

  // Somebody was faster: what they made of it, beside what is typed here.
  async function meet(action, body, keys) {
    const {document: message} = await get(path).catch(() => ({document: null}));
    if (!message) return;
    Object.assign(my, {message, fault: ''});
    const made = message.resolution;
    met.meet({
      before: t('clash.waits'),
      theirs: made ? `${t(`messages.how.${made.how}`)}${made.note ? `: ${made.note}` : ''}` : t('clash.waits'),
      who: made?.who,
      at: made?.at,
      yours: action === 'enter' ? asSms(draft.form, '', draft.round, draft.values) : `${t(`key.messages.${action}`)} ${body.text ?? ''}`,
      keep: () => done(keys, null),
      apply: () => take(action, body, keys),
    });
  }

  const enter = () => take('enter', {
    ...(draft.observer ? {observer: draft.observer} : {}),
    fields: {form: draft.form, ...(draft.round ? {round: draft.round} : {}), answers: Object.fromEntries(Object.entries(draft.values).filter(([, value]) => value.trim()))},
  });

  // The undo of what was done last; the version is the one that it has now.
  async function takeBack(step = 'undo') {
    const now = await get(path).catch(() => null);
    return now && once()(`${path}/${step}`, {note: t('key.undo')}, {seen: `"${now.document.version}"`, done: t('calls.undone')});
  }

  // What is typed before the message is there opens its form when it comes; what would decide unseen is left.
  function choose(digit) {
    const action = ACTIONS[digit - 1];
    if (!allowed('work_messages')) return;
    if (!my.message) {
      if (ASKING.includes(action)) Object.assign(my, {asks: action, isAsked: true});
      return;
    }
    if (action === 'enter' && my.asks === 'enter' && isFilled(draft.values)) enter();
    else if (action === 'dismiss') take('dismiss', {identical: identical > 1});
    else if (['call', 'pass'].includes(action)) take(action, {});
    else if (action === 'spam') take('spam', {});
    else {
      my.asks = action;
      drawAndFocus(FIRST_FIELD);
    }
  }

  function save() {
    if (my.asks === 'enter') enter();
    if (my.asks === 'answer' && draft.text.trim()) take('answer', {text: draft.text.trim()});
    if (my.asks === 'assign' && draft.observer) take('assign', {observer: draft.observer, only_this: draft.onlyThis});
    if (my.asks === 'incident' && draft.category) take('incident', {category: Number(draft.category)});
  }

  // Whose phone it is: by number, name or station; who fits is offered.
  async function search(written) {
    draft.observer = written.trim();
    const asked = draft.observer;
    const query = new URLSearchParams({limit: CHOICES, ...(/^\d{4}$/.test(asked) && {station: asked})});
    if (!query.has('station')) query.set('text', asked);
    const found = asked ? await get(electionPath(`observers?${query}`)).catch(() => null) : null;
    if (asked !== draft.observer) return;
    my.choices = (found?.document.observers ?? []).filter((one) => one.number !== asked);
    draw();
  }

  async function owner(observer) {
    Object.assign(draft, {observer});
    my.choices = [];
    my.preview = await send(`${path}/assign/preview`, {observer}).then(({document}) => document, () => null);
    draw();
  }

  function view() {
    const one = my.message;
    if (!one) return html`<section class="card message-card" tabindex="-1">${my.fault ? html`<p class="fault" role="alert">${my.fault}</p>` : html`<p class="waiting" role="status">${t('frame.loading')}</p>`}</section>`;
    return html`<section class="card message-card" tabindex="-1" aria-label=${t('messages.card')}>
      <p class="split"><span>${one.observer ? html`<a href=${link('observer', {number: one.observer})}>${t('station.observer', {number: one.observer})}</a>` : html`<b class="warned">${t('messages.nobody')}</b>`} ${station()} · ${foreign(one.from)} · ${one.region ?? t('messages.noregion')}</span>
        <span class="quiet">${onClock(one.received_at ?? one.stored_at, true)} · ${ageOf(one.received_at ?? one.stored_at, serverNow())} · ${one.provider ?? one.channel} ${my.lease?.view() ?? nothing}</span></p>
      <blockquote>${one.text === null ? html`<i>${t('incident.nowords')}</i>` : foreign(one.text)}</blockquote>
      ${met.view()}
      ${one.reading ? read(one.reading) : nothing}
      ${one.reply?.text ? html`<p class="quiet"><small>${t('messages.answered')}</small> ${foreign(one.reply.text)}</p>` : nothing}
      ${one.resolution && one.resolution.how !== 'undone' ? html`<p class="stated">${glyph('complete', '')} ${t(`messages.how.${one.resolution.how}`)} · ${author(one.resolution.who)} ${onClock(one.resolution.at)} ${one.resolution.note ? foreign(one.resolution.note) : nothing}</p>` : nothing}
      ${CODES.includes(one.reason) && one.held_for ? html`<p class="warned">${t(`messages.why.${one.reason}`)}
        ${allowed('work_messages') ? html`<button type="button" @click=${() => take('retry', {})}>${t('messages.release')}</button>` : nothing}</p>` : nothing}
      ${one.direction === 'in' && allowed('work_messages') ? html`${asked()}
        ${my.fault ? html`<p class="fault" role="alert">${my.fault}</p>` : nothing}
        <div class="outcomes">${ACTIONS.map((action, place) => html`<button type="button" aria-pressed=${my.asks === action} @click=${() => choose(place + 1)}><kbd>${place + 1}</kbd> ${t(`key.messages.${action}`)}${action === 'dismiss' && identical > 1 ? ` ×${identical}` : ''}</button>`)}</div>` : nothing}
      ${one.conversation?.length > 1 ? html`<h3>${t('messages.before')}</h3><ul class="thread">${one.conversation.filter((other) => other.key !== key).map((other) => html`<li class=${other.direction}><small>${onClock(other.received_at ?? other.stored_at)}</small> ${foreign(other.text)}</li>`)}</ul>` : nothing}
    </section>`;
  }

  // Where its sender observes, as far as it or what they wrote before says.
  function station() {
    const {reading, conversation = []} = my.message;
    const number = reading?.reports?.find((report) => report.station)?.station ?? conversation.find((other) => other.station)?.station;
    return number ? html` · <a href=${link('station', {station: number})}>${t('incidents.station', {number})}</a>` : nothing;
  }

  // What was read of it: accepted, and rejected with the reason.
  const read = (reading) => html`${(reading.reports ?? []).map((report) => html`<p><small>${t('messages.read')}</small> <b>${report.form} ${report.station ?? ''} ${report.round && report.round !== '-' ? report.round : ''}</b>
    ${Object.entries(report.answers ?? {}).map(([code, value]) => html`<span class="tag ok">${code} ${String(value)}</span>`)}
    ${Object.entries(report.rejected ?? {}).map(([code, why]) => html`<span class="tag bad">${code}: ${String(why).replaceAll('_', ' ')}</span>`)}</p>`)}`;

  function asked() {
    const note = html`<label for="message-note">${t('act.note')}</label><input id="message-note" maxlength="500" .value=${draft.note} @input=${(event) => { draft.note = event.target.value; }}>`;
    const forms = {enter: entering, answer: answering, assign: assigning, incident: incidentOf};
    return html`<form class="asked" @submit=${(event) => { event.preventDefault(); save(); }}>${forms[my.asks]()}
      <div class="field">${note}</div><p class="actions"><button class="main"><kbd>Ctrl Enter</kbd> ${t(`messages.do.${my.asks}`)}</button></p></form>`;
  }

  const choices = () => (readings().length > 1 ? html`<p class="chips" role="group" aria-label=${t('messages.readings')}>${t('messages.readings')} ${readings().map((one) => html`<button type="button" class="chip" @click=${() => { prefill(one); draw(); }}>${asSms(one.form, one.station, one.round, one.answers)}</button>`)}</p>` : nothing);

  function entering() {
    return html`${choices()}<p class="filters"><select aria-label=${t('stations.form')} @change=${(event) => { Object.assign(draft, {form: event.target.value, round: '', values: {}}); draw(); }}>${state.election.forms.map((form) => html`<option value=${form.code} ?selected=${form.code === draft.form}>${form.code} ${inLanguage(form.title)}</option>`)}</select>
      ${rounds().length ? html`<select aria-label=${t('messages.round')} @change=${(event) => { draft.round = event.target.value; draw(); }}><option value="">${t('messages.anyround')}</option>${rounds().map(({name}) => html`<option ?selected=${name === draft.round}>${name}</option>`)}</select>` : nothing}
      ${my.message.observer ? nothing : html`<input aria-label=${t('messages.observer')} placeholder=${t('messages.observer')} .value=${draft.observer} @input=${(event) => { draft.observer = event.target.value; }}>`}</p>
      ${fields(draft.form, draft.values, {prefix: 'entry', faults: my.faults, changed: draw})}
      ${isFilled(draft.values) ? html`<p class="quiet"><small>${t('correct.sms')}</small> <code>${asSms(draft.form, '', draft.round, draft.values)}</code></p>` : nothing}`;
  }

  const answering = () => html`<label for="answer">${t('messages.youranswer')}</label><textarea id="answer" rows="2" maxlength="600" .value=${draft.text} @input=${(event) => { draft.text = event.target.value; draw(); }}></textarea>
    <small>${segments(draft.text)}</small>
    <p class="chips">${state.election.languages.flatMap((language) => (PHRASES[language] ?? []).map((phrase) => html`<button type="button" class="chip" lang=${language} @click=${() => { draft.text = phrase; draw(); }}>${phrase}</button>`))}</p>`;

  const assigning = () => html`<div class="field"><label for="assign">${t('messages.whose')}</label><input id="assign" autocomplete="off" .value=${draft.observer} @input=${(event) => search(event.target.value)}></div>
    ${my.choices.length ? html`<p class="chips">${my.choices.map((one) => html`<button type="button" class="chip" @click=${() => owner(one.number)}>${one.number} ${one.name} · ${one.station}</button>`)}</p>` : nothing}
    ${my.preview ? html`<p>${t('messages.willcount', {n: my.preview.will_count, of: my.preview.waiting})}</p>` : nothing}
    <label class="check"><input type="checkbox" .checked=${draft.onlyThis} @change=${(event) => { draft.onlyThis = event.target.checked; }}> ${t('messages.onlythis')}</label>`;

  const incidentOf = () => html`<label for="category">${t('messages.category')}</label><select id="category" @change=${(event) => { draft.category = event.target.value; }}><option value=""></option>
    ${Object.entries(state.election.incident_categories).map(([number, {name}]) => html`<option value=${number} ?selected=${number === draft.category}>${number} ${inLanguage(name)}</option>`)}</select>`;

  return {view, key, close, act: choose, save, undo: takeBack};
}

// How many SMS an answer is: 160 letters of GSM's alphabet, or 70 where one is not of it.
function segments(text) {
  const isPlain = /^[\n\r -_a-z{|}~€£¥èéùìòÇØøÅåÆæßÉÄÖÑÜ§¿äöñüà]*$/.test(text);
  const [one, several] = isPlain ? [160, 153] : [70, 67];
  return t('messages.segments', {n: text.length, parts: text.length <= one ? 1 : Math.ceil(text.length / several)});
}
