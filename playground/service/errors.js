/** Errors of the service: code, message, and the field of the form that they are about. */

import { declared } from '../process/declarations.js';
import { isGiven } from '../process/text.js';
import { parseXml, textOf } from './xml.js';

/** @typedef {import('../process/text.js').Step} Step */
/** @typedef {{step: number, key: string}} Field position of the step, key of the parameter */

/** The service refused a request. */
export class ServiceError extends Error {
  /** @param {{status: number, code: string, message: string, ec: string, requestId: string}} facts */
  constructor({ status, code, message, ec, requestId }) {
    super(message);
    this.status = status;
    this.code = code;
    this.ec = ec;
    this.requestId = requestId;
  }
}

/** No answer came: no network, or the bucket's CORS rules do not allow this page. */
export class NoAnswer extends Error {}

/** The result is over the size of a reply and was redirected to where no page may read it. */
export class RedirectedResult extends Error {}

/** @param {Response} response @returns {Promise<ServiceError>} */
export const serviceError = async (response) => {
  const text = await response.text();
  const root = parseXml(text);
  const read = (/** @type {string} */ name) => (root ? textOf(root, name) : '');
  return new ServiceError({
    status: response.status,
    code: read('Code') || `HTTP ${response.status}`,
    message: read('Message') || text.slice(0, 200),
    ec: read('EC'),
    requestId: response.headers.get('x-oss-request-id') ?? '',
  });
};

const INVALID = /^The value: (.*) of parameter: (.*?) is invalid\.reason:/s;
const MISSING = /^The value of parameter: (.*) is required\.$/s;

/**
 * Returns the field that an error is about: by its EC, or by the parameter that its message names.
 * @param {ServiceError} error
 * @param {readonly Step[]} steps
 * @returns {Field | null}
 */
export const fieldOf = (error, steps) => {
  const [, value, named] = INVALID.exec(error.message) ?? [];
  const name = named ?? MISSING.exec(error.message)?.[1];
  /** @type {(Field & {exact: boolean})[]} */
  const candidates = [];
  steps.forEach((step, index) => {
    for (const { key, ec } of declared().get(step.name)?.parameters ?? []) {
      const byNumber = error.ec !== '' && ec?.includes(error.ec);
      if (!byNumber && name !== (key || step.name)) continue;
      const written = step.arguments[key];
      const exact = value === undefined ? !isGiven(written) : written === value;
      candidates.push({ step: index, key, exact });
    }
  });
  const found = candidates.find((each) => each.exact) ?? candidates[0];
  return found ? { step: found.step, key: found.key } : null;
};
