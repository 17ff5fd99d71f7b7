// Regions that somebody works in: boxes to choose from, none for all; and an operator's, as the shift lead assigns them.
import {html, nothing} from './vendor/lit-html/lit-html.js';
import {draw, drawAndFocus, regionNames, allowed} from './state.js';
import {electionPath} from './api.js';
import {once} from './acting.js';
import {t} from './words.js';

// `chosen` is changed in place.
export const boxes = (chosen) => html`<fieldset class="boxes"><legend>${t('regions.choose')}</legend>
  ${regionNames().map((name) => html`<label class="check"><input type="checkbox" .checked=${chosen.has(name)} @change=${(event) => { chosen[event.target.checked ? 'add' : 'delete'](name); draw(); }}> ${name}</label>`)}</fieldset>`;

export const inWords = (regions) => regions.join(', ') || t('board.nation');

// The regions of the operator who is chosen, on the version that was shown.
export function assigning() {
  const my = {account: null, chosen: new Set(), fault: ''};
  const act = once();

  const isOf = (account) => my.account?.id === account.id;

  function choose(account) {
    Object.assign(my, {account, chosen: new Set(account?.regions), fault: ''});
    if (account) drawAndFocus('.assigning input');
    else draw();
  }

  async function save(event) {
    event.preventDefault();
    const {account} = my;
    const regions = regionNames().filter((name) => my.chosen.has(name));
    const answer = await act(electionPath(`accounts/${account.id}/regions`), {regions, note: ''}, {seen: `"${account.version}"`, done: t('regions.assigned', {name: account.name, regions: inWords(regions)})}, (error) => { my.fault = error.message; });
    if (answer) my.account = null;
    draw();
  }

  const button = (account) => (allowed('assign_regions') && account.role === 'operator' && !account.revoked ? html`<button type="button" class="plain" aria-expanded=${isOf(account)} @click=${() => choose(isOf(account) ? null : account)}>${t('regions.assign')}</button>` : nothing);

  const view = (account) => (isOf(account) ? html`<form class="assigning" aria-label=${t('regions.of', {name: account.name})} @submit=${save}><b>${t('regions.of', {name: account.name})}</b> ${boxes(my.chosen)}
    ${my.fault ? html`<p class="fault" role="alert">${my.fault}</p>` : nothing}
    <p class="actions"><button class="main">${t('act.save')}</button><button type="button" @click=${() => choose(null)}>${t('calls.offer.not')}</button></p></form>` : nothing);

  return {button, view, isOf};
}
