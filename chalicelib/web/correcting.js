// What a person decides about an answer: read back, corrected, this one counts, left out; and the undo of it.
import {html, nothing} from './vendor/lit-html/lit-html.js';
import {draw, allowed, formOf, drawAndFocus} from './state.js';
import {get, send} from './api.js';
import {once} from './acting.js';
import {t, inLanguage} from './words.js';
import {glyph} from './format.js';
import {hint, faultsOf, valueOf} from './fields.js';
import {clash} from './clash.js';

const PREVIEW_MS = 400;

// `at` is the answer that was chosen: {report, question, observer, answer}.
export function corrections(path) {
  const my = {at: null, value: '', note: '', faults: {}, fault: '', preview: null, last: null, timer: 0};
  const act = once();
  const met = clash();
  const reportPath = (report) => `${path}/reports/${report.form}/${encodeURIComponent(report.round)}`;

  function choose(at) {
    if (!allowed('work_reports')) return;
    if (my.at?.id !== at.id) Object.assign(my, {at, value: '', note: '', faults: {}, fault: '', preview: null});
    drawAndFocus('#correction');
  }

  function close() {
    my.at = null;
    draw();
  }

  async function decide(step, body, {note = my.note.trim(), wantsNote = true} = {}) {
    const {report} = my.at;
    if (wantsNote && !note) {
      my.fault = t('act.notewanted');
      draw();
      document.querySelector('#correction-note')?.focus();
      return;
    }
    Object.assign(my, {fault: '', faults: {}});
    const changed = () => meet(() => decide(step, body, {note, wantsNote}), body.answers ? my.value : t(`correct.did.${step}`));
    const answer = await act(`${reportPath(report)}/${step}`, {...body, note}, {seen: `"${report.version}"`, changed}, (error) => {
      my.faults = faultsOf(error);
      my.fault = error.message;
    });
    if (answer) Object.assign(my, {last: {...report, version: answer.document?.version ?? report.version + 1}, at: null, value: '', note: '', preview: null});
    draw();
  }

  // Somebody was faster: the answer as it is now beside what was seen and what is typed.
  async function meet(again, yours) {
    const was = my.at;
    const {document} = await get(path).catch(() => ({document: null}));
    const report = document?.reports.find((one) => one.form === was.report.form && one.round === was.report.round);
    const question = report?.questions.find((one) => one.code === was.question?.code);
    if (!question) return;
    const answer = question.observers[was.observer] ?? {value: null};
    my.at = {...was, report, question, answer};
    my.fault = '';
    met.meet({
      before: valueOf(report.form, question.code, was.answer.value),
      theirs: question.how === 'chosen' ? valueOf(report.form, question.code, question.counts) : valueOf(report.form, question.code, answer.value),
      who: question.chosen?.who ?? answer.confirmed?.who ?? answer.by ?? t('clash.sms'),
      at: question.chosen?.at ?? answer.confirmed?.at ?? answer.at,
      yours,
      keep: close,
      apply: again,
    });
  }

  const confirm = (at = my.at) => {
    my.at = at;
    return decide('confirm', {observer: at.observer, codes: [at.question.code]}, {note: my.note.trim() || t('correct.readback'), wantsNote: false});
  };
  const correct = () => decide('correct', {observer: my.at.observer, answers: {[my.at.question.code]: my.value.trim()}, is_confirmed: true});
  const counts = (observer) => decide('choose', {observer, codes: [my.at.question.code]});
  const leaveOut = () => decide('leave-out', {observer: my.at.observer});
  const explain = (report, rule) => {
    my.at = {id: rule, report, rule};
    drawAndFocus('#correction-note');
  };

  // A decision before the last is taken back by one of its own.
  async function takeBack(report, decision) {
    const answer = await act(`${reportPath(report)}/revoke`, {...decision, note: t('correct.takenback')}, {seen: `"${report.version}"`});
    if (answer) my.last = {...report, version: answer.document?.version ?? report.version + 1};
    draw();
  }

  async function undo() {
    if (!my.last) return;
    const answer = await act(`${reportPath(my.last)}/undo`, {note: t('key.undo')}, {seen: `"${my.last.version}"`, done: t('calls.undone')});
    if (answer) my.last = null;
  }

  // What the correction would come to is shown before it is saved.
  function typed(event) {
    my.value = event.target.value;
    clearTimeout(my.timer);
    my.timer = setTimeout(async () => {
      const {report, observer, question} = my.at ?? {};
      if (!report || !my.value.trim()) return;
      const body = {observer, answers: {[question.code]: my.value.trim()}, note: ''};
      const answer = await send(`${reportPath(report)}/correct/preview`, body, {seen: `"${report.version}"`}).catch((error) => ({error}));
      my.preview = answer.document ?? null;
      my.faults = faultsOf(answer.error);
      draw();
    }, PREVIEW_MS);
  }

  const under = (report) => (my.at?.report.form === report.form && my.at.report.round === report.round ? (my.at.rule ? explaining() : panel()) : nothing);

  function panel() {
    const {report, question, observer, answer} = my.at;
    const asked = formOf(report.form).questions.find((one) => one.code === question.code);
    const isConflict = question.how === 'conflict' || question.how === 'chosen' || question.how === 'neither';
    if (met.isOpen()) return html`<div class="correcting">${met.view()}</div>`;
    return html`<form class="correcting" @submit=${(event) => { event.preventDefault(); correct(); }}>
      <p><b>${question.code}</b> ${inLanguage(asked.label)} · ${t('station.observer', {number: observer})}: <b>${valueOf(report.form, question.code, answer.value)}</b></p>
      <div class="field"><label for="correction">${t('correct.value')}</label><input id="correction" autocomplete="off" .value=${my.value} @input=${typed} aria-invalid=${my.faults[question.code] ? 'true' : nothing}>
        <small class=${my.faults[question.code] ? 'fault' : ''}>${my.faults[question.code] ?? hint(asked)}</small></div>
      ${note()}
      ${my.preview ? html`<p class="quiet"><small>${t('correct.sms')}</small> <code>${my.preview.text}</code> ${my.preview.failed_checks.map((check) => html`<span class="stated failed">${glyph('failed')} ${inLanguage(check.message) || check.rule}</span>`)}</p>` : nothing}
      ${my.fault ? html`<p class="fault" role="alert">${my.fault}</p>` : nothing}
      <p class="actions"><button class="main" ?disabled=${!my.value.trim()}>${t('correct.save')}</button>
        <button type="button" @click=${() => confirm()}><kbd>V</kbd> ${t('correct.confirm')}</button>
        ${isConflict ? html`<button type="button" @click=${() => counts(observer)}>${t('correct.counts')}</button><button type="button" @click=${() => counts(null)}>${t('correct.neither')}</button>` : nothing}
        <button type="button" @click=${leaveOut}>${t('correct.leaveout', {number: observer})}</button>
        <button type="button" class="plain" @click=${close}><kbd>Esc</kbd></button></p></form>`;
  }

  const explaining = () => html`<div class="correcting"><p><b>${my.at.rule}</b> ${t('correct.asitis')}</p>${note()}
    ${my.fault ? html`<p class="fault" role="alert">${my.fault}</p>` : nothing}
    <p class="actions"><button type="button" @click=${() => decide('explain', {rule: my.at.rule, counts: false})}>${t('correct.explainout')}</button>
      <button type="button" @click=${() => decide('explain', {rule: my.at.rule, counts: true})}>${t('correct.explainin')}</button>
      <button type="button" class="plain" @click=${close}><kbd>Esc</kbd></button></p></div>`;

  const note = () => html`<div class="field"><label for="correction-note">${t('correct.why')}</label>
    <input id="correction-note" maxlength="500" autocomplete="off" .value=${my.note} @input=${(event) => { my.note = event.target.value; }}></div>`;

  return {choose, confirm, undo, takeBack, explain, close, under, isOpen: () => Boolean(my.at), canUndo: () => Boolean(my.last)};
}
