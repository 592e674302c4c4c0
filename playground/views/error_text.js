/** The sentence of an error, in the language of the page. */

import { NoAnswer, RedirectedResult, ServiceError } from '../service/errors.js';
import { serviceUrl } from '../service/requests.js';
import { NotShown } from '../state/loader.js';
import { translateError } from '../words/service_errors.js';
import { language, t } from '../words/index.js';

/** @param {Error} error @param {string} bucket that was asked */
export const errorText = (error, bucket) => {
  if (error instanceof NoAnswer) {
    return t('error.no-answer', { url: serviceUrl(), bucket, origin: location.origin });
  }
  if (error instanceof RedirectedResult) return t('error.redirected');
  if (error instanceof NotShown) return t('error.not-shown', { type: error.message });
  if (error instanceof ServiceError) {
    return language() === 'zh' ? translateError(error.code, error.message) : error.message;
  }
  return String(error);
};
