// The wall, for a projector and for cameras: a slide every twenty seconds, nothing that names a station or a person.
import {html, nothing} from './vendor/lit-html/lit-html.js';
import {state, draw} from './state.js';
import {electionPath} from './api.js';
import {poll, age} from './poll.js';
import {t, inLanguage} from './words.js';
import {number, percent, share, time, bar} from './format.js';
import {chart} from './chart.js';

const SLIDE_MS = 20_000;
const OLD_SECONDS = 30;
const TOO_OLD_SECONDS = 300;
const FINDINGS = 5;

export function open() {
  const my = {wall: null, fault: '', at: 0, since: Date.now(), isPaused: false};
  const end = poll(electionPath('wall'), (wall) => { my.wall = wall; draw(); }, {failed: (error) => { my.fault = error.message; draw(); }});
  const timer = setInterval(() => !my.isPaused && Date.now() - my.since >= SLIDE_MS && turn(1), 500);
  let lock = null;
  const keepAwake = () => navigator.wakeLock?.request('screen').then((held) => { lock = held; }, () => {});
  keepAwake();
  document.addEventListener('visibilitychange', keepAwake);

  function turn(step) {
    const count = slides().length || 1;
    Object.assign(my, {at: (my.at + step + count) % count, since: Date.now()});
    draw();
  }

  function pause() {
    Object.assign(my, {isPaused: !my.isPaused, since: Date.now()});
    draw();
  }

  const slides = () => (my.wall ? [coverage, my.wall.released && turnout, my.wall.findings.length && findings, incidents, my.wall.released && counted].filter(Boolean) : []);

  function view() {
    if (!my.wall) return html`<div class="wall"><p class="wall-message">${my.fault || t('frame.loading')}</p></div>`;
    const seconds = age();
    const all = slides();
    const {observed, stations} = my.wall;
    return html`<div class="wall" @click=${() => turn(1)}>
      <header class="wall-head"><b>${inLanguage(my.wall.name)}</b>${state.election?.is_rehearsal ? html`<strong class="rehearsal-word">${t('frame.rehearsal')}</strong>` : nothing}
        <time class=${seconds > OLD_SECONDS ? 'old' : ''}>${time(my.wall.as_of, true)}</time></header>
      ${seconds > TOO_OLD_SECONDS ? html`<p class="wall-message">${t('wall.nothing', {time: time(my.wall.as_of)})}</p>` : all[my.at % all.length]()}
      <footer class="wall-foot"><span>${t('wall.foot', {observed: number(observed), stations: number(stations)})} ${my.wall.has_sample ? t('wall.sample') : ''} ${t('wall.unofficial')}</span>
        <span>${seconds > OLD_SECONDS ? t('wall.old', {time: time(my.wall.as_of)}) : t('frame.asof', {time: time(my.wall.as_of, true)})} ${my.isPaused ? '❚❚' : ''}</span>
        ${my.wall.ledger ? html`<span class="root">${t('wall.root', {hour: my.wall.ledger.hour.slice(11, 13)})} <code>${my.wall.ledger.root.match(/.{4}/g).join(' ')}</code></span>` : nothing}
        <ol class="dots" aria-hidden="true">${all.map((_, index) => html`<li class=${index === my.at % all.length ? 'at' : ''}></li>`)}</ol></footer></div>`;
  }

  function coverage() {
    const round = my.wall.coverage.at(-1);
    if (!round) return html`<p class="wall-message">${t('wall.notyet')}</p>`;
    const [nation, ...regions] = round.areas;
    return html`<section class="slide"><h1>${inLanguage(round.title)} ${round.round === '-' ? '' : round.round}</h1>
      <p class="huge"><strong>${number(nation.received)}</strong> ${t('wall.of', {n: number(nation.expected)})}</p>
      <div class="bars">${regions.map((one) => html`<span>${one.region}</span>${bar([['complete', one.received]], one.expected)}<span class="number">${number(one.received)} / ${number(one.expected)}</span>`)}</div></section>`;
  }

  function turnout() {
    const [form, rounds] = Object.entries(my.wall.released.turnout)[0] ?? [];
    const known = Object.entries(rounds ?? {}).filter(([, one]) => one.estimates.turnout);
    const points = known.map(([, {estimates: {turnout: one}}], x) => ({x, y: one.estimate, low: one.estimate - one.margin, high: one.estimate + one.margin}));
    return html`<section class="slide"><h1>${t('turnout.curve')}</h1>
      ${points.length ? html`<p class="huge"><strong>${share(points.at(-1).y)}</strong> ${t('wall.by', {time: known.at(-1)[0]})} ± ${share(points.at(-1).y - points.at(-1).low)}</p>
        ${chart({title: t('turnout.curve'), lines: [{name: form, points}], label: (value) => share(value, 0), mark: (x) => known[x]?.[0] ?? ''})}` : html`<p class="wall-message">${t('wall.few')}</p>`}</section>`;
  }

  const findings = () => html`<section class="slide"><h1>${t('wall.findings')}</h1><div class="bars findings">
    ${my.wall.findings.filter((one) => sum(one.nation)).slice(0, FINDINGS).map((one) => {
      const [answer, count] = Object.entries(one.nation)[0];
      const of = sum(one.nation);
      return html`<span>${inLanguage(one.label)} <b>${answer === 'true' ? t('station.yes') : inLanguage(one.options[answer]) || answer}</b></span>${bar([['complete', count]], of)}<span class="number">${percent(count, of)} <small>n = ${number(of)}</small></span>`;
    })}</div></section>`;

  function incidents() {
    const {total, by_category: kinds, by_region: regions} = my.wall.incidents;
    const most = Math.max(...Object.values(kinds), 1);
    return html`<section class="slide"><h1>${t('wall.incidents')}</h1><p class="huge"><strong>${number(total)}</strong> ${t('wall.verified')}</p>
      <div class="bars">${Object.entries(kinds).slice(0, 7).map(([kind, count]) => html`<span>${inLanguage(state.election?.incident_categories[kind]?.name) || t('wall.other')}</span>${bar([['missing', count]], most)}<span class="number">${number(count)}</span>`)}</div>
      <p>${Object.entries(regions).map(([name, count]) => `${name} ${count}`).join(' · ')}</p></section>`;
  }

  function counted() {
    const {estimates, stations} = my.wall.released.quick_count;
    const candidates = Object.entries(estimates).filter(([name]) => !['turnout', 'invalid'].includes(name));
    return html`<section class="slide"><h1>${t('turnout.count')}</h1><p>${t('turnout.of', {n: number(stations)})} ${t('turnout.margin')}</p>
      <div class="bars">${candidates.map(([name, one]) => html`<span>${name}</span>${bar([['complete', one.estimate]], 1)}<span class="number">${share(one.estimate)} <small>± ${share(one.margin)}</small></span>`)}</div></section>`;
  }

  function leave() {
    end();
    clearInterval(timer);
    document.removeEventListener('visibilitychange', keepAwake);
    lock?.release();
  }

  const keys = {ArrowRight: () => turn(1), ArrowLeft: () => turn(-1), ' ': pause, Escape: () => history.back()};
  return {view, keys, leave, isAlone: true, title: () => t('wall.title')};
}

const sum = (counts) => Object.values(counts).reduce((total, one) => total + one, 0);
