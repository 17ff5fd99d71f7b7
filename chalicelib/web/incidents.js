// The incidents: what is burning, who has it, for how long. New ones first, against the time in which they must be taken.
import {html, nothing} from './vendor/lit-html/lit-html.js';
import {repeat} from './vendor/lit-html/directives/repeat.js';
import {state, draw, regionNames, electionNow} from './state.js';
import {electionPath, get} from './api.js';
import {poll} from './poll.js';
import {go, link} from './app.js';
import {t, inLanguage} from './words.js';
import {time, span, number, emptyList, signature} from './format.js';
import {questionOf} from './fields.js';

const COLUMNS = ['new', 'acknowledged', 'verified'];
const SEVERITIES = ['critical', 'high', 'medium', 'low'];
const CLOSED_SECONDS = 30;
const OLDER_MS = 20_000; // how old the open ones beyond the first page may be

export function open({region}) {
  const my = {region, ends: [], fault: ''};

  const path = (query) => electionPath(`incidents?${new URLSearchParams({...query, ...(my.region && {region: my.region})})}`);
  const failed = (error) => { my.fault = error.message; draw(); };

  // All that are open, however old; of the closed ones the newest, and older ones where somebody asks for them.
  function load() {
    leave();
    Object.assign(my, {open: null, older: [], olderAt: 0, newest: null, past: [], before: undefined, fault: ''});
    const showOpen = (document) => {
      warn(my.open?.incidents, document.incidents);
      my.open = document;
      if (document.next) readOlder(document.next);
      else my.older = [];
      draw();
    };
    my.ends = [
      poll(path({open: true}), showOpen, {failed}),
      poll(path({}), (document) => { my.newest = document; draw(); }, {seconds: CLOSED_SECONDS, failed}),
    ];
  }

  async function readOlder(next) {
    if (Date.now() - my.olderAt < OLDER_MS) return;
    my.olderAt = Date.now();
    const {region: asked} = my;
    const older = [];
    try {
      for (let before = next; before;) {
        const {document} = await get(path({open: true, before}));
        older.push(...document.incidents);
        before = document.next;
      }
    } catch {
      my.olderAt = 0; // the next poll asks again
      return;
    }
    if (my.region === asked) my.older = older;
    draw();
  }

  async function more() {
    const {document} = await get(path({before: my.before ?? my.newest.next}));
    Object.assign(my, {past: [...my.past, ...document.incidents], before: document.next});
    draw();
  }

  function leave() {
    for (const end of my.ends) end();
  }
  load();

  function view() {
    if (my.fault) return html`<p class="fault" role="alert">${my.fault}</p>`;
    if (!my.open || !my.newest) return html`<p class="waiting" role="status">${t('frame.loading')}</p>`;
    const all = distinct([...my.older, ...my.open.incidents]);
    const closed = distinct([...my.past, ...my.newest.incidents]).filter((one) => !COLUMNS.includes(one.state));
    const hasMore = my.before === undefined ? my.newest.next : my.before;
    return html`<div class="title"><h1>${t('incidents.title')}</h1>
        <select aria-label=${t('board.region')} @change=${(event) => go('incidents', {region: event.target.value}, {replace: true})}>
          <option value="" ?selected=${!my.region}>${t('stations.allregions')}</option>
          ${regionNames().map((name) => html`<option ?selected=${name === my.region}>${name}</option>`)}</select></div>
      ${all.length ? nothing : emptyList(t('incidents.none'), my.region, () => go('incidents', {}, {replace: true}))}
      <div class="lanes">${COLUMNS.map((name) => lane(name, all.filter((one) => one.state === name)))}</div>
      ${closed.length || hasMore ? html`<details class="closed"><summary>${t('incidents.closed')} <strong>${number(closed.length)}${hasMore ? '+' : ''}</strong></summary>
        <ul class="lane">${closed.map((one) => item(one))}</ul>
        ${hasMore ? html`<p><button type="button" @click=${more}>${t('list.older')}</button></p>` : nothing}</details>` : nothing}`;
  }

  function follow(next) {
    my.region = next.region;
    load();
    return true;
  }

  return {view, follow, title: () => `${fresh(my.open?.incidents)}${t('incidents.title')}`, leave};
}

const bySeverity = (one, other) => SEVERITIES.indexOf(one.severity) - SEVERITIES.indexOf(other.severity) || other.number - one.number;

const distinct = (incidents) => [...new Map(incidents.map((one) => [one.number, one])).values()].sort((one, other) => other.number - one.number);

const lane = (name, incidents) => html`<section aria-label=${t(`incidents.${name}`)}><h2>${t(`incidents.${name}`)} <small>${number(incidents.length)}</small></h2>
  <ul class="lane">${repeat(incidents.sort(bySeverity), (one) => one.number, item)}</ul>${incidents.length ? nothing : html`<p class="quiet">${t('exports.none')}</p>`}</section>`;

const item = (one) => html`<li class="incident ${one.severity}"><a data-item href=${link('incident', {number: one.number})}>
  <span class="split"><b>${one.number} · ${whatOf(one)}</b><small>${t(`incidents.${one.severity}`)}</small></span>
  <span class="split"><span class="quiet">${one.region} · ${t('incidents.station', {number: one.station})}</span>${running(one)}</span>
  ${one.assigned ? html`<small>${t('calls.held', {who: signature(one.assigned)})}</small>` : nothing}
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

const fresh = (incidents = []) => {
  const count = incidents.filter((one) => one.state === 'new').length;
  return count ? `(${count}) ` : '';
};

// One soft tone for what is new, for whoever has switched it on.
function warn(before, after) {
  document.title = `${fresh(after)}${t('incidents.title')} · Baykoo`;
  if (state.settings.sound !== 'on' || !before) return;
  const known = new Set(before.map((one) => one.number));
  if (!after.some((one) => one.state === 'new' && !known.has(one.number))) return;
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
