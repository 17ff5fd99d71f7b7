// Two people on one thing: what it was, what the other made of it, and what you have. Nothing of it is lost.
import {html, nothing} from './vendor/lit-html/lit-html.js';
import {draw, drawAndFocus} from './state.js';
import {t} from './words.js';
import {time, foreign, signature} from './format.js';

// `meet({before, theirs, who, at, yours, keep, apply})`: `apply` null where yours is no longer possible.
export function clash() {
  let met = null;

  function meet(found) {
    met = found;
    drawAndFocus('.clash button');
  }

  function end(action) {
    met = null;
    action?.();
    draw();
  }

  const column = (title, value, under) => html`<div><h3>${title}</h3><p>${typeof value === 'string' ? foreign(value) : value}</p>${under ? html`<small>${under}</small>` : nothing}</div>`;

  function view() {
    if (!met) return nothing;
    const {before, theirs, who, at, yours, keep, apply} = met;
    return html`<section class="clash" role="alertdialog" aria-label=${t('clash.title')}><h2>${t('clash.title')}</h2>
      <div class="sheets">${column(t('clash.before'), before)}${column(t('clash.theirs'), theirs, [who && signature(who), at && time(at, true)].filter(Boolean).join(' · '))}${column(t('clash.yours'), yours)}</div>
      <p class="actions"><button type="button" @click=${() => end(keep)}>${t('clash.keep')}</button>
        ${apply ? html`<button type="button" class="main" @click=${() => end(apply)}>${t('clash.apply')}</button>` : html`<span class="quiet">${t('clash.nomore')}</span>`}</p></section>`;
  }

  return {meet, view, isOpen: () => Boolean(met)};
}
