// The incidents: what is burning, who has it, for how long. New ones first, against the time in which they must be taken.
import {html, nothing} from './vendor/lit-html/lit-html.js';
import {repeat} from './vendor/lit-html/directives/repeat.js';
import {state, draw, regionNames, electionNow} from './state.js';
import {electionPath} from './api.js';
import {poll} from './poll.js';
import {go, link} from './app.js';
import {t, inLanguage} from './words.js';
import {time, span, number, emptyList} from './format.js';
import {questionOf} from './fields.js';

const COLUMNS = ['new', 'acknowledged', 'verified'];
const SEVERITIES = ['critical', 'high', 'medium', 'low'];

export function open({region}) {
  const my = {region, document: null, end: null, fault: ''};

  function load() {
    my.end?.();
    const query = my.region ? `?region=${encodeURIComponent(my.region)}` : '';
    my.end = poll(electionPath(`incidents${query}`), (document) => {
      warn(my.document, document);
      my.document = document;
      draw();
    }, {failed: (error) => { my.fault = error.message; draw(); }});
  }
  load();

  function view() {
    if (my.fault) return html`<p class="fault" role="alert">${my.fault}</p>`;
    if (!my.document) return html`<p class="waiting" role="status">${t('frame.loading')}</p>`;
    const all = my.document.incidents;
    const closed = all.filter((one) => !COLUMNS.includes(one.state));
    return html`<div class="title"><h1>${t('incidents.title')}</h1>
        <select aria-label=${t('board.region')} @change=${(event) => go('incidents', {region: event.target.value}, {replace: true})}>
          <option value="" ?selected=${!my.region}>${t('stations.allregions')}</option>
          ${regionNames().map((name) => html`<option ?selected=${name === my.region}>${name}</option>`)}</select></div>
      ${all.length === closed.length ? emptyList(t('incidents.none'), my.region, () => go('incidents', {}, {replace: true})) : nothing}
      <div class="lanes">${COLUMNS.map((name) => lane(name, all.filter((one) => one.state === name)))}</div>
      ${closed.length ? html`<details class="closed"><summary>${t('incidents.closed')} <strong>${number(closed.length)}</strong></summary>
        <ul class="lane">${closed.map((one) => item(one))}</ul></details>` : nothing}`;
  }

  function follow(next) {
    my.region = next.region;
    load();
    return true;
  }

  return {view, follow, title: () => `${fresh(my.document)}${t('incidents.title')}`, leave: () => my.end()};
}

const bySeverity = (one, other) => SEVERITIES.indexOf(one.severity) - SEVERITIES.indexOf(other.severity) || other.number - one.number;

const lane = (name, incidents) => html`<section aria-label=${t(`incidents.${name}`)}><h2>${t(`incidents.${name}`)} <small>${number(incidents.length)}</small></h2>
  <ul class="lane">${repeat(incidents.sort(bySeverity), (one) => one.number, item)}</ul>${incidents.length ? nothing : html`<p class="quiet">${t('exports.none')}</p>`}</section>`;

const item = (one) => html`<li class="incident ${one.severity}"><a data-item href=${link('incident', {number: one.number})}>
  <span class="split"><b>${one.number} · ${whatOf(one)}</b><small>${t(`incidents.${one.severity}`)}</small></span>
  <span class="split"><span class="quiet">${one.region} · ${t('incidents.station', {number: one.station})}</span>${running(one)}</span>
  ${one.doubt ? html`<small class="warned">${t(`incidents.doubt.${one.doubt}`)}</small>` : nothing}
  ${one.may_be_same_as.length || one.more || one.escalated ? html`<small>${[
    one.may_be_same_as.length && t('incidents.same', {numbers: one.may_be_same_as.join(', ')}),
    one.more && t('incidents.more', {n: one.more}),
    one.escalated && t('incidents.escalated', {n: one.escalated}),
  ].filter(Boolean).join(' · ')}</small>` : nothing}</a></li>`;

// What it is, in the reader's language: its category, or the critical answer as the API describes it.
export function whatOf(one) {
  const said = one.what ?? one.description ?? '';
  const [, form, code] = said.match(/^(\S+) (\S+): /) ?? [];
  const asked = questionOf(form, code);
  return inLanguage(state.election.incident_categories[one.category]?.name) || (asked ? `${form} ${code}: ${inLanguage(asked.label)}` : said);
}

function running(one) {
  const seconds = (electionNow() - Date.parse(one.opened_at)) / 1000;
  const limit = state.election.acknowledge_within[one.severity];
  const kind = one.state !== 'new' || seconds <= limit ? '' : seconds <= 2 * limit ? 'late' : 'over';
  return html`<span class="pill ${kind}" title=${one.state === 'new' ? t('incidents.limit', {time: span(limit)}) : time(one.opened_at)}>${span(seconds)}</span>`;
}

const fresh = (document) => {
  const count = document?.incidents.filter((one) => one.state === 'new').length;
  return count ? `(${count}) ` : '';
};

// One soft tone for what is new, for whoever has switched it on.
function warn(before, after) {
  document.title = `${fresh(after)}${t('incidents.title')} · Baykoo`;
  if (state.settings.sound !== 'on' || !before) return;
  const known = new Set(before.incidents.map((one) => one.number));
  if (!after.incidents.some((one) => one.state === 'new' && !known.has(one.number))) return;
  const context = new AudioContext();
  const tone = context.createOscillator();
  const volume = context.createGain();
  volume.gain.setValueAtTime(0.08, context.currentTime);
  volume.gain.exponentialRampToValueAtTime(0.001, context.currentTime + 0.6);
  tone.frequency.value = 660;
  tone.connect(volume).connect(context.destination);
  tone.start();
  tone.stop(context.currentTime + 0.6);
}
