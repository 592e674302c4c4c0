/** The declarations of operations, from operations.json: forms, checks and texts follow from them. */

/** @typedef {{en: string, zh: string}} Words */
/** @typedef {{value: string, label: Words}} Value */
/**
 * @typedef {'integer' | 'pixels-or-percent' | 'choice' | 'flag' | 'colour' | 'base64-text' | 'font'
 *   | 'watermark-object'} Kind
 */

/**
 * @typedef {object} Parameter
 * @property {string} key empty for a value that stands alone
 * @property {Kind} type
 * @property {boolean} required
 * @property {string | null} default as written
 * @property {boolean} ignores_further whether values after the first one are ignored
 * @property {Words} label
 * @property {Words} doc
 * @property {string[]} [ec] numbers of the errors about its value
 * @property {number} [min]
 * @property {number} [max]
 * @property {string} [unit]
 * @property {[number, number]} [soft] range of the slider
 * @property {Value[]} [words]
 * @property {Record<string, string>} [aliases]
 * @property {number} [max_pixels]
 * @property {number} [max_percent]
 * @property {number} [max_bytes]
 * @property {number} [max_key_bytes]
 * @property {{name: string, parameters: Parameter[]}[]} [operations] those that prepare a mark
 */

/**
 * @typedef {object} Operation
 * @property {string} name
 * @property {string[]} [aliases]
 * @property {'pixels'|'output'|'report'} group
 * @property {Words} label
 * @property {Words} doc
 * @property {Parameter[]} parameters
 * @property {{label: Words, keys: string[]}[]} [sections]
 */

/** @typedef {Map<string, Operation>} Operations by name and alias */

export const GROUPS = /** @type {const} */ (['pixels', 'output', 'report']);

/** Operations whose result has other positions of pixels than the picture before. */
export const GEOMETRY = new Set([
  'resize', 'crop', 'indexcrop', 'circle', 'rotate', 'flip', 'auto-orient',
]);

/** @type {Operations} */
let operations = new Map();

/** @param {{operations: Operation[]}} file the content of operations.json */
export const declare = (file) => {
  operations = byName(file.operations);
};

/** @returns {Operations} */
export const declared = () => operations;

/** @returns {Operation[]} each once, in the order of the documentation */
export const allOperations = () => [...new Set(operations.values())];

/**
 * The operations that may prepare the picture of a watermark, with their labels.
 * @param {Parameter} parameter of type `watermark-object`
 * @returns {Operations}
 */
export const preparations = (parameter) =>
  byName((parameter.operations ?? []).map(({ name, parameters }) => {
    const operation = /** @type {Operation} */ (operations.get(name));
    return { ...operation, parameters };
  }));

/** @param {Operation[]} list @returns {Operations} */
const byName = (list) =>
  new Map(list.flatMap((each) => [each.name, ...(each.aliases ?? [])].map((name) => [name, each])));
