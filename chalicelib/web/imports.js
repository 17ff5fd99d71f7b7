// New rosters: what is wrong with them by line and column, what they would change, and only then are they loaded.
import {html, nothing} from './vendor/lit-html/lit-html.js';
import {state, change, draw} from './state.js';
import {electionPath, get} from './api.js';
import {poll} from './poll.js';
import {once} from './acting.js';
import {t} from './words.js';
import {number, glyph} from './format.js';

const ROSTERS = ['stations', 'observers', 'coordinators'];
const KINDS = ['new', 'changed', 'moved', 'removed'];
const MARKS = {new: 'complete', changed: 'partial', moved: 'late', removed: 'missing'};
const SHEET = /\.xlsx$/i;
const FOLLOWED_SECONDS = 2;

export function open() {
  const my = {files: {}, checked: null, version: null, fault: '', note: '', isBusy: false, job: null, end: null};
  const actCheck = once();
  const actLoad = once();

  // A table is sent as its text, a sheet as base64; nothing of it is kept in the browser.
  async function choose(roster, file) {
    if (!file) return;
    const content = SHEET.test(file.name) ? base64(await file.arrayBuffer()) : decoded(await file.arrayBuffer());
    Object.assign(my, {checked: null, fault: '', job: null, files: {...my.files, [roster]: {file: file.name, content}}});
    check();
  }

  function drop(roster) {
    delete my.files[roster];
    Object.assign(my, {checked: null, fault: ''});
    if (Object.keys(my.files).length) check();
    draw();
  }

  const failed = (error) => { my.fault = error.message; };

  async function check() {
    Object.assign(my, {isBusy: true, fault: ''});
    draw();
    await refresh();
    const answer = await actCheck(electionPath('imports/check'), my.files, {seen: `"${state.election.version}"`, done: null}, failed);
    Object.assign(my, {isBusy: false, checked: answer?.document ?? null, version: state.election.version});
    draw();
  }

  async function load(event) {
    event.preventDefault();
    my.fault = '';
    const answer = await actLoad(electionPath('imports'), {...my.files, note: my.note.trim()}, {seen: `"${my.version}"`, done: t('imports.begun'), changed: check}, failed);
    if (answer) watch(answer.document);
    draw();
  }

  function watch(job) {
    my.job = job;
    my.end = poll(electionPath(`imports/${job.id}`), (now) => {
      my.job = now;
      if (!['done', 'failed'].includes(now.state)) return draw();
      my.end();
      if (now.state === 'done') Object.assign(my, {files: {}, checked: null, note: ''});
      return refresh().then(draw);
    }, {seconds: FOLLOWED_SECONDS, failed: (error) => { my.fault = error.message; draw(); }});
  }

  // The election as it is now: what is checked and loaded names its version.
  async function refresh() {
    const {document} = await get(`./v1/elections/${encodeURIComponent(state.account.election)}`).catch(() => ({document: state.election}));
    change({election: document});
  }

  const view = () => html`<div class="title"><h1>${t('imports.title')}</h1><span class="quiet">${t('imports.version', {n: state.election?.version ?? '–'})}</span></div>
    <p class="quiet filters">${t('imports.lead')}</p>
    <div class="sheets">${ROSTERS.map(picker)}</div>
    ${my.fault ? html`<p class="fault" role="alert">${my.fault}</p>` : nothing}
    ${my.isBusy ? html`<p class="waiting" role="status">${t('imports.checking')}</p>` : nothing}
    ${my.job ? html`<p role="status" class=${my.job.state === 'failed' ? 'fault' : 'stated'}>${glyph(my.job.state === 'done' ? 'complete' : my.job.state === 'failed' ? 'missing' : 'partial', '')} ${t(`exports.state.${my.job.state}`)} ${my.job.version ? t('imports.version', {n: my.job.version}) : ''} ${my.job.error ?? ''}</p>` : nothing}
    ${my.checked && !my.isBusy ? result(my.checked) : nothing}`;

  const picker = (roster) => html`<section class="card picker" @dragover=${(event) => event.preventDefault()} @drop=${(event) => { event.preventDefault(); choose(roster, event.dataTransfer.files[0]); }}>
    <h2>${t(`imports.${roster}`)}</h2>
    <label class="button" for="file-${roster}">${t('imports.choose')}</label><input id="file-${roster}" class="sound" type="file" accept=".csv,.xlsx,text/csv" @change=${(event) => { choose(roster, event.target.files[0]); event.target.value = ''; }}>
    ${my.files[roster] ? html`<p><b>${my.files[roster].file}</b> <button type="button" class="plain" aria-label=${t('imports.drop', {name: my.files[roster].file})} @click=${() => drop(roster)}>✕</button></p>` : html`<p class="quiet">${t('imports.stays')}</p>`}</section>`;

  function result({problems, warnings, counts, changes, is_cut: isCut}) {
    if (problems.length) return html`<h2 class="fault">${t('imports.problems', {n: problems.length})}</h2>${placed(problems)}${warnings.length ? html`<h2>${t('imports.warnings', {n: warnings.length})}</h2>${placed(warnings)}` : nothing}`;
    return html`${warnings.length ? html`<h2>${t('imports.warnings', {n: warnings.length})}</h2>${placed(warnings)}` : nothing}
      <h2>${t('imports.changes')}</h2>
      <p>${Object.entries(counts).map(([roster, kinds]) => html`<span class="tag">${t(`imports.${roster}`)}: ${KINDS.filter((kind) => kinds[kind]).map((kind) => `${number(kinds[kind])} ${t(`imports.kind.${kind}`)}`).join(', ') || t('imports.same')}</span>`)}</p>
      ${changes.length ? html`<div class="scroller tall" tabindex="0"><table><tbody>${changes.map((one) => html`<tr><td>${glyph(MARKS[one.kind] ?? 'expected', '')} ${t(`imports.kind.${one.kind}`)}</td><td>${t(`imports.${one.roster}`)}</td><td class="sentence">${one.what}</td>
        <td class="sentence">${one.fields.map(({field, before, after}) => html`<small>${field}</small> <del>${before || '–'}</del> → <b>${after || '–'}</b> `)}</td></tr>`)}</tbody></table></div>
        ${isCut ? html`<p class="quiet">${t('imports.cut')}</p>` : nothing}
        <form class="asking narrow-card" @submit=${load}><label for="import-note">${t('act.note')}</label><input id="import-note" maxlength="500" .value=${my.note} @input=${(event) => { my.note = event.target.value; }}>
        <p class="actions"><button class="main">${t('imports.load', {n: my.version})}</button></p></form>` : html`<p class="empty">${t('imports.same')}</p>`}`;
  }

  const placed = (problems) => html`<div class="scroller tall" tabindex="0"><table><thead><tr><th scope="col">${t('imports.file')}</th><th scope="col" class="number">${t('imports.line')}</th><th scope="col">${t('imports.column')}</th><th scope="col">${t('imports.what')}</th></tr></thead>
    <tbody>${problems.map((one) => html`<tr><td>${one.file}</td><td class="number">${one.line || '–'}</td><td>${one.field || '–'}</td><td class="sentence">${one.what}</td></tr>`)}</tbody></table></div>`;

  return {view, title: () => t('imports.title'), leave: () => my.end?.()};
}

// A table saved by an older spreadsheet is not UTF-8.
function decoded(buffer) {
  try {
    return new TextDecoder('utf-8', {fatal: true}).decode(buffer);
  } catch {
    return new TextDecoder('windows-1251').decode(buffer);
  }
}

function base64(buffer) {
  let text = '';
  for (const byte of new Uint8Array(buffer)) text += String.fromCharCode(byte);
  return btoa(text);
}
