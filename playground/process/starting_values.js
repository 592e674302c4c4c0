/** The arguments of a step that was just added: values with a visible effect. */

/** @type {Record<string, Record<string, string>>} */
export const STARTING_VALUES = {
  resize: { w: '600' },
  crop: { w: '400', h: '300', x: '0', y: '0' },
  indexcrop: { x: '300' },
  circle: { r: '150' },
  'rounded-corners': { r: '40' },
  'elliptical-corners': { x: '20p', y: '30p' },
  rotate: { '': '90' },
  flip: { '': '1' },
  blur: { r: '10', s: '5' },
  bright: { '': '20' },
  contrast: { '': '20' },
  sharpen: { '': '100' },
  gray: { '': '1' },
  format: { '': 'webp' },
  quality: { Q: '75' },
  'ignore-error': { '': '1' },
  watermark: { text: 'Darkroom', color: 'FFFFFF', size: '40', shadow: '50' },
};

/**
 * Those of a step that prepares the picture of a watermark.
 * @type {Record<string, Record<string, string>>}
 */
export const NESTED_STARTING_VALUES = {
  resize: { P: '20' },
};
