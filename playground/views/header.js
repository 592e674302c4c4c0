/** The head of the page: the picture, undo and redo, access key, language. */

import { html } from '../vendor/lit-html/lit-html.js';
import { accessKey } from '../service/access_key.js';
import { canRedo, canUndo, changeView, changeWork, getWork, redo, undo } from '../state/store.js';
import { language, setLanguage, t } from '../words/index.js';
import { icons } from './icons.js';
import { openKeyDialog } from './key_dialog.js';
import { chooseSource } from './picture_dialog.js';

export const headerView = () => {
  const { bucket, key } = getWork();
  const signing = accessKey()?.id ?? t('key.none');
  return html`
    <h1><span class="mark" aria-hidden="true"></span>Darkroom</h1>
    <button type="button" class="source" id="choose" title=${t('source.change')}
      @click=${() => chooseSource(bucket, (chosen) => changeWork(chosen))}>
      ${key ? html`<signed-picture class="thumbnail" bucket=${bucket} object-key=${key}
        process="image/resize,m_fill,w_56,h_56" alt=""></signed-picture>` : icons.picture}
      <span class="hidden">${t('source.change')}</span>
      <span><small>${bucket}</small>${key || t('source.choose')}</span>
    </button>
    <span class="space"></span>
    <button type="button" class="icon" id="undo" aria-label=${t('page.undo')} title=${t('page.undo')}
      ?disabled=${!canUndo()} @click=${undo}>${icons.undo}</button>
    <button type="button" class="icon" id="redo" aria-label=${t('page.redo')} title=${t('page.redo')}
      ?disabled=${!canRedo()} @click=${redo}>${icons.redo}</button>
    <button type="button" class="key" id="access-key" aria-label="${t('key.title')}: ${signing}"
      title=${t('key.title')} @click=${openKeyDialog}>${icons.key}<span>${signing}</span></button>
    <button type="button" id="language" lang=${language() === 'zh' ? 'en' : 'zh-CN'}
      @click=${() => { setLanguage(language() === 'zh' ? 'en' : 'zh'); changeView({}); }}>
      ${t('page.other-language')}</button>`;
};
