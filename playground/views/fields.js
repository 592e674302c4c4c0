/** A field of a step: label, control for the kind of its value, and the error at it. */

import { html, nothing } from '../vendor/lit-html/lit-html.js';
import { byteLength } from '../process/base64url.js';
import { isGiven, plainDefault } from '../process/text.js';
import { inLanguage, t } from '../words/index.js';
import { fontField, gravityField } from './choice_fields.js';
import { numberField } from './number_field.js';
import { watermarkObjectField } from './watermark_object_field.js';

/** @typedef {import('../process/declarations.js').Parameter} Parameter */
/** @typedef {import('../process/text.js').MarkObject} MarkObject */

/**
 * @typedef {object} Field
 * @property {string} id
 * @property {Parameter} parameter
 * @property {string | MarkObject | undefined} value undefined for the default
 * @property {string} error sentence, empty where the value is right
 * @property {(id: string) => string} errorOf sentence of another field's error, by id
 * @property {(value: string | MarkObject | undefined) => void} change
 */

/** @param {Field} field */
export const textValue = ({ value }) => (typeof value === 'string' ? value : '');

/** The value that counts: the default where none is given. @param {Field} field */
export const effectiveValue = (field) => textValue(field) || plainDefault(field.parameter);

/** Attributes that a control has while its value is wrong. @param {Field} field */
export const described = ({ id, error }) => ({
  invalid: error ? 'true' : nothing,
  by: `${id}-doc${error ? ` ${id}-error` : ''}`,
});

/** @param {Field} field */
export const labelOf = ({ parameter }) => inLanguage(parameter.label);

/** @param {Field} field @returns {import('../vendor/lit-html/lit-html.js').TemplateResult} */
const control = (field) => {
  const { parameter } = field;
  switch (parameter.type) {
    case 'flag':
      return flagField(field);
    case 'colour':
      return colourField(field);
    case 'base64-text':
      return textField(field);
    case 'font':
      return fontField(field);
    case 'watermark-object':
      return watermarkObjectField(field);
    case 'choice':
      return parameter.words?.some(({ value }) => value === 'nw')
        ? gravityField(field)
        : choiceField(field);
    default:
      return parameter.words ? choiceField(field) : numberField(field);
  }
};

const GROUPED = new Set(['font', 'watermark-object']);

/** @param {Field} field @returns {import('../vendor/lit-html/lit-html.js').TemplateResult} */
export const fieldView = (field) => {
  const { id, parameter, error } = field;
  const grouped = GROUPED.has(parameter.type) || parameter.words?.some((word) => word.value === 'nw');
  const name = html`${labelOf(field)} ${parameter.key ? html`<code>${parameter.key}</code>` : nothing}`;
  return html`
    <div class="field ${error ? 'wrong' : ''} ${isGiven(field.value) ? 'given' : ''}"
      data-kind=${parameter.type} data-label=${labelOf(field)} data-doc=${inLanguage(parameter.doc)}
      data-range=${rangeText(parameter)}>
      ${grouped
        ? html`<span class="label" id="${id}-label">${name}</span>`
        : html`<label class="label" for=${id}>${name}</label>`}
      <div class="control">${control(field)}</div>
      <span class="hidden" id="${id}-doc">${inLanguage(parameter.doc)} ${rangeText(parameter)}</span>
      ${error ? html`<p class="error" id="${id}-error">${error}</p>` : nothing}
    </div>`;
};

/** @param {Parameter} parameter */
const rangeText = (parameter) => {
  const unit = parameter.unit ? ` ${parameter.unit}` : '';
  const range = parameter.type === 'integer' && !parameter.words
    ? `${t('field.range', { min: parameter.min ?? '', max: parameter.max ?? '' })}${unit}. `
    : '';
  const value = plainDefault(parameter);
  return range + (value ? t('field.default', { value }) : '');
};

/** @param {Event} event */
export const inputOf = (event) => /** @type {HTMLInputElement} */ (event.target);

/** @param {Field} field */
const flagField = (field) => html`
  <input type="checkbox" class="switch" id=${field.id} .checked=${effectiveValue(field) === '1'}
    aria-describedby=${described(field).by} aria-invalid=${described(field).invalid}
    @change=${(/** @type {Event} */ event) => field.change(inputOf(event).checked ? '1' : '0')}>`;

/** @param {Field} field */
const choiceField = (field) => html`
  <select id=${field.id} aria-describedby=${described(field).by}
    aria-invalid=${described(field).invalid}
    @change=${(/** @type {Event} */ event) => field.change(inputOf(event).value || undefined)}>
    ${plainDefault(field.parameter) ? nothing : html`
      <option value="" ?selected=${!textValue(field)}>${t('field.not-set')}</option>`}
    ${(field.parameter.words ?? []).map(({ value, label }) => html`
      <option value=${value} ?selected=${canonicalWord(field) === value}>
        ${inLanguage(label)}${inLanguage(label).toLowerCase() === value ? '' : ` – ${value}`}
      </option>`)}
  </select>`;

/** @param {Field} field */
const canonicalWord = (field) => {
  const value = effectiveValue(field);
  return field.parameter.aliases?.[value] ?? value;
};

/** @param {Field} field */
const colourField = (field) => {
  const value = effectiveValue(field);
  const change = (/** @type {Event} */ event) =>
    field.change(inputOf(event).value.replace('#', '').toUpperCase() || undefined);
  return html`
    <span class="row">
      <input type="color" aria-label=${t('field.picker', { label: labelOf(field) })} @input=${change}
        .value=${/^[0-9a-f]{6}$/i.test(value) ? `#${value.toLowerCase()}` : '#000000'}>
      <input type="text" class="hex" id=${field.id} maxlength="7" spellcheck="false"
        autocomplete="off" placeholder=${plainDefault(field.parameter)} .value=${textValue(field)}
        aria-describedby=${described(field).by} aria-invalid=${described(field).invalid}
        @input=${change}>
    </span>`;
};

/** @param {Field} field */
const textField = (field) => html`
  <span class="row">
    <input type="text" class="wide" id=${field.id} autocomplete="off" .value=${textValue(field)}
      aria-describedby=${described(field).by} aria-invalid=${described(field).invalid}
      @input=${(/** @type {Event} */ event) => field.change(inputOf(event).value || undefined)}>
    <small class="count" title=${t('field.bytes', {
      bytes: byteLength(textValue(field)), max: field.parameter.max_bytes ?? '',
    })}>${byteLength(textValue(field))}/${field.parameter.max_bytes}</small>
  </span>`;
