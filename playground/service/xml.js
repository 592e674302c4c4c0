/** Reading and writing the service's XML. */

/** @typedef {{createHTML: (text: string) => string}} Policy */
/** @typedef {{createPolicy: (name: string, policy: Policy) => Policy}} PolicyFactory */

const { trustedTypes } = /** @type {{trustedTypes?: PolicyFactory}} */ (window);

// Parsing text as XML runs nothing; the policy is the page's only exception to trusted types.
const policy = trustedTypes?.createPolicy('xml', { createHTML: (text) => text });

/** @param {string} text @returns {Element | null} the root, null for anything that is not XML */
export const parseXml = (text) => {
  const trusted = policy?.createHTML(text) ?? text;
  const root = new DOMParser().parseFromString(trusted, 'text/xml').documentElement;
  return root.getElementsByTagName('parsererror').length || root.tagName === 'parsererror'
    ? null
    : root;
};

/** @param {Element} element @param {string} name @returns {string} the text of the first such child */
export const textOf = (element, name) =>
  [...element.children].find((child) => child.tagName === name)?.textContent ?? '';

/** @param {string} text */
const escapeXml = (text) =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

/** @param {string} content a process @returns {string} the body that stores a style */
export const styleDocument = (content) =>
  `<?xml version="1.0" encoding="UTF-8"?>\n<Style><Content>${escapeXml(content)}</Content></Style>`;
