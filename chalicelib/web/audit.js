// The audit trail: who did what, when, why, and what it was before. Nothing here can be changed.
import {html, nothing} from './vendor/lit-html/lit-html.js';
import {draw, allowed} from './state.js';
import {electionPath, get} from './api.js';
import {poll} from './poll.js';
import {t} from './words.js';
import {author, clockInstant, date, onClock, foreign, emptyList} from './format.js';
import {change, deed, searched, subject} from './trail.js';

const WAIT_MS = 400;

export function open({about}) {
  const my = {page: null, older: [], next: undefined, who: '', about: about ?? '', fault: '', end: null, timer: 0};

  function load() {
    my.end?.();
    Object.assign(my, {older: [], next: undefined});
    my.end = poll(electionPath('audit'), (page) => { my.page = page; draw(); }, {seconds: 15, search: search(), failed: (error) => { my.fault = error.message; draw(); }});
  }

  async function more() {
    const {document} = await get(electionPath(`audit?cursor=${encodeURIComponent(my.next ?? my.page.next)}`), search());
    Object.assign(my, {older: [...my.older, ...document.lines], next: document.next});
    draw();
  }

  const search = () => ({Who: my.who, About: searched(my.about)});

  function typed(name, value) {
    my[name] = value.trim();
    clearTimeout(my.timer);
    my.timer = setTimeout(load, WAIT_MS);
  }
  function clear() {
    Object.assign(my, {who: '', about: ''});
    for (const field of document.querySelectorAll('.filters input')) field.value = '';
    load();
  }
  load();

  function view() {
    if (my.fault) return html`<p class="fault" role="alert">${my.fault}</p>`;
    if (!my.page) return html`<p class="waiting" role="status">${t('frame.loading')}</p>`;
    const hasMore = my.older.length ? my.next : my.page.next;
    return html`<div class="title"><h1>${t('audit.title')}</h1><span class="quiet">${t(allowed('read_audit') ? 'audit.all' : 'audit.own')}</span></div>
      <form class="filters" @submit=${(event) => event.preventDefault()}><input type="search" data-search aria-label=${t('audit.who')} placeholder=${t('audit.who')} @input=${(event) => typed('who', event.target.value)}>
        <input type="search" aria-label=${t('audit.about')} placeholder=${t('audit.about')} value=${my.about} @input=${(event) => typed('about', event.target.value)}></form>
      ${lines().length ? table() : emptyList(t('exports.none'), my.who || my.about, clear)}
      ${hasMore ? html`<p><button type="button" @click=${more}>${t('list.older')}</button></p>` : nothing}`;
  }

  const lines = () => [...my.page.lines, ...my.older];
  const table = () => html`<div class="scroller" tabindex="0"><table class="stack"><thead><tr><th scope="col">${t('audit.at')}</th><th scope="col">${t('audit.who')}</th><th scope="col">${t('audit.what')}</th><th scope="col">${t('audit.change')}</th><th scope="col">${t('act.note')}</th></tr></thead>
      <tbody>${lines().map((one) => html`<tr><td title=${one.at}>${date(clockInstant(one.at))} ${onClock(one.at, true)}</td><td>${author(one.who)}</td><td class="sentence"><b>${deed(one.action)}</b> ${subject(one.subject)}</td>
        <td class="sentence"><small>${change(one.before, one.after)}</small></td><td class="sentence">${foreign(one.why)}</td></tr>`)}</tbody></table></div>`;

  return {view, title: () => t('audit.title'), leave: () => { my.end(); clearTimeout(my.timer); }};
}
