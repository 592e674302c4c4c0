/** The work as the fragment of the address: `#/bucket/key?image/resize,w_400`. Never a key. */

import { GrammarError, parseProcess, writeProcess } from '../process/text.js';
import { encodePath } from '../service/signing.js';

/** @typedef {import('./store.js').Work} Work */

/** @param {Work} work */
export const writeFragment = ({ bucket, key, steps }) => {
  const process = encodeURI(writeProcess(steps)).replaceAll('#', '%23');
  return `#${encodePath(`/${bucket}/${key}`)}${steps.length ? `?${process}` : ''}`;
};

/** @param {string} fragment @returns {Work | null} null where it names no picture, or no valid process */
export const readFragment = (fragment) => {
  const [path = '', ...query] = fragment.replace(/^#\/?/, '').split('?');
  const [bucket = '', ...key] = path.split('/');
  if (!bucket || !key.join('')) return null;
  try {
    const process = decodeURIComponent(query.join('?'));
    return {
      bucket: decodeURIComponent(bucket),
      key: decodeURIComponent(key.join('/')),
      steps: process ? parseProcess(process) : [],
    };
  } catch (error) {
    if (error instanceof GrammarError || error instanceof URIError) return null;
    throw error;
  }
};
