// The doubts: which numbers should not be trusted yet. What concerns most votes of the count comes first.
import {html, nothing} from './vendor/lit-html/lit-html.js';
import {repeat} from './vendor/lit-html/directives/repeat.js';
import {draw, regionNames, placeName, seesPeople} from './state.js';
import {electionPath} from './api.js';
import {pagesOf} from './pages.js';
import {go, link} from './app.js';
import {t} from './words.js';
import {number, ageOf, glyph, emptyList, signature} from './format.js';
import {valueOf, inNumbers} from './fields.js';
import {putting} from './putting.js';

const PAGE = 100;
const GLYPHS = {conflict: 'conflict', failed_check: 'failed', partial_count: 'partial', changed_after_confirmation: 'late'};

export function open({region, kind}) {
  const my = {region, kind, list: null, fault: '', end: null};
  const calls = putting();

  function load() {
    my.end?.();
    const query = new URLSearchParams({limit: PAGE, ...(my.region && {region: my.region})});
    my.end = pagesOf(electionPath(`doubts?${query}`), 'cursor', (lists) => { my.list = {doubts: lists.flatMap((one) => one.doubts)}; draw(); }, {seconds: 10, failed: (error) => { my.fault = error.message; draw(); }});
  }
  load();

  function view() {
    if (my.fault) return html`<p class="fault" role="alert">${my.fault}</p>`;
    if (!my.list) return html`<p class="waiting" role="status">${t('frame.loading')}</p>`;
    const shown = my.list.doubts.filter((one) => !my.kind || one.kind === my.kind);
    return html`<div class="title"><h1>${t('doubts.title')}</h1><span class="quiet">${number(my.list.doubts.length)}</span><span class="grow"></span>
        ${calls.button([...new Set(shown.map((one) => one.station))])}</div>
      <form class="filters" @submit=${(event) => event.preventDefault()}>
        <select aria-label=${t('board.region')} @change=${(event) => go('doubts', {region: event.target.value, kind: my.kind}, {replace: true})}>
          <option value="" ?selected=${!my.region}>${t('stations.allregions')}</option>${regionNames().map((name) => html`<option ?selected=${name === my.region}>${name}</option>`)}</select>
        <span class="chips" role="group" aria-label=${t('doubts.kind')}>${Object.keys(GLYPHS).map((name) => html`<button type="button" class="chip" aria-pressed=${my.kind === name} @click=${() => go('doubts', {region: my.region, kind: my.kind === name ? '' : name}, {replace: true})}>${glyph(GLYPHS[name], t(`doubts.${name}`))} ${t(`doubts.${name}`)} <small>${number(my.list.doubts.filter((one) => one.kind === name).length)}</small></button>`)}</span></form>
      ${shown.length ? table(shown) : emptyList(t('doubts.none'), my.kind || my.region, () => go('doubts', {}, {replace: true}))}`;
  }

  const table = (shown) => html`<div class="scroller tall"><table class="stations stack"><thead><tr><th scope="col">${t('stations.station')}</th><th scope="col">${t('stations.form')}</th><th scope="col">${t('doubts.what')}</th><th scope="col">${t('doubts.holder')}</th><th scope="col" class="number">${t('doubts.votes')}</th><th scope="col">${t('doubts.since')}</th></tr></thead>
    <tbody>${repeat(shown, (one) => `${one.station} ${one.form} ${one.round} ${one.kind} ${one.about}`, (one) => html`<tr>
      <td><a data-item class="whole" href=${link('station', {station: one.station, form: one.form, doubt: one.round ?? '-'})}><b>${one.station}</b> ${one.name}</a> <small>${one.region}</small>${seesPeople() ? people(one) : nothing}</td>
      <td>${placeName({form: one.form, round: one.round ?? '-'})}</td>
      <td class="sentence">${glyph(GLYPHS[one.kind], t(`doubts.${one.kind}`))} ${inWords(one)}</td>
      <td>${one.lease ? html`<small class=${one.lease.is_mine ? 'lease mine' : 'warned'}>${one.lease.is_mine ? t('lease.mine') : t('calls.held', {who: signature(one.lease.holder)})}</small>` : nothing}</td>
      <td class="number">${one.votes ? number(one.votes) : nothing}</td>
      <td><small>${one.since ? ageOf(one.since) : ''}</small></td></tr>`)}</tbody></table></div>`;

  // Whom to ask: a click calls.
  const people = ({observers}) => html`<details class="people"><summary>${t('stations.observers')}</summary>${observers.map((one) => html`<span class="person">${one.name ?? one.number} ${(one.phones ?? []).map((phone) => html`<a class="tel" href="tel:${phone}">${phone}</a> `)}</span>`)}</details>`;

  function follow(next) {
    const wasRegion = my.region;
    Object.assign(my, {region: next.region, kind: next.kind});
    if (wasRegion !== my.region) load();
    draw();
    return true;
  }

  return {view, follow, keys: {u: calls.undo}, title: () => t('doubts.title'), leave: () => my.end()};
}

// A doubt with its numbers, in the reader's language.
function inWords({kind, about, form, sentence, values}) {
  const apart = sentence?.match(/: \S+ apart$/)?.[0] ?? '';
  if (kind === 'conflict') return `${about}: ${Object.entries(values).map(([observer, value]) => `${t('station.observer', {number: observer})} ${valueOf(form, about, value)}`).join(' ≠ ')}${inNumbers(apart)}`;
  if (kind === 'partial_count' && values.missing) return t('doubts.open', {codes: values.missing.join(', ')});
  if (kind === 'changed_after_confirmation') return t('doubts.since_confirmed', {code: about, before: valueOf(form, about, values.confirmed), now: valueOf(form, about, values.now)});
  return sentence ? inNumbers(sentence) : t(`doubts.${kind}`);
}
