// Stations or observers that were taken along from another screen: they live in memory alone, and a reload ends them.
import {html, nothing} from './vendor/lit-html/lit-html.js';
import {state} from './state.js';
import {t} from './words.js';
import {number} from './format.js';

// `list`: stations or observers, as the address says.
export const carried = (list, kind) => (list === kind ? (state.carried?.[kind] ?? []) : []);

// `actions`: what else can be done with what was taken along.
export function carriedList(my, list, change, actions = nothing) {
  if (!list) return nothing;
  const kind = my.observers?.length ? 'observers' : 'stations';
  if (!my[kind].length) return html`<p class="warned">${t('list.gone')}</p>`;
  return html`<p><span class="tag"><b>${t(`list.${kind}`, {n: number(my[kind].length)})}</b> ${state.carried?.words ?? ''}</span>
    <button type="button" class="plain" @click=${() => change({[kind]: []})}>${t('list.drop')}</button> ${actions}</p>`;
}
