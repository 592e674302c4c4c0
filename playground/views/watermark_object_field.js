/** The picture of a watermark: chosen from the bucket, and prepared by steps of its own. */

import { html, nothing } from '../vendor/lit-html/lit-html.js';
import { preparations } from '../process/declarations.js';
import { addStep } from '../state/steps.js';
import { getWork } from '../state/store.js';
import { t } from '../words/index.js';
import { described, inputOf, labelOf } from './fields.js';
import { choosePicture } from './picture_dialog.js';
import { stepList } from './steps.js';

/** @typedef {import('./fields.js').Field} Field */

/** @param {Field} field @returns {import('../vendor/lit-html/lit-html.js').TemplateResult} */
export const watermarkObjectField = (field) => {
  const value = typeof field.value === 'object' ? field.value : { key: '', steps: [] };
  const { bucket } = getWork();
  // A chosen picture is scaled to the one below it: its own size seldom fits.
  const steps = value.key ? value.steps : addStep([], 'resize', true);
  const change = (/** @type {string} */ key) =>
    field.change(key ? { key, steps } : undefined);
  return html`
    <div class="mark-object" role="group" aria-labelledby="${field.id}-label">
      <span class="row">
        ${value.key ? html`<signed-picture class="thumbnail" bucket=${bucket} object-key=${value.key}
          process="image/resize,w_48,h_48" alt=""></signed-picture>` : nothing}
        <input type="text" class="wide" id=${field.id} autocomplete="off" .value=${value.key}
          aria-label="${labelOf(field)}: ${t('field.object-key')}"
          placeholder=${t('field.object-key')} aria-describedby=${described(field).by}
          aria-invalid=${described(field).invalid}
          @input=${(/** @type {Event} */ event) => change(inputOf(event).value)}>
        <button type="button" @click=${() => choosePicture(bucket, ({ key }) => change(key))}>
          ${t('field.choose')}
        </button>
      </span>
      ${value.key ? html`
        <div class="nested">
          <p class="heading">${t('step.prepare')}</p>
          ${stepList({
            steps: value.steps,
            operations: preparations(field.parameter),
            path: `${field.id}-`,
            errorOf: field.errorOf,
            change: (steps) => field.change({ ...value, steps }),
          })}
        </div>` : nothing}
    </div>`;
};
