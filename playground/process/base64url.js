/** URL-safe base64 of UTF-8, without padding, as watermarks and `sys/saveas` write text. */

/** @param {string} text @returns {string} */
export const encodeBase64 = (text) => {
  const bytes = new TextEncoder().encode(text);
  const binary = Array.from(bytes, (byte) => String.fromCharCode(byte)).join('');
  return btoa(binary).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
};

/**
 * Reads padded and unpadded text; null for anything else than base64 of UTF-8.
 * @param {string} text
 * @returns {string | null}
 */
export const decodeBase64 = (text) => {
  const body = text.replaceAll('+', '-').replace(/=*$/, '');
  if (text.length - body.length > 2 || !/^[A-Za-z0-9_-]*$/.test(body) || body.length % 4 === 1) {
    return null;
  }
  try {
    const binary = atob(body.replaceAll('-', '+').replaceAll('_', '/'));
    const bytes = Uint8Array.from(binary, (character) => character.charCodeAt(0));
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return null;
  }
};

/** @param {string} text @returns {number} the bytes of its UTF-8 */
export const byteLength = (text) => new TextEncoder().encode(text).length;
