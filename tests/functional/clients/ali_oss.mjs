// ali-oss, the vendor's client for Node.js: each case is one use of it, asserted here.
// Run by test_ali_oss.py, or by hand: node ali_oss.mjs http://localhost:8000 [v1|v4]
import assert from 'node:assert/strict';
import { createReadStream } from 'node:fs';
import { Readable } from 'node:stream';
import OSS from 'ali-oss';

const [endpoint, version = 'v1'] = process.argv.slice(2);
const PUBLIC = 'demo';
const PRIVATE = 'demo-private';
const SMALL = 'image/resize,w_200';

const client = new OSS({
  accessKeyId: 'darkroom',
  accessKeySecret: 'darkroom-secret',
  bucket: PRIVATE,
  endpoint,
  region: 'oss-cn-hangzhou',
  sldEnable: true, // path style
  authorizationV4: version === 'v4',
});

const info = async (name) => {
  const { content } = await client.get(name, { process: 'image/info' });
  return JSON.parse(content.toString());
};

const sides = async (name) => {
  const { ImageWidth, ImageHeight } = await info(name);
  return [Number(ImageWidth.value), Number(ImageHeight.value)];
};

const refused = (code, status) => (error) => {
  assert.equal(error.code, code);
  assert.equal(error.status, status);
  return true;
};

const fetched = async (url, options) => {
  const response = await fetch(url, options);
  assert.equal(response.status, 200, await response.clone().text());
  return Buffer.from(await response.arrayBuffer());
};

