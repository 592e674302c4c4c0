/** Requests to the service that the page is for; signed in the URL where there is an access key. */

import { accessKey } from './access_key.js';
import { NoAnswer, RedirectedResult, serviceError } from './errors.js';
import { encodePath, encodeQuery, signQuery } from './signing.js';
import { parseXml, styleDocument, textOf } from './xml.js';

/**
 * @typedef {object} Config
 * @property {string} url of the service
 * @property {string[]} buckets
 * @property {string} region
 * @property {{id: string, secret: string}} [accessKey] only for the samples of `make run`
 */
/** @typedef {{key: string, size: number}} Listed */
/** @typedef {{name: string, content: string}} Style */
/**
 * @typedef {object} Target
 * @property {string} bucket
 * @property {string} [key]
 * @property {string} [method]
 * @property {Record<string, string>} [query]
 * @property {Record<string, string>} [headers] those that are signed
 */

const SECONDS = 600;
export const MAX_UPLOAD_BYTES = 4_500_000;

let base = '';

/** @param {string} url of the service, without a slash at the end */
export const connect = (url) => {
  base = url;
};

/** @returns {string} */
export const serviceUrl = () => base;

/** The URL as people write it: the characters of a process stay. @param {Target} target */
export const plainUrl = ({ bucket, key = '', query = {} }) => {
  const text = encodeQuery(query).replaceAll('%2F', '/').replaceAll('%2C', ',');
  return `${base}${encodePath(`/${bucket}/${key}`)}${text ? `?${text}` : ''}`;
};

/**
 * @param {Target} target
 * @param {number} seconds for which the URL is valid
 * @returns {Promise<string>} the plain URL without an access key
 */
export const signedUrl = async (target, seconds = SECONDS) => {
  const { bucket, key = '', method = 'GET', query = {}, headers } = target;
  const signer = accessKey();
  if (!signer) return plainUrl(target);
  const request = { method, bucket, key, query, headers };
  const signed = await signQuery(signer, request, { seconds });
  return `${base}${encodePath(`/${bucket}/${key}`)}?${encodeQuery(signed)}`;
};

/** @param {Target & {body?: Blob, signal?: AbortSignal}} target @returns {Promise<Response>} */
const send = async (target) => {
  const url = await signedUrl(target);
  const { method = 'GET', headers, body, signal } = target;
  const init = { method, headers, body, signal, redirect: /** @type {const} */ ('manual') };
  const response = await fetch(url, init).catch((error) => {
    throw error.name === 'AbortError' ? error : new NoAnswer();
  });
  if (response.type === 'opaqueredirect') throw new RedirectedResult();
  if (!response.ok) throw await serviceError(response);
  return response;
};

/**
 * @param {string} bucket @param {string} key
 * @param {string} process empty for the stored object
 * @param {AbortSignal} [signal]
 */
export const getResult = (bucket, key, process, signal) => {
  /** @type {Record<string, string>} */
  const query = process ? { 'x-oss-process': process } : {};
  return send({ bucket, key, query, signal });
};

/**
 * @param {string} bucket @param {string} prefix @param {string} token of the page before
 * @returns {Promise<{objects: Listed[], next: string}>}
 */
export const listObjects = async (bucket, prefix, token) => {
  /** @type {Record<string, string>} */
  const query = { 'list-type': '2', 'max-keys': '24', prefix };
  if (token) query['continuation-token'] = token;
  const root = await readXml(await send({ bucket, query }));
  const objects = [...root.getElementsByTagName('Contents')].map((each) => ({
    key: textOf(each, 'Key'), size: Number(textOf(each, 'Size')),
  }));
  return { objects, next: textOf(root, 'NextContinuationToken') };
};

/** @param {string} bucket @param {string} key @param {File} file */
export const putObject = (bucket, key, file) => {
  const headers = { 'content-type': file.type || 'application/octet-stream' };
  return send({ bucket, key, method: 'PUT', headers, body: file });
};

/** @param {string} bucket @returns {Promise<Style[]>} */
export const listStyles = async (bucket) =>
  readStyles(await readXml(await send({ bucket, query: { style: '' } })));

/** @param {string} bucket @param {Style} style */
export const putStyle = (bucket, { name, content }) => {
  const query = { style: '', styleName: name };
  // A body without a type: a header that is sent must be signed, too.
  return send({ bucket, method: 'PUT', query, body: new Blob([styleDocument(content)]) });
};

/** @param {string} bucket @param {string} name */
export const deleteStyle = (bucket, name) =>
  send({ bucket, method: 'DELETE', query: { style: '', styleName: name } });

/** @param {Element} root a list of styles, as the service answers it @returns {Style[]} */
export const readStyles = (root) =>
  [...root.getElementsByTagName('Style')].map((each) => ({
    name: textOf(each, 'Name'), content: textOf(each, 'Content'),
  }));

/** @param {Response} response @returns {Promise<Element>} */
const readXml = async (response) => {
  const root = parseXml(await response.text());
  if (!root) throw new NoAnswer();
  return root;
};
