// A minimal handler with sharp: fetches the picture, scales it, and returns it through base64.
import { createServer } from 'node:http';
import sharp from 'sharp';

sharp.cache(false);
sharp.concurrency(1);

const store = process.argv[2];
const encoders = {
  jpg: (image) => image.jpeg({ quality: 80 }),
  webp: (image) => image.webp({ quality: 80 }),
  png: (image) => image.png(),
};
const types = { jpg: 'image/jpeg', webp: 'image/webp', png: 'image/png' };

const server = createServer(async (request, response) => {
  const url = new URL(request.url, 'http://localhost');
  const format = url.searchParams.get('format');
  try {
    const source = await (await fetch(store + url.pathname)).arrayBuffer();
    const width = Number(url.searchParams.get('width'));
    const image = sharp(Buffer.from(source)).rotate().resize(width);
    // As on Lambda: the function returns base64 and the gateway sends bytes.
    const text = (await encoders[format](image).toBuffer()).toString('base64');
    response.setHeader('content-type', types[format]).end(Buffer.from(text, 'base64'));
  } catch (error) {
    response.writeHead(500).end(String(error));
  }
});
server.listen(0, '127.0.0.1', () => console.log(server.address().port));
