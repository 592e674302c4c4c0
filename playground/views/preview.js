/** The picture: result, before/after slider, zoom, and what is edited on it. */

import { html, nothing } from '../vendor/lit-html/lit-html.js';
import { problemsOf } from '../process/check.js';
import { declared } from '../process/declarations.js';
import { plainUrl } from '../service/requests.js';
import { RedirectedResult, ServiceError } from '../service/errors.js';
import { editOnPicture, isBusy, load, loadBefore } from '../state/loader.js';
import { changeView, getView, getWork } from '../state/store.js';
import { writeProcess } from '../process/text.js';
import { inLanguage, t } from '../words/index.js';
import { errorText } from './error_text.js';
import { inputOf } from './fields.js';
import { handles } from './handles.js';
import { reportTable } from './info.js';

export const previewView = () => {
  const { result, loading } = getView();
  const isWrong = problemsOf(getWork().steps).size > 0;
  return html`
    ${toolbar()}
    ${errorLine()}
    <div class="stage ${loading ? 'loading' : ''} ${isWrong ? 'stale' : ''}" id="stage" tabindex="-1"
      aria-busy=${isBusy() ? 'true' : 'false'} data-zoom=${getView().zoom}>
      ${stage()}
    </div>
    <span class="hidden" role="status">${result && !loading ? sizeText() : ''}</span>`;
};

const sizeText = () => {
  const { result } = getView();
  return result?.width ? `${t('preview.result')}: ${result.width} × ${result.height}` : '';
};

const stage = () => {
  const { result } = getView();
  if (!getWork().key) return html`<p class="empty">${t('preview.empty')}</p>`;
  if (problemsOf(getWork().steps).size && !result) {
    return html`<p class="empty">${t('preview.wrong')}</p>`;
  }
  if (!result) return nothing;
  if (result.report) return html`<div class="report">${reportTable(result.report)}</div>`;
  return picture(result);
};

/** @param {import('../state/store.js').Result} result */
const picture = (result) => {
  const { before, split, zoom, handle } = getView();
  const isActual = zoom === 'actual';
  const width = isActual ? `${result.width / devicePixelRatio}px` : '';
  return html`
    <div class="frame">
      <img class="after" src=${result.url} alt=${sizeText()} .style=${`width: ${width}`}>
      ${before && result.handle === null ? html`
        <img class="before" src=${before} alt=""
          .style=${`clip-path: inset(0 ${100 - split}% 0 0)`}>
        <input type="range" class="split" min="0" max="100" step="0.5" .value=${String(split)}
          aria-label=${t('preview.split')}
          @input=${(/** @type {Event} */ event) => changeView({ split: Number(inputOf(event).value) })}>
        <span class="divider" .style=${`left: ${split}%`} aria-hidden="true"></span>
        <span class="tag left" aria-hidden="true">${t('preview.before')}</span>
        <span class="tag right" aria-hidden="true">${t('preview.after')}</span>` : nothing}
      ${result.handle !== null && result.handle === handle ? handles(handle, result) : nothing}
    </div>`;
};

const toolbar = () => {
  const { comparing, zoom, handle, result } = getView();
  const step = handle === null ? null : getWork().steps[handle];
  if (step) {
    const operation = declared().get(step.name);
    const name = operation ? inLanguage(operation.label) : step.name;
    return html`
      <div class="toolbar editing">
        <p>${t(step.name === 'crop' ? 'preview.handle' : 'preview.handle-mark', { step: name })}</p>
        <button type="button" class="primary" @click=${() => editOnPicture(null)}>
          ${t('preview.done')}</button>
      </div>`;
  }
  return html`
    <div class="toolbar">
      <button type="button" aria-pressed=${comparing ? 'true' : 'false'}
        ?disabled=${!result?.url} @click=${() => { changeView({ comparing: !comparing }); loadBefore(); }}>
        ${t('preview.compare')}</button>
      <fieldset class="segments">
        <legend class="hidden">${t('preview.zoom')}</legend>
        ${(/** @type {const} */ (['fit', 'actual'])).map((each) => html`
          <label><input type="radio" name="zoom" value=${each} .checked=${zoom === each}
            @change=${() => changeView({ zoom: each })}><span>${t(`preview.${each}`)}</span></label>`)}
      </fieldset>
    </div>`;
};

const errorLine = () => {
  const { error } = getView();
  if (!error) return nothing;
  const { bucket, key, steps } = getWork();
  const code = error instanceof ServiceError
    ? [error.code, error.ec, error.requestId].filter(Boolean).join(' · ')
    : '';
  const url = plainUrl({ bucket, key, query: { 'x-oss-process': writeProcess(steps) } });
  return html`
    <div class="alert" role="alert">
      <p>${errorText(error, bucket)}</p>
      ${code ? html`<p class="note">${t('error.code', { code })}</p>` : nothing}
      ${error instanceof RedirectedResult
        ? html`<a href=${url} target="_blank" rel="noreferrer">${t('error.open')}</a>`
        : html`<button type="button" @click=${load}>${t('page.retry')}</button>`}
    </div>`;
};
