// The shift lead's strip above the call list: how the calls go, by whom, and who has which station now.
import {html, nothing} from './vendor/lit-html/lit-html.js';
import {draw, allowed, serverNow} from './state.js';
import {electionPath} from './api.js';
import {poll} from './poll.js';
import {link} from './app.js';
import {t} from './words.js';
import {number, ageOf, span, author} from './format.js';
import {assigning, inWords} from './regions.js';

const SECONDS = 15;
const HOURS = 3;

export function shift() {
  const my = {figures: null, isOpen: false, accounts: [], ends: []};
  const assign = assigning();
  if (allowed('read_audit')) my.ends.push(poll(electionPath('calls/figures'), (figures) => { my.figures = figures; draw(); }, {seconds: SECONDS}));
  const end = () => my.ends.forEach((each) => each());

  // Who works where is asked for once somebody looks.
  function toggle(event) {
    my.isOpen = event.target.open;
    if (!my.isOpen || my.ends.length > 1 || !allowed('assign_regions')) return;
    my.ends.push(poll(electionPath('accounts'), ({accounts}) => { my.accounts = accounts.filter((one) => one.role === 'operator' && !one.revoked); draw(); }, {seconds: SECONDS}));
  }

  function view() {
    if (!my.figures) return nothing;
    const {total, operators, leases, due, oldest_due: oldest} = my.figures;
    return html`<details class="shift" ?open=${my.isOpen} @toggle=${toggle}>
      <summary><b>${t('shift.title')}</b> <span>${t('shift.attempts', {n: number(total.attempts)})}</span> ${total.attempts ? html`<span>${t('shift.reached', {n: total.reached, of: total.attempts, percent: total.reached_percent ?? '–'})}</span>` : nothing}
        <span>${t('shift.held', {n: leases.length})}</span> <span>${t('calls.due', {n: number(due)})}${oldest ? ` · ${t('shift.oldest', {age: ageOf(oldest)})}` : ''}</span></summary>
      <div class="two"><div class="scroller bare"><table><thead><tr><th scope="col">${t('audit.who')}</th><th scope="col" class="number">${t('shift.calls')}</th><th scope="col" class="number">${t('shift.share')}</th>${hours().map((hour) => html`<th scope="col" class="number">${hour.slice(11, 13)}:00</th>`)}</tr></thead>
        <tbody>${Object.entries(operators).map(([who, one]) => html`<tr><th scope="row">${author(who)}</th><td class="number">${number(one.attempts)}</td><td class="number">${number(one.reached)} / ${number(one.attempts)}</td>${hours().map((hour) => html`<td class="number">${attemptsIn(who, hour) || html`<span class="quiet">0</span>`}</td>`)}</tr>`)}</tbody></table></div>
      <ul class="history">${leases.map((one) => html`<li><a href=${link('calls', {station: one.station})}>${one.station}</a> ${author(one.holder)} <small>${span((Date.parse(one.until) - serverNow()) / 1000)}</small></li>`)}</ul></div>
      ${my.accounts.length ? html`<h3>${t('shift.where')}</h3><ul class="history">${my.accounts.map((one) => html`<li><b>${one.name}</b> ${inWords(one.regions)} ${assign.button(one)}${assign.view(one)}</li>`)}</ul>` : nothing}</details>`;
  }

  const hours = () => [...new Set(my.figures.hours.map((one) => one.hour))].sort().slice(-HOURS);
  const attemptsIn = (who, hour) => my.figures.hours.find((one) => one.operator === who && one.hour === hour)?.attempts ?? 0;

  return {view, end};
}
