// What of an incident is changed beside its steps: how grave it is and what, whose, where, and the same as which.
import {html, nothing} from './vendor/lit-html/lit-html.js';
import {state, draw, allowed} from './state.js';
import {link} from './app.js';
import {t, inLanguage} from './words.js';

const SEVERITIES = ['critical', 'high', 'medium', 'low'];

// `change(name, body, {words})`: a change on the version that is shown, with the note that is typed.
export function grading(change) {
  const my = {severity: '', category: '', to: null, station: '', other: ''};

  async function save(event, name, body, words) {
    event?.preventDefault();
    if (await change(name, body, {words})) Object.assign(my, {severity: '', category: '', to: null, station: '', other: ''});
    draw();
  }

  const grade = (event) => {
    const {severity, category} = my;
    const words = [category && nameOf(category), severity && t(`incidents.${severity}`)].filter(Boolean).join(', ');
    return save(event, 'grade', {...(severity && {severity}), ...(category && {category: Number(category)})}, words);
  };
  const assign = (event, to) => save(event, 'assign', {to: to?.trim() || null}, to?.trim() || t('grading.nobody'));
  const move = (event) => save(event, 'move', {station: my.station.trim()}, t('incidents.station', {number: my.station.trim()}));
  const same = (event, other, name) => save(event, name, {other: Number(other)}, `${t(`incident.${name}`)}: ${other}`);

  const field = (name, label, attributes) => html`<label for="grading-${name}">${label}</label>
    <input id="grading-${name}" autocomplete="off" maxlength=${attributes.maxlength} inputmode=${attributes.inputmode ?? nothing} .value=${attributes.value ?? my[name]} @input=${(event) => { my[name] = event.target.value; draw(); }}>`;
  const choice = (name, label, options) => html`<label for="grading-${name}">${label}</label><select id="grading-${name}" @change=${(event) => { my[name] = event.target.value; draw(); }}><option value="" ?selected=${!my[name]}>${t('grading.asis')}</option>${options.map(([value, words]) => html`<option value=${value} ?selected=${value === my[name]}>${words}</option>`)}</select>`;

  function view(one) {
    const me = `${state.account.name} (${state.account.role})`;
    return html`<details class="grading"><summary>${t('grading.title')}</summary>
      <form @submit=${grade}>${choice('severity', t('grading.severity'), SEVERITIES.filter((name) => name !== one.severity).map((name) => [name, t(`incidents.${name}`)]))}
        ${one.report ? nothing : choice('category', t('messages.category'), Object.keys(state.election.incident_categories).filter((number) => Number(number) !== one.category).map((number) => [number, nameOf(number)]))}
        <button ?disabled=${!my.severity && !my.category}>${t('grading.grade')}</button></form>
      <form @submit=${(event) => assign(event, my.to)}>${field('to', t('grading.whose'), {maxlength: 200, value: my.to ?? one.assigned ?? ''})}
        <button ?disabled=${my.to === null}>${t('grading.assign')}</button>
        ${one.assigned === me ? nothing : html`<button type="button" @click=${() => assign(null, me)}>${t('grading.mine')}</button>`}
        ${one.assigned ? html`<button type="button" @click=${() => assign(null, null)}>${t('grading.nobody')}</button>` : nothing}</form>
      <form @submit=${move}>${field('station', t('grading.where'), {maxlength: 50, inputmode: 'numeric'})}<button ?disabled=${!my.station.trim()}>${t('grading.move')}</button></form>
      <form @submit=${(event) => same(event, my.other, 'link')}>${field('other', t('grading.other'), {maxlength: 9, inputmode: 'numeric'})}<button ?disabled=${!/^[1-9]\d*$/.test(my.other.trim())}>${t('grading.same')}</button></form></details>`;
  }

  const numbered = (other) => html`<a href=${link('incident', {number: other})}>${other}</a>`;
  const button = (name, other, word) => (allowed('work_incidents') ? html`<button type="button" class="plain" aria-label="${word} ${other}" @click=${() => same(null, other, name)}>${word}</button>` : nothing);

  // What it may be the same as, until somebody says whether it is; and what it is the same as.
  const twins = (one) => html`${one.may_be_same_as.length ? html`<p>${t('incidents.same', {numbers: ''})} ${one.may_be_same_as.map((other) => html`<span class="tag">${numbered(other)} ${button('link', other, t('grading.same'))}${button('unlink', other, t('grading.notsame'))}</span> `)}</p>` : nothing}
    ${one.same_as.length ? html`<p>${t('grading.issame')} ${one.same_as.map((other) => html`<span class="tag">${numbered(other)} ${button('unlink', other, t('grading.notsame'))}</span> `)}</p>` : nothing}`;

  return {view, twins};
}

const nameOf = (category) => inLanguage(state.election.incident_categories[category]?.name) || category;
