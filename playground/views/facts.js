/** Facts of the result: type, size, bytes, time, and where the time went. */

import { html, nothing } from '../vendor/lit-html/lit-html.js';
import { getView } from '../state/store.js';
import { number, t } from '../words/index.js';

export const factsView = () => {
  const { result, source, handle } = getView();
  if (!result || handle !== null) return html`<div class="facts"></div>`;
  const percent = source?.bytes && result.url
    ? Math.round((result.bytes / source.bytes) * 1000) / 10
    : null;
  return html`
    <div class="facts">
      <ul class="list">
        ${fact(result.type.replace(/^(image|application)\//, '').toUpperCase())}
        ${result.width ? fact(`${result.width} × ${result.height}`) : nothing}
        ${fact(t('facts.bytes', { bytes: number(result.bytes) }))}
        ${percent === null ? nothing : fact(t('facts.percent', { percent: number(percent) }))}
        ${fact(t('facts.ms', { ms: number(Math.round(result.milliseconds)) }))}
      </ul>
      ${timingBar(result.timing)}
      ${result.requestId
        ? html`<small class="request">${t('facts.request', { id: result.requestId })}</small>`
        : nothing}
    </div>`;
};

/** @param {string} text */
const fact = (text) => html`<li>${text}</li>`;

/** @param {[string, number][]} timing */
const timingBar = (timing) => {
  const total = timing.reduce((sum, [, ms]) => sum + ms, 0);
  if (!total) return nothing;
  const shown = (/** @type {number} */ ms) => number(ms < 10 ? Math.round(ms * 10) / 10 : Math.round(ms));
  return html`
    <div class="timing" role="group" title=${t('facts.timing')} aria-label=${t('facts.timing')}>
      <div class="bar" aria-hidden="true">
        ${timing.map(([stage, ms]) => html`
          <span data-stage=${stage} .style=${`flex-grow: ${ms / total}`}></span>`)}
      </div>
      <ul>${timing.map(([stage, ms]) => html`
        <li data-stage=${stage}>${t(`stage.${stage}`)} ${shown(ms)}</li>`)}</ul>
    </div>`;
};
