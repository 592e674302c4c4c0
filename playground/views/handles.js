/** The box of a crop and the point of a mark, moved on the picture by pointer and arrow keys. */

import { html } from '../vendor/lit-html/lit-html.js';
import {
  boxArguments, clipBox, cropBox, markArguments, markPoint, moveBox,
} from '../process/geometry.js';
import { setArguments } from '../state/steps.js';
import { changeWork, getWork } from '../state/store.js';
import { t } from '../words/index.js';
import { problemsOf } from '../process/check.js';

/** @typedef {import('../process/geometry.js').Size} Size */
/** @typedef {import('../process/geometry.js').Box} Box */
/** @typedef {(dx: number, dy: number) => void} Move moves by pixels of the picture */

const ARROWS = /** @type {Record<string, [number, number]>} */ ({
  ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1],
});

/** @param {number} index of the step @param {Size} size of the picture that is shown */
export const handles = (index, size) => {
  const step = getWork().steps[index];
  if (!step || problemsOf([step]).size) return '';
  const args = /** @type {Record<string, string>} */ (step.arguments);
  return step.name === 'crop' ? cropHandles(index, args, size) : markHandle(index, args, size);
};

/** @param {number} index @param {Record<string, string | undefined>} values */
const write = (index, values) =>
  changeWork({ steps: setArguments(getWork().steps, index, values) }, `handle-${index}`);

/** @param {number} part @param {number} whole */
const percent = (part, whole) => `${(part / whole) * 100}%`;

/** @param {number} index @param {Record<string, string>} args @param {Size} size */
const cropHandles = (index, args, size) => {
  const box = cropBox(args, size) ?? { x: 0, y: 0, w: size.width, h: size.height };
  const place = `left: ${percent(box.x, size.width)}; top: ${percent(box.y, size.height)};` +
    `width: ${percent(box.w, size.width)}; height: ${percent(box.h, size.height)}`;
  const moving = (/** @type {Box} */ from) => (/** @type {number} */ dx, /** @type {number} */ dy) =>
    write(index, boxArguments(moveBox(from, dx, dy, size)));
  const sizing = (/** @type {Box} */ from) => (/** @type {number} */ dx, /** @type {number} */ dy) =>
    write(index, boxArguments(clipBox({ ...from, w: from.w + dx, h: from.h + dy }, size)));
  return html`
    <div class="crop" .style=${place}>
      <button type="button" class="box" id="crop-box" aria-label=${t('handle.crop', { ...box })}
        @pointerdown=${(/** @type {PointerEvent} */ event) => follow(event, size, moving(box))}
        @keydown=${(/** @type {KeyboardEvent} */ event) => byKey(event, moving(box))}></button>
      <button type="button" class="corner" id="crop-size" aria-label=${t('handle.size', { ...box })}
        @pointerdown=${(/** @type {PointerEvent} */ event) => follow(event, size, sizing(box))}
        @keydown=${(/** @type {KeyboardEvent} */ event) => byKey(event, sizing(box))}></button>
      <span class="measure" aria-hidden="true">${box.w} × ${box.h}</span>
    </div>`;
};

/** @param {number} index @param {Record<string, string>} args @param {Size} size */
const markHandle = (index, args, size) => {
  const point = markPoint(args, size);
  const place = `left: ${percent(point.x, size.width)}; top: ${percent(point.y, size.height)}`;
  const moving = (/** @type {number} */ dx, /** @type {number} */ dy) =>
    write(index, markArguments({ x: point.x + dx, y: point.y + dy }, size));
  return html`
    <button type="button" class="point" id="mark-point" .style=${place}
      aria-label=${t('handle.mark', { x: Math.round(point.x), y: Math.round(point.y) })}
      @pointerdown=${(/** @type {PointerEvent} */ event) => follow(event, size, moving)}
      @keydown=${(/** @type {KeyboardEvent} */ event) => byKey(event, moving)}></button>`;
};

/**
 * Follows the pointer until it is released.
 * @param {PointerEvent} down @param {Size} size @param {Move} move
 */
const follow = (down, size, move) => {
  const handle = /** @type {HTMLElement} */ (down.currentTarget);
  const frame = handle.closest('.frame');
  if (!frame) return;
  down.preventDefault();
  handle.focus();
  handle.setPointerCapture(down.pointerId);
  const scale = size.width / frame.getBoundingClientRect().width;
  const track = (/** @type {PointerEvent} */ event) => move(
    Math.round((event.clientX - down.clientX) * scale),
    Math.round((event.clientY - down.clientY) * scale),
  );
  const end = () => {
    handle.removeEventListener('pointermove', track);
    handle.removeEventListener('pointerup', end);
    handle.removeEventListener('pointercancel', end);
  };
  handle.addEventListener('pointermove', track);
  handle.addEventListener('pointerup', end);
  handle.addEventListener('pointercancel', end);
};

/** @param {KeyboardEvent} event @param {Move} move */
const byKey = (event, move) => {
  const arrow = ARROWS[event.key];
  if (!arrow || event.altKey || event.ctrlKey || event.metaKey) return;
  event.preventDefault();
  const step = event.shiftKey ? 10 : 1;
  move(arrow[0] * step, arrow[1] * step);
};
