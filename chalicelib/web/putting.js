// Stations that somebody puts on the call list, whatever they owe: from any list of stations, and off again by one click.
import {html, nothing} from './vendor/lit-html/lit-html.js';
import {draw, may, notify} from './state.js';
import {electionPath} from './api.js';
import {once} from './acting.js';
import {t} from './words.js';
import {number} from './format.js';

const MOST_PUT = 90; // that the API takes at once

export function putting() {
  const my = {last: null};
  const act = once();
  const actUndo = once();

  async function put(stations) {
    const answer = await act(electionPath('calls/put-on'), {stations}, {done: null});
    if (!answer) return;
    const {put: name, stations: added, already} = answer.document;
    my.last = added.length ? {put: name, stations: added} : null;
    notify([t('calls.puton', {n: number(added.length)}), already.length && t('calls.alreadyon', {n: number(already.length)})].filter(Boolean).join(' '));
    draw();
  }

  async function undo() {
    if (!my.last) return notify(t('calls.nothingtoundo'));
    const answer = await actUndo(electionPath('calls/take-off'), my.last, {done: t('calls.takenoff')});
    if (answer) my.last = null;
    draw();
    return undefined;
  }

  const button = (stations) => (may('calls') && stations.length ? html`<button type="button" ?disabled=${stations.length > MOST_PUT} title=${stations.length > MOST_PUT ? t('calls.toomany', {n: MOST_PUT}) : nothing} @click=${() => put(stations)}>${t('calls.put', {n: number(stations.length)})}</button>
    ${my.last ? html`<button type="button" @click=${undo}><kbd>U</kbd> ${t('calls.takeoff')}</button>` : nothing}` : nothing);

  return {button, undo: Object.assign(undo, {changes: true})};
}
