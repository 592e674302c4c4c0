/** The dialog that chooses an object of a bucket, by its picture. */

import { html, nothing, render } from '../vendor/lit-html/lit-html.js';
import { MAX_UPLOAD_BYTES, listObjects } from '../service/requests.js';
import { t } from '../words/index.js';
import { dialogOf } from './dialogs.js';
import { errorText } from './error_text.js';
import { inputOf } from './fields.js';
import { uploadFile } from './upload.js';

/** @typedef {import('../service/requests.js').Listed} Listed */
/** @typedef {(chosen: {bucket: string, key: string}) => void} Choose */

const state = {
  bucket: '',
  prefix: '',
  /** @type {Listed[]} */
  objects: [],
  next: '',
  loading: false,
  /** @type {Error | null} */
  error: null,
  /** @type {string[]} */
  buckets: [],
  isFixed: false,
  /** @type {Choose} */
  choose: () => {},
};

/** Number of listings that were asked for: only the last one is shown. */
let listings = 0;

/** @param {string[]} buckets that the page offers; any other can be typed */
export const offerBuckets = (buckets) => {
  state.buckets = buckets;
};

/**
 * Opens the dialog for one bucket: watermarks come from the bucket of their picture.
 * @param {string} bucket @param {Choose} choose
 */
export const choosePicture = (bucket, choose) => open({ bucket, choose, isFixed: true });

/** Opens the dialog for any bucket. @param {string} bucket @param {Choose} choose */
export const chooseSource = (bucket, choose) => open({ bucket, choose, isFixed: false });

/** @param {{bucket: string, choose: Choose, isFixed: boolean}} change */
const open = (change) => {
  Object.assign(state, change, { prefix: '' });
  draw();
  dialogOf('pictures').showModal();
  list();
};

/** @param {string} token of the page before; empty for the first page */
const list = async (token = '') => {
  const asked = ++listings;
  Object.assign(state, { loading: true, error: null, objects: token ? state.objects : [] });
  draw();
  try {
    const { objects, next } = await listObjects(state.bucket, state.prefix, token);
    if (asked !== listings) return;
    Object.assign(state, { objects: [...state.objects, ...objects], next });
  } catch (error) {
    if (asked !== listings) return;
    Object.assign(state, { error, next: '' });
  }
  state.loading = false;
  draw();
};

/** @param {string} key */
const choose = (key) => {
  dialogOf('pictures').close();
  state.choose({ bucket: state.bucket, key });
};

/** @param {Event} event */
const upload = async (event) => {
  const [file] = inputOf(event).files ?? [];
  inputOf(event).value = '';
  const key = file && await uploadFile(state.bucket, file);
  if (key) choose(key);
};

const draw = () => render(html`
  <form class="bar" @submit=${(/** @type {Event} */ event) => { event.preventDefault(); list(); }}>
    <h2 id="pictures-title">${t('source.title')}</h2>
    <label>${t('source.bucket')}
      <input list="bucket-names" .value=${state.bucket} ?readonly=${state.isFixed} required
        @change=${(/** @type {Event} */ event) => {
          state.bucket = inputOf(event).value.trim();
          list();
        }}>
    </label>
    <datalist id="bucket-names">${state.buckets.map((name) => html`<option value=${name}>`)}</datalist>
    <label>${t('source.prefix')}
      <input .value=${state.prefix} @input=${(/** @type {Event} */ event) => {
        state.prefix = inputOf(event).value;
      }}>
    </label>
    <button>${t('source.list')}</button>
    <button type="button" @click=${() => dialogOf('pictures').close()}>${t('page.close')}</button>
  </form>
  ${state.error ? html`<p class="alert" role="alert">${errorText(state.error, state.bucket)}</p>` : nothing}
  ${!state.loading && !state.error && !state.objects.length
    ? html`<p class="note">${t('source.none')}</p>` : nothing}
  <ul class="gallery" aria-busy=${state.loading ? 'true' : 'false'}>
    ${state.objects.map(({ key }) => html`
      <li><button type="button" @click=${() => choose(key)} title=${key}>
        <signed-picture class="thumbnail" bucket=${state.bucket} object-key=${key}
          process="image/resize,m_fill,w_192,h_144" alt=""></signed-picture>
        <span>${key}</span>
      </button></li>`)}
  </ul>
  <div class="actions">
    ${state.loading ? html`<span class="note" role="status">${t('preview.loading')}</span>` : nothing}
    ${state.next ? html`
      <button type="button" @click=${() => list(state.next)}>${t('source.more')}</button>` : nothing}
    ${state.isFixed ? nothing : html`
      <label class="file"><span class="button">${t('source.upload')}</span>
        <input type="file" accept="image/*" @change=${upload}></label>
      <span class="note">${t('source.drop', { max: MAX_UPLOAD_BYTES / 1_000_000 })}</span>`}
  </div>`, dialogOf('pictures'));
