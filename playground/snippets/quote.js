/** Texts as literals of programming languages and shells. */

/** A string literal of Python, JavaScript, Go and Java. @param {string} text */
export const doubleQuoted = (text) => JSON.stringify(text).replaceAll('\u007f', '\\u007f');

/** @param {string} text @returns {string} a string literal of PHP */
export const phpQuoted = (text) =>
  `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;

/** @param {string} text @returns {string} a word of a POSIX shell */
export const shellQuoted = (text) => `'${text.replaceAll("'", "'\\''")}'`;

/** @param {string} text @returns {string} the value of an attribute of HTML */
export const htmlQuoted = (text) =>
  `"${text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;')}"`;
