// The alphabet of a short SMS (3GPP TS 23.038, section 6.2.1): one other letter, and an SMS holds 70 in place of 160.
import {html, nothing} from './vendor/lit-html/lit-html.js';
import {t} from './words.js';
import {visible} from './format.js';

const LETTERS = new Set('@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !"#¤%&\'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà\f^{}\\[~]|€');
const MOST_MARKED = 5; // of so many different ones it is told which; more are another script

// The text again with the characters marked that make it longer; nothing where there are none.
export function marked(text) {
  const other = new Set([...text].filter((character) => !LETTERS.has(character)));
  if (!other.size) return nothing;
  if (other.size > MOST_MARKED) return html`<p class="quiet"><small>${t('alphabet.script')}</small></p>`;
  return html`<p class="marked"><small>${t('alphabet.forced', {characters: [...other].map(visible).join(' ')})}</small><br>
    <bdi>${[...text].map((character) => (other.has(character) ? html`<mark>${visible(character)}</mark>` : character))}</bdi></p>`;
}
