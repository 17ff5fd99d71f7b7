// The keyboard: the same keys on every screen, and those of the screen that is open.
import {state, notify, may, allowed} from './state.js';
import {electionPath} from './api.js';
import {go, setting} from './app.js';
import {once} from './acting.js';
import {t} from './words.js';

export const GO = {b: 'board', s: 'stations', c: 'calls', m: 'messages', d: 'doubts', i: 'incidents', t: 'turnout', p: 'map', l: 'log', r: 'training', a: 'audit', w: 'wall'};
const WAIT_FOR_SECOND = 1500;
// Where a task of a kind is worked; a doubt's key is STATION#FORM#ROUND.
const DESKS = {
  incident: (key) => ['incident', {number: key}],
  message: (key) => ['messages', {key}],
  call: (key) => ['calls', {station: key}],
  doubt: (key) => ['station', {station: key.split('#')[0], form: key.split('#')[1], doubt: key.split('#')[2]}],
};
const actNext = once();
let hasG = 0;

export function listen(opened) {
  addEventListener('keydown', (event) => press(event, opened()));
}

function press(event, screen) {
  if (!state.account || event.isComposing || event.metaKey) return;
  const isTyping = event.target.matches?.('input:not([type=checkbox]):not([type=radio]), textarea, select');
  if (event.ctrlKey) return event.key === 'Enter' && run(event, screen?.keys?.['Ctrl+Enter']);
  if (event.key === 'Escape') return escape(event, isTyping, screen);
  if (isTyping) return undefined;
  const wantsAlt = state.settings.letters === 'alt';
  const isLetter = /^[\p{L}\d?/]$/u.test(event.key);
  if (isLetter && (state.settings.letters === 'off' || event.altKey !== wantsAlt)) return undefined;
  const key = letter(event);
  if (hasG > Date.now() - WAIT_FOR_SECOND && key in GO) {
    hasG = 0;
    if (may(GO[key])) run(event, () => go(GO[key]));
    return undefined;
  }
  hasG = key === 'g' ? Date.now() : 0;
  if (key === '?') return run(event, () => go('help'));
  if (key === '/') return run(event, () => (document.querySelector('[data-search]') ?? {focus: () => go('search')}).focus());
  const own = screen?.keys?.[event.key] ?? screen?.keys?.[key];
  if (own) return run(event, own);
  if (key === 'n' && allowed('work_calls')) return run(event, Object.assign(nextTask, {changes: true}));
  return move(event, key);
}

// The next most valuable task of all queues, leased to me; a desk that is open hands out its own.
async function nextTask() {
  const answer = await actNext(electionPath('tasks/next'), {}, {done: null}, (error) => error.status === 404 && setTimeout(() => notify(t('key.notask'))));
  if (answer) go(...DESKS[answer.document.kind](answer.document.key));
}

// The letter of the key, whatever the keyboard's script: operators type Cyrillic.
const letter = (event) => (/^Key[A-Z]$/.test(event.code) ? event.code.slice(3).toLowerCase() : event.key);

function run(event, action) {
  if (!action) return;
  event.preventDefault();
  if (action.changes && state.isStale) notify(t('frame.stalechange'), 'bad');
  else action(event);
}

function escape(event, isTyping, screen) {
  if (isTyping) return event.target.blur();
  return screen?.keys?.Escape ? run(event, screen.keys.Escape) : history.length > 1 && history.back();
}

// J and K and the arrows move among what can be opened; where it is a table, left and right too.
function move(event, key) {
  const step = {j: 1, k: -1, ArrowDown: 1, ArrowUp: -1}[key];
  const side = {ArrowRight: 1, ArrowLeft: -1}[key];
  const items = [...document.querySelectorAll('main [data-item]')];
  if (!items.length || (!step && !side)) return;
  const at = items.indexOf(document.activeElement.closest('[data-item]'));
  const width = Number(document.querySelector('[data-columns]')?.dataset.columns ?? 1);
  if (side && width === 1) return;
  const next = at < 0 ? items[0] : items[at + (step ? step * width : side)];
  if (!next) return;
  event.preventDefault();
  next.focus();
  next.scrollIntoView({block: 'nearest', inline: 'nearest'});
}

export const toggle = (name, values) => setting(name, values[(values.indexOf(state.settings[name]) + 1) % values.length]);
