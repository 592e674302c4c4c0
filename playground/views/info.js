/** Facts of the stored picture, and the JSON of reports as tables. */

import { html, nothing } from '../vendor/lit-html/lit-html.js';
import { loadHue } from '../state/loader.js';
import { getView } from '../state/store.js';
import { t } from '../words/index.js';

/** The source whose colour was asked for. @type {unknown} */
let asked = null;

export const infoPanel = () => {
  const { source } = getView();
  if (source && !source.hue && asked !== source) {
    asked = source;
    loadHue();
  }
  if (!source) return html`<p class="note">${t('preview.loading')}</p>`;
  return html`
    <h3 class="hidden">${t('info.source')}</h3>
    ${source.hue ? html`
      <p class="hue"><span class="swatch" .style=${`background: #${source.hue}`} aria-hidden="true">
        </span>${t('info.hue')} <code>#${source.hue.toUpperCase()}</code></p>` : nothing}
    ${table(Object.entries(source.info))}`;
};

/** @param {string} text JSON of `info` or `average-hue` */
export const reportTable = (text) => {
  const report = JSON.parse(text);
  const rows = Object.entries(report).map(([name, value]) => [name, value?.value ?? value]);
  const hue = typeof report.RGB === 'string' ? report.RGB.slice(2) : '';
  return html`
    ${hue ? html`
      <span class="swatch large" .style=${`background: #${hue}`} aria-hidden="true"></span>` : nothing}
    ${table(/** @type {[string, unknown][]} */ (rows))}`;
};

/** @param {[string, unknown][]} rows */
const table = (rows) => html`
  <table class="info"><tbody>${rows.map(([name, value]) => html`
    <tr><th scope="row">${name}</th><td>${String(value)}</td></tr>`)}</tbody></table>`;
