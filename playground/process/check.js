/** Checks steps before they are sent, so that an error stands at its field without a request. */

import { declared, preparations } from './declarations.js';
import { isGiven } from './text.js';
import { problemOf } from './values.js';

/** @typedef {import('./text.js').Step} Step */
/** @typedef {import('./declarations.js').Operations} Operations */
/** @typedef {import('./values.js').Problem} Problem */

/**
 * The id of a field in the page: positions of steps and keys, from outside to inside.
 * @param {string} path
 * @param {number} step
 * @param {string} key
 */
export const fieldId = (path, step, key) =>
  `${path}step${step}-${key || 'value'}`;

/**
 * @param {readonly Step[]} steps
 * @param {Operations} operations
 * @param {string} path of the field that has the steps; empty for those of the process itself
 * @returns {Map<string, Problem>} by id of the field
 */
export const problemsOf = (steps, operations = declared(), path = '') => {
  /** @type {Map<string, Problem>} */
  const problems = new Map();
  steps.forEach((step, index) => {
    for (const parameter of operations.get(step.name)?.parameters ?? []) {
      const id = fieldId(path, index, parameter.key);
      const value = step.arguments[parameter.key];
      if (!isGiven(value)) {
        if (parameter.required) problems.set(id, { sentence: 'problem.required' });
      } else if (typeof value === 'string') {
        const problem = problemOf(parameter, value);
        if (problem) problems.set(id, problem);
      } else {
        const nested = problemsOf(value.steps, preparations(parameter), `${id}-`);
        nested.forEach((problem, inner) => problems.set(inner, problem));
      }
    }
  });
  return problems;
};
