// Who has to do with an incident: the SMS and its sender, the coordinators, and whether they were told.
import {html, nothing} from './vendor/lit-html/lit-html.js';
import {change, draw, may, seesPeople, serverNow} from './state.js';
import {electionPath, get} from './api.js';
import {go, link} from './app.js';
import {t} from './words.js';
import {foreign, glyph, onClock, ageOf} from './format.js';

const AGAIN_MS = 20_000;
const MOST_ALERTS = 20; // the newest, of which it is asked whether they arrived
const FATES = {delivered: 'complete', failed: 'missing', sent: 'partial'};

export function involved() {
  const my = {station: null, message: null, alerts: new Map(), at: 0, hidden: 0};
  const message = (key) => get(electionPath(`messages/${encodeURIComponent(key)}`)).then(({document}) => document, () => null);

  // The station and the SMS are asked for once; alerts again and again, until it is known what became of each.
  async function follow(incident) {
    if (Date.now() - my.at < AGAIN_MS && my.station?.station.number === incident.station && incident.alerts.length === my.known) return;
    Object.assign(my, {at: Date.now(), known: incident.alerts.length, hidden: Math.max(0, incident.alerts.length - MOST_ALERTS)});
    const open = incident.alerts.slice(-MOST_ALERTS).filter((key) => !isOver(my.alerts.get(key)));
    await Promise.all([
      seesPeople() && my.station?.station.number !== incident.station && get(electionPath(`stations/${encodeURIComponent(incident.station)}`)).then(({document}) => { my.station = document; }, () => {}),
      my.message ?? message(incident.message).then((found) => { my.message = found; }),
      ...open.map((key) => message(key).then((found) => found && my.alerts.set(key, found))),
    ]);
    draw();
  }

  const sms = () => (my.message?.text ? html`<h3>${may('messages') ? html`<a href=${link('messages', {key: my.message.key})}>${t('incident.sms')}</a>` : t('incident.sms')} <small>${onClock(my.message.received_at ?? my.message.stored_at)} ${my.message.from ?? ''}</small></h3>
    <blockquote>${foreign(my.message.text)}</blockquote>` : nothing);

  function write(observer) {
    change({carried: {observers: [observer.number], words: observer.name}});
    go('send', {list: 'observers'});
  }

  const phone = ({phone: written, last_heard: heard}, observer) => html`<a class="tel" href="tel:${written}">${glyph('phone', t('calls.phone'))} ${written} <small>${observer ? (heard ? t('calls.heard', {age: ageOf(heard, serverNow())}) : t('station.neverheard')) : ''}</small></a>`;
  const bySms = (written) => html`<a class="button" href="sms:${written}">${t('observer.write')}</a>`;

  const observer = (one, incident) => html`<div class="caller ${one.number === incident.observer ? 'chosen' : ''}"><b><a href=${link('observer', {number: one.number})}>${one.name}</a> <small>${one.number} · ${one.language}${one.number === incident.observer ? ` · ${t('involved.reported')}` : ''}</small></b>
    ${one.phones.map((each) => phone(each, one))}
    <p class="actions">${may('send') ? html`<button type="button" @click=${() => write(one)}>${t('observer.write')}</button>` : one.phones.slice(0, 1).map((each) => bySms(each.phone))}</p></div>`;

  const coordinator = (one) => html`<div class="caller"><b>${one.name} <small>${t(one.is_headquarters ? 'role.headquarters' : 'calls.coordinator')}</small></b>
    ${one.phone ? html`${phone(one)}<p class="actions">${bySms(one.phone)}</p>` : nothing}</div>`;

  // Whoever reported it stands first.
  const ordered = (incident) => [...my.station.observers].sort((one, other) => (other.number === incident.observer) - (one.number === incident.observer));

  const view = (incident) => html`${my.station ? html`<section class="card"><h2>${t('involved.people')} ${may('calls') ? html`<small><a href=${link('calls', {station: incident.station})}>${t('involved.card')}</a></small>` : nothing}</h2>
      <div class="phones">${ordered(incident).map((one) => observer(one, incident))}${my.station.coordinators.map(coordinator)}</div></section>` : nothing}
    <section class="card"><h2>${t('involved.told')}</h2>
      ${my.alerts.size ? html`<ul class="history">${[...my.alerts.values()].map(alert)}</ul>` : html`<p class="quiet">${t(incident.alerts.length ? 'frame.loading' : 'involved.nobody')}</p>`}
      ${my.hidden ? html`<p class="quiet">${t('involved.more', {n: my.hidden})}</p>` : nothing}</section>`;

  function alert(one) {
    const fate = one.receipt === 'delivered' || one.receipt === 'failed' ? one.receipt : one.state;
    const person = my.station?.coordinators.find((each) => each.phone && each.phone === one.to);
    return html`<li>${glyph(FATES[fate] ?? 'expected', '')} <b>${person?.name ?? one.to}</b> <small>${one.channel === 'email' ? t('involved.email') : 'SMS'} ${onClock(one.receipt_at ?? one.sent_at ?? one.stored_at)}</small>
      <span class=${fate === 'failed' ? 'fault' : 'quiet'}>${t(fate === 'delivered' ? 'involved.delivered' : fate === 'failed' ? 'involved.failed' : `log.state.${fate}`)}</span> <small>${fate === 'failed' ? one.receipt_detail ?? one.last_error ?? '' : ''}</small></li>`;
  }

  return {follow, sms, view};
}

const isOver = (alert) => alert && (alert.receipt === 'delivered' || alert.state === 'failed' || (alert.channel === 'email' && alert.state === 'sent'));
