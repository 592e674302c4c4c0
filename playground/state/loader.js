/** Loads what the preview shows: the result, the picture before, and facts of the source. */

import { GEOMETRY, declared } from '../process/declarations.js';
import { problemsOf } from '../process/check.js';
import { writeProcess } from '../process/text.js';
import { RedirectedResult, ServiceError, fieldOf } from '../service/errors.js';
import { getResult } from '../service/requests.js';
import { changeView, getView, getWork, onWork } from './store.js';

/** @typedef {import('../process/text.js').Step} Step */
/** @typedef {import('./store.js').Result} Result */

const REST_MS = 200;
const MAX_PNG_PIXELS = 2_000_000;
const SHOWN_FORMATS = ['jpg', 'png', 'gif', 'webp', 'avif', 'bmp'];
const SMALLER = 'image/resize,w_1600/format,webp';

let request = new AbortController();
/** @type {number | undefined} */
let timer;

/** The browser cannot show the result. */
export class NotShown extends Error {}

/** @param {readonly Step[]} steps */
const isReport = (steps) => steps.some(({ name }) => declared().get(name)?.group === 'report');

/**
 * The steps whose result is edited: those before a crop; those up to a mark.
 * @param {readonly Step[]} steps @param {number} index @returns {Step[]}
 */
export const stepsForHandle = (steps, index) => {
  const end = steps[index]?.name === 'crop' ? index : index + 1;
  const kept = steps.slice(0, end).filter(({ name }) =>
    name === 'auto-orient' || declared().get(name)?.group === 'pixels');
  return [...kept, { name: 'format', arguments: { '': 'webp' } }];
};

/**
 * The steps that only move pixels: their result has the geometry of the whole process.
 * @param {readonly Step[]} steps
 */
const geometryOf = (steps) => steps.filter(({ name }) => GEOMETRY.has(name));

/** Loads after a pause, so that a moving slider sends few requests. */
const loadSoon = () => {
  clearTimeout(timer);
  timer = window.setTimeout(load, REST_MS);
};

/** @param {string} process */
const fetchPicture = async (process) => {
  const { bucket, key } = getWork();
  const started = performance.now();
  const response = await getResult(bucket, key, process, request.signal);
  const blob = await response.blob();
  return { response, blob, milliseconds: performance.now() - started };
};

/** The result that the work asks for: its process, and a name with bucket and key. */
const wanted = () => {
  const { bucket, key, steps } = getWork();
  const { handle } = getView();
  const shown = handle === null ? steps : stepsForHandle(steps, handle);
  const process = shown.length ? writeProcess(shown) : '';
  return { process, of: [bucket, key, process].join('\n') };
};

/** Whether neither the result of the work nor its error is shown yet. */
export const isBusy = () => {
  const { loading, result, failedOf } = getView();
  const { of } = wanted();
  const canLoad = getWork().key !== '' && problemsOf(getWork().steps).size === 0;
  return loading || (canLoad && result?.of !== of && failedOf !== of);
};

/** Loads the result of the work, unless it is shown already. */
export const load = async () => {
  const { key, steps } = getWork();
  const { handle, result: shown, failedOf } = getView();
  request.abort();
  if (!key || problemsOf(steps).size) return changeView({ loading: false });
  const { process, of } = wanted();
  const current = { error: null, errorField: null, failedOf: '', loading: false };
  if (shown?.of === of && failedOf !== of) {
    return changeView({ ...current, result: { ...shown, handle } });
  }
  request = new AbortController();
  const { signal } = request;
  changeView({ loading: true });
  try {
    const result = { ...await loadResult(process), of, handle };
    if (signal.aborted) return release(result.url);
    release(getView().result?.url);
    changeView({ ...current, result });
    await loadBefore();
  } catch (error) {
    if (signal.aborted || !(error instanceof Error)) return;
    const errorField = error instanceof ServiceError ? fieldOf(error, steps) : null;
    changeView({ error, errorField, failedOf: of, loading: false });
  }
};

/** Begins or ends the editing of a step on the picture. @param {number | null} handle */
export const editOnPicture = (handle) => {
  changeView({ handle });
  load();
};