const cases = {
  // T16
  async 'get with process'() {
    const { res, content } = await client.get('nodejs-1024x768.png', { process: SMALL });
    assert.equal(res.status, 200);
    assert.equal(res.headers['content-type'], 'image/png');
    assert.deepEqual([content.readUInt32BE(16), content.readUInt32BE(20)], [200, 150]);
  },

  async 'getStream with process'() {
    const { stream } = await client.getStream('nodejs-1024x768.png', { process: SMALL });
    const pieces = [];
    for await (const piece of stream) pieces.push(piece);
    const { content } = await client.get('nodejs-1024x768.png', { process: SMALL });
    assert.deepEqual(Buffer.concat(pieces), content);
  },

  async 'signatureUrl'() {
    const url = client.signatureUrl('nodejs-1024x768.png', { process: SMALL, expires: 60 });
    const { content } = await client.get('nodejs-1024x768.png', { process: SMALL });
    assert.deepEqual(await fetched(url), content);
    assert.equal((await fetch(url.replace('w_200', 'w_2000'))).status, 403);
  },

  async 'signatureUrlV4'() {
    const queries = { 'x-oss-process': SMALL };
    const url = await client.signatureUrlV4('GET', 60, { queries }, 'nodejs-1024x768.png');
    const { content } = await client.get('nodejs-1024x768.png', { process: SMALL });
    assert.deepEqual(await fetched(url), content);
    assert.equal((await fetch(url.replace('w_200', 'w_2000'))).status, 403);
  },

  async 'signatureUrlV4 for an upload'() {
    const headers = { 'content-type': 'text/plain' };
    const name = 'ali/by a link+.txt';
    const url = await client.signatureUrlV4('PUT', 60, { headers }, name);
    await fetched(url, { method: 'PUT', body: 'by a link', headers });
    assert.equal((await client.get(name)).content.toString(), 'by a link');
    await client.delete(name);
  },

  // T17: the body is percent-encoded as a form, the text in the standard alphabet of base64
  async 'processObjectSave'() {
    const mark = 'image/watermark,text_aGVsbG8g5Zu+54mH5pyN5Yqh77yB,color_ff6a00,';
    const { status } = await client.processObjectSave('nodejs-1024x768.png', 'ali/marked.png', mark);
    assert.equal(status, 200);
    assert.deepEqual(await sides('ali/marked.png'), [1024, 768]);
    await client.delete('ali/marked.png');
  },

  async 'processObjectSave into another bucket'() {
    await client.processObjectSave('example.jpg', 'ali/图 1.jpg', SMALL, PUBLIC);
    client.useBucket(PUBLIC);
    try {
      assert.deepEqual(await sides('ali/图 1.jpg'), [200, 134]);
      await client.delete('ali/图 1.jpg');
    } finally {
      client.useBucket(PRIVATE);
    }
  },

  async 'processObjectSave into a bucket that is not there'() {
    // This call of the client rejects nothing: it hands the status over.
    const { status } = await client.processObjectSave('example.jpg', 'x', SMALL, 'no-such-bucket');
    assert.equal(status, 404);
  },

  async 'put, head, copy, get, delete'() {
    const name = 'ali/a b+c%/图.txt';
    const { res } = await client.put(name, Buffer.from('hello'), { meta: { author: 'alice' } });
    assert.equal(res.headers.etag, '"5D41402ABC4B2A76B9719D911017C592"');
    const head = await client.head(name);
    assert.equal(head.meta.author, 'alice');
    assert.equal(head.res.headers['content-length'], '5');
    await client.copy('ali/copy.txt', name);
    assert.equal((await client.get('ali/copy.txt')).content.toString(), 'hello');
    const range = await client.get(name, { headers: { Range: 'bytes=1-3' } });
    assert.equal(range.content.toString(), 'ell');
    assert.equal((await client.delete(name)).res.status, 204);
    await assert.rejects(client.head(name), refused('NoSuchKey', 404));
    await client.delete('ali/copy.txt');
  },

  async 'put from a file and from a stream'() {
    await client.put('ali/this.mjs', new URL(import.meta.url).pathname);
    await client.putStream('ali/stream.txt', Readable.from(['one ', 'two']));
    assert.equal((await client.get('ali/stream.txt')).content.toString(), 'one two');
    const { res } = await client.head('ali/this.mjs');
    const length = (await createReadStream(new URL(import.meta.url)).toArray())
      .reduce((total, piece) => total + piece.length, 0);
    assert.equal(Number(res.headers['content-length']), length);
    await client.deleteMulti(['ali/this.mjs', 'ali/stream.txt'], { quiet: true });
  },

  async 'form with a signed policy'() {
    const now = new Date();
    const day = now.toISOString().slice(0, 10).replaceAll('-', '');
    const date = `${now.toISOString().slice(0, 19).replaceAll(/[-:]/g, '')}Z`;
    const v4 = {
      'x-oss-signature-version': 'OSS4-HMAC-SHA256',
      'x-oss-credential': `darkroom/${day}/cn-hangzhou/oss/aliyun_v4_request`,
      'x-oss-date': date,
    };
    const policy = {
      expiration: new Date(now.getTime() + 60_000).toISOString(),
      conditions: [
        { bucket: PRIVATE },
        ['starts-with', '$key', 'forms/'],
        ['content-length-range', 1, 100],
        ...(version === 'v4' ? Object.entries(v4).map(([name, value]) => ({ [name]: value })) : []),
      ],
    };
    const signature = version === 'v4'
      ? {
        ...v4,
        policy: Buffer.from(JSON.stringify(policy)).toString('base64'),
        'x-oss-signature': client.signPostObjectPolicyV4(policy, now),
      }
      : client.calculatePostSignature(policy);
    const form = new FormData();
    const fields = { key: 'forms/${filename}', success_action_status: '200', ...signature };
    for (const [name, value] of Object.entries(fields)) form.append(name, value);
    form.append('file', new Blob(['\r\n--图'], { type: 'text/x-odd' }), 'a 图.txt');
    const response = await fetch(`${endpoint}/${PRIVATE}/`, { method: 'POST', body: form });
    assert.equal(response.status, 200, await response.clone().text());
    const { content, res } = await client.get('forms/a 图.txt');
    assert.equal(content.toString(), '\r\n--图');
    assert.equal(res.headers['content-type'], 'text/x-odd');
  },

  async 'multipartUpload'() {
    const body = Buffer.alloc(250_000, 'abc');
    const seen = [];
    const progress = (portion) => seen.push(portion);
    const part = { partSize: 100 * 1024, parallel: 2, progress };
    await client.multipartUpload('ali/parts.bin', body, part);
    assert.equal(seen.at(-1), 1);
    assert.deepEqual((await client.get('ali/parts.bin')).content, body);
    await client.delete('ali/parts.bin');
  },

  async 'list and listV2'() {
    const names = ['ali/list/1', 'ali/list/2', 'ali/list/3'];
    for (const name of names) await client.put(name, Buffer.from(name));
    const first = await client.list({ prefix: 'ali/list/', 'max-keys': 2 });
    assert.deepEqual(first.objects.map((object) => object.name), names.slice(0, 2));
    const rest = await client.list({ prefix: 'ali/list/', marker: first.nextMarker });
    assert.deepEqual(rest.objects.map((object) => object.name), names.slice(2));
    const second = await client.listV2({ prefix: 'ali/list/', 'max-keys': 2 });
    assert.deepEqual(second.objects.map((object) => object.name), names.slice(0, 2));
    const token = second.nextContinuationToken;
    const last = await client.listV2({ prefix: 'ali/list/', 'continuation-token': token });
    assert.deepEqual(last.objects.map((object) => object.name), names.slice(2));
    const { deleted } = await client.deleteMulti(names);
    assert.deepEqual(deleted.map((object) => object.Key), names);
  },

  async 'a result too large for a reply'() {
    // A redirect, which the client does not follow; what opens its signed URL does.
    const process = 'image/resize,w_2000,limit_0/format,bmp';
    await assert.rejects(client.get('example.jpg', { process }), { status: 302 });
    const body = await fetched(client.signatureUrl('example.jpg', { process }));
    assert.equal(body.length, 2000 * 1335 * 3 + 54);
  },

  async 'refusals'() {
    await assert.rejects(client.get('no-such-key'), refused('NoSuchKey', 404));
    const bad = client.get('example.jpg', { process: 'image/resize,w_0' });
    await assert.rejects(bad, refused('InvalidArgument', 400));
    const unknown = client.get('example.jpg', { process: 'style/none' });
    await assert.rejects(unknown, refused('NoSuchStyle', 404));
  },
};

const outcomes = {};
for (const [name, run] of Object.entries(cases)) {
  outcomes[name] = await run().then(() => 'ok', (error) => error.stack);
}
console.log(JSON.stringify(outcomes, null, 2));
