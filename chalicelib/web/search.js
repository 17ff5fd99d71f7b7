// Search: a station by number or name, an observer by number, name or phone, an incident by number. What is typed stays here.
import {html, nothing} from './vendor/lit-html/lit-html.js';
import {change, draw, drawAndFocus, may, seesPeople} from './state.js';
import {electionPath, get} from './api.js';
import {go, link} from './app.js';
import {t} from './words.js';
import {glyph} from './format.js';
import {whatOf} from './incidents.js';

const WAIT_MS = 300;

export function open() {
  const my = {text: '', found: null, fault: '', timer: 0};

  function typed(event) {
    my.text = event.target.value.trim();
    clearTimeout(my.timer);
    my.timer = setTimeout(ask, WAIT_MS);
    draw();
  }

  async function ask() {
    const asked = my.text;
    const answer = asked ? await get(electionPath('search'), {Text: asked}).catch((error) => ({error})) : {};
    if (asked !== my.text) return;
    Object.assign(my, {found: answer.document ?? null, fault: answer.error?.message ?? ''});
    draw();
  }

  const first = (event) => {
    event.preventDefault();
    document.querySelector('main [data-item]')?.click();
  };

  function inTexts() {
    change({carried: {text: my.text}});
    go('log', {list: 'text'});
  }

  drawAndFocus('main [data-search]');

  const view = () => html`<div class="title"><h1>${t('search.title')}</h1></div>
    <form class="filters" role="search" @submit=${first}><input type="search" data-search class="wide" maxlength="100" autocomplete="off" aria-label=${t('search.what')} placeholder=${t('search.what')} @input=${typed}></form>
    ${my.fault ? html`<p class="fault" role="alert">${my.fault}</p>` : nothing}
    ${my.text && my.found ? found(my.found) : nothing}
    ${my.text && may('log') && seesPeople() ? html`<p><button type="button" @click=${inTexts}>${t('search.texts', {text: my.text})}</button></p>` : nothing}`;

  function found({stations, observers, incident, is_cut: isCut}) {
    if (!incident && !stations.length && !observers.length) return html`<p class="empty" role="status">${t('search.nothing')}</p>`;
    return html`<ul class="found" role="status">${incident ? html`<li><a data-item href=${link('incident', {number: incident.number})}>${glyph('failed', '')} <b>${t('incident.title', {number: incident.number})}</b> ${whatOf(incident)}</a> <small>${t(`incident.is.${incident.state}`)} · ${incident.station}</small></li>` : nothing}
      ${stations.map((one) => html`<li><a data-item href=${link('station', {station: one.number})}><b>${one.number}</b> ${one.name}</a> <small>${one.region} · ${one.district}</small>${call(one.number)}</li>`)}
      ${observers.map((one) => html`<li><a data-item href=${link('observer', {number: one.number})}><b>${one.name}</b> ${one.number}</a> <small>${one.phones.join(', ')} · <a href=${link('station', {station: one.station})}>${one.station}</a> · ${one.region}</small>${call(one.station)}</li>`)}</ul>
      ${isCut ? html`<p class="quiet">${t('search.cut')}</p>` : nothing}`;
  }

  const call = (station) => (may('calls') ? html` <a class="quiet" href=${link('calls', {station})}>${t('observer.call')}</a>` : nothing);

  return {view, title: () => t('search.title'), leave: () => clearTimeout(my.timer)};
}
