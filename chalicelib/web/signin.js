// Sign in without a password: a link and a code by email or SMS. Opening the link uses nothing up; the button does.
import {html, nothing} from './vendor/lit-html/lit-html.js';
import {change, draw, state, drawAndFocus} from './state.js';
import {get, send, Problem} from './api.js';
import {signedIn, speak} from './app.js';
import {LANGUAGES, t} from './words.js';

const VALID_MS = 15 * 60_000;
const AGAIN_MS = 60_000;

export function open({token, isRefused = false}) {
  const my = {token, address: '', askedAt: 0, fault: isRefused ? t('signin.refused') : '', isBusy: false, provider: null};

  async function act(action) {
    Object.assign(my, {isBusy: true, fault: ''});
    draw();
    try {
      await action();
    } catch (error) {
      my.fault = inWords(error);
    }
    my.isBusy = false;
    draw();
  }

  get('./v1/session/oidc').then(({document}) => { my.provider = document.label; draw(); }, () => {});

  const byProvider = () => act(async () => {
    const {document} = await send('./v1/session/oidc', {});
    window.location.assign(document.location);
  });

  const ask = () => act(async () => {
    await send('./v1/session/request', {address: my.address.trim()});
    my.askedAt = Date.now();
    drawAndFocus('#code');
  });

  const prove = (proof) => act(async () => {
    const {document} = await send('./v1/session', proof);
    my.token = null;
    await signedIn(document);
  });

  function asked(event) {
    event.preventDefault();
    my.address = new FormData(event.target).get('address');
    ask();
  }

  function coded(event) {
    event.preventDefault();
    prove({address: my.address.trim(), code: new FormData(event.target).get('code').replace(/\D/g, '')});
  }

  const byLink = () => html`
    <p>${t('signin.bylink')}</p>
    <button type="button" class="main" ?disabled=${my.isBusy} @click=${() => prove({token: my.token})}>${t('signin.button')}</button>
    <button type="button" class="plain" @click=${() => { my.token = null; draw(); }}>${t('signin.other')}</button>`;

  const byAddress = () => html`<form @submit=${asked}>
    <label for="address">${t('signin.address')}</label>
    <input id="address" name="address" required maxlength="200" autocomplete="username" .value=${my.address} autofocus>
    <button class="main" ?disabled=${my.isBusy}>${t('signin.send')}</button></form>`;

  function byCode() {
    const since = Date.now() - my.askedAt;
    const left = Math.max(0, VALID_MS - since) / 1000;
    const countdown = `${Math.floor(left / 60)}:${String(Math.floor(left % 60)).padStart(2, '0')}`;
    return html`<p role="status">${t('signin.sent')}</p>
      <form @submit=${coded}>
      <label for="code">${t('signin.code')} <small>${left ? countdown : t('signin.expired')}</small></label>
      <input id="code" name="code" class="code" required inputmode="numeric" autocomplete="one-time-code" pattern="[0-9 ]{6,9}" maxlength="9">
      <button class="main" ?disabled=${my.isBusy}>${t('signin.enter')}</button>
      <button type="button" class="plain" ?disabled=${my.isBusy || since < AGAIN_MS} @click=${ask}>${since < AGAIN_MS ? t('signin.wait', {n: Math.ceil((AGAIN_MS - since) / 1000)}) : t('signin.resend')}</button>
      <button type="button" class="plain" @click=${() => { my.askedAt = 0; draw(); }}>${t('signin.other')}</button></form>`;
  }

  const view = () => html`<section class="card signin">
    <h1><span class="mark" aria-hidden="true"></span>Baykoo</h1>
    ${state.isExpired ? html`<p>${t('signin.expiredsession')}</p>` : html`<p class="lead">${t('signin.lead')}</p>`}
    ${my.token ? byLink() : my.askedAt ? byCode() : byAddress()}
    ${my.provider && !my.token ? html`<button type="button" ?disabled=${my.isBusy} @click=${byProvider}>${t('signin.byprovider', {name: my.provider})}</button>` : nothing}
    ${my.fault ? html`<p class="fault" role="alert">${my.fault}</p>` : nothing}
    <p class="languages">${Object.entries(LANGUAGES).map(([code, name]) =>
      html`<button type="button" class="plain" lang=${code} aria-pressed=${code === state.language} @click=${() => speak(code)}>${name}</button>`)}</p>
  </section>`;

  return {view};
}

function inWords(error) {
  if (!(error instanceof Problem)) return t('signin.unreachable');
  if (error.status === 429) return t('signin.toomany', {time: new Date(Date.now() + 1000 * (error.retryAfter ?? 60)).toLocaleTimeString('en-GB').slice(0, 5)});
  return error.message;
}

export const leave = () => change({});
