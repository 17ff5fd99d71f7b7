// The keys, as a card that can be printed; where single letters trouble somebody, they are switched off in the settings.
import {html} from './vendor/lit-html/lit-html.js';
import {state, may} from './state.js';
import {t} from './words.js';
import {GO} from './keys.js';

const EVERYWHERE = [['?', 'help'], ['/', 'search'], ['J  K', 'move'], ['↑ ↓ ← →', 'move'], ['Enter', 'open'], ['Esc', 'back'], ['Ctrl Enter', 'save'], ['N', 'next'], ['U', 'undo']];
const OF_SCREENS = {
  board: [['S', 'sort'], ['F', 'freeze']],
  stations: [['X', 'pick'], ['C', 'call']],
  messages: [['1', 'enter'], ['2', 'dismiss'], ['3', 'answer'], ['4', 'assign'], ['5', 'incident'], ['6', 'call'], ['7', 'spam'], ['8', 'pass']],
  calls: [['1', 'taken'], ['2', 'willsend'], ['3', 'noanswer'], ['4', 'off'], ['5', 'wrong'], ['6', 'gone'], ['7', 'notopen'], ['8', 'refuses'], ['9', 'other'], ['R', 'ring']],
  observer: [['R', 'write'], ['C', 'call']],
  station: [['V', 'confirm'], ['E', 'correct'], ['H', 'history'], ['M', 'sms']],
  incidents: [['A', 'acknowledge'], ['V', 'verify'], ['J', 'reject'], ['R', 'resolve'], ['O', 'reopen']],
};

export function open() {
  const rows = (pairs, prefix) => html`<dl class="keys">${pairs.map(([key, what]) => html`<div><dt>${key.split(' ').filter(Boolean).map((one) => html`<kbd>${one}</kbd> `)}</dt><dd>${t(`${prefix}.${what}`)}</dd></div>`)}</dl>`;
  const ways = Object.entries(GO).filter(([, name]) => may(name));
  const view = () => html`<div class="title"><h1>${t('help.title')}</h1><span class="grow"></span><button type="button" @click=${() => print()}>${t('help.print')}</button></div>
    ${state.settings.letters === 'off' ? html`<p class="warned">${t('help.off')}</p>` : ''}
    <div class="sheets">
      <section class="card"><h2>${t('help.everywhere')}</h2>${rows(EVERYWHERE, 'key')}</section>
      <section class="card"><h2>${t('help.go')}</h2><dl class="keys">${ways.map(([key, name]) => html`<div><dt><kbd>G</kbd> <kbd>${key.toUpperCase()}</kbd></dt><dd>${t(`${name}.title`)}</dd></div>`)}</dl></section>
      ${Object.entries(OF_SCREENS).filter(([name]) => may(name)).map(([name, pairs]) => html`<section class="card"><h2>${t(`${name}.title`)}</h2>${rows(pairs, `key.${name}`)}</section>`)}
    </div>`;
  return {view, title: () => t('help.title')};
}
