/** The dialog of the access key. Its fields are emptied as soon as the key is in use. */

import { html, nothing, render } from '../vendor/lit-html/lit-html.js';
import { IDLE_MINUTES, accessKey, forgetKey, useKey } from '../service/access_key.js';
import { changeView } from '../state/store.js';
import { t } from '../words/index.js';
import { dialogOf } from './dialogs.js';

let region = '';
/** @type {() => void} */
let whenUsed = () => {};

/** @param {string} configured region of signatures @param {() => void} used called after a key is in use */
export const configureKeys = (configured, used) => {
  region = configured;
  whenUsed = used;
};

export const openKeyDialog = () => {
  draw();
  dialogOf('key').showModal();
};

/** @param {SubmitEvent} event */
const submit = async (event) => {
  event.preventDefault();
  const form = /** @type {HTMLFormElement} */ (event.target);
  const read = (/** @type {string} */ name) => String(new FormData(form).get(name) ?? '').trim();
  await useKey(read('id'), read('secret'), read('region'));
  region = read('region');
  for (const input of form.querySelectorAll('input')) {
    if (input.name !== 'region') input.value = '';
  }
  dialogOf('key').close();
  whenUsed();
};

const forget = () => {
  forgetKey();
  dialogOf('key').close();
  changeView({ notice: t('key.forgotten') });
};

const draw = () => render(html`
  <form @submit=${submit} autocomplete="off">
    <h2 id="key-title">${t('key.use-title')}</h2>
    <p class="note">${t('key.about', { minutes: IDLE_MINUTES })}</p>
    <label>${t('key.id')} <input name="id" required autocomplete="off" spellcheck="false"></label>
    <label>${t('key.secret')}
      <input name="secret" type="password" required autocomplete="off"></label>
    <label>${t('key.region')} <input name="region" required .value=${region} spellcheck="false"></label>
    ${accessKey() ? html`<p class="note">${t('key.in-use', { id: accessKey()?.id ?? '' })}</p>` : nothing}
    <div class="actions">
      <button type="button" @click=${() => dialogOf('key').close()}>${t('page.close')}</button>
      ${accessKey() ? html`<button type="button" @click=${forget}>${t('key.forget')}</button>` : nothing}
      <button class="primary">${t('key.use')}</button>
    </div>
  </form>`, dialogOf('key'));
