// A worker with sharp, on one thread and without its cache.
import { openSync, readFileSync, writeFileSync, writeSync } from 'node:fs';
import { createInterface } from 'node:readline';
import sharp from 'sharp';
import { handlerOf } from './sharp_handler.mjs';

sharp.cache(false);
sharp.concurrency(1);

// What a handler logs is written, and discarded; answers are written to the descriptor.
const nowhere = openSync('/dev/null', 'w');
process.stdout.write = (text) => writeSync(nowhere, text);

const encoders = {
  jpg: (image, order) =>
    image.jpeg({ quality: order.quality, chromaSubsampling: order.chroma ?? '4:2:0' }),
  webp: (image, order) => image.webp({ quality: order.quality }),
  png: (image) => image.png(),
  avif: (image) => image.avif({ quality: 60 }),
  gif: (image) => image.gif(),
};

const rounded = ({ width, height, radius }) =>
  Buffer.from(
    `<svg width="${width}" height="${height}">` +
      `<rect width="${width}" height="${height}" rx="${radius}" ry="${radius}"/></svg>`,
  );

const lettering = ({ text, colour, font, fontfile }) => ({
  text: `<span foreground="${colour}">${text}</span>`,
  font,
  fontfile,
  dpi: 72,
  rgba: true,
});

const work = {
  resize: (source, order) =>
    encoders[order.format](
      sharp(source).resize(order.width, order.height, { fit: 'fill' }),
      order,
    ).toBuffer(),
  animate: (source, order) => {
    const image = sharp(source, { animated: true });
    const { width, height } = order;
    return encoders[order.format](image.resize(width, height, { fit: 'fill' })).toBuffer();
  },
  letter: (source, order) => {
    const { left, top } = order;
    const letters = { input: { text: lettering(order) }, left, top };
    const image = sharp(source).resize(order.width, order.height, { fit: 'fill' });
    return encoders[order.format](image.composite([letters]), order).toBuffer();
  },
  blur: (source, order) =>
    encoders[order.format](sharp(source).blur(order.deviation), order).toBuffer(),
  round: (source, order) => {
    const corners = { input: rounded(order), blend: 'dest-in' };
    return encoders[order.format](sharp(source).composite([corners]), order).toBuffer();
  },
  info: async (source) => {
    const reply = await handlerOf(new Map([['demo/picture', source]]))(event);
    return Buffer.from(reply.body);
  },
};

const event = {
  version: '2.0',
  rawPath: '/demo/picture',
  rawQueryString: 'x-oss-process=image/info',
  headers: { host: 'api.example.com', accept: '*/*' },
  requestContext: { http: { method: 'GET', path: '/demo/picture' } },
};

const sources = new Map();
for await (const line of createInterface({ input: process.stdin })) {
  const order = JSON.parse(line);
  if (!sources.has(order.source)) sources.set(order.source, readFileSync(order.source));
  const source = sources.get(order.source);
  const began = process.hrtime.bigint();
  const used = process.cpuUsage();
  const result = await work[order.do](source, order);
  const ms = Number(process.hrtime.bigint() - began) / 1e6;
  const { user, system } = process.cpuUsage(used);
  if (order.result) writeFileSync(order.result, result);
  writeSync(1, JSON.stringify({ ms, cpu_ms: (user + system) / 1e3, bytes: result.length }) + '\n');
}
