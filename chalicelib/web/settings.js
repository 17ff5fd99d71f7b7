// What a person has chosen for this browser, and the way out.
import {html} from './vendor/lit-html/lit-html.js';
import {state} from './state.js';
import {setting, signOut, speak} from './app.js';
import {LANGUAGES, t} from './words.js';

const CHOICES = {theme: ['auto', 'light', 'dark'], density: ['dense', 'comfortable'], letters: ['on', 'alt', 'off'], sound: ['off', 'on']};

export function open() {
  const choice = (name) => html`<fieldset><legend>${t(`settings.${name}`)}</legend><span class="chips">${CHOICES[name].map((value) =>
    html`<button type="button" class="chip" aria-pressed=${state.settings[name] === value} @click=${() => setting(name, value)}>${t(`settings.${name}.${value}`)}</button>`)}</span></fieldset>`;
  const view = () => html`<div class="title"><h1>${t('settings.title')}</h1></div>
    <section class="card narrow-card">
      <p><b>${state.account.name}</b> · ${t(`role.${state.account.role}`)} · ${state.account.regions?.length ? state.account.regions.join(', ') : t('board.nation')} · ${state.account.election}</p>
      <fieldset><legend>${t('settings.language')}</legend><span class="chips">${Object.entries(LANGUAGES).map(([code, name]) =>
        html`<button type="button" class="chip" lang=${code} aria-pressed=${code === state.language} @click=${() => speak(code)}>${name}</button>`)}</span></fieldset>
      ${Object.keys(CHOICES).map(choice)}
      <p><a href="./docs">${t('settings.docs')}</a></p>
      <p><button type="button" @click=${signOut}>${t('settings.signout')}</button></p>
    </section>`;
  return {view, title: () => t('settings.title')};
}
