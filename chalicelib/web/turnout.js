// Turnout and the quick count: what the sample says, how sure that is, whether it still moves, and who sees it.
import {html, nothing} from './vendor/lit-html/lit-html.js';
import {state, draw, allowed} from './state.js';
import {electionPath} from './api.js';
import {poll} from './poll.js';
import {t} from './words.js';
import {number, share, time} from './format.js';
import {chart} from './chart.js';
import {candidatesOf, estimate, heldBack, resultTable, strataTable} from './estimates.js';
import {releasing} from './releasing.js';

const SECONDS = 15;

export function open() {
  // `frozen`: the figures that somebody reads out or prints, while newer ones come.
  const my = {count: null, etag: null, frozen: null, isNothing: false, fault: ''};
  const take = (count, etag) => { Object.assign(my, {count, etag, isNothing: false, fault: ''}); draw(); };
  const panel = releasing({taken: ({count, etag}) => take(count, etag), isFrozen: () => Boolean(my.frozen)});
  const end = poll(electionPath('quick-count'), take, {
    seconds: SECONDS,
    failed: (error) => { Object.assign(my, {count: null, isNothing: error.status === 404, fault: error.message}); draw(); },
  });

  function view() {
    if (my.isNothing) return html`<div class="title"><h1>${t('turnout.title')}</h1></div><p class="empty">${t('turnout.nothing')}</p>`;
    if (!my.count) return html`<p class=${my.fault ? 'fault' : 'waiting'} role="status">${my.fault || t('frame.loading')}</p>`;
    const count = my.frozen ?? my.count;
    return html`<div class="title"><h1>${t('turnout.title')}</h1><span class="quiet">${t(my.frozen ? 'turnout.frozen' : 'frame.asof', {time: time(count.as_of, true)})}</span>
        <b class=${isLive() ? 'warned' : 'stated'}>${t(isLive() ? 'turnout.notreleased' : 'turnout.released')}</b>${isLive() ? freezing() : nothing}</div>
      <div class="two"><section class="card"><h2>${t('turnout.curve')}</h2>${Object.entries(count.turnout).map(([form, rounds]) => turnoutOf(form, rounds))}</section>
      <section class="card"><h2>${t('turnout.count')}</h2>${counted(count.quick_count)}</section>
      ${count.convergence?.length > 1 ? html`<section class="card"><h2>${t('turnout.convergence')}</h2>${convergence(count.convergence)}</section>` : nothing}
      ${allowed('release_count') && isLive() ? panel.view(my.count, my.etag) : nothing}</div>`;
  }

  // Headquarters of the whole nation see it live; everybody else what was released.
  const isLive = () => allowed('read_live_count') && !state.account.regions?.length;
  const corner = () => (isLive() ? t('turnout.notreleased') : '');

  const freezing = () => html`<button type="button" aria-pressed=${Boolean(my.frozen)} @click=${() => { my.frozen = my.frozen ? null : my.count; draw(); }}>${t('turnout.freeze')}</button>`;

  function turnoutOf(form, rounds) {
    const known = Object.entries(rounds).filter(([, count]) => count.estimates.turnout);
    const points = known.map(([name, {estimates: {turnout: one}}], x) => ({x, y: one.estimate, low: one.estimate - one.margin, high: one.estimate + one.margin, name}));
    const [round, last] = Object.entries(rounds).at(-1) ?? [];
    return html`${chart({title: `${t('turnout.curve')} ${form}`, lines: [{name: form, points}], label: (value) => share(value, 0), mark: (x) => points[x]?.name ?? '', corner: corner()})}
      <div class="scroller bare"><table class="rounds"><thead><tr><th scope="col">${form}</th><th scope="col" class="number">${t('turnout.estimate')}</th><th scope="col" class="number">${t('turnout.stations')}</th><th scope="col">${t('turnout.heldback')}</th></tr></thead>
      <tbody>${Object.entries(rounds).map(([name, one]) => html`<tr><th scope="row">${name}</th><td class="number">${estimate(one.estimates.turnout)}</td><td class="number">${number(one.stations)}</td><td>${heldBack({form, round: name}, one)}</td></tr>`)}</tbody></table></div>
      ${last?.strata ? html`<h3>${t('turnout.strata', {place: `${form} ${round}`})}</h3>${strataTable({form, round}, last.strata)}` : nothing}`;
  }

  function counted(count) {
    const form = state.election.forms.find((one) => one.questions.some((question) => question.role === 'votes'))?.code;
    const hasCome = count.stations || Object.keys(count.held_back).length;
    const place = {form, round: '-'};
    return html`${hasCome ? html`<p>${t('turnout.of', {n: number(count.stations)})} ${form ? heldBack(place, count) : nothing}</p>
      ${count.withheld.length ? html`<p class="warned">${t('turnout.withheld', {strata: count.withheld.join(', ')})}</p>` : nothing}${resultTable(count)}` : html`<p class="quiet">${t('turnout.nocount')}</p>`}
      ${form && count.strata ? html`<h3>${t('turnout.strata', {place: form})}</h3>${strataTable(place, count.strata)}` : nothing}`;
  }

  function convergence(series) {
    const lines = candidatesOf(series.at(-1).estimates).map((name) => ({name, points: series.filter((one) => one.estimates[name]).map((one) => {
      const [y, margin] = one.estimates[name];
      return {x: one.stations, y, low: y - margin, high: y + margin};
    })}));
    return chart({title: t('turnout.convergence'), lines, label: (value) => share(value, 0), mark: (x) => number(x), corner: corner()});
  }

  return {view, title: () => t('turnout.title'), leave: end};
}
