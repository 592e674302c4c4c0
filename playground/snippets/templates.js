/** Programs and commands that fetch or store the result: one function for each kind. */

import { encodeBase64 } from '../process/base64url.js';
import { parseProcess, writeProcess } from '../process/text.js';
import { plainUrl } from '../service/requests.js';
import { doubleQuoted as q, htmlQuoted, phpQuoted, shellQuoted } from './quote.js';

/**
 * What a snippet is about.
 * @typedef {object} Use
 * @property {string} url of the service
 * @property {string} region
 * @property {string} bucket
 * @property {string} key
 * @property {string} process inline, or `style/<name>`
 * @property {string} inline the process itself, where it is a style's
 * @property {string} extension of the result's file
 * @property {string} signed signed URL of the result; empty without an access key
 * @property {string} signedPost signed URL of the POST that stores the result; likewise
 * @property {number} width of the result in pixels
 */

/** The file or object that gets the result. @param {Use} use */
const target = ({ extension }) => `result.${extension}`;

/** @param {Use} use */
const url = ({ bucket, key, process }) =>
  plainUrl({ bucket, key, query: process ? { 'x-oss-process': process } : {} });

/** @param {Use} use */
const signed = (use) => use.signed;

/**
 * The result at its width and at twice of it, by a last step that scales without enlarging.
 * @param {Use} use
 */
const picture = (use) => {
  const at = (/** @type {number} */ width, /** @type {string} */ format) => {
    const steps = use.inline ? parseProcess(use.inline) : [];
    const scaled = [
      ...steps.filter(({ name }) => name !== 'format'),
      { name: 'resize', arguments: { w: String(width) } },
      ...(format ? [{ name: 'format', arguments: { '': format } }]
        : steps.filter(({ name }) => name === 'format')),
    ];
    return url({ ...use, process: writeProcess(scaled) });
  };
  const half = Math.max(1, Math.round(use.width / 2));
  const srcset = (/** @type {string} */ format) =>
    htmlQuoted(`${at(half, format)} ${half}w, ${at(use.width, format)} ${use.width}w`);
  return `<picture>
  <source type="image/webp" sizes="${half}px" srcset=${srcset('webp')}>
  <img src=${htmlQuoted(at(use.width, ''))} srcset=${srcset('')} sizes="${half}px" alt="">
</picture>`;
};

/** @param {Use} use */
const oss2 = (use) => `import os

import oss2

auth = oss2.Auth(os.environ["OSS_ACCESS_KEY_ID"], os.environ["OSS_ACCESS_KEY_SECRET"])
bucket = oss2.Bucket(auth, ${q(use.url)}, ${q(use.bucket)}, is_path_style=True)
process = ${q(use.process)}
bucket.get_object_to_file(${q(use.key)}, ${q(target(use))}, process=process)
print(bucket.sign_url("GET", ${q(use.key)}, 3600, params={"x-oss-process": process}))
`;

/** @param {Use} use */
const v2 = (use) => `import alibabacloud_oss_v2 as oss

config = oss.config.load_default()
config.credentials_provider = oss.credentials.EnvironmentVariableCredentialsProvider()
config.region = ${q(use.region)}
config.endpoint = ${q(use.url)}
config.use_path_style = True
client = oss.Client(config)
request = oss.GetObjectRequest(
    bucket=${q(use.bucket)},
    key=${q(use.key)},
    process=${q(use.process)},
)
client.get_object_to_file(request, ${q(target(use))})
`;

/** @param {Use} use */
const javascript = (use) => `import OSS from 'ali-oss';

const client = new OSS({
  accessKeyId: process.env.OSS_ACCESS_KEY_ID,
  accessKeySecret: process.env.OSS_ACCESS_KEY_SECRET,
  endpoint: ${q(use.url)},
  bucket: ${q(use.bucket)},
  sldEnable: true, // path style
});
await client.get(${q(use.key)}, ${q(target(use))}, {
  process: ${q(use.process)},
});
`;

