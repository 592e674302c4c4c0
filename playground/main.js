/** Starts the page: reads its configuration, and renders whenever anything has changed. */

import { html, nothing, render } from './vendor/lit-html/lit-html.js';
import { problemsOf, fieldId } from './process/check.js';
import { declare, declared } from './process/declarations.js';
import { keepAlive, onForgotten, useKey } from './service/access_key.js';
import { connect } from './service/requests.js';
import { readFragment, writeFragment } from './state/fragment.js';
import { load } from './state/loader.js';
import {
  beginWork, changeView, changeWork, getView, getWork, onChange, redo, undo,
} from './state/store.js';
import { language, setLanguage, t } from './words/index.js';
import { errorText } from './views/error_text.js';
import { factsView } from './views/facts.js';
import { headerView } from './views/header.js';
import { helpHint, showHelp } from './views/help.js';
import { infoPanel } from './views/info.js';
import { configureKeys } from './views/key_dialog.js';
import { offerBuckets } from './views/picture_dialog.js';
import { previewView } from './views/preview.js';
import { processText } from './views/process_text.js';
import './views/signed_picture.js';
import { stepList } from './views/steps.js';
import { stylesAreStale, stylesPanel } from './views/styles_panel.js';
import { configureSnippets, takePanel } from './views/take_along.js';
import { acceptDrops } from './views/upload.js';

/** @typedef {import('./service/requests.js').Config & {key?: string}} Config */

const PANELS = { take: takePanel, styles: stylesPanel, info: infoPanel };

/** @param {string} id */
const place = (id) => /** @type {HTMLElement} */ (document.getElementById(id));

const stepsView = () => {
  const { steps } = getWork();
  const problems = problemsOf(steps);
  const { error, errorField } = getView();
  const refused = errorField && error ? fieldId('', errorField.step, errorField.key) : '';
  return html`
    <h2>${t('page.steps')}</h2>
    ${steps.length ? nothing : html`<p class="note">${t('step.none')}</p>`}
    ${stepList({
      steps,
      operations: declared(),
      path: '',
      errorOf: (id) => {
        const found = problems.get(id);
        if (found) return t(found.sentence, found.values);
        return id === refused && error ? errorText(error, getWork().bucket) : '';
      },
      change: (changed, label) => changeWork({ steps: changed }, label),
    })}
    <p class="note keys">${t('page.keys')}</p>`;
};

const panelView = () => {
  const { panel } = getView();
  return html`
    <fieldset class="tabs">
      <legend class="hidden">${t('panel.label')}</legend>
      ${(/** @type {(keyof typeof PANELS)[]} */ (Object.keys(PANELS))).map((name) => html`
        <label><input type="radio" name="panel" value=${name} .checked=${panel === name}
          @change=${() => changeView({ panel: name })}><span>${t(`panel.${name}`)}</span></label>`)}
    </fieldset>
    <div class="panel-body">${PANELS[panel]()}</div>`;
};

let isWaiting = false;

/** Renders once for all changes of an event, before the next one: its handlers see the new state. */
const renderSoon = () => {
  if (isWaiting) return;
  isWaiting = true;
  queueMicrotask(() => {
    isWaiting = false;
    draw();
  });
};

const draw = () => {
  render(html`${t('page.skip')}`, place('skip'));
  render(headerView(), place('header'));
  render(html`${processText()}${previewView()}${factsView()}`, place('preview'));
  render(stepsView(), place('steps'));
  helpHint();
  render(panelView(), place('panel'));
  render(getView().notice, place('notice'));
  for (const [id, name] of [['preview', 'page.preview'], ['panel', 'panel.label']]) {
    place(id ?? '').setAttribute('aria-label', t(name ?? ''));
  }
};

/** @param {KeyboardEvent} event */
const undoByKey = (event) => {
  const inDialog = event.target instanceof Element && event.target.closest('dialog');
  if (inDialog || !(event.ctrlKey || event.metaKey)) return;
  const key = event.key.toLowerCase();
  if (key !== 'z' && key !== 'y') return;
  event.preventDefault();
  if (key === 'y' || event.shiftKey) redo();
  else undo();
};

const followAddress = () => {
  const work = readFragment(location.hash);
  if (work && writeFragment(work) !== writeFragment(getWork())) changeWork(work);
};

let noticeTimer = 0;

const keepAddress = () => {
  const { key } = getWork();
  const fragment = writeFragment(getWork());
  if (key && fragment !== location.hash) history.replaceState(null, '', fragment);
  if (getView().notice) {
    clearTimeout(noticeTimer);
    noticeTimer = window.setTimeout(() => changeView({ notice: '' }), 6000);
  }
};

const start = async () => {
  const [config, operations] = await Promise.all(
    ['config.json', 'operations.json'].map(async (name) => (await fetch(name)).json()));
  declare(operations);
  connect(config.url);
  offerBuckets(config.buckets);
  configureSnippets(config.region);
  configureKeys(config.region, () => { stylesAreStale(); load(); });
  const { accessKey } = config;
  if (accessKey) await useKey(accessKey.id, accessKey.secret, config.region);
  onForgotten(stylesAreStale);
  setLanguage(language());
  onChange(renderSoon);
  onChange(keepAddress);
  addEventListener('keydown', undoByKey);
  addEventListener('hashchange', followAddress);
  for (const kind of ['pointerdown', 'keydown']) addEventListener(kind, keepAlive);
  for (const kind of ['focusin', 'pointerover']) addEventListener(kind, showHelp);
  acceptDrops(() => getWork().bucket, (key) => changeWork({ key }));
  const first = { bucket: config.buckets[0] ?? '', key: config.key ?? '', steps: [] };
  beginWork(readFragment(location.hash) ?? first);
  draw();
};

start();
