// The one store: what every screen may read. A screen's own state stays in the screen.
const drawers = new Set();
const NOTICE_MS = 8000;
const PAUSE_MS = 250;
let isDrawing = false;
let pause = 0; // the timer until which drawSoon waits
let isWaiting = false;

export const state = {
  account: undefined, // undefined: not asked yet; null: nobody is signed in
  isExpired: false, // the session ended while the page was open
  isUnanswered: false, // nothing has answered yet though it was asked for
  election: null, // id, name, forms, rounds, regions, clock: what GET ./v1/elections/ID/board says of it
  board: null,
  route: {name: 'board', parameters: {}},
  language: 'en',
  settings: {theme: 'auto', density: 'dense', letters: 'on', sound: 'off'},
  ahead: 0, // the server's clock less this machine's, in ms
  isStale: false, // nothing was heard for so long that nothing may be changed
  freshness: {at: 0, failures: 0, next: 0}, // of the last good answer, in this machine's milliseconds
  carried: null, // what is taken along to another screen: {stations or observers, words}
  notice: null, // one line said aloud: {text, kind}
};

export function change(patch) {
  Object.assign(state, patch);
  draw();
}

export function onDraw(drawer) {
  drawers.add(drawer);
  return () => drawers.delete(drawer);
}

// Draw once after whatever changes in this turn.
export function draw() {
  if (isDrawing) return;
  isDrawing = true;
  queueMicrotask(() => {
    isDrawing = false;
    for (const drawer of drawers) drawer();
  });
}

// Draw now, but only so often: of what comes in many parts some are shown at once.
export function drawSoon() {
  isWaiting = pause > 0;
  if (isWaiting) return;
  draw();
  pause = setTimeout(() => {
    pause = 0;
    if (isWaiting) drawSoon();
  }, PAUSE_MS);
}

// Draw, and then put the focus where somebody goes on: before the next key comes, however fast they type.
export function drawAndFocus(selector) {
  draw();
  queueMicrotask(() => document.querySelector(selector)?.focus());
}

export function notify(text, kind = 'done') {
  const notice = {text, kind};
  change({notice});
  setTimeout(() => state.notice === notice && change({notice: null}), NOTICE_MS);
}

export const serverNow = () => Date.now() + state.ahead;

// The election's instant now, in ms: a rehearsal's clock starts elsewhere and may run faster.
export function electionNow() {
  const clock = state.election?.clock;
  if (!clock) return serverNow();
  return Date.parse(clock.start) + (serverNow() - Date.parse(clock.origin)) * clock.factor;
}

// And back: the real instant at which the election's clock shows one, both in ms.
export function realInstant(shown) {
  const clock = state.election?.clock;
  return clock ? Date.parse(clock.origin) + (shown - Date.parse(clock.start)) / clock.factor : shown;
}

// Forms and rounds in the order of the day, as the board's columns are.
export const places = () =>
  state.election.forms
    .flatMap((form) => form.rounds.map(({name, begins_at, due_at}) => ({form: form.code, round: name, begins_at, due_at})))
    .sort((one, other) => (Date.parse(one.due_at) || Infinity) - (Date.parse(other.due_at) || Infinity));

// The round that began last is the one that people look at.
export function currentPlace() {
  return places().filter(hasBegun).sort((one, other) => Date.parse(one.begins_at) - Date.parse(other.begins_at)).at(-1);
}

export const hasBegun = (place) => !place.begins_at || Date.parse(place.begins_at) <= electionNow();
export const isDue = (place) => Date.parse(place.due_at) <= electionNow();
export const placeName = ({form, round}) => (round === '-' ? form : `${form} ${round}`);
export const formOf = (code) => state.election.forms.find((form) => form.code === code);

// What a screen needs of the table of permissions; the API refuses what the page does not offer.
const NEEDS = {search: 'read_board', calls: 'work_calls', messages: 'work_messages', doubts: 'read_people', send: 'send', exports: 'export', people: 'read_accounts', log: 'work_messages', imports: 'import', training: 'work_calls'};
const SCREENS = new Set(['board', 'stations', 'station', 'incidents', 'incident', 'calls', 'messages', 'doubts', 'observer', 'turnout', 'map', 'wall', 'send', 'exports', 'imports', 'log', 'training', 'audit', 'people', 'settings', 'search', 'help']);
export const allowed = (permission) => state.account.permissions.includes(permission);
export const may = (screen) => SCREENS.has(screen) && (!NEEDS[screen] || allowed(NEEDS[screen]));
export const seesPeople = () => allowed('read_people');

// What the board says of a row and a place.
export const cellOf = (row, place) =>
  row.cells[state.board.columns.findIndex((column) => column.form === place.form && (column.round ?? '-') === place.round)];

// The regions that whoever is signed in may see, in the file's order.
export function regionNames() {
  const own = state.account.regions ?? [];
  return state.election.regions.map((one) => one.name).filter((name) => !own.length || own.includes(name));
}
