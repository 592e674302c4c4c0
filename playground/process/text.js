/** The text of a process ⇄ its steps, with the service's grammar and its canonical spelling. */

import { decodeBase64, encodeBase64 } from './base64url.js';
import { declared, preparations } from './declarations.js';
import { canonicalValue } from './values.js';

/** @typedef {import('./declarations.js').Operations} Operations */
/** @typedef {import('./declarations.js').Parameter} Parameter */
/** @typedef {import('./values.js').Problem} Problem */

/** @typedef {{key: string, steps: Step[]}} MarkObject the picture of a watermark */
/** @typedef {Record<string, string | MarkObject>} Arguments by key; absent ones have their default */
/** @typedef {{name: string, arguments: Arguments}} Step */

const NESTED = '?x-oss-process=';

/** The text is outside the grammar; `problem` says where. */
export class GrammarError extends Error {
  /** @param {Problem} problem */
  constructor(problem) {
    super(problem.sentence);
    this.problem = problem;
  }
}

/**
 * @param {string} text
 * @param {Operations} operations that may occur
 * @returns {Step[]}
 */
export const parseProcess = (text, operations = declared()) => {
  const [first = '', ...following] = text.split('|');
  if (!first.startsWith('image/')) throw new GrammarError({ sentence: 'problem.prefix' });
  const segments = first.slice('image/'.length).split('/');
  while (following[0]?.startsWith('image/')) {
    segments.push(...String(following.shift()).slice('image/'.length).split('/'));
  }
  if (following.length) throw new GrammarError({ sentence: 'problem.saveas' });
  return segments.filter(Boolean).map((segment) => parseStep(segment, operations));
};

/** @param {string} segment @param {Operations} operations @returns {Step} */
const parseStep = (segment, operations) => {
  const [name = '', ...written] = segment.split(',');
  const operation = operations.get(name);
  if (!operation) throw new GrammarError({ sentence: 'problem.action', values: { name } });
  const given = written.filter(Boolean);
  const values = lastValues(operation.name, operation.parameters, given);
  /** @type {Arguments} */
  const args = {};
  for (const parameter of operation.parameters) {
    const value = values.get(parameter.key);
    if (value) args[parameter.key] = plainValue(operation.name, parameter, value);
  }
  return { name: operation.name, arguments: args };
};

/**
 * Returns the last value of each known key; unknown keys are ignored.
 * @param {string} action
 * @param {Parameter[]} parameters
 * @param {string[]} given
 * @returns {Map<string, string>}
 */
const lastValues = (action, parameters, given) => {
  const [only] = parameters;
  if (parameters.length === 1 && only?.key === '') {
    if (given.length > 1 && !only.ignores_further) {
      throw new GrammarError({ sentence: 'problem.several', values: { name: action } });
    }
    return new Map(given.slice(0, 1).map((value) => ['', value]));
  }
  // Base64url has `_` itself: only the first one separates key and value.
  const values = new Map(given.flatMap((argument) => {
    const at = argument.indexOf('_');
    if (at < 0) return [['', argument]];
    return at ? [[argument.slice(0, at), argument.slice(at + 1)]] : [];
  }));
  if (action === 'resize') dropZeroSide(values);
  return values;
};

/** A width or height of 0 next to the other one is not counted. @param {Map<string, string>} values */
const dropZeroSide = (values) => {
  const [w, h] = [values.get('w'), values.get('h')];
  if (w === '0' && h !== undefined && h !== '0') values.delete('w');
  if (h === '0' && w !== undefined && w !== '0') values.delete('h');
};

/**
 * @param {string} action
 * @param {Parameter} parameter
 * @param {string} value as written
 * @returns {string | MarkObject}
 */
const plainValue = (action, parameter, value) => {
  if (!isEncoded(parameter)) return value;
  const plain = decodeBase64(value);
  if (plain === null) {
    const name = `${action} ${parameter.key}`;
    throw new GrammarError({ sentence: 'problem.base64', values: { name } });
  }
  if (parameter.type !== 'watermark-object') return plain;
  const at = plain.indexOf(NESTED);
  if (at < 0) return { key: plain, steps: [] };
  const process = plain.slice(at + NESTED.length);
  return { key: plain.slice(0, at), steps: parseProcess(process, preparations(parameter)) };
};

/** @param {Parameter} parameter */
const isEncoded = ({ type }) =>
  type === 'base64-text' || type === 'font' || type === 'watermark-object';

/**
 * Writes what differs from the defaults, in the order of the declarations, as the service does.
 * @param {readonly Step[]} steps
 * @param {Operations} operations
 */
export const writeProcess = (steps, operations = declared()) =>
  ['image', ...steps.map((step) => writeStep(step, operations))].join('/');

/** @param {Step} step @param {Operations} operations @returns {string} */
const writeStep = (step, operations) => {
  const parameters = operations.get(step.name)?.parameters ?? [];
  const written = parameters.flatMap((parameter) => {
    const value = step.arguments[parameter.key];
    if (!isGiven(value)) return [];
    const text = writtenValue(parameter, value);
    if (!parameter.required && text === parameter.default) return [];
    return [parameter.key ? `${parameter.key}_${text}` : text];
  });
  return [step.name, ...written].join(',');
};

/** @param {string | MarkObject | undefined} value @returns {value is string | MarkObject} */
export const isGiven = (value) =>
  value !== undefined && (typeof value === 'string' ? value !== '' : value.key !== '');

/** @param {Parameter} parameter @param {string | MarkObject} value */
const writtenValue = (parameter, value) => {
  if (typeof value !== 'string') {
    const steps = value.steps.map((step) => writeStep(step, preparations(parameter))).join('/');
    return encodeBase64(value.key + (steps ? `${NESTED}image/${steps}` : ''));
  }
  const canonical = canonicalValue(parameter, value);
  return isEncoded(parameter) ? encodeBase64(canonical) : canonical;
};

/**
 * Returns the value that the form shows for an absent argument: the default, decoded.
 * @param {Parameter} parameter
 * @returns {string}
 */
export const plainDefault = (parameter) =>
  (isEncoded(parameter) ? decodeBase64(parameter.default ?? '') : parameter.default) ?? '';
