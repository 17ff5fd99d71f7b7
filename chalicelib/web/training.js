// Training: what the last rehearsals showed. Which question is unclear, and who needs another hour.
import {html, nothing} from './vendor/lit-html/lit-html.js';
import {state, change, draw, may} from './state.js';
import {electionPath} from './api.js';
import {poll} from './poll.js';
import {go, link} from './app.js';
import {t, inLanguage} from './words.js';
import {number, percent, foreign, bar, date, time, span} from './format.js';
import {putting} from './putting.js';

const SECONDS = 30;
const SHOWN = 50;
const MOST_NAMED = 500; // observers that one send names

export function open({rehearsal}) {
  const my = {rehearsal, list: null, fault: '', shown: SHOWN};
  const calls = putting();
  const end = poll(electionPath('training'), (list) => { my.list = list; draw(); }, {seconds: SECONDS, failed: (error) => { my.fault = error.message; draw(); }});

  function view() {
    if (my.fault) return html`<p class="fault" role="alert">${my.fault}</p>`;
    if (!my.list) return html`<p class="waiting" role="status">${t('frame.loading')}</p>`;
    const all = my.list.rehearsals;
    const at = Math.max(0, all.findIndex((one) => one.rehearsal === my.rehearsal));
    const [one, before] = [all[at], all[at + 1]];
    if (!one) return html`<div class="title"><h1>${t('training.title')}</h1></div><p class="empty">${t('training.none')}</p>`;
    return html`<div class="title"><h1>${t('training.title')}</h1>
        <select aria-label=${t('training.which')} @change=${(event) => go('training', {rehearsal: event.target.value}, {replace: true})}>${all.map((other) => html`<option value=${other.rehearsal} ?selected=${other === one}>${date(other.began_at)} ${time(other.began_at)}</option>`)}</select>
        <span class="quiet">${t('training.whole', {sent: number(one.sent), acknowledged: number(one.acknowledged)})} · ${t('training.ontime', {n: number(one.reports_on_time), of: number(one.reports)})}</span></div>
      <h2>${t('training.questions')}</h2>${questions(one, before)}
      <div class="two"><section class="card"><h2>${t('training.observers')}</h2>${observers(one)}<p class="actions">${calls.button(stationsOf(one))}${writing(one.observers.slice(0, my.shown).map((person) => person.observer), t('training.observers'))}
        ${may('exports') && stationsOf(one).length ? html`<button type="button" @click=${() => exportThese(one)}>${t('stations.exports', {n: number(stationsOf(one).length)})}</button>` : nothing}</p></section>
      <section class="card"><h2>${t('training.silent')} <small>${number(one.never_heard.length)}</small></h2>${one.never_heard.length ? html`<p>${one.never_heard.slice(0, my.shown).map((name) => html`<a class="tag" href=${link('observer', {number: name})}>${name}</a>`)}</p><p class="actions">${writing(one.never_heard.slice(0, MOST_NAMED), t('training.silent'))}</p>` : html`<p class="quiet">${t('training.nobody')}</p>`}</section>
      ${one.call_centre ? html`<section class="card"><h2>${t('training.room')}</h2>${room(one.call_centre)}</section>` : nothing}</div>`;
  }

  function questions(one, before) {
    const rows = [...one.questions].sort((first, second) => doubtful(second) - doubtful(first));
    const earlier = new Map((before?.questions ?? []).map((question) => [`${question.form} ${question.code}`, question]));
    return html`<div class="scroller" tabindex="0"><table class="training"><thead><tr><th scope="col">${t('station.question')}</th><th scope="col" class="number">${t('training.typed')}</th><th scope="col" class="number">${t('training.asked')}</th><th scope="col" class="number">${t('training.misread')}</th><th scope="col" class="number">${t('training.share')}</th>
      ${before ? html`<th scope="col" class="number">${t('training.before')}</th>` : nothing}<th scope="col">${t('training.examples')}</th></tr></thead>
      <tbody>${rows.map((question) => html`<tr><th scope="row"><b>${question.form} ${question.code}</b> ${labelOf(question)}</th><td class="number">${number(question.typed)}</td><td class="number">${number(question.asked_again)}</td><td class="number">${number(question.misread)}</td>
        <td class="number"><b>${percent(question.asked_again + question.misread, question.typed)}</b>${bar([['missing', question.asked_again + question.misread]], question.typed)}</td>
        ${before ? html`<td class="number quiet">${shareOf(earlier.get(`${question.form} ${question.code}`))}</td>` : nothing}
        <td class="sentence">${question.examples.map((text) => html`<code>${foreign(text)}</code> `)}</td></tr>`)}</tbody></table></div>`;
  }

  // The stations of those who need another hour, as far as they are shown.
  const stationsOf = (one) => [...new Set(one.observers.slice(0, my.shown).map((person) => person.station).filter(Boolean))];

  // Who is shown goes along to the screen for an SMS to many.
  const writing = (people, words) => (may('send') && people.length ? html`<button type="button" @click=${() => take('send', 'observers', people, words)}>${t('stations.send', {n: number(people.length)})}</button>` : nothing);
  const exportThese = (one) => take('exports', 'stations', stationsOf(one), t('training.observers'));

  function take(screen, kind, list, words) {
    change({carried: {[kind]: list, words}});
    go(screen, {list: kind});
  }

  function observers(one) {
    if (!one.observers.length) return html`<p class="quiet">${t('training.nobody')}</p>`;
    const rows = one.observers.slice(0, my.shown);
    const hidden = one.observers.length - rows.length;
    return html`<div class="scroller bare"><table><thead><tr><th scope="col">${t('observer.title')}</th><th scope="col">${t('stations.station')}</th><th scope="col" class="number">${t('training.notwhole')}</th></tr></thead>
      <tbody>${rows.map((person) => html`<tr><td><a data-item href=${link('observer', {number: person.observer})}>${person.observer}</a></td><td>${person.station ? html`<a href=${link('station', {station: person.station})}>${person.station}</a>` : '–'}</td><td class="number"><b>${number(person.not_accepted)}</b> <small>/ ${number(person.messages)}</small></td></tr>`)}</tbody></table></div>
      ${hidden ? html`<button type="button" @click=${() => { my.shown += SHOWN; draw(); }}>${t('stations.more', {n: hidden})}</button>` : nothing}
      ${one.observers_cut ? html`<p class="quiet">${t('training.cut', {n: number(one.observers_cut)})}</p>` : nothing}`;
  }

  const room = (centre) => html`<div class="scroller bare"><table><thead><tr><th scope="col">${t('training.queue')}</th><th scope="col" class="number">${t('training.tasks')}</th><th scope="col" class="number">${t('training.half')}</th><th scope="col" class="number">${t('training.most')}</th></tr></thead>
    <tbody>${centre.queues.map((queue) => html`<tr><th scope="row">${queue.kind}</th><td class="number">${number(queue.tasks)}</td><td class="number">${queue.waited_p50 === null ? '–' : span(queue.waited_p50)}</td><td class="number">${queue.waited_p95 === null ? '–' : span(queue.waited_p95)}</td></tr>`)}</tbody></table></div>
    <p>${t('training.operators', {n: centre.operators})} · ${t('training.twice', {n: centre.called_by_two})} · ${t('training.differences', {n: centre.differences})}</p>`;

  function follow(next) {
    my.rehearsal = next.rehearsal;
    draw();
    return true;
  }

  return {view, follow, keys: {u: calls.undo}, title: () => t('training.title'), leave: end};
}

const doubtful = (question) => (question.typed ? (question.asked_again + question.misread) / question.typed : 0);
const shareOf = (question) => (question ? percent(question.asked_again + question.misread, question.typed) : '–');

// The election's own label in the reader's language; a rehearsal's figures have it in one.
function labelOf({form, code, label}) {
  const question = state.election.forms.find((one) => one.code === form)?.questions.find((one) => one.code === code);
  return inLanguage(question?.label) || label;
}
