// What became of each SMS of a send: how many wait, went, arrived and did not, and whom it did not reach.
import {html, nothing} from './vendor/lit-html/lit-html.js';
import {change, draw} from './state.js';
import {electionPath} from './api.js';
import {poll} from './poll.js';
import {go, link} from './app.js';
import {t} from './words.js';
import {number, bar} from './format.js';

const MOST_NAMED = 500; // observers that one send names
// Our states and the carriers' words, in the order in which an SMS has them.
const FATES = [
  ['delivered', 'complete', ['delivered']],
  ['sent', 'partial', ['sent', 'on_its_way']],
  ['failed', 'missing', ['failed', 'undelivered']],
  ['queued', 'conflict', ['queued', 'sending']],
  ['opted_out', 'expected', ['opted_out']],
];

export function arrivals() {
  const my = {name: null, progress: null, end: null};

  function show(name) {
    my.end?.();
    Object.assign(my, {name, progress: null, end: null});
    if (name) my.end = poll(electionPath(`sends/${encodeURIComponent(name)}`), (progress) => { my.progress = progress; draw(); });
    draw();
  }

  function write(observers) {
    change({carried: {observers, words: t('arrivals.failed')}});
    go('send', {list: 'observers', of: my.name});
  }

  function view(one) {
    const isShown = my.name === one.name;
    return html`<button type="button" class="plain" aria-expanded=${isShown} @click=${() => show(isShown ? null : one.name)}>${t('arrivals.title')}</button>
      ${isShown ? html`<div class="arrived" role="status">${my.progress ? became(my.progress) : t('frame.loading')}</div>` : nothing}`;
  }

  function became({states, recipients, failed, is_cut: isCut}) {
    const counts = FATES.map(([name, colour, words]) => ({name, colour, count: words.reduce((sum, word) => sum + (states[word] ?? 0), 0)}));
    const known = counts.reduce((sum, {count}) => sum + count, 0);
    const of = Math.max(recipients, known);
    return html`${bar(counts.filter(({name}) => name !== 'queued').map(({colour, count}) => [colour, count]), of)}
      <p>${counts.filter(({name, count}) => count || name === 'delivered').map(({name, count}) => html`<span class="tag ${name === 'failed' ? 'bad' : name === 'delivered' ? 'ok' : ''}"><b>${number(count)}</b>/${number(of)} ${t(`arrivals.${name}`)}</span> `)}</p>
      ${counts[0].count ? nothing : html`<p class="quiet"><small>${t('arrivals.noreceipts')}</small></p>`}
      ${isCut ? html`<p class="warned">${t('arrivals.cut')}</p>` : nothing}
      ${failed.length ? html`<p>${t('arrivals.notreached', {n: number(failed.length)})} ${failed.map((each) => html`<a href=${link('observer', {number: each})}>${each}</a> `)}
        <button type="button" class="plain" @click=${() => write(failed.slice(0, MOST_NAMED))}>${t('arrivals.again', {n: number(Math.min(failed.length, MOST_NAMED))})}</button></p>` : nothing}`;
  }

  return {view, show, leave: () => my.end?.()};
}