/** @param {string} process @returns {Promise<Omit<Result, 'of' | 'handle'>>} */
const loadResult = async (process) => {
  const { response, blob, milliseconds } = await fetchPicture(process).catch((error) => {
    // The stored picture itself may be too large for a reply.
    if (error instanceof RedirectedResult && !process) return fetchPicture(SMALLER);
    throw error;
  });
  const type = response.headers.get('content-type') ?? '';
  const report = type.includes('json') ? await blob.text() : '';
  const { url, width, height } = report ? { url: '', width: 0, height: 0 } : await decode(blob);
  return {
    url, report, type, bytes: blob.size, width, height, milliseconds,
    timing: readTiming(response.headers.get('server-timing') ?? ''),
    requestId: response.headers.get('x-oss-request-id') ?? '',
  };
};

/** @param {Blob} blob */
const decode = async (blob) => {
  const url = URL.createObjectURL(blob);
  const image = new Image();
  image.src = url;
  await image.decode().catch(() => {
    URL.revokeObjectURL(url);
    throw new NotShown(blob.type);
  });
  return { url, width: image.naturalWidth, height: image.naturalHeight };
};

const STAGES = ['store', 'decode', 'pixels', 'encode', 'deliver'];

/** @param {string} header @returns {[string, number][]} the stages in the order of a request */
const readTiming = (header) => {
  const written = [...header.matchAll(/([\w-]+);dur=([\d.]+)/g)];
  const times = new Map(written.map(([, name, ms]) => [name, Number(ms)]));
  return STAGES.flatMap((stage) => (times.has(stage) ? [[stage, times.get(stage) ?? 0]] : []));
};

/** Loads the source at the result's geometry, where the two are compared. */
export const loadBefore = async () => {
  const { steps } = getWork();
  const { comparing, result, source, handle } = getView();
  release(getView().before);
  changeView({ before: '' });
  if (!comparing || !result?.url || handle !== null) return;
  const geometry = geometryOf(steps);
  const format = result.width * result.height > MAX_PNG_PIXELS ? 'webp' : 'png';
  const isShown = SHOWN_FORMATS.includes(source?.format ?? '');
  const process = geometry.length || !isShown
    ? writeProcess([...geometry, { name: 'format', arguments: { '': format } }])
    : '';
  try {
    const { url } = await decode((await fetchPicture(process)).blob);
    changeView({ before: url });
  } catch {
    changeView({ comparing: false });
  }
};

/** @param {string} name of a report about the stored picture @returns {Promise<any>} */
const loadReport = async (name) => {
  const { bucket, key } = getWork();
  const report = JSON.parse(await (await getResult(bucket, key, `image/${name}`)).text());
  return getWork().bucket === bucket && getWork().key === key ? report : null;
};

/** Loads size and metadata of the stored picture. */
export const loadSource = async () => {
  changeView({ source: null });
  if (!getWork().key) return;
  try {
    const described = await loadReport('info');
    if (!described) return;
    const info = Object.fromEntries(
      Object.entries(described).map(([name, { value }]) => [name, String(value)]));
    changeView({ source: {
      info,
      bytes: Number(info.FileSize),
      width: Number(info.ImageWidth),
      height: Number(info.ImageHeight),
      format: (info.Format ?? '').replace('jpeg', 'jpg'),
      hue: '',
    } });
  } catch {
    // The error of the picture itself is shown; facts of the source are left out.
  }
};

/** Loads the main colour of the stored picture: all its pixels are read, so only when it is shown. */
export const loadHue = async () => {
  try {
    const report = await loadReport('average-hue');
    const { source } = getView();
    if (report && source) changeView({ source: { ...source, hue: report.RGB.slice(2) } });
  } catch {
    // As above.
  }
};

/** @param {string | undefined} url */
const release = (url) => {
  if (url) URL.revokeObjectURL(url);
};

onWork((work, before) => {
  if (work.bucket !== before.bucket || work.key !== before.key) {
    const styles = work.bucket === before.bucket ? getView().styles : null;
    release(getView().result?.url);
    changeView({ handle: null, styles, result: null, error: null });
    loadSource();
  }
  const { handle } = getView();
  const edited = handle === null ? undefined : work.steps[handle]?.name;
  if (handle !== null && edited !== before.steps[handle]?.name) changeView({ handle: null });
  changeView({ typed: null, typedProblem: null, errorField: null });
  if (isReport(work.steps)) changeView({ handle: null });
  // After an undo the result may be there already.
  if (getView().result?.of === wanted().of) load();
  else loadSoon();
});
