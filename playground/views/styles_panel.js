/** The styles of the bucket: listed with previews, loaded, saved, deleted and imported. */

import { html, nothing } from '../vendor/lit-html/lit-html.js';
import { GrammarError, parseProcess, writeProcess } from '../process/text.js';
import { accessKey } from '../service/access_key.js';
import { deleteStyle, listStyles, plainUrl, putStyle, readStyles } from '../service/requests.js';
import { parseXml } from '../service/xml.js';
import { changeView, changeWork, getView, getWork } from '../state/store.js';
import { t } from '../words/index.js';
import { copyButton } from './copy_button.js';
import { confirmAction } from './dialogs.js';
import { errorText } from './error_text.js';
import { inputOf } from './fields.js';

/** @typedef {import('../service/requests.js').Style} Style */

const NAME = /^[A-Za-z0-9_.-]{1,63}$/;

let loading = false;
let problem = '';

/** Runs requests about styles and shows their error in the panel. @param {() => Promise<void>} task */
const attempt = async (task) => {
  problem = '';
  loading = true;
  try {
    await task();
  } catch (error) {
    problem = errorText(/** @type {Error} */ (error), getWork().bucket);
  }
  loading = false;
  changeView({});
};

export const loadStyles = () => attempt(async () => {
  const { bucket } = getWork();
  const styles = await listStyles(bucket);
  if (getWork().bucket === bucket) changeView({ styles });
});

/** Lists the styles when the panel is shown for the first time for a bucket or a key. */
export const stylesAreStale = () => {
  problem = '';
  changeView({ styles: null });
};

export const stylesPanel = () => {
  const { styles } = getView();
  if (!accessKey()) return html`<p class="note">${t('styles.needs-key')}</p>`;
  if (!styles && !loading && !problem && getWork().bucket) loadStyles();
  return html`
    ${saveForm()}
    ${problem ? html`<p class="error" role="alert">${problem}</p>` : nothing}
    ${styles?.length === 0 ? html`<p class="note">${t('styles.none')}</p>` : nothing}
    <ul class="styles">${(styles ?? []).map(styleCard)}</ul>
    <label class="file"><span class="button">${t('styles.import')}</span>
      <input type="file" accept=".xml,text/xml" @change=${importStyles}></label>
    <span class="note">${t('styles.import-about')}</span>`;
};

const saveForm = () => {
  const { styleName } = getView();
  const { steps } = getWork();
  const wrong = styleName !== '' && !NAME.test(styleName);
  return html`
    <form class="inline" @submit=${(/** @type {Event} */ event) => {
      event.preventDefault();
      if (NAME.test(styleName)) save({ name: styleName, content: writeProcess(steps) });
    }}>
      <label for="style-name">${t('styles.name')}</label>
      <input id="style-name" maxlength="63" autocomplete="off" spellcheck="false"
        .value=${styleName} aria-invalid=${wrong ? 'true' : nothing}
        aria-describedby=${wrong ? 'style-error' : nothing}
        @input=${(/** @type {Event} */ event) => changeView({ styleName: inputOf(event).value })}>
      <button class="primary" ?disabled=${!steps.length || !NAME.test(styleName)}>
        ${t('styles.save')}</button>
      ${wrong ? html`<p class="error" id="style-error">${t('problem.style-name')}</p>` : nothing}
    </form>`;
};

/** @param {Style} style */
const styleCard = ({ name, content }) => {
  const { bucket, key } = getWork();
  const url = plainUrl({ bucket, key, query: { 'x-oss-process': `style/${name}` } });
  return html`
    <li>
      <signed-picture class="thumbnail" bucket=${bucket} object-key=${key} alt=""
        process="${content}/resize,w_160,h_120"></signed-picture>
      <div>
        <strong>${name}</strong>
        <code title=${content}>${content}</code>
        <span class="row">
          <button type="button" aria-label=${t('styles.load', { name })}
            @click=${() => load(content, name)}>${t('styles.load', { name: '' }).trim()}</button>
          <button type="button" aria-label=${t('styles.delete', { name })}
            @click=${() => remove(name)}>${t('styles.delete', { name: '' }).trim()}</button>
          ${copyButton(url, t('styles.url', { name }))}
        </span>
      </div>
    </li>`;
};

/** @param {string} content @param {string} name */
const load = (content, name) => {
  try {
    changeWork({ steps: parseProcess(content) });
    changeView({ styleName: name, asStyle: true });
  } catch (error) {
    if (!(error instanceof GrammarError)) throw error;
    problem = t(error.problem.sentence, error.problem.values);
    changeView({});
  }
};

/** @param {Style} style */
const save = async (style) => {
  const { bucket } = getWork();
  const exists = getView().styles?.some(({ name }) => name === style.name);
  const { name } = style;
  if (exists && !await confirmAction(t('styles.replace', { name }), t('styles.save'))) return;
  await attempt(async () => {
    await putStyle(bucket, style);
    const notice = `${t('styles.saved', { name })} ${t('styles.used', { name })}`;
    changeView({ styles: await listStyles(bucket), asStyle: true, notice });
  });
};

/** @param {string} name */
const remove = async (name) => {
  const { bucket } = getWork();
  const words = t('styles.delete', { name: '' }).trim();
  if (!await confirmAction(t('styles.confirm', { name }), words)) return;
  await attempt(async () => {
    await deleteStyle(bucket, name);
    changeView({ styles: await listStyles(bucket), notice: t('styles.deleted', { name }) });
  });
};

/** @param {Event} event */
const importStyles = async (event) => {
  const [file] = inputOf(event).files ?? [];
  const text = await file?.text() ?? '';
  inputOf(event).value = '';
  await attempt(async () => {
    const { bucket } = getWork();
    const root = parseXml(text);
    const found = root ? readStyles(root) : [];
    /** @type {string[]} */
    const refused = [];
    for (const style of found) {
      await putStyle(bucket, style).catch((error) => {
        refused.push(t('styles.refused', { name: style.name, reason: errorText(error, bucket) }));
      });
    }
    const count = found.length - refused.length;
    changeView({ styles: await listStyles(bucket), notice: t('styles.imported', { count }) });
    problem = found.length ? refused.join(' ') : t('styles.not-read');
  });
};
