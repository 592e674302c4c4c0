// A function for API Gateway that returns sharp's metadata, with the log line and metrics of ours.
import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import sharp from 'sharp';

const logger = new Logger({ serviceName: 'sharp' });
const metrics = new Metrics({ namespace: 'Sharp', serviceName: 'sharp' });

const record = (event, body, began) => {
  const { method } = event.requestContext.http;
  logger.info('request', { method, operation: 'info', status: 200, bytes_out: body.length });
  metrics.addDimensions({ operation: 'info', outcome: 'ok' });
  metrics.addMetric('Requests', MetricUnit.Count, 1);
  metrics.addMetric('Latency', MetricUnit.Milliseconds, performance.now() - began);
  metrics.addMetric('BytesIn', MetricUnit.Bytes, 0);
  metrics.addMetric('BytesOut', MetricUnit.Bytes, body.length);
  metrics.publishStoredMetrics();
};

/** Answer `GET /<bucket>/<key>?x-oss-process=image/info` from a map of objects. */
export const handlerOf = (objects) => async (event) => {
  const began = performance.now();
  const [, bucket, ...key] = event.rawPath.split('/').map(decodeURIComponent);
  const process = new URLSearchParams(event.rawQueryString).get('x-oss-process');
  const source = objects.get(`${bucket}/${key.join('/')}`);
  if (process !== 'image/info' || !source) return { statusCode: 400 };
  const body = JSON.stringify(await sharp(source).metadata());
  record(event, body, began);
  const headers = { 'content-type': 'application/json', date: new Date().toUTCString() };
  return { statusCode: 200, headers, body, isBase64Encoded: false };
};
