// Words: texts/LANGUAGE.json, loaded once; English stands in for what another language lacks.
import {state, formOf} from './state.js';

export const LANGUAGES = {ky: 'Кыргызча', ru: 'Русский', en: 'English'};
let words = {};
let plurals = new Intl.PluralRules('en');

export async function loadWords(language) {
  const folder = new URL('./texts/', import.meta.url);
  const answer = await fetch(new URL(`${language}.json`, folder));
  if (!answer.ok) throw new Error(`${answer.status}`);
  words = await answer.json();
  plurals = new Intl.PluralRules(language);
  state.language = language;
  document.documentElement.lang = language;
}

export function chosenLanguage() {
  const wanted = [localStorage.getItem('language'), ...navigator.languages.map((one) => one.slice(0, 2))];
  return wanted.find((one) => one in LANGUAGES) || 'en';
}

// The words of a key, its {places} filled; a text that depends on `n` has a form for each of its plurals.
export function t(key, places = {}) {
  let text = words[key] ?? key;
  if (typeof text === 'object') text = text[plurals.select(Number(places.n ?? 0))] ?? text.other ?? text.many;
  return text.replace(/\{(\w+)\}/g, (all, name) => places[name] ?? all);
}

// A text of the page's own, null where there is none: then what was written stands.
export const known = (key) => (key in words ? t(key) : null);

// A text that the election file gives in several languages.
export const inLanguage = (texts) =>
  typeof texts === 'string' ? texts : texts ? (texts[state.language] ?? texts.en ?? Object.values(texts)[0] ?? '') : '';

// A form and round in full: "Turnout 12:00".
export const placeTitle = ({form, round}) => `${inLanguage(formOf(form).title)}${round === '-' ? '' : ` ${round}`}`;
