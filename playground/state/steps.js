/** Changes of lists of steps; each returns a new list. */

import { NESTED_STARTING_VALUES, STARTING_VALUES } from '../process/starting_values.js';

/** @typedef {import('../process/text.js').Step} Step */
/** @typedef {import('../process/text.js').MarkObject} MarkObject */

/**
 * @param {readonly Step[]} steps @param {string} name
 * @param {boolean} nested whether the steps prepare the picture of a watermark
 * @returns {Step[]}
 */
export const addStep = (steps, name, nested) => {
  const values = nested ? NESTED_STARTING_VALUES[name] ?? STARTING_VALUES[name] : STARTING_VALUES[name];
  return [...steps, { name, arguments: { ...values } }];
};

/** @param {readonly Step[]} steps @param {number} index @returns {Step[]} */
export const removeStep = (steps, index) => steps.filter((_, other) => other !== index);

/** @param {readonly Step[]} steps @param {number} from @param {number} to @returns {Step[]} */
export const moveStep = (steps, from, to) => {
  const moved = steps[from];
  if (!moved || to < 0 || to >= steps.length) return [...steps];
  const others = removeStep(steps, from);
  return [...others.slice(0, to), moved, ...others.slice(to)];
};

/**
 * @param {readonly Step[]} steps @param {number} index
 * @param {Record<string, string | MarkObject | undefined>} values by key; undefined for the default
 * @returns {Step[]}
 */
export const setArguments = (steps, index, values) =>
  steps.map((step, other) => {
    if (other !== index) return step;
    const merged = { ...step.arguments, ...values };
    const given = Object.entries(merged).filter(([, value]) => value !== undefined);
    return { ...step, arguments: /** @type {Step['arguments']} */ (Object.fromEntries(given)) };
  });
