/**
 * `<signed-picture bucket object-key process alt>`: a small picture of the service, whose URL is
 * signed where there is an access key.
 */

import { accessKey } from '../service/access_key.js';
import { signedUrl } from '../service/requests.js';

const SECONDS = 3600;
const RENEWED_MS = 1_800_000;
const MAX_URLS = 500;

/** @type {Map<string, {made: number, url: Promise<string>}>} */
const urls = new Map();

/**
 * Returns one URL for the same picture and key for half an hour, so that the browser's cache holds.
 * @param {string} bucket @param {string} key @param {string} process
 */
const cachedUrl = (bucket, key, process) => {
  const name = [accessKey()?.id, bucket, key, process].join('\n');
  const found = urls.get(name);
  if (found && Date.now() - found.made < RENEWED_MS) return found.url;
  if (urls.size > MAX_URLS) urls.clear();
  const url = signedUrl({ bucket, key, query: { 'x-oss-process': process } }, SECONDS);
  urls.set(name, { made: Date.now(), url });
  return url;
};

class SignedPicture extends HTMLElement {
  static observedAttributes = ['bucket', 'object-key', 'process', 'alt'];

  image = document.createElement('img');
  isWaiting = false;

  connectedCallback() {
    this.image.loading = 'lazy';
    this.image.decoding = 'async';
    this.replaceChildren(this.image);
    this.update();
  }

  attributeChangedCallback() {
    this.update();
  }

  /** Assigns the URL once after all attributes of a render have been set. */
  update() {
    if (this.isWaiting || !this.isConnected) return;
    this.isWaiting = true;
    queueMicrotask(async () => {
      this.isWaiting = false;
      const read = (/** @type {string} */ name) => this.getAttribute(name) ?? '';
      this.image.alt = read('alt');
      const url = await cachedUrl(read('bucket'), read('object-key'), read('process'));
      if (this.image.src !== url) this.image.src = url;
    });
  }
}

customElements.define('signed-picture', SignedPicture);
