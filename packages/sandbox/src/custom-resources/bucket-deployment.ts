import { randomUUID } from 'node:crypto';
import { unzipSync } from 'fflate';
import type { ObjectStore } from '../services/s3';
import { answer, type CustomResourceEvent } from './answer';

/** What the CDK's BucketDeployment makes. Its handler is a Python function. */
export const BUCKET_DEPLOYMENT = 'Custom::CDKBucketDeployment';

type Given = CustomResourceEvent['ResourceProperties'];

interface Destination {
  readonly bucket: string;
  /** Empty, or with a slash at its end. */
  readonly prefix: string;
}

/** Properties that change what is copied in a way that is not played. */
const notPlayed = ['Include', 'Exclude', 'SourceMarkers', 'SystemMetadata', 'UserMetadata', 'DistributionId'];

/**
 * Plays the handler: copies what is in the source archives to the destination, below its prefix, removes what no source has
 * (`Prune`), and deletes it all with the resource unless it is retained.
 */
export async function deployToBucket(
  event: CustomResourceEvent,
  objects: ObjectStore,
  warn: (message: string) => void,
): Promise<void> {
  const { RequestType, ResourceProperties: given, OldResourceProperties: before } = event;
  const ignored = notPlayed.filter((name) => hasContent(given[name]));
  if (ignored.length > 0) warn(`${event.LogicalResourceId} copies its files without ${ignored.join(', ')}.`);
  const destination = destinationOf(given);
  if (RequestType === 'Delete') {
    if (!isTrue(given['RetainOnDelete'], true)) empty(destination, objects);
  } else {
    const old = before && destinationOf(before);
    const hasMoved = old && (old.bucket !== destination.bucket || old.prefix !== destination.prefix);
    if (hasMoved && !isTrue(before['RetainOnDelete'], true)) empty(old, objects);
    copy(given, destination, objects);
  }
  await answer(event, {
    PhysicalResourceId: event.PhysicalResourceId ?? `aws.cdk.s3deployment.${randomUUID()}`,
    Data: {
      DestinationBucketArn: `arn:aws:s3:::${destination.bucket}`,
      SourceObjectKeys: isTrue(given['OutputObjectKeys'], true) ? texts(given['SourceObjectKeys']) : [],
    },
  });
}

function copy(given: Given, { bucket, prefix }: Destination, objects: ObjectStore): void {
  const keys = texts(given['SourceObjectKeys']);
  const sources = texts(given['SourceBucketNames']).map((name, index) => objects.get(name, keys[index] ?? ''));
  const files = isTrue(given['Extract'], true)
    ? sources.flatMap(({ body }) => Object.entries(unzipSync(body)).filter(([name]) => !name.endsWith('/')))
    : sources.map(({ key, body }) => [key.split('/').at(-1) ?? key, body] as const);
  for (const [name, content] of files) {
    objects.put(bucket, `${prefix}${name}`, Buffer.from(content), contentTypeOf(name));
  }
  const wanted = new Set(files.map(([name]) => `${prefix}${name}`));
  if (isTrue(given['Prune'], true)) empty({ bucket, prefix }, objects, (key) => !wanted.has(key));
}

function empty({ bucket, prefix }: Destination, objects: ObjectStore, goes = (_key: string) => true): void {
  if (!objects.hasBucket(bucket)) return;
  for (const { key } of objects.list(bucket)) if (key.startsWith(prefix) && goes(key)) objects.delete(bucket, key);
}

function destinationOf(given: Given): Destination {
  const prefix = String(given['DestinationBucketKeyPrefix'] ?? '').replace(/^\/+|\/+$/g, '');
  return { bucket: String(given['DestinationBucketName']), prefix: prefix === '' ? '' : `${prefix}/` };
}

function texts(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.map(String) : [];
}

/** Custom resources get booleans as text. */
function isTrue(value: unknown, byDefault: boolean): boolean {
  return value === undefined ? byDefault : String(value) === 'true';
}

function hasContent(value: unknown): boolean {
  if (Array.isArray(value)) return value.some(hasContent);
  return typeof value === 'object' && value !== null ? Object.keys(value).length > 0 : value !== undefined;
}

const contentTypes: Readonly<Record<string, string>> = {
  css: 'text/css',
  gif: 'image/gif',
  html: 'text/html',
  ico: 'image/x-icon',
  jpeg: 'image/jpeg',
  jpg: 'image/jpeg',
  js: 'text/javascript',
  json: 'application/json',
  png: 'image/png',
  svg: 'image/svg+xml',
  txt: 'text/plain',
  webp: 'image/webp',
  xml: 'application/xml',
};

function contentTypeOf(name: string): string {
  return contentTypes[name.split('.').at(-1)?.toLowerCase() ?? ''] ?? 'binary/octet-stream';
}
