// Turnout and the quick count: what the sample says, how sure that is, whether it still moves, and who sees it.
import {html, nothing} from './vendor/lit-html/lit-html.js';
import {state, draw, allowed} from './state.js';
import {electionPath, get} from './api.js';
import {poll, age} from './poll.js';
import {link} from './app.js';
import {once} from './acting.js';
import {t} from './words.js';
import {number, share, time} from './format.js';
import {chart} from './chart.js';
import {clash} from './clash.js';

const RELEASABLE_SECONDS = 60;
const SECONDS = 15;
const OTHERS = ['turnout', 'invalid'];
const LINKED = {conflict: 'conflict', failed_check: 'failed', missing_answer: 'partial'};

export function open() {
  const my = {count: null, etag: null, isNothing: false, fault: '', note: ''};
  const act = once();
  const met = clash();
  const end = poll(electionPath('quick-count'), (count, etag) => { Object.assign(my, {count, etag, isNothing: false}); draw(); }, {
    seconds: SECONDS,
    failed: (error) => { Object.assign(my, {count: null, isNothing: error.status === 404, fault: error.message}); draw(); },
  });

  async function step(name) {
    if (!my.note.trim()) {
      my.fault = t('act.notewanted');
      draw();
      document.querySelector('#note').focus();
      return;
    }
    const answer = await act(electionPath(`quick-count/${name}`), {note: my.note.trim()}, {seen: my.etag, done: t(`turnout.done.${name}`), changed: () => meet(name, my.count)});
    if (answer) Object.assign(my, {count: answer.document, etag: answer.etag, note: '', fault: ''});
    draw();
  }

  // Another of headquarters was faster: what others see now, beside what one wanted.
  async function meet(name, was) {
    const {document: count, etag} = await get(electionPath('quick-count')).catch(() => ({document: null}));
    if (!count) return;
    Object.assign(my, {count, etag});
    const shown = (one) => (one.released ? t('clash.shown', {n: one.version}) : t('clash.hidden'));
    met.meet({before: shown(was), theirs: shown(count), who: count.released_by, at: count.released_at, yours: `${t(`turnout.do.${name}`)}: ${my.note}`, apply: () => step(name)});
  }

  function view() {
    if (my.isNothing) return html`<div class="title"><h1>${t('turnout.title')}</h1></div><p class="empty">${t('turnout.nothing')}</p>`;
    if (!my.count) return html`<p class=${my.fault ? 'fault' : 'waiting'} role="status">${my.fault || t('frame.loading')}</p>`;
    const {count} = my;
    return html`<div class="title"><h1>${t('turnout.title')}</h1><span class="quiet">${t('frame.asof', {time: time(count.as_of, true)})}</span>
        <b class=${isLive() ? 'warned' : 'stated'}>${t(isLive() ? 'turnout.notreleased' : 'turnout.released')}</b></div>
      <div class="two"><section class="card"><h2>${t('turnout.curve')}</h2>${Object.entries(count.turnout).map(([form, rounds]) => turnoutOf(form, rounds))}</section>
      <section class="card"><h2>${t('turnout.count')}</h2>${counted(count.quick_count)}</section>
      ${count.convergence?.length > 1 ? html`<section class="card"><h2>${t('turnout.convergence')}</h2>${convergence(count.convergence)}</section>` : nothing}
      ${allowed('release_count') ? release() : nothing}</div>`;
  }

  // Headquarters of the whole nation see it live; everybody else what was released.
  const isLive = () => allowed('read_live_count') && !state.account.regions?.length;
  const corner = () => (isLive() ? t('turnout.notreleased') : '');

  function turnoutOf(form, rounds) {
    const known = Object.entries(rounds).filter(([, count]) => count.estimates.turnout);
    const points = known.map(([name, {estimates: {turnout: one}}], x) => ({x, y: one.estimate, low: one.estimate - one.margin, high: one.estimate + one.margin, name}));
    return html`${chart({title: `${t('turnout.curve')} ${form}`, lines: [{name: form, points}], label: (value) => share(value, 0), mark: (x) => points[x]?.name ?? '', corner: corner()})}
      <div class="scroller bare"><table><thead><tr><th scope="col">${form}</th><th scope="col" class="number">${t('turnout.estimate')}</th><th scope="col" class="number">${t('turnout.stations')}</th><th scope="col">${t('turnout.heldback')}</th></tr></thead>
      <tbody>${Object.entries(rounds).map(([name, one]) => html`<tr><th scope="row">${name}</th><td class="number">${estimate(one.estimates.turnout)}</td><td class="number">${number(one.stations)}</td><td>${heldBack(form, name, one)}</td></tr>`)}</tbody></table></div>`;
  }

  function counted(count) {
    const candidates = Object.entries(count.estimates).filter(([name]) => !OTHERS.includes(name));
    const most = Math.max(...candidates.map(([, one]) => one.estimate + one.margin), 0.01);
    const form = state.election.forms.find((one) => one.questions.some((question) => question.role === 'votes'));
    if (!count.stations && !Object.keys(count.held_back).length) return html`<p class="quiet">${t('turnout.nocount')}</p>`;
    return html`<p>${t('turnout.of', {n: number(count.stations)})} ${form ? heldBack(form.code, '-', count) : nothing}</p>
      ${count.withheld.length ? html`<p class="warned">${t('turnout.withheld', {strata: count.withheld.join(', ')})}</p>` : nothing}
      ${candidates.length ? html`<div class="scroller bare"><table class="candidates"><tbody>${candidates.map(([name, one]) => html`<tr><th scope="row">${name}</th><td class="number"><b>${share(one.estimate)}</b> <small>± ${share(one.margin)}</small></td>
        <td><svg class="margin" viewBox="0 0 100 10" preserveAspectRatio="none" role="img" aria-label="${name}: ${share(one.estimate)} ± ${share(one.margin)}"><rect class="bar-complete" width=${(100 * one.estimate) / most} y="2" height="6"/>
          <rect class="within" x=${(100 * Math.max(0, one.estimate - one.margin)) / most} width=${(200 * one.margin) / most} height="10"/></svg></td></tr>`)}
        ${OTHERS.filter((name) => count.estimates[name]).map((name) => html`<tr><th scope="row">${t(`turnout.${name}`)}</th><td class="number">${estimate(count.estimates[name])}</td><td></td></tr>`)}</tbody></table></div>
        <p class="quiet"><small>${t('turnout.margin')}</small></p>` : nothing}`;
  }

  const heldBack = (form, round, count) => html`${Object.entries(count.held_back).map(([reason, stations]) => {
    const words = `${t(`turnout.reason.${reason}`)} ${number(stations)}`;
    return LINKED[reason] ? html`<a class="tag" href=${link('stations', {form, round, state: LINKED[reason]})}>${words}</a>` : html`<span class="tag">${words}</span>`;
  })}`;

  function convergence(series) {
    const names = Object.keys(series.at(-1).estimates).filter((name) => !OTHERS.includes(name));
    const lines = names.map((name) => ({name, points: series.filter((one) => one.estimates[name]).map((one) => {
      const [y, margin] = one.estimates[name];
      return {x: one.stations, y, low: y - margin, high: y + margin};
    })}));
    return chart({title: t('turnout.convergence'), lines, label: (value) => share(value, 0), mark: (x) => number(x), corner: corner()});
  }

  function release() {
    const isOld = age() > RELEASABLE_SECONDS;
    return html`<section class="card"><h2>${t('turnout.release')}</h2>${met.view()}
      <p>${my.count.released ? t('turnout.shown', {version: my.count.version}) : t('turnout.hidden')}</p>
      <label for="note">${t('act.note')}</label><textarea id="note" rows="2" maxlength="500" .value=${my.note} @input=${(event) => { my.note = event.target.value; }}></textarea>
      ${my.fault ? html`<p class="fault" role="alert">${my.fault}</p>` : nothing}
      <p class="actions"><button type="button" class="main" ?disabled=${isOld} title=${isOld ? t('frame.stalechange') : ''} @click=${() => step('release')}>${t('turnout.do.release')}</button>
        ${my.count.released ? html`<button type="button" @click=${() => step('withdraw')}>${t('turnout.do.withdraw')}</button>` : nothing}
        <button type="button" @click=${() => print()}>${t('help.print')}</button></p></section>`;
  }

  return {view, title: () => t('turnout.title'), leave: end};
}

const estimate = (one) => (one ? html`<b>${share(one.estimate)}</b> <small>± ${share(one.margin)}</small>` : html`<span class="quiet">–</span>`);
