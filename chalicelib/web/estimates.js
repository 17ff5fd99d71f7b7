// Estimates with their margins, and how far each stratum of the sample is in.
import {html, nothing} from './vendor/lit-html/lit-html.js';
import {state, isDue, places} from './state.js';
import {link} from './app.js';
import {t} from './words.js';
import {number, share} from './format.js';

const OTHERS = ['turnout', 'invalid'];
const LINKED = {conflict: 'conflict', failed_check: 'failed', missing_answer: 'partial'};

export const estimate = (one) => (one ? html`<b>${share(one.estimate)}</b> <small>± ${share(one.margin)}</small>` : html`<span class="quiet">–</span>`);
export const candidatesOf = (estimates) => Object.keys(estimates).filter((name) => !OTHERS.includes(name));

export function resultTable({estimates}) {
  const names = candidatesOf(estimates);
  const most = Math.max(...names.map((name) => estimates[name].estimate + estimates[name].margin), 0.01);
  if (!names.length) return nothing;
  return html`<div class="scroller bare"><table class="candidates"><tbody>${names.map((name) => candidate(name, estimates[name], most))}
    ${OTHERS.filter((name) => estimates[name]).map((name) => html`<tr><th scope="row">${t(`turnout.${name}`)}</th><td class="number">${estimate(estimates[name])}</td><td></td></tr>`)}</tbody></table></div>
    <p class="quiet"><small>${t('turnout.margin')}</small></p>`;
}

const candidate = (name, one, most) => html`<tr><th scope="row">${name}</th><td class="number">${estimate(one)}</td>
  <td><svg class="margin" viewBox="0 0 100 10" preserveAspectRatio="none" role="img" aria-label="${name}: ${share(one.estimate)} ± ${share(one.margin)}"><rect class="bar-complete" width=${(100 * one.estimate) / most} y="2" height="6"/>
    <rect class="within" x=${(100 * Math.max(0, one.estimate - one.margin)) / most} width=${(200 * one.margin) / most} height="10"/></svg></td></tr>`;

export const heldBack = (place, {held_back: reasons}) => html`${Object.entries(reasons).map(([reason, stations]) => {
  const words = `${t(`turnout.reason.${reason}`)} ${number(stations)}`;
  return LINKED[reason] ? html`<a class="tag" href=${link('stations', {...place, state: LINKED[reason]})}>${words}</a>` : html`<span class="tag">${words}</span>`;
})}`;

// The stations that have not come lead to the list of stations, from which they are put on the call list.
export function strataTable(place, strata) {
  if (!strata) return nothing;
  const isOver = places().some((one) => one.form === place.form && one.round === place.round && isDue(one));
  const hasBegun = Object.values(strata).some((one) => one.counted);
  const missing = (name, one) => {
    const count = one.sampled - one.counted - one.held_back;
    const where = regionOf(name) ? {region: name} : {district: name};
    return count ? html`<a href=${link('stations', {...place, state: isOver ? 'missing' : 'expected', ...where})}>${number(count)}</a>` : '0';
  };
  return html`<div class="scroller bare"><table class="strata"><thead><tr><th scope="col">${t('turnout.stratum')}</th><th scope="col" class="number">${t('turnout.counted')}</th><th scope="col" class="number">${t('turnout.heldback')}</th><th scope="col" class="number">${t('turnout.missing')}</th><th scope="col" class="number">${t('turnout.population')}</th></tr></thead>
    <tbody>${Object.entries(strata).map(([name, one]) => html`<tr class=${one.counted || !hasBegun ? nothing : 'warned'}><th scope="row">${name}</th><td class="number"><b>${number(one.counted)}</b><small>/${number(one.sampled)}</small></td><td class="number">${number(one.held_back)}</td><td class="number">${missing(name, one)}</td><td class="number">${number(one.population)}</td></tr>`)}</tbody></table></div>`;
}

const regionOf = (name) => state.election.regions.find((one) => one.name === name);
