/** A button that copies a text. */

import { html } from '../vendor/lit-html/lit-html.js';
import { changeView } from '../state/store.js';
import { t } from '../words/index.js';
import { icons } from './icons.js';

/** @param {string} text @param {string} [label] */
export const copyButton = (text, label = t('page.copy')) => html`
  <button type="button" class="icon copy" aria-label=${label} title=${label} ?disabled=${!text}
    @click=${() => copy(text)}>${icons.copy}</button>`;

/** @param {string} text */
const copy = async (text) => {
  await navigator.clipboard.writeText(text);
  changeView({ notice: t('page.copied') });
};
