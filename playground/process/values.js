/** Values of parameters: which are valid, and their canonical written form. */

import { byteLength } from './base64url.js';

/** @typedef {import('./declarations.js').Parameter} Parameter */

/**
 * A problem as words/en.js names it, with the texts that its sentence needs.
 * @typedef {{sentence: string, values?: Record<string, string | number>}} Problem
 */

const DIGITS = /^-?[0-9]{1,18}$/;
// Control characters and separators of lines and paragraphs.
const LINE_BREAKS = /[\p{Cc}\p{Zl}\p{Zp}]/u;

/**
 * @param {Parameter} parameter
 * @param {string} value as the form has it: plain text for values that are written in base64
 * @returns {Problem | null}
 */
export const problemOf = (parameter, value) => {
  switch (parameter.type) {
    case 'integer':
      return integerProblem(value, parameter.min ?? 0, parameter.max ?? 0);
    case 'pixels-or-percent':
      return value.endsWith('p')
        ? integerProblem(value.slice(0, -1), 1, parameter.max_percent ?? 0)
        : integerProblem(value, 1, parameter.max_pixels ?? 0);
    case 'flag':
      return value === '0' || value === '1' ? null : { sentence: 'problem.flag' };
    case 'colour':
      return /^[0-9a-fA-F]{6}$/.test(value) ? null : { sentence: 'problem.colour' };
    case 'choice':
    case 'font':
      return wordProblem(parameter, value);
    case 'base64-text':
      return textProblem(value, parameter.max_bytes ?? 0);
    default:
      return null;
  }
};

/** @param {string} value @param {number} min @param {number} max @returns {Problem | null} */
const integerProblem = (value, min, max) => {
  if (!DIGITS.test(value)) return { sentence: 'problem.digits' };
  const outside = (value.startsWith('-') && min >= 0) || Number(value) < min || Number(value) > max;
  return outside ? { sentence: 'problem.range', values: { min, max } } : null;
};

/** @param {Parameter} parameter @param {string} value @returns {Problem | null} */
const wordProblem = (parameter, value) => {
  const words = (parameter.words ?? []).map((word) => word.value);
  const word = parameter.aliases?.[value] ?? value;
  const known = words.includes(word);
  return known ? null : { sentence: 'problem.word', values: { words: words.join(', ') } };
};

/** @param {string} value @param {number} max @returns {Problem | null} */
const textProblem = (value, max) => {
  if (LINE_BREAKS.test(value)) return { sentence: 'problem.line' };
  const bytes = byteLength(value);
  return bytes > max ? { sentence: 'problem.bytes', values: { bytes, max } } : null;
};

/**
 * Returns the spelling that the service's canonical text has; an invalid value is not changed.
 * @param {Parameter} parameter
 * @param {string} value
 */
export const canonicalValue = (parameter, value) => {
  if (problemOf(parameter, value)) return value;
  switch (parameter.type) {
    case 'integer':
      return String(Number(value) + 0);
    case 'pixels-or-percent':
      return value.endsWith('p') ? `${Number(value.slice(0, -1))}p` : String(Number(value));
    case 'colour':
      return value.toUpperCase();
    default:
      return parameter.aliases?.[value] ?? value;
  }
};
