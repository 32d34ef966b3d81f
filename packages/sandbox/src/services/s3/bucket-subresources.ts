import { AwsError } from '../../aws-error';
import { xmlDocument } from '../xml';
import type { ObjectStore } from './object-store';
import type { S3Operation } from './operation';

/** What a bucket has beside its objects, by method and query parameter: `GET tagging` is `GET /bucket?tagging`. */
export function bucketSubresources(store: ObjectStore): Readonly<Record<string, S3Operation>> {
  return {
    'GET tagging': {
      action: 'GetBucketTagging',
      run({ bucket }) {
        const tags = Object.entries(store.bucket(bucket)?.tags ?? {});
        if (tags.length === 0) throw new AwsError('NoSuchTagSet', 'The TagSet does not exist', 404);
        return xml('Tagging', { TagSet: { Tag: tags.map(([Key, Value]) => ({ Key, Value })) } });
      },
    },
    'GET policy': {
      action: 'GetBucketPolicy',
      run({ bucket }) {
        const policy = store.bucket(bucket)?.policy;
        if (!policy) throw new AwsError('NoSuchBucketPolicy', 'The bucket policy does not exist', 404);
        return { statusCode: 200, headers: { 'content-type': 'application/json' }, body: JSON.stringify(policy) };
      },
    },
    'PUT policy': {
      action: 'PutBucketPolicy',
      run({ bucket }, { body }) {
        store.changeBucket(bucket, { policy: JSON.parse(body.toString('utf8')) });
        return { statusCode: 204 };
      },
    },
    'GET versions': {
      action: 'ListBucketVersions',
      run({ bucket }) {
        const versions = store.list(bucket).map(({ key, lastModified, etag, size }) => {
          return { Key: key, VersionId: 'null', IsLatest: true, LastModified: lastModified, ETag: etag, Size: size };
        });
        return xml('ListVersionsResult', { Name: bucket, IsTruncated: false, Version: versions });
      },
    },
    'POST delete': {
      action: 'DeleteObject',
      run({ bucket }, { body }) {
        const keys = [...body.toString('utf8').matchAll(/<Key>([^<]*)<\/Key>/g)].map(([, key = '']) =>
          decodeEntities(key),
        );
        for (const key of keys) store.delete(bucket, key);
        return xml('DeleteResult', { Deleted: keys.map((Key) => ({ Key })) });
      },
    },
  };
}

function xml(root: string, value: Parameters<typeof xmlDocument>[1]) {
  return { statusCode: 200, headers: { 'content-type': 'application/xml' }, body: xmlDocument(root, value) };
}

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

function decodeEntities(text: string): string {
  return text.replace(/&(?:#x([0-9a-f]+)|(\w+));/gi, (found, hex: string | undefined, name: string | undefined) =>
    hex === undefined ? (ENTITIES[name ?? ''] ?? found) : String.fromCodePoint(Number.parseInt(hex, 16)),
  );
}
