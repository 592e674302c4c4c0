/** The access key of this visit: in memory only, never in storage, address or log. */

import { importKey } from './signing.js';

/** @typedef {import('./signing.js').AccessKey} AccessKey */

export const IDLE_MINUTES = 30;

/** @type {AccessKey | null} */
let current = null;
/** @type {number | undefined} */
let timer;
/** @type {() => void} */
let whenForgotten = () => {};

/** @returns {AccessKey | null} */
export const accessKey = () => current;

/** @param {() => void} callback called after the key was forgotten */
export const onForgotten = (callback) => {
  whenForgotten = callback;
};

/** @param {string} id @param {string} secret @param {string} region */
export const useKey = async (id, secret, region) => {
  current = await importKey(id, secret, region);
  keepAlive();
};

export const forgetKey = () => {
  current = null;
  clearTimeout(timer);
  whenForgotten();
};

/** Begins the idle time again; called for every input. */
export const keepAlive = () => {
  clearTimeout(timer);
  if (current) timer = window.setTimeout(forgetKey, IDLE_MINUTES * 60_000);
};
