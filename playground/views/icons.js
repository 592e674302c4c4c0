/** Icons: 16 by 16, drawn with the colour of the text. Their buttons carry the words. */

import { html } from '../vendor/lit-html/lit-html.js';

/** @param {string} path */
const icon = (path) => html`
  <svg viewBox="0 0 16 16" width="16" height="16" aria-hidden="true" focusable="false">
    <path d=${path} fill="none" stroke="currentColor" stroke-width="1.5"
      stroke-linecap="round" stroke-linejoin="round"></path>
  </svg>`;

export const icons = {
  up: icon('M8 13V3M4 7l4-4 4 4'),
  down: icon('M8 3v10M4 9l4 4 4-4'),
  close: icon('M4 4l8 8M12 4l-8 8'),
  undo: icon('M6 3 3 6l3 3M3 6h6a4 4 0 0 1 0 8H7'),
  redo: icon('M10 3l3 3-3 3M13 6H7a4 4 0 0 0 0 8h2'),
  grip: icon('M6 4v0M10 4v0M6 8v0M10 8v0M6 12v0M10 12v0'),
  key: icon('M9.5 9.5a3.5 3.5 0 1 0-3-3L2 11v3h3v-2h2v-2l.5-.5'),
  picture: icon('M2 3h12v10H2zM2 11l4-4 3 3 2-2 3 3M10.5 6v0'),
  move: icon('M8 2v12M2 8h12M6 4l2-2 2 2M6 12l2 2 2-2M4 6 2 8l2 2M12 6l2 2-2 2'),
  copy: icon('M6 6h8v8H6zM10 6V2H2v8h4'),
  add: icon('M8 3v10M3 8h10'),
};
