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
  const own = nested ? NESTED_STARTING_VALUES[name] : undefined;
  return [...steps, { name, arguments: { ...(own ?? STARTING_VALUES[name]) } }];
};

/**
 * Adds a crop to the middle of a picture.
 * @param {readonly Step[]} steps
 * @param {import('../process/geometry.js').Size} size of the picture after the steps
 * @returns {Step[]}
 */
export const addCrop = (steps, { width, height }) => {
  const [x, y] = [Math.round(width / 10), Math.round(height / 10)];
  const box = { x, y, w: width - 2 * x, h: height - 2 * y };
  const values = Object.entries(box).map(([key, value]) => [key, String(value)]);
  return [...steps, { name: 'crop', arguments: Object.fromEntries(values) }];
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
