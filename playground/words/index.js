/** The language of the page, and sentences in it. */

import { en } from './en.js';
import { zh } from './zh.js';

/** @typedef {'en' | 'zh'} Language */

/** @type {Language} */
let current = navigator.language.toLowerCase().startsWith('zh') ? 'zh' : 'en';

export const language = () => current;

/** @param {Language} next */
export const setLanguage = (next) => {
  current = next;
  document.documentElement.lang = next === 'zh' ? 'zh-CN' : 'en';
  document.title = t('page.title');
};

/** @param {number} value */
export const number = (value) => value.toLocaleString(current === 'zh' ? 'zh-CN' : 'en');

/**
 * Returns a sentence with its texts put in; numbers are written as the language does.
 * @param {string} name
 * @param {Record<string, string | number>} values
 */
export const t = (name, values = {}) => {
  const sentence = (current === 'zh' ? zh : en)[name];
  if (sentence === undefined) throw new Error(`no words for ${name}`);
  return sentence.replace(/\{(\w+)\}/g, (_, key) => String(values[key] ?? ''));
};

/** @param {{en: string, zh: string}} words of a declaration */
export const inLanguage = (words) => words[current];
