// What others see of the quick count, since when and by whom; and its release: by one, or by two of headquarters.
import {html, nothing} from './vendor/lit-html/lit-html.js';
import {draw} from './state.js';
import {electionPath, get} from './api.js';
import {age} from './poll.js';
import {once} from './acting.js';
import {t} from './words.js';
import {time, onClock, signature} from './format.js';
import {clash} from './clash.js';
import {resultTable} from './estimates.js';

const RELEASABLE_SECONDS = 60;

// `taken({count, etag})` gets the count as it is after a step, `isFrozen()` says that older figures are looked at.
export function releasing({taken, isFrozen}) {
  const my = {count: null, etag: null, fault: '', note: ''};
  const act = once();
  const met = clash();

  async function refresh() {
    const {document: count, etag} = await get(electionPath('quick-count')).catch(() => ({document: null}));
    if (count) taken({count, etag});
    return count;
  }

  async function step(name) {
    if (!my.note.trim()) {
      my.fault = t('act.notewanted');
      draw();
      document.querySelector('#note').focus();
      return;
    }
    const was = my.count;
    const done = t(`turnout.done.${name === 'release' && was.two_persons ? 'propose' : name}`);
    const answer = await act(electionPath(`quick-count/${name}`), {note: my.note.trim()}, {seen: my.etag, done, changed: () => meet(name, was)});
    if (answer) {
      Object.assign(my, {note: '', fault: ''});
      await refresh();
    }
    draw();
  }

  // Another of headquarters was faster: what others see now, beside what one wanted.
  async function meet(name, was) {
    const count = await refresh();
    if (!count) return;
    const shown = (one) => (one.released ? t('clash.shown', {n: one.version}) : t('clash.hidden'));
    met.meet({before: shown(was), theirs: shown(count), who: count.decision?.who, at: count.decision?.at, yours: `${t(`turnout.do.${name}`)}: ${my.note}`, apply: () => step(name)});
  }

  const decided = ({decision}) => (decision ? html`<p class="quiet">${t(`turnout.step.${decision.step}`, {who: signature(decision.who), time: onClock(decision.at)})} ${decision.note}</p>` : nothing);

  const shown = (count) => (count.shown ? html`<p>${t('turnout.shown', {version: count.version, time: time(count.shown.as_of, true)})}</p>${decided(count)}${resultTable(count.shown.quick_count)}`
    : html`<p>${t('turnout.hidden')}</p>${decided(count)}`);

  const proposed = ({proposal}) => (proposal ? html`<section class="proposal"><h3>${t('turnout.proposal')}</h3>
    <p>${t(proposal.is_mine ? 'turnout.waits' : 'turnout.proposed', {who: signature(proposal.who), time: time(proposal.as_of, true), until: onClock(proposal.until)})}</p><p class="quiet">${proposal.note}</p>
    ${resultTable(proposal.quick_count)}</section>` : nothing);

  function buttons(count) {
    const held = isFrozen() ? t('turnout.frozenstep') : age() > RELEASABLE_SECONDS ? t('frame.stalechange') : '';
    const button = (name, label, kind = '') => html`<button type="button" class=${kind} ?disabled=${name !== 'withdraw' && held} title=${held} @click=${() => step(name)}>${label}</button>`;
    const {two_persons: isByTwo, proposal, released} = count;
    return html`<p class="actions">${proposal && !proposal.is_mine ? button('confirm', t('turnout.do.confirm'), 'main') : nothing}
      ${button('release', t(isByTwo ? 'turnout.do.propose' : 'turnout.do.release'), proposal ? '' : 'main')}
      ${released || proposal ? button('withdraw', t('turnout.do.withdraw')) : nothing}
      <button type="button" @click=${() => print()}>${t('help.print')}</button></p>`;
  }

  function view(count, etag) {
    Object.assign(my, {count, etag});
    return html`<section class="card"><h2>${t('turnout.release')}</h2>${met.view()}
      ${shown(count)}${proposed(count)}
      <label for="note">${t('act.note')}</label><textarea id="note" rows="2" maxlength="500" .value=${my.note} @input=${(event) => { my.note = event.target.value; }}></textarea>
      ${my.fault ? html`<p class="fault" role="alert">${my.fault}</p>` : nothing}${buttons(count)}</section>`;
  }

  return {view};
}
