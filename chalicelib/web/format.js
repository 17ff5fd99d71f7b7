// How numbers, times, ages and states look, the same on every screen.
import {html, svg, nothing} from './vendor/lit-html/lit-html.js';
import {state, electionNow} from './state.js';
import {t, known} from './words.js';

export const number = (value) => (value === null || value === undefined ? '–' : new Intl.NumberFormat(state.language === 'en' ? 'en' : 'ru').format(value));
export const percent = (part, whole) => (whole ? `${Math.round((100 * part) / whole)} %` : '–');
export const share = (value, digits = 1) => (value === null || value === undefined ? '–' : `${(100 * value).toFixed(digits)} %`);

const clocks = new Map();
function clock(seconds, zone = state.election?.timezone) {
  const key = `${seconds}${zone}`;
  if (!clocks.has(key)) {
    const options = {timeZone: zone, hour: '2-digit', minute: '2-digit', hourCycle: 'h23', ...(seconds && {second: '2-digit'})};
    clocks.set(key, new Intl.DateTimeFormat('en-GB', options));
  }
  return clocks.get(key);
}

const instant = (value) => (typeof value === 'number' ? value : Date.parse(value));
export const time = (value, seconds = false) => (value ? clock(seconds).format(instant(value)) : '–');
// A real instant on the election's clock: the same but in a rehearsal.
export function clockInstant(real) {
  const clock = state.election?.clock;
  return real && clock ? Date.parse(clock.start) + (instant(real) - Date.parse(clock.origin)) * clock.factor : real;
}
export const onClock = (real, seconds = false) => time(clockInstant(real), seconds);
export const date = (value) => new Intl.DateTimeFormat(state.language === 'en' ? 'en-GB' : 'ru', {timeZone: state.election?.timezone, day: 'numeric', month: 'short'}).format(instant(value));

// How long ago, on the clock that the instant is of: "40 s", "12 min", "3 h 05".
export function ageOf(value, now = electionNow()) {
  return value ? span((now - instant(value)) / 1000) : '–';
}

export function span(seconds) {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) return t('age.seconds', {n: whole});
  const minutes = Math.round(whole / 60);
  if (minutes < 90) return t('age.minutes', {n: minutes});
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? t('age.hours', {n: hours, rest: String(minutes % 60).padStart(2, '0')}) : t('age.days', {n: Math.round(hours / 24)});
}

// The states: a shape that differs without colour, drawn so that no font is needed for it.
const SHAPES = {
  complete: svg`<circle cx="6" cy="6" r="5" class="fill"/>`,
  partial: svg`<circle cx="6" cy="6" r="4.4" class="line"/><path d="M6 1.6a4.4 4.4 0 0 1 0 8.8z" class="fill"/>`,
  missing: svg`<circle cx="6" cy="6" r="4.2" class="line bold"/>`,
  expected: svg`<circle cx="6" cy="6" r="4.4" class="line dots"/>`,
  conflict: svg`<path d="M1.5 4.3h9M1.5 7.7h9M8.3 1.5 3.7 10.5" class="line bold"/>`,
  failed: svg`<path d="M6 1 11.2 10.6H.8z" class="fill"/><path d="M6 4.4v2.9M6 8.3v1.1" class="line paper"/>`,
  late: svg`<circle cx="6" cy="6" r="4.6" class="line"/><path d="M6 3.2V6l2 1.4" class="line"/>`,
  phone: svg`<path d="M2.6 1.2h1.7l1 2.6-1.3 1c.6 1.3 1.6 2.3 2.9 3l1.1-1.3 2.6 1v1.8c0 .8-.6 1.3-1.3 1.3C5 10.4 1.5 7 1.3 2.5c0-.7.6-1.3 1.3-1.3z" class="fill"/>`,
  closed: svg`<path d="M2 2l8 8M10 2l-8 8" class="line bold"/>`,
  silent: svg`<path d="M1 1.8h10v6.4H6L3.4 10.6V8.2H1z" class="line"/><path d="M3.6 5h4.8" class="line bold"/>`,
  unreachable: svg`<path d="M1 7.5 4 3.5l2.2 4L8.5 4 11 7" class="line"/><path d="M1 11 11 1" class="line"/>`,
};

// A state's glyph with its word, which is read aloud even where it is not shown; without one it stands beside its word.
export const glyph = (name, word = t(`state.${name}`)) => (word
  ? html`<svg class="glyph ${name}" viewBox="0 0 12 12" role="img" aria-label=${word}><title>${word}</title>${SHAPES[name] ?? nothing}</svg>`
  : html`<svg class="glyph ${name}" viewBox="0 0 12 12" aria-hidden="true">${SHAPES[name] ?? nothing}</svg>`);

export const stated = (name, word = t(`state.${name}`)) => html`<span class="stated ${name}">${glyph(name, '')} ${word}</span>`;
export const closedSince = (station) => stated('closed', t('roster.closed', {time: time(station.closed_at)}));

// A stacked bar of [state, count] pairs, 4 px high; what it shows stands in numbers beside it.
export function bar(parts, whole) {
  let at = 0;
  return html`<svg class="bar" viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true">${parts.map(([name, count]) => {
    const width = whole ? (100 * count) / whole : 0;
    const rect = width ? svg`<rect x=${at} width=${width} height="4" class="bar-${name}"/>` : nothing;
    at += width;
    return rect;
  })}</svg>`;
}

// Text that others wrote: set apart from what stands around it, its control characters made visible.
export const foreign = (text) => html`<bdi class="foreign">${visible(text ?? '')}</bdi>`;
const CONTROLS = /(?![\t\n])[\p{Cc}\p{Cf}\u2028\u2029]/gu;
export const visible = (text) => text.replace(CONTROLS, (one) => `\u2423${one.codePointAt(0).toString(16).toUpperCase()}\u2423`);

// Who it was, in the reader's words: a name with its role, an observer, or whoever was at the command line.
export const signature = (who) => (known(`about.${who}`) ?? who ?? '')
  .replace(/ \((\w+)\)$/, (written, role) => (known(`role.${role}`) ? ` (${t(`role.${role}`)})` : written))
  .replace(/^observer (?=\S+$)/, `${t('about.observer')} `);
export const author = (who) => foreign(signature(who));

// What a list says that is empty: a filter finds nothing, which is not that there is nothing; or `none` in words.
export const emptyList = (none, isFiltered, clear) => (isFiltered ? html`<p class="empty">${t('list.nomatch')} <button type="button" class="plain" @click=${clear}>${t('list.clear')}</button></p>` : html`<p class="empty">${none}</p>`);
