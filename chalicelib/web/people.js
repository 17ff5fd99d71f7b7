// People and access: who can get in, as what, from which browsers; and the table that says what a role may do.
import {html, nothing} from './vendor/lit-html/lit-html.js';
import {draw, allowed, regionNames, serverNow} from './state.js';
import {electionPath, get} from './api.js';
import {poll} from './poll.js';
import {once} from './acting.js';
import {t} from './words.js';
import {ageOf, date} from './format.js';

const ROLES = ['viewer', 'coordinator', 'operator', 'headquarters', 'administrator'];

export function open() {
  const my = {accounts: null, roles: null, fault: '', invited: {name: '', address: '', role: 'operator', region: ''}, wall: null};
  const act = once();
  const end = poll(electionPath('accounts'), ({accounts}) => { my.accounts = accounts; draw(); }, {seconds: 10, failed: (error) => { my.fault = error.message; draw(); }});
  get('./v1/roles').then(({document}) => { my.roles = document.roles; draw(); }, () => {});

  async function invite(event) {
    event.preventDefault();
    const {name, address, role, region} = my.invited;
    const answer = await act(electionPath('accounts'), {name: name.trim(), address: address.trim(), role, regions: region ? [region] : []}, {done: t('people.invited')}, (error) => { my.fault = error.message; });
    if (answer) Object.assign(my, {fault: '', invited: {name: '', address: '', role, region}});
    draw();
  }

  async function wall() {
    const answer = await act(electionPath('wall-links'), {note: ''}, {done: t('people.wallmade')});
    my.wall = answer?.document ?? null;
    draw();
  }

  const change = (one, step) => act(electionPath(`accounts/${one.id}/${step}`), {note: ''}, {seen: `"${one.version}"`, done: t(`people.did.${step}`)});

  const view = () => html`<div class="title"><h1>${t('people.title')}</h1><span class="grow"></span>
      ${allowed('make_wall_links') ? html`<button type="button" @click=${wall}>${t('people.wall')}</button>` : nothing}</div>
    ${my.wall ? html`<p class="card">${t('people.walllink')} <code>${my.wall.link}</code></p>` : nothing}
    ${my.fault ? html`<p class="fault" role="alert">${my.fault}</p>` : nothing}
    ${allowed('manage_accounts') ? form() : nothing}
    ${my.accounts ? table() : html`<p class="waiting" role="status">${t('frame.loading')}</p>`}
    ${my.roles ? rights() : nothing}`;

  const text = (name, label) => html`<input aria-label=${label} placeholder=${label} required maxlength="200" .value=${my.invited[name]} @input=${(event) => { my.invited[name] = event.target.value; }}>`;
  const form = () => html`<form class="filters" @submit=${invite}>${text('name', t('people.name'))}${text('address', t('signin.address'))}
    <select aria-label=${t('people.role')} @change=${(event) => { my.invited.role = event.target.value; }}>${ROLES.map((role) => html`<option value=${role} ?selected=${role === my.invited.role}>${t(`role.${role}`)}</option>`)}</select>
    <select aria-label=${t('board.region')} @change=${(event) => { my.invited.region = event.target.value; }}><option value="">${t('stations.allregions')}</option>${regionNames().map((name) => html`<option ?selected=${name === my.invited.region}>${name}</option>`)}</select>
    <button class="main">${t('people.invite')}</button></form>`;

  const table = () => html`<div class="scroller" tabindex="0"><table><thead><tr><th scope="col">${t('people.name')}</th><th scope="col">${t('signin.address')}</th><th scope="col">${t('people.role')}</th><th scope="col">${t('board.region')}</th><th scope="col">${t('people.used')}</th><th scope="col" class="number">${t('people.sessions')}</th><th></th></tr></thead>
    <tbody>${my.accounts.map((one) => html`<tr class=${one.revoked ? 'snoozed' : ''}><td><b>${one.name}</b> <small>${one.organisation ?? ''}</small></td><td>${one.address}</td><td>${t(`role.${one.role}`)}</td><td>${one.regions.join(', ') || t('board.nation')}</td>
      <td>${one.revoked ? html`<span class="warned">${t('people.revoked')}</span>` : one.last_used_at ? ageOf(one.last_used_at, serverNow()) : '–'} ${one.expires_at ? html`<small>${t('people.until', {date: date(one.expires_at)})}</small>` : nothing}</td><td class="number">${one.sessions.length}</td>
      <td>${one.revoked || !allowed('manage_accounts') ? nothing : html`<button type="button" class="plain" @click=${() => change(one, 'sign-out')}>${t('people.signout')}</button> <button type="button" class="plain" @click=${() => change(one, 'revoke')}>${t('people.revoke')}</button>`}</td></tr>`)}</tbody></table></div>`;

  function rights() {
    const roles = Object.keys(my.roles);
    const permissions = [...new Set(Object.values(my.roles).flat())];
    return html`<details class="closed"><summary>${t('people.rights')}</summary><div class="scroller" tabindex="0"><table><thead><tr><th scope="col"></th>${roles.map((role) => html`<th scope="col" class="centre">${t(`role.${role}`)}</th>`)}</tr></thead>
      <tbody>${permissions.map((one) => html`<tr><th scope="row">${one.replaceAll('_', ' ')}</th>${roles.map((role) => html`<td class="centre">${my.roles[role].includes(one) ? html`<span aria-label=${t('station.yes')}>●</span>` : html`<span class="quiet" aria-label=${t('station.no')}>·</span>`}</td>`)}</tr>`)}</tbody></table></div></details>`;
  }

  return {view, title: () => t('people.title'), leave: end};
}
