/** Choices that are seen: the nine gravities as a grid, fonts in their own face. */

import { html, nothing } from '../vendor/lit-html/lit-html.js';
import { GRAVITIES } from '../process/geometry.js';
import { writeProcess } from '../process/text.js';
import { getWork } from '../state/store.js';
import { inLanguage } from '../words/index.js';
import { effectiveValue } from './fields.js';

/** @typedef {import('./fields.js').Field} Field */
/** @typedef {import('../process/declarations.js').Value} Value */

/** @param {Field} field */
export const gravityField = (field) => {
  const words = field.parameter.words ?? [];
  const [places, others] = [
    words.filter(({ value }) => GRAVITIES.includes(value)),
    words.filter(({ value }) => !GRAVITIES.includes(value)),
  ];
  return html`
    <div class="gravity" role="radiogroup" aria-labelledby="${field.id}-label"
      aria-describedby="${field.id}-doc">
      <div class="places">${places.map((word) => radio(field, word, nothing))}</div>
      <div>${others.map((word) =>
        radio(field, word, html`<span>${inLanguage(word.label)}</span>`))}</div>
    </div>`;
};

/** @param {Field} field @param {Value} word @param {unknown} content */
const radio = (field, { value, label }, content) => html`
  <label class="choice" title=${inLanguage(label)}>
    <input type="radio" name=${field.id} value=${value} aria-label=${inLanguage(label)}
      .checked=${effectiveValue(field) === value} @change=${() => field.change(value)}>
    ${content}
  </label>`;

/** The name of a font, drawn with it by the service. @param {string} font @param {string} text */
const specimen = (font, text) => writeProcess([
  // One pixel, padded to a white strip of the size of a line.
  { name: 'resize', arguments: { w: '1', h: '1', m: 'fixed' } },
  { name: 'resize', arguments: { w: '460', h: '36', m: 'pad', limit: '0' } },
  { name: 'crop', arguments: { w: '190', h: '36' } },
  { name: 'watermark', arguments: { text, type: font, size: '24', g: 'west', x: '4' } },
  { name: 'format', arguments: { '': 'png' } },
]);

/** @param {Field} field */
export const fontField = (field) => {
  const current = effectiveValue(field);
  const chosen = field.parameter.words?.find(({ value }) => value === current);
  return html`
    <details class="fonts">
      <summary id=${field.id} aria-describedby="${field.id}-doc">
        ${chosen ? inLanguage(chosen.label) : current}
      </summary>
      <div role="radiogroup" aria-labelledby="${field.id}-label">
        ${(field.parameter.words ?? []).map(({ value, label }) => html`
          <label class="font">
            <input type="radio" name="${field.id}-font" value=${value} .checked=${current === value}
              @change=${() => field.change(value)}>
            <span>${inLanguage(label)}</span>
            <signed-picture class="specimen" bucket=${getWork().bucket}
              object-key=${getWork().key} process=${specimen(value, '暗房 Darkroom')} alt="">
            </signed-picture>
          </label>`)}
      </div>
    </details>`;
};
