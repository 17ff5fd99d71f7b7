// The start: words, who is signed in, and the screen that the address names. Screens load when they are opened.
import {html, render, nothing} from './vendor/lit-html/lit-html.js';
import {state, change, draw, onDraw, notify, may, allowed} from './state.js';
import {forget, electionPath} from './api.js';
import {poll, persist, getAtLast} from './poll.js';
import {loadWords, chosenLanguage, t} from './words.js';
import {frame, staleBar} from './frame.js';

const ELECTION_SECONDS = 20; // until a reload or the end of the election shows

const root = document.createElement('div');
let screen = null; // what is shown: {view(), keys, title, leave()}
let opened = 0;
let endings = [];
let signIn = null; // the card, once it was needed

// Addresses are #/NAME?PARAMETERS: nothing personal stands in them, and back leads back.
export function go(name, parameters = {}, {replace = false} = {}) {
  const address = link(name, parameters);
  if (replace) history.replaceState(null, '', address);
  else location.hash = address;
  if (replace) openRoute();
}

export const link = (name, parameters = {}) => {
  const query = new URLSearchParams(Object.entries(parameters).filter(([, value]) => value !== '' && value != null));
  return `#/${name}${query.size ? `?${query}` : ''}`.replaceAll('%2C', ',');
};

function readRoute() {
  const [name, query] = location.hash.replace(/^#\/?/, '').split('?');
  return {name: may(name) ? name : allowed('read_board') ? 'board' : 'wall', parameters: Object.fromEntries(new URLSearchParams(query))};
}

async function openRoute() {
  if (!state.account) return;
  const route = readRoute();
  const turn = ++opened;
  state.route = route;
  const module = await persist(() => (turn === opened ? import(`./${route.name}.js`) : null), unreachable);
  if (turn !== opened) return;
  const isSame = screen && screen.name === route.name && screen.follow?.(route.parameters);
  if (!isSame) {
    screen?.leave?.();
    screen = module.open(route.parameters);
    screen.name = route.name;
  }
  document.title = `${screen.title()} · Baykoo`;
  change({notice: null});
  queueMicrotask(() => document.querySelector('.tabs [aria-current]')?.scrollIntoView({block: 'nearest', inline: 'nearest'}));
  if (!isSame) document.querySelector('main')?.focus({preventScroll: true});
}

const openedScreen = () => screen;
const unreachable = () => notify(t('frame.unreachable'), 'bad');

function view() {
  const waiting = html`<p class="waiting" role="status">${t(state.isUnanswered ? 'frame.unreachable' : 'frame.loading')}</p>`;
  if (state.account === undefined) return waiting;
  if (state.account === null) return html`<main id="main" class="alone" tabindex="-1">${signIn?.view()}</main>`;
  if (screen?.isAlone) return html`<main id="main" data-screen=${screen.name} tabindex="-1">${screen.view()}</main>`;
  return html`
    <a class="skip" href="#main" @click=${skip}>${t('frame.skip')}</a>
    ${frame()} ${staleBar()}
    <main id="main" data-screen=${screen?.name ?? nothing} tabindex="-1" class=${state.isStale ? 'stale' : ''}>${screen ? screen.view() : waiting}</main>
    <div class="notice ${state.notice?.kind ?? ''}" role="status" aria-live="polite">${state.notice?.text ?? ''}</div>
    ${state.isExpired ? html`<dialog open class="over" aria-label=${t('signin.again')}>${signIn?.view()}</dialog>` : nothing}
  `;
}

function skip(event) {
  event.preventDefault();
  document.getElementById('main').focus();
}

export async function signedIn(account) {
  const wasOpen = state.account && state.account.name === account.name;
  change({account, isExpired: false});
  if (wasOpen) return; // the screen is as it was, with what was typed
  for (const end of endings) end();
  endings = allowed('read_board') ? [poll(electionPath('board'), (board) => change({board}))] : [];
  const path = `./v1/elections/${encodeURIComponent(account.election)}`;
  try {
    const {document: election} = await getAtLast(path, unreachable);
    change({election});
    endings.push(poll(path, (newer) => change({election: newer}), {seconds: ELECTION_SECONDS}));
  } catch (error) {
    notify(error.message, 'bad');
    return;
  }
  await openRoute();
}

export async function signOut() {
  const {send} = await import('./api.js');
  await send('./v1/session', {}, {method: 'DELETE'}).catch(() => {});
  for (const end of endings) end();
  screen?.leave?.();
  screen = null;
  forget();
  await askToSignIn();
  change({account: null, board: null, election: null});
}

// A session that was there when the page was opened may end too: then the card is not there yet.
function askAgain() {
  if (!state.isExpired || signIn) return;
  signIn = {view: () => nothing};
  askToSignIn().then(draw);
}

async function askToSignIn(token = null, isRefused = false) {
  signIn = (await persist(() => import('./signin.js'), unreachable)).open({token, isRefused});
}

function applySettings() {
  const saved = JSON.parse(localStorage.getItem('settings') || '{}');
  state.settings = {...state.settings, ...saved};
  const {theme, density} = state.settings;
  document.documentElement.dataset.theme = theme;
  document.documentElement.dataset.density = density;
}

export function setting(name, value) {
  localStorage.setItem('settings', JSON.stringify({...state.settings, [name]: value}));
  applySettings();
  change({});
}

export async function speak(language) {
  localStorage.setItem('language', language);
  await loadWords(language);
  if (screen) document.title = `${screen.title()} · Baykoo`;
  change({});
}

async function start() {
  document.body.append(root);
  applySettings();
  const token = location.hash.match(/^#sign-in=(.+)$/)?.[1] ?? null;
  const isRefused = location.hash === '#sign-in-refused';
  if (token || isRefused) history.replaceState(null, '', '#/board');
  const session = getAtLast('./v1/session', () => change({isUnanswered: true})).catch((error) => error);
  await persist(() => loadWords(chosenLanguage()));
  onDraw(() => { askAgain(); render(view(), root); });
  draw();
  const {document: account} = await session;
  addEventListener('hashchange', openRoute);
  if (account?.name && !token) await signedIn(account);
  else {
    await askToSignIn(token, isRefused);
    change({account: null});
  }
  import('./keys.js').then((keys) => keys.listen(openedScreen)); // after the first paint
}

start();
