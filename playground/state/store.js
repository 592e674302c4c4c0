/** The state of the page: the work, with undo and redo, and what is shown of it. */

/** @typedef {import('../process/text.js').Step} Step */
/** @typedef {import('../service/errors.js').Field} Field */
/** @typedef {import('../service/requests.js').Style} Style */

/** @typedef {{bucket: string, key: string, steps: readonly Step[]}} Work the part that undo restores */

/**
 * @typedef {object} Result
 * @property {string} of bucket, key and process that it is of
 * @property {number | null} handle position of the step that is edited on it
 * @property {string} url of the picture as a blob; empty for a report
 * @property {string} report JSON text; empty for a picture
 * @property {string} type
 * @property {number} bytes
 * @property {number} width
 * @property {number} height
 * @property {number} milliseconds
 * @property {[string, number][]} timing stages of Server-Timing with milliseconds
 * @property {string} requestId
 */

/**
 * @typedef {object} Source
 * @property {number} bytes
 * @property {number} width
 * @property {number} height
 * @property {string} format
 * @property {Record<string, string>} info
 * @property {string} hue six hexadecimal digits; empty until it is known
 */

/**
 * @typedef {object} View
 * @property {Result | null} result
 * @property {string} before the source at the result's geometry, as a blob; empty where there is none
 * @property {Source | null} source
 * @property {boolean} loading
 * @property {Error | null} error
 * @property {Field | null} errorField
 * @property {string} failedOf what the error is of, as `of` of a result
 * @property {number | null} handle position of the step that is edited on the picture
 * @property {'fit' | 'actual'} zoom
 * @property {number} split position of the before/after slider, in percent
 * @property {boolean} comparing
 * @property {string | null} typed text of the process that is being typed
 * @property {import('../process/values.js').Problem | null} typedProblem
 * @property {'take' | 'styles' | 'info'} panel
 * @property {string} snippet
 * @property {readonly Style[] | null} styles
 * @property {string} styleName
 * @property {boolean} asStyle whether code uses the style that has the process
 * @property {string} notice sentence that a screen reader announces
 */

const MERGE_MS = 800;
const MAX_UNDO = 200;

/** @type {Work} */
let work = { bucket: '', key: '', steps: [] };
/** @type {Work[]} */
let past = [];
/** @type {Work[]} */
let future = [];
let lastChange = { label: '', at: 0 };

/** @type {View} */
let view = {
  result: null, before: '', source: null, loading: false, error: null, errorField: null,
  failedOf: '',
  handle: null, zoom: 'fit', split: 50, comparing: false, typed: null, typedProblem: null,
  panel: 'take', snippet: 'url', styles: null, styleName: '', asStyle: false,
  notice: '',
};

/** @type {((work: Work, before: Work) => void)[]} */
const workListeners = [];
/** @type {(() => void)[]} */
const listeners = [];

export const getWork = () => work;
export const getView = () => view;
export const canUndo = () => past.length > 0;
export const canRedo = () => future.length > 0;

/** @param {(work: Work, before: Work) => void} listener called after the work has changed */
export const onWork = (listener) => workListeners.push(listener);

/** @param {() => void} listener called after anything has changed */
export const onChange = (listener) => listeners.push(listener);

const notify = () => listeners.forEach((listener) => listener());

/** @param {Work} next */
const replaceWork = (next) => {
  const before = work;
  work = next;
  workListeners.forEach((listener) => listener(work, before));
  notify();
};

/**
 * Changes the work; further changes with the same label, soon after, are one change for undo.
 * @param {Partial<Work>} change
 * @param {string} [label] such as the field that is being typed in
 */
export const changeWork = (change, label = '') => {
  const now = Date.now();
  const merged = label !== '' && label === lastChange.label && now - lastChange.at < MERGE_MS;
  if (!merged) past = [...past, work].slice(-MAX_UNDO);
  lastChange = { label, at: now };
  future = [];
  replaceWork({ ...work, ...change });
};

/** Begins with a work that cannot be undone. @param {Work} first */
export const beginWork = (first) => {
  [past, future] = [[], []];
  replaceWork(first);
};

export const undo = () => {
  const previous = past.at(-1);
  if (!previous) return;
  past = past.slice(0, -1);
  future = [work, ...future];
  lastChange = { label: '', at: 0 };
  replaceWork(previous);
};

export const redo = () => {
  const [next, ...rest] = future;
  if (!next) return;
  past = [...past, work];
  future = rest;
  replaceWork(next);
};

/** @param {Partial<View>} change */
export const changeView = (change) => {
  view = { ...view, ...change };
  notify();
};
