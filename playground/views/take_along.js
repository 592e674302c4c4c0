/** The result as a URL, a signed URL and code to paste. */

import { html, nothing } from '../vendor/lit-html/lit-html.js';
import { writeProcess } from '../process/text.js';
import { accessKey } from '../service/access_key.js';
import { serviceUrl, signedUrl } from '../service/requests.js';
import { NEEDS_KEY, READS_ENVIRONMENT, TEMPLATES } from '../snippets/templates.js';
import { changeView, getView, getWork } from '../state/store.js';
import { number, t } from '../words/index.js';
import { copyButton } from './copy_button.js';
import { inputOf } from './fields.js';

const HOUR = 3600;
const LIFETIMES = [HOUR, 24 * HOUR, 7 * 24 * HOUR];

let region = '';
let lifetime = HOUR;

/** Signing is asynchronous: the URLs of the work that is shown, and the work they are of. */
let urls = { of: '', signed: '', signedPost: '' };

/** @param {string} configured region that programs sign for */
export const configureSnippets = (configured) => {
  region = configured;
};

/** @param {string} process that URLs use */
const sign = async (process) => {
  const { bucket, key } = getWork();
  const of = [accessKey()?.id, lifetime, bucket, key, process].join('\n');
  if (!accessKey() || !key || urls.of === of) return;
  urls = { of, signed: '', signedPost: '' };
  /** @type {Record<string, string>} */
  const query = process ? { 'x-oss-process': process } : {};
  const signed = await signedUrl({ bucket, key, query }, lifetime);
  const post = { bucket, key, method: 'POST', query: { 'x-oss-process': '' },
    headers: { 'content-type': 'application/x-www-form-urlencoded' } };
  const signedPost = await signedUrl(post, lifetime);
  if (urls.of !== of) return;
  urls = { of, signed, signedPost };
  changeView({});
};

export const takePanel = () => {
  const { bucket, key, steps } = getWork();
  const { snippet, result, styles, asStyle } = getView();
  const inline = steps.length ? writeProcess(steps) : '';
  const style = styles?.find(({ content }) => content === inline)?.name;
  const process = style && asStyle ? `style/${style}` : inline;
  sign(process);
  const hasKey = accessKey() !== null;
  const isMissing = NEEDS_KEY.has(snippet) && !hasKey;
  const code = key && !isMissing ? TEMPLATES[snippet]?.({
    url: serviceUrl(), region, bucket, key, process, inline,
    extension: extensionOf(result?.type ?? ''),
    signed: hasKey ? urls.signed : '',
    signedPost: hasKey ? urls.signedPost : '',
    width: result?.width || 800,
  }) ?? '' : '';
  return html`
    <fieldset class="segments wrap">
      <legend class="hidden">${t('take.kind')}</legend>
      ${Object.keys(TEMPLATES).map((name) => html`
        <label><input type="radio" name="snippet" value=${name} .checked=${snippet === name}
          @change=${() => changeView({ snippet: name })}><span>${t(`take.${name}`)}</span></label>`)}
    </fieldset>
    ${style ? html`
      <label class="inline"><input type="checkbox" class="switch" .checked=${asStyle}
        @change=${(/** @type {Event} */ event) => changeView({ asStyle: inputOf(event).checked })}>
        ${t('take.as-style', { name: style })}</label>` : nothing}
    ${snippet === 'signed' || snippet === 'curl' || snippet === 'saveas' ? lifetimes() : nothing}
    ${isMissing ? html`<p class="note">${t('take.needs-key')}</p>` : html`
      <div class="code">
        <pre tabindex="0" aria-label=${t('take.code')} role="region"><code id="code">${code}</code></pre>
        ${copyButton(code)}
      </div>`}
    ${READS_ENVIRONMENT.has(snippet) ? html`<p class="note">${t('take.environment')}</p>` : nothing}`;
};

const lifetimes = () => html`
  <label class="inline">${t('take.lifetime')}
    <select @change=${(/** @type {Event} */ event) => {
      lifetime = Number(inputOf(event).value);
      changeView({});
    }}>${LIFETIMES.map((seconds) => html`
      <option value=${seconds} ?selected=${lifetime === seconds}>${seconds < 24 * HOUR
        ? t('take.hours', { hours: number(seconds / HOUR) })
        : t('take.days', { days: number(seconds / HOUR / 24) })}</option>`)}
    </select></label>`;

/** @param {string} type */
const extensionOf = (type) => {
  const name = /** @type {Record<string, string>} */ ({ jpeg: 'jpg', tiff: 'tif' });
  const [, kind = 'jpg'] = /^(?:image|application)\/([\w]+)/.exec(type) ?? [];
  return name[kind] ?? kind;
};
