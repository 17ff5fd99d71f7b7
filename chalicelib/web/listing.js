// Which stations a list has, and in which order: found anew when something of it has changed, not with every draw.
import {places, isDue} from './state.js';

export const STATES = ['missing', 'partial', 'conflict', 'failed', 'late', 'received', 'complete', 'lacking', 'silent', 'closed', 'unobserved'];
const UNOFFERED = 'expected'; // led to from Turnout before a round is over, and no choice of the list
const RECEIVED = ['complete', 'partial', 'conflict'];
const order = new Intl.Collator();

// Of a station: whatever form is chosen.
const OF_STATION = {
  lacking: (one) => one.owes > 0,
  silent: (one) => one.is_silent,
  closed: (one) => Boolean(one.closed_at),
  unobserved: (one) => !one.observers.length,
};
// Of a form's round; else it is the round's state.
const OF_ROUND = {
  late: (round) => round.late,
  failed: (round) => round.failed_checks?.length > 0,
  received: (round) => RECEIVED.includes(round.state),
};

export const roundOf = (station, {form, round}) => station.forms[form]?.[round] ?? {state: 'expected'};
export const statesOf = ({state}) => (state ?? '').split(',').filter((name) => STATES.includes(name) || name === UNOFFERED);
// Observers by name, for who may know it; by number else.
export const peopleOf = (one) => one.people ?? one.observers.map((number) => ({number}));

// The stations of pages that come one by one and again and again.
export function listing() {
  const pages = new Map(); // path → {document, stations}
  let asked = null; // what the last answer was to; null where a page has changed since
  let found = [];

  // Whether a page's answer is another than the one before.
  function take(path, region, document) {
    if (pages.get(path)?.document === document) return false;
    pages.set(path, {document, stations: document.stations.map((one) => ({...one, region}))});
    asked = null;
    return true;
  }

  function clear() {
    pages.clear();
    asked = null;
  }

  // Those that fit, the silent first, then who owes most.
  function chosen({state, form, round, district, organisation, text}) {
    const due = places().filter(isDue);
    const wanted = JSON.stringify([state, form, round, district, organisation, text, due.length]);
    if (wanted !== asked) {
      asked = wanted;
      found = choose([...pages.values()].flatMap((page) => page.stations), due, {states: statesOf({state}), form, round, district, organisation, text: text.trim().toLowerCase()});
    }
    return found;
  }

  const count = () => [...pages.values()].reduce((sum, page) => sum + page.stations.length, 0);
  const asOf = () => [...pages.values()].map((page) => page.document.as_of).sort()[0];
  const isWhole = (regions) => pages.size >= regions;

  return {take, clear, chosen, count, asOf, isWhole};
}

function choose(stations, due, {states, form, round, district, organisation, text}) {
  const columns = places().filter((place) => !form || (place.form === form && (!round || place.round === round)));
  for (const one of stations) one.owes = due.filter((place) => isOwed(roundOf(one, place))).length;
  return stations
    .filter((one) => !states.length || states.some((name) => (OF_STATION[name] ? OF_STATION[name](one) : columns.some((place) => isIn(roundOf(one, place), name)))))
    .filter((one) => !district || one.district === district)
    .filter((one) => !organisation || one.organisations.includes(organisation))
    .filter((one) => !text || wordsOf(one).includes(text))
    .sort((one, other) => other.is_silent - one.is_silent || other.owes - one.owes || order.compare(one.station, other.station));
}

const isOwed = (round) => round.state === 'missing' || round.state === 'partial';
const isIn = (round, name) => (OF_ROUND[name] ? OF_ROUND[name](round) : round.state === name);
const wordsOf = (one) => `${one.station} ${one.name} ${one.district} ${peopleOf(one).map(({number, name}) => `${number} ${name ?? ''}`).join(' ')}`.toLowerCase();