/** @param {Use} use */
const go = (use) => `package main

import (
	"context"
	"log"

	"github.com/aliyun/alibabacloud-oss-go-sdk-v2/oss"
	"github.com/aliyun/alibabacloud-oss-go-sdk-v2/oss/credentials"
)

func main() {
	config := oss.LoadDefaultConfig().
		WithCredentialsProvider(credentials.NewEnvironmentVariableCredentialsProvider()).
		WithRegion(${q(use.region)}).
		WithEndpoint(${q(use.url)}).
		WithUsePathStyle(true)
	request := &oss.GetObjectRequest{
		Bucket:  oss.Ptr(${q(use.bucket)}),
		Key:     oss.Ptr(${q(use.key)}),
		Process: oss.Ptr(${q(use.process)}),
	}
	client := oss.NewClient(config)
	if _, err := client.GetObjectToFile(context.Background(), request, ${q(target(use))}); err != nil {
		log.Fatal(err)
	}
}
`;

/** @param {Use} use */
const java = (use) => `import com.aliyun.oss.ClientBuilderConfiguration;
import com.aliyun.oss.OSS;
import com.aliyun.oss.OSSClientBuilder;
import com.aliyun.oss.common.auth.CredentialsProviderFactory;
import com.aliyun.oss.model.GetObjectRequest;
import java.io.File;

public class Result {
    public static void main(String[] arguments) throws Exception {
        ClientBuilderConfiguration configuration = new ClientBuilderConfiguration();
        configuration.setSLDEnabled(true); // path style
        OSS client = new OSSClientBuilder().build(
            ${q(use.url)},
            CredentialsProviderFactory.newEnvironmentVariableCredentialsProvider(),
            configuration);
        GetObjectRequest request = new GetObjectRequest(${q(use.bucket)}, ${q(use.key)});
        request.setProcess(${q(use.process)});
        client.getObject(request, new File(${q(target(use))}));
        client.shutdown();
    }
}
`;

/** @param {Use} use */
const php = (use) => `<?php
require __DIR__ . '/vendor/autoload.php';

use OSS\\Credentials\\EnvironmentVariableCredentialsProvider;
use OSS\\OssClient;

$client = new OssClient([
    'provider' => new EnvironmentVariableCredentialsProvider(),
    'endpoint' => ${phpQuoted(use.url)},
    'forcePathStyle' => true,
]);
$client->getObject(${phpQuoted(use.bucket)}, ${phpQuoted(use.key)}, [
    OssClient::OSS_FILE_DOWNLOAD => ${phpQuoted(target(use))},
    OssClient::OSS_PROCESS => ${phpQuoted(use.process)},
]);
`;

/** @param {Use} use */
const curl = (use) =>
  `curl --fail --output ${shellQuoted(target(use))} ${shellQuoted(use.signed || url(use))}\n`;

/** Stores the result next to its source. @param {Use} use */
const saveas = (use) => {
  const stored = `${use.key.replace(/\.[^./]*$/, '')}-result.${use.extension}`;
  const body = `x-oss-process=${use.process}|sys/saveas,o_${encodeBase64(stored)}`;
  return `curl --fail --data-raw ${shellQuoted(body)} ${shellQuoted(use.signedPost)}\n`;
};

/** @param {Use} use */
const ossutil = (use) => `ossutil sign ${shellQuoted(`oss://${use.bucket}/${use.key}`)} \\
  --query-param ${shellQuoted(`x-oss-process:${use.process}`)} \\
  --endpoint ${shellQuoted(use.url)} --force-path-style --timeout 3600
`;

/** @type {Record<string, (use: Use) => string>} in the order of the page; saved results last */
export const TEMPLATES = {
  url, signed, picture, oss2, v2, javascript, go, java, php, curl, saveas, ossutil,
};

/** Snippets that hold a signature, which are empty without an access key. */
export const NEEDS_KEY = new Set(['signed', 'saveas']);

/** Programs that read the access key from the environment. */
export const READS_ENVIRONMENT = new Set(['oss2', 'v2', 'javascript', 'go', 'java', 'php']);
