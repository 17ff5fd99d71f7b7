// People and access: who can get in, as what, from which browsers; and the table that says what a role may do.
import {html, nothing} from './vendor/lit-html/lit-html.js';
import {state, draw, allowed, regionNames, serverNow} from './state.js';
import {electionPath, get} from './api.js';
import {poll} from './poll.js';
import {once} from './acting.js';
import {t, inLanguage} from './words.js';
import {ageOf, date, number, time, signature} from './format.js';
import {boxes, inWords, assigning} from './regions.js';
import {accountChange, ROLES} from './account.js';

export function open() {
  const my = {accounts: null, roles: null, fault: '', invited: blank(), wall: null};
  const act = once();
  const assign = assigning();
  const changed = accountChange();
  const end = poll(electionPath('accounts'), ({accounts}) => { my.accounts = accounts; draw(); }, {seconds: 10, failed: (error) => { my.fault = error.message; draw(); }});
  get('./v1/roles').then(({document}) => { my.roles = document.roles; draw(); }, () => {});

  async function invite(event) {
    event.preventDefault();
    const {name, address, role, regions, organisation} = my.invited;
    const body = {name: name.trim(), address: address.trim(), role, regions: regionNames().filter((each) => regions.has(each)), ...(organisation && {organisation})};
    const answer = await act(electionPath('accounts'), body, {done: t('people.invited')}, (error) => { my.fault = error.message; });
    if (answer) Object.assign(my, {fault: '', invited: {...blank(), role}});
    draw();
  }

  async function wall() {
    const answer = await act(electionPath('wall-links'), {note: ''}, {done: t('people.wallmade')});
    my.wall = answer?.document ?? null;
    draw();
  }

  const endAccess = (one, step) => act(electionPath(`accounts/${one.id}/${step}`), {note: ''}, {seen: `"${one.version}"`, done: t(`people.did.${step}`)});

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
    ${Object.keys(state.election.organisations).length ? html`<select aria-label=${t('send.organisation')} @change=${(event) => { my.invited.organisation = event.target.value; }}><option value="" ?selected=${!my.invited.organisation}>${t('people.coalition')}</option>${Object.entries(state.election.organisations).map(([code, {name}]) => html`<option value=${code} ?selected=${code === my.invited.organisation}>${inLanguage(name)}</option>`)}</select>` : nothing}
    <details><summary>${t('board.region')}: ${inWords(regionNames().filter((name) => my.invited.regions.has(name)))}</summary>${boxes(my.invited.regions)}</details>
    <button class="main">${t('people.invite')}</button></form>`;

  const table = () => html`<div class="scroller" tabindex="0"><table class="stack people"><thead><tr><th scope="col">${t('people.name')}</th><th scope="col">${t('signin.address')}</th><th scope="col">${t('people.role')}</th><th scope="col">${t('board.region')}</th><th scope="col">${t('people.used')}</th><th scope="col">${t('people.sessions')}</th><th></th></tr></thead>
    <tbody>${my.accounts.map((one) => html`<tr class=${one.revoked ? 'snoozed' : ''}><td><b>${one.name}</b> <small>${one.organisation ?? ''}<br>${t(one.invited_by === COMMAND_LINE ? 'people.addedby' : 'people.invitedby', {who: signature(one.invited_by), date: date(one.invited_at)})}</small></td><td>${one.address}</td><td>${t(`role.${one.role}`)}</td><td class="sentence">${inWords(one.regions)}</td>
      <td>${one.revoked ? html`<span class="warned">${t('people.revoked')}</span>` : one.last_used_at ? ageOf(one.last_used_at, serverNow()) : '–'} ${one.expires_at ? html`<small>${t('people.until', {date: `${date(one.expires_at)} ${time(one.expires_at)}`})}</small>` : nothing}</td>
      <td>${one.sessions.length ? html`<details><summary>${number(one.sessions.length)}</summary><ul>${one.sessions.map((session) => html`<li>${session.device || '–'} <small>${t('people.session', {since: `${date(session.begun_at)} ${time(session.begun_at)}`, age: ageOf(session.used_at, serverNow())})}</small></li>`)}</ul></details>` : '0'}</td>
      <td class="sentence">${one.revoked ? nothing : allowed('manage_accounts') ? html`${changed.button(one)} <button type="button" class="plain" @click=${() => endAccess(one, 'sign-out')}>${t('people.signout')}</button> <button type="button" class="plain" @click=${() => endAccess(one, 'revoke')}>${t('people.revoke')}</button>` : assign.button(one)}</td></tr>
      ${changed.isOf(one) || assign.isOf(one) ? html`<tr class="past"><td colspan="7">${changed.view(one)}${assign.view(one)}</td></tr>` : nothing}`)}</tbody></table></div>`;

  function rights() {
    const roles = Object.keys(my.roles);
    const permissions = [...new Set(Object.values(my.roles).flat())];
    return html`<details class="closed"><summary>${t('people.rights')}</summary><div class="scroller" tabindex="0"><table><thead><tr><th scope="col"></th>${roles.map((role) => html`<th scope="col" class="centre">${t(`role.${role}`)}</th>`)}</tr></thead>
      <tbody>${permissions.map((one) => html`<tr><th scope="row">${one.replaceAll('_', ' ')}</th>${roles.map((role) => html`<td class="centre">${my.roles[role].includes(one) ? html`<span aria-label=${t('station.yes')}>●</span>` : html`<span class="quiet" aria-label=${t('station.no')}>·</span>`}</td>`)}</tr>`)}</tbody></table></div></details>`;
  }

  return {view, title: () => t('people.title'), leave: end};
}

const COMMAND_LINE = 'command line'; // as the API calls who adds accounts there
const blank = () => ({name: '', address: '', role: 'operator', regions: new Set(), organisation: ''});
