/** Positions on a picture in whole pixels: the box of a crop, the corner that a mark keeps to. */

/** @typedef {{x: number, y: number, w: number, h: number}} Box */
/** @typedef {{width: number, height: number}} Size */

/** @param {number} value @param {number} low @param {number} high */
export const clamp = (value, low, high) => Math.max(low, Math.min(high, value));

const COLUMNS = /** @type {Record<string, number>} */ ({
  nw: 0, west: 0, sw: 0, north: 1, center: 1, south: 1, ne: 2, east: 2, se: 2,
});
const ROWS = /** @type {Record<string, number>} */ ({
  nw: 0, north: 0, ne: 0, west: 1, center: 1, east: 1, sw: 2, south: 2, se: 2,
});
export const GRAVITIES = ['nw', 'north', 'ne', 'west', 'center', 'east', 'sw', 'south', 'se'];

/**
 * Returns the box of a crop, as the service computes it; null if it would start outside.
 * @param {Record<string, string>} args @param {Size} size @returns {Box | null}
 */
export const cropBox = (args, { width, height }) => {
  const number = (/** @type {string} */ key) => Number(args[key] ?? 0) || 0;
  const gravity = args.g ?? 'nw';
  const w = Math.min(number('w') || width, width);
  const h = Math.min(number('h') || height, height);
  const x = start(COLUMNS[gravity] ?? 0, width, w) + number('x');
  const y = start(ROWS[gravity] ?? 0, height, h) + number('y');
  if (x >= width || y >= height) return null;
  return { x, y, w: Math.min(w, width - x), h: Math.min(h, height - y) };
};

/** @param {number} third @param {number} whole @param {number} part */
const start = (third, whole, part) =>
  [0, Math.floor(whole / 2) - Math.floor(part / 2), whole - part][third] ?? 0;

/** @param {Box} box @param {Size} size @returns {Box} at least one pixel, inside the picture */
export const clipBox = ({ x, y, w, h }, { width, height }) => {
  const left = clamp(x, 0, width - 1);
  const top = clamp(y, 0, height - 1);
  return { x: left, y: top, w: clamp(w, 1, width - left), h: clamp(h, 1, height - top) };
};

/**
 * Moves a box without changing its size.
 * @param {Box} box @param {number} dx @param {number} dy @param {Size} size @returns {Box}
 */
export const moveBox = (box, dx, dy, { width, height }) => ({
  ...box,
  x: clamp(box.x + dx, 0, width - box.w),
  y: clamp(box.y + dy, 0, height - box.h),
});

/** The arguments of a box: offsets from the upper left corner. @param {Box} box */
export const boxArguments = ({ x, y, w, h }) => ({
  x: String(x), y: String(y), w: String(w), h: String(h), g: undefined,
});

/**
 * Returns the point of the picture that a mark keeps to.
 * @param {Record<string, string>} args @param {Size} size
 */
export const markPoint = (args, { width, height }) => {
  const number = (/** @type {string} */ key, /** @type {number} */ standard) =>
    args[key] === undefined || args[key] === '' ? standard : Number(args[key]) || 0;
  const gravity = args.g ?? 'se';
  const [x, y] = [number('x', 10), number('y', 10)];
  const lefts = [x, width / 2, width - x];
  const tops = [y, height / 2 + number('voffset', 0), height - y];
  return { x: lefts[COLUMNS[gravity] ?? 2] ?? 0, y: tops[ROWS[gravity] ?? 2] ?? 0 };
};

/**
 * Returns the arguments of a mark that keeps to a point: the nearest gravity, and distances from it.
 * @param {{x: number, y: number}} point @param {Size} size
 */
export const markArguments = (point, { width, height }) => {
  const x = clamp(Math.round(point.x), 0, width);
  const y = clamp(Math.round(point.y), 0, height);
  const third = (/** @type {number} */ at, /** @type {number} */ whole) =>
    clamp(Math.floor((at * 3) / whole), 0, 2);
  const [column, row] = [third(x, width), third(y, height)];
  return {
    g: GRAVITIES[row * 3 + column],
    x: column === 1 ? undefined : String(Math.min(4096, column ? width - x : x)),
    y: row === 1 ? undefined : String(Math.min(4096, row ? height - y : y)),
    voffset: row === 1 ? String(clamp(Math.round(y - height / 2), -1000, 1000)) : undefined,
  };
};
