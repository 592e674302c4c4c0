/** Signature version 4 in a URL, made with WebCrypto. The key never leaves the browser's keystore. */

/** @typedef {{id: string, root: CryptoKey, region: string}} AccessKey */

/**
 * @typedef {object} Request
 * @property {string} method
 * @property {string} bucket
 * @property {string} key empty for the bucket itself
 * @property {Record<string, string>} query
 * @property {Record<string, string>} [headers] those that are signed, by lower-case name
 */

const SCHEME = 'OSS4-HMAC-SHA256';
const HMAC = { name: 'HMAC', hash: 'SHA-256' };

/** @param {string} text */
const bytesOf = (text) => new TextEncoder().encode(text);

/** @param {BufferSource} bytes @returns {Promise<CryptoKey>} a key that cannot be read again */
const hmacKey = (bytes) => crypto.subtle.importKey('raw', bytes, HMAC, false, ['sign']);

/** @param {CryptoKey} key @param {string} text */
const hmac = (key, text) => crypto.subtle.sign('HMAC', key, bytesOf(text));

/** @param {ArrayBuffer} buffer */
const hex = (buffer) =>
  Array.from(new Uint8Array(buffer), (byte) => byte.toString(16).padStart(2, '0')).join('');

/**
 * @param {string} id
 * @param {string} secret
 * @param {string} region any text: the service derives the key of the same one
 * @returns {Promise<AccessKey>}
 */
export const importKey = async (id, secret, region) => ({
  id, region, root: await hmacKey(bytesOf(`aliyun_v4${secret}`)),
});

/** Encodes all but unreserved characters. @param {string} text */
export const percentEncode = (text) =>
  encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );

/** Encodes a path; slashes stay. @param {string} path */
export const encodePath = (path) => path.split('/').map(percentEncode).join('/');

/** @param {Record<string, string>} query sorted by encoded name; a bare name where the value is empty */
export const encodeQuery = (query) =>
  Object.entries(query)
    .map(([name, value]) => [percentEncode(name), percentEncode(value)])
    .sort(([one = ''], [other = '']) => (one < other ? -1 : 1))
    .map(([name, value]) => (value ? `${name}=${value}` : name))
    .join('&');

/**
 * Returns the query with the parameters of the signature.
 * @param {AccessKey} accessKey
 * @param {Request} request
 * @param {{seconds: number, now?: Date}} validity
 * @returns {Promise<Record<string, string>>}
 */
export const signQuery = async (accessKey, request, { seconds, now = new Date() }) => {
  const date = now.toISOString().replace(/[-:]|\.\d+/g, '');
  const scope = [date.slice(0, 8), accessKey.region, 'oss', 'aliyun_v4_request'];
  const query = {
    ...request.query,
    'x-oss-signature-version': SCHEME,
    'x-oss-credential': `${accessKey.id}/${scope.join('/')}`,
    'x-oss-date': date,
    'x-oss-expires': String(seconds),
  };
  const headers = Object.entries(request.headers ?? {}).sort(([one], [other]) => (one < other ? -1 : 1));
  const canonical = [
    request.method,
    encodePath(`/${request.bucket}/${request.key}`),
    encodeQuery(query),
    headers.map(([name, value]) => `${name}:${value}\n`).join(''),
    '',
    'UNSIGNED-PAYLOAD',
  ].join('\n');
  const digest = hex(await crypto.subtle.digest('SHA-256', bytesOf(canonical)));
  let key = accessKey.root;
  for (const part of scope) key = await hmacKey(await hmac(key, part));
  const signature = hex(await hmac(key, [SCHEME, date, scope.join('/'), digest].join('\n')));
  return { ...query, 'x-oss-signature': signature };
};
