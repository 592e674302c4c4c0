/** The sentence of the parameter that is focused or pointed at, in one place below the steps. */

import { html, render } from '../vendor/lit-html/lit-html.js';
import { language, t } from '../words/index.js';

let shownIn = '';

/** @param {Event} event */
export const showHelp = (event) => {
  if (!(event.target instanceof Element)) return;
  const field = /** @type {HTMLElement | null} */ (event.target.closest('.field'));
  const place = document.getElementById('help');
  if (!field || !place) return;
  const { label, doc, range } = field.dataset;
  render(html`<strong>${label}</strong> ${doc} <span>${range}</span>`, place);
};

/** Shows what the place is for, at first and after a change of the language. */
export const helpHint = () => {
  const place = document.getElementById('help');
  if (!place || shownIn === language()) return;
  shownIn = language();
  render(html`${t('field.help')}`, place);
};
