/** The process as one line of text, which can be edited: the forms follow it. */

import { html, nothing } from '../vendor/lit-html/lit-html.js';
import { GrammarError, parseProcess, writeProcess } from '../process/text.js';
import { changeView, changeWork, getView, getWork } from '../state/store.js';
import { t } from '../words/index.js';
import { copyButton } from './copy_button.js';
import { inputOf } from './fields.js';

export const processText = () => {
  const { typed, typedProblem } = getView();
  const { steps } = getWork();
  const written = steps.length ? writeProcess(steps) : '';
  return html`
    <div class="process">
      <label for="process">${t('text.label')}</label>
      <input type="text" id="process" spellcheck="false" autocomplete="off" placeholder="image/…"
        .value=${typed ?? written} aria-invalid=${typedProblem ? 'true' : nothing}
        aria-describedby=${typedProblem ? 'process-error' : nothing}
        @input=${(/** @type {Event} */ event) => read(inputOf(event).value)}
        @blur=${() => typedProblem ?? changeView({ typed: null })}>
      ${copyButton(written)}
      ${typedProblem
        ? html`<p class="error" id="process-error" role="alert">
            ${t(typedProblem.sentence, typedProblem.values)}</p>`
        : nothing}
    </div>`;
};

/** @param {string} typed */
const read = (typed) => {
  try {
    const text = typed.trim();
    changeWork({ steps: text ? parseProcess(text) : [] }, 'process');
    changeView({ typed });
  } catch (error) {
    if (!(error instanceof GrammarError)) throw error;
    changeView({ typed, typedProblem: error.problem });
  }
};
