/** Stores a chosen or dropped file in a bucket, after a question. */

import { MAX_UPLOAD_BYTES, putObject } from '../service/requests.js';
import { changeView } from '../state/store.js';
import { number, t } from '../words/index.js';
import { confirmAction } from './dialogs.js';

export const FOLDER = 'playground/';

/**
 * @param {string} bucket @param {File} file
 * @returns {Promise<string>} the key; empty where nothing was stored
 */
export const uploadFile = async (bucket, file) => {
  const key = FOLDER + file.name;
  const texts = { name: file.name, bytes: number(file.size), max: number(MAX_UPLOAD_BYTES), key, bucket };
  if (file.size > MAX_UPLOAD_BYTES) {
    changeView({ notice: t('source.too-large', texts) });
    return '';
  }
  if (!await confirmAction(t('source.confirm', texts), t('source.upload'))) return '';
  try {
    await putObject(bucket, key, file);
  } catch (error) {
    changeView({ error: /** @type {Error} */ (error), errorField: null });
    return '';
  }
  changeView({ notice: t('source.uploaded', { key }) });
  return key;
};

/**
 * Takes files that are dropped on the page.
 * @param {() => string} bucket @param {(key: string) => void} stored
 */
export const acceptDrops = (bucket, stored) => {
  const hasFile = (/** @type {DragEvent} */ event) => event.dataTransfer?.types.includes('Files');
  addEventListener('dragover', (event) => {
    if (!hasFile(event)) return;
    event.preventDefault();
    document.body.classList.add('dropping');
  });
  addEventListener('dragleave', (event) => {
    if (!event.relatedTarget) document.body.classList.remove('dropping');
  });
  addEventListener('drop', async (event) => {
    document.body.classList.remove('dropping');
    const [file] = event.dataTransfer?.files ?? [];
    if (!file) return;
    event.preventDefault();
    const key = await uploadFile(bucket(), file);
    if (key) stored(key);
  });
};
