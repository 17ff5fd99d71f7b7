// What an account may from now on, as an administrator changes it: its role, regions, organisation and end.
import {html, nothing} from './vendor/lit-html/lit-html.js';
import {state, draw, drawAndFocus, regionNames} from './state.js';
import {electionPath} from './api.js';
import {once} from './acting.js';
import {t, inLanguage} from './words.js';
import {boxes} from './regions.js';

export const ROLES = ['viewer', 'coordinator', 'operator', 'headquarters', 'administrator'];

export function accountChange() {
  const my = {account: null, fault: ''};
  const act = once();
  const isOf = (account) => my.account?.id === account.id;

  function choose(account) {
    Object.assign(my, {account, fault: '', note: ''}, account && {role: account.role, regions: new Set(account.regions), organisation: account.organisation ?? '', ends: local(account.expires_at)});
    if (account) drawAndFocus('.account-change select');
    else draw();
  }

  async function save(event) {
    event.preventDefault();
    const {account, role, organisation, ends, note} = my;
    const body = {role, regions: regionNames().filter((name) => my.regions.has(name)), organisation: organisation || null, expires_at: ends ? instantOf(ends) : null, note: note.trim()};
    const answer = await act(electionPath(`accounts/${account.id}`), body, {seen: `"${account.version}"`}, (error) => { my.fault = error.message; });
    if (answer) my.account = null;
    draw();
  }

  const button = (account) => html`<button type="button" class="plain" aria-expanded=${isOf(account)} @click=${() => choose(isOf(account) ? null : account)}>${t('people.change')}</button>`;

  const choice = (name, label, options) => html`<label for="account-${name}">${label}</label><select id="account-${name}" @change=${(event) => { my[name] = event.target.value; }}>${options.map(([value, words]) => html`<option value=${value} ?selected=${value === my[name]}>${words}</option>`)}</select>`;
  const field = (name, label, attributes) => html`<label for="account-${name}">${label}</label><input id="account-${name}" type=${attributes.type ?? 'text'} maxlength="500" .value=${my[name]} @input=${(event) => { my[name] = event.target.value; }}>`;

  const view = (account) => (isOf(account) ? html`<form class="account-change asking" aria-label=${t('people.changeof', {name: account.name})} @submit=${save}>
    ${choice('role', t('people.role'), ROLES.map((role) => [role, t(`role.${role}`)]))}
    ${boxes(my.regions)}
    ${Object.keys(state.election.organisations).length ? choice('organisation', t('send.organisation'), [['', t('people.coalition')], ...Object.entries(state.election.organisations).map(([code, {name}]) => [code, inLanguage(name)])]) : nothing}
    ${field('ends', t('people.ends'), {type: 'datetime-local'})}
    ${field('note', t('act.note'), {})}
    ${my.fault ? html`<p class="fault" role="alert">${my.fault}</p>` : nothing}
    <p class="actions"><button class="main">${t('act.save')}</button><button type="button" @click=${() => choose(null)}>${t('calls.offer.not')}</button></p></form>` : nothing);

  return {button, view, isOf};
}

// An instant as a field of date and time has it, and back: by the clocks where the election is.
const local = (instant) => (instant ? new Intl.DateTimeFormat('sv', {timeZone: state.election.timezone, dateStyle: 'short', timeStyle: 'short'}).format(new Date(instant)).replace(' ', 'T') : '');

function instantOf(written) {
  const guess = Date.parse(`${written}Z`);
  return new Date(guess - (Date.parse(`${local(guess)}Z`) - guess)).toISOString();
}
