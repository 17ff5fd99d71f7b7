// What changes on the day: a station closes or moves, an observer is replaced or sent elsewhere. The file stays as it is.
import {html, nothing} from './vendor/lit-html/lit-html.js';
import {draw, drawAndFocus} from './state.js';
import {electionPath, get} from './api.js';
import {once} from './acting.js';
import {t, LANGUAGES} from './words.js';
import {time, closedSince, signature} from './format.js';
import {clash} from './clash.js';
import {faultsOf} from './fields.js';

// Fields of each change, and what it sends.
const CHANGES = {
  close: {fields: []},
  reopen: {fields: []},
  move: {fields: ['name', 'district']},
  replace: {fields: ['name', 'phones', 'language']},
  reassign: {fields: ['station']},
  undo: {fields: []},
};

export function rosterChanges(number) {
  const my = {asks: null, values: {}, note: '', fault: '', faults: {}};
  const act = once();
  const met = clash();
  const stationPath = electionPath(`stations/${encodeURIComponent(number)}`);

  // `subject`: the station or observer, as the station's page shows it.
  function ask(change, subject, isObserver) {
    const values = change === 'replace' ? {language: subject.language, name: subject.name, phones: subject.phones.map(({phone}) => phone).join('; ')} : change === 'move' ? {name: subject.name, district: subject.district} : {};
    my.asks = {change, subject, isObserver};
    Object.assign(my, {values, note: '', fault: '', faults: {}});
    drawAndFocus('.roster-change input');
  }

  function bodyOf({change}) {
    const {name, district, phones, language, station} = my.values;
    const note = my.note.trim();
    if (change === 'move') return {name: name.trim(), district: district?.trim() || null, note};
    if (change === 'replace') return {name: name?.trim() ?? '', phones: (phones ?? '').split(/[;,]/).map((one) => one.trim()).filter(Boolean), language: language || null, note};
    return change === 'reassign' ? {station: station?.trim() ?? '', note} : {note};
  }

  async function save(event) {
    event?.preventDefault();
    const asked = my.asks;
    if (!my.note.trim()) {
      my.fault = t('act.notewanted');
      return draw();
    }
    const path = asked.isObserver ? electionPath(`observers/${encodeURIComponent(asked.subject.number)}`) : stationPath;
    const answer = await act(`${path}/${asked.change}`, bodyOf(asked), {seen: `"${asked.subject.version}"`, changed: () => meet(asked)}, (error) => {
      Object.assign(my, {fault: error.message, faults: faultsOf(error)});
    });
    if (answer) Object.assign(my, {asks: null, fault: ''});
    return draw();
  }

  // Somebody has changed the station or observer meanwhile.
  async function meet({change, subject, isObserver}) {
    const {document} = await get(stationPath).catch(() => ({document: null}));
    const now = isObserver ? document?.observers.find((one) => one.number === subject.number) : document?.station;
    if (!now) return;
    my.asks = {change, subject: now, isObserver};
    my.fault = '';
    met.meet({before: told(subject), theirs: told(now), who: now.changed?.who, at: now.changed?.at, yours: `${t(`roster.${change}`)}: ${Object.values(my.values).filter(Boolean).join(', ')} ${my.note}`, keep: () => { my.asks = null; }, apply: () => save()});
  }

  const told = (one) => (one.changed ? `${one.changed.what}${one.changed.note ? `: ${one.changed.note}` : ''}` : t('roster.asfiled'));
  const button = (change, subject, isObserver = false) => html`<button type="button" class="plain" @click=${() => ask(change, subject, isObserver)}>${t(`roster.${change}`)}</button>`;

  // What was changed on the day, and what may be changed now.
  const ofStation = (one) => html`<p class="actions">${one.closed_at ? html`<b>${closedSince(one)}</b>${button('reopen', one)}` : button('close', one)}${button('move', one)}${one.changed ? html`${button('undo', one)}<small>${t('roster.changed', {who: signature(one.changed.who), time: time(one.changed.at)})}</small>` : nothing}</p>${form(one)}`;
  const ofObserver = (one) => html`<p class="actions">${button('replace', one, true)}${button('reassign', one, true)}${one.changed ? html`${button('undo', one, true)}<small>${t('roster.changed', {who: signature(one.changed.who), time: time(one.changed.at)})}</small>` : nothing}</p>${form(one)}`;

  function form(subject) {
    if (my.asks?.subject.number !== subject.number || my.asks.isObserver !== 'phones' in subject) return nothing;
    if (met.isOpen()) return met.view();
    const {change} = my.asks;
    return html`<form class="roster-change asked" @submit=${save}><b>${t(`roster.${change}`)}</b>
      ${CHANGES[change].fields.map((name) => html`<div class="field"><label for="roster-${name}">${t(`roster.field.${name}`)}</label>${name === 'language'
        ? html`<select id="roster-language" @change=${(event) => { my.values.language = event.target.value; }}>${Object.entries(LANGUAGES).map(([code, word]) => html`<option value=${code} ?selected=${code === my.values.language}>${word}</option>`)}</select>`
        : html`<input id="roster-${name}" maxlength="200" autocomplete="off" .value=${my.values[name] ?? ''} aria-invalid=${my.faults[name] ? 'true' : nothing} @input=${(event) => { my.values[name] = event.target.value; }}>`}</div>`)}
      <div class="field"><label for="roster-note">${t('correct.why')}</label><input id="roster-note" maxlength="500" .value=${my.note} @input=${(event) => { my.note = event.target.value; }}></div>
      ${my.fault ? html`<p class="fault" role="alert">${my.fault}</p>` : nothing}
      <p class="actions"><button class="main">${t('roster.save')}</button><button type="button" class="plain" @click=${() => { my.asks = null; draw(); }}>${t('roster.cancel')}</button></p></form>`;
  }

  return {ofStation, ofObserver};
}
