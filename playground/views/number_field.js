/** Numbers: a slider over the soft range next to an input for any number; pixels or percent. */

import { html, nothing } from '../vendor/lit-html/lit-html.js';
import { plainDefault } from '../process/text.js';
import { t } from '../words/index.js';
import { described, effectiveValue, inputOf, labelOf, textValue } from './fields.js';

/** @typedef {import('./fields.js').Field} Field */

/** @param {Field} field */
export const numberField = (field) =>
  field.parameter.type === 'pixels-or-percent' ? lengthField(field) : integerField(field);

/** @param {Field} field */
const integerField = (field) => {
  const { parameter } = field;
  const limits = /** @type {[number, number]} */ ([parameter.min ?? 0, parameter.max ?? 0]);
  const [low, high] = parameter.soft ?? limits;
  return html`
    <span class="row">
      ${slider(field, low, high, effectiveValue(field), (value) => field.change(value))}
      ${numberInput(field, textValue(field), limits, (value) => field.change(value || undefined))}
      <span class="unit" aria-hidden="true">${parameter.unit ?? ''}</span>
    </span>`;
};

/** @param {Field} field */
const lengthField = (field) => {
  const { parameter } = field;
  const value = textValue(field);
  const percent = value.endsWith('p');
  const digits = percent ? value.slice(0, -1) : value;
  const high = percent ? parameter.max_percent ?? 50 : parameter.max_pixels ?? 4096;
  const suffix = percent ? 'p' : '';
  const write = (/** @type {string} */ text, /** @type {string} */ unit) =>
    field.change(text ? text + unit : undefined);
  return html`
    <span class="row">
      ${slider(field, 1, percent ? high : 300, digits, (text) => write(text, suffix))}
      ${numberInput(field, digits, [1, high], (text) => write(text, suffix))}
      <select class="unit" aria-label=${t('field.unit', { label: labelOf(field) })}
        @change=${(/** @type {Event} */ event) => write(digits, inputOf(event).value)}>
        <option value="" ?selected=${!percent}>px</option>
        <option value="p" ?selected=${percent}>%</option>
      </select>
    </span>`;
};

/**
 * @param {Field} field @param {number} low @param {number} high
 * @param {string} value @param {(value: string) => void} change
 */
const slider = (field, low, high, value, change) => {
  const number = Number(value);
  const known = value !== '' && Number.isInteger(number);
  return html`
    <input type="range" min=${known ? Math.min(low, number) : low}
      max=${known ? Math.max(high, number) : high} step="1" .value=${known ? value : String(low)}
      aria-label=${t('field.slider', { label: labelOf(field) })}
      @input=${(/** @type {Event} */ event) => change(inputOf(event).value)}>`;
};

/**
 * A text input with the arrow keys of a number input, which cannot show a wrong value.
 * @param {Field} field @param {string} value @param {[number, number]} limits
 * @param {(value: string) => void} change
 */
const numberInput = (field, value, [low, high], change) => html`
  <input type="text" inputmode="numeric" class="number" id=${field.id} autocomplete="off"
    placeholder=${plainDefault(field.parameter) || '–'} .value=${value}
    aria-describedby=${described(field).by} aria-invalid=${described(field).invalid}
    aria-required=${field.parameter.required ? 'true' : nothing}
    @input=${(/** @type {Event} */ event) => change(inputOf(event).value.trim())}
    @keydown=${(/** @type {KeyboardEvent} */ event) => {
      const step = { ArrowUp: 1, ArrowDown: -1 }[event.key];
      if (!step || event.altKey) return;
      event.preventDefault();
      const current = Number(value || plainDefault(field.parameter)) || 0;
      const next = current + step * (event.shiftKey ? 10 : 1);
      change(String(Math.max(low, Math.min(high, next))));
    }}>`;
