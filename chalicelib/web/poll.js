// Polling: every 5 s while the page is looked at, every 30 s while it is hidden, less often while nobody answers.
import {state, draw} from './state.js';
import {get, Problem, LONGEST_WAIT} from './api.js';

const USUAL = 5_000;
const HIDDEN = 30_000;
const LONGEST_PAUSE = 60_000;
const SOON = 1000; // until what was never answered is asked for again
const FIRST_WAIT = 10_000; // for an answer; where none comes the next is waited for longer
const polls = new Set();

// Ask for a path again and again; `take(document, etag)` gets each answer, changed or not. The result ends it.
export function poll(path, take, {seconds = USUAL / 1000, failed = null, search = {}} = {}) {
  const one = {path, search, take, failed, period: seconds * 1000, timer: 0, failures: 0, at: 0, begun: Date.now(), isOver: false, isAsking: false};
  polls.add(one);
  turn(one);
  return () => {
    one.isOver = true;
    clearTimeout(one.timer);
    polls.delete(one);
  };
}

// Ask for everything at once: after an action, on coming back, on "Try now".
export function pollNow() {
  for (const one of polls) {
    clearTimeout(one.timer);
    turn(one);
  }
}

// Try until it is done: what the page cannot begin without. An answer that refuses is the end, too.
export async function persist(attempt, failed = () => {}) {
  for (let failures = 0; ; failures += 1) {
    try {
      return await attempt(failures);
    } catch (error) {
      if (isAnswer(error)) throw error;
      failed();
      await new Promise((resolve) => setTimeout(resolve, longer(SOON, failures + 1)));
    }
  }
}

// A document that is asked for until it is there.
export const getAtLast = (path, failed) => persist((failures) => get(path, {}, waitAfter(failures)), failed);

const isAnswer = (error) => error instanceof Problem && error.status < 500 && error.status !== 429;
const longer = (pause, failures) => Math.min(LONGEST_PAUSE, pause * 2 ** (failures - 1)) * (0.8 + 0.4 * Math.random());
const waitAfter = (failures) => Math.min(LONGEST_WAIT, FIRST_WAIT * (failures + 1));

async function turn(one) {
  if (one.isAsking) return;
  one.isAsking = true;
  try {
    const {document, etag} = await get(one.path, one.search, waitAfter(one.failures));
    if (one.isOver) return;
    Object.assign(one, {failures: 0, at: Date.now()});
    one.take(document, etag);
  } catch (error) {
    if (one.isOver) return;
    if (isAnswer(error)) {
      Object.assign(one, {failures: 0, at: Date.now()}); // an answer, though not the one hoped for
      one.failed?.(error);
    } else one.failures += 1;
  } finally {
    one.isAsking = false;
    if (!one.isOver) {
      one.next = Date.now() + pause(one);
      one.timer = setTimeout(() => turn(one), pause(one));
      measure();
    }
  }
}

function pause(one) {
  const period = document.hidden && state.route.name !== 'wall' ? Math.max(HIDDEN, one.period) : one.period;
  if (!one.failures) return period;
  return longer(one.at ? one.period : SOON, one.failures);
}

// The page is as old as the oldest of what it shows, each by how much it is behind its own period.
function measure() {
  const all = [...polls];
  const at = Math.min(Date.now(), ...all.filter((one) => one.at || one.failures).map((one) => (one.at || one.begun) + one.period - USUAL));
  const failures = Math.max(...all.map((one) => one.failures));
  state.freshness = {at: at || state.freshness.at, failures, next: Math.min(...all.map((one) => one.next || Infinity))}; // drawn with the next tick
}

export const age = () => (state.freshness.at ? (Date.now() - state.freshness.at) / 1000 : 0);
export const isStale = () => age() > 30 + (document.hidden ? HIDDEN / 1000 : 0);

document.addEventListener('visibilitychange', () => document.hidden || pollNow());
addEventListener('focus', () => age() > 5 && pollNow());
addEventListener('online', pollNow);
setInterval(draw, 1000); // clocks and ages move while nothing comes
