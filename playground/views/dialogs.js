/** A question with two answers, in a dialog of the page. */

import { html, render } from '../vendor/lit-html/lit-html.js';
import { t } from '../words/index.js';

/** @param {string} id @returns {HTMLDialogElement} the dialog of the document with this id */
export const dialogOf = (id) => /** @type {HTMLDialogElement} */ (document.getElementById(id));

/**
 * Asks, and resolves to whether the action was chosen; Escape and Close do not choose it.
 * @param {string} question @param {string} action words of the button
 * @returns {Promise<boolean>}
 */
export const confirmAction = (question, action) =>
  new Promise((resolve) => {
    const dialog = dialogOf('confirm');
    dialog.returnValue = '';
    dialog.onclose = () => resolve(dialog.returnValue === 'yes');
    render(html`
      <form method="dialog">
        <p>${question}</p>
        <div class="actions">
          <button value="no">${t('page.close')}</button>
          <button value="yes" class="primary">${action}</button>
        </div>
      </form>`, dialog);
    dialog.showModal();
  });
