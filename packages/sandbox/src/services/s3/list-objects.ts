import type { ServiceResponse } from '../service';
import { xmlDocument } from '../xml';
import type { ObjectMetadata, ObjectStore } from './object-store';

const NAMESPACE = 'http://s3.amazonaws.com/doc/2006-03-01/';

/** ListObjectsV2, with prefix, delimiter and pages. The continuation token is the last key, encoded. */
export function listObjects(store: ObjectStore, bucket: string, query: URLSearchParams): ServiceResponse {
  const prefix = query.get('prefix') ?? '';
  const delimiter = query.get('delimiter') ?? '';
  const token = query.get('continuation-token');
  const after = token === null ? (query.get('start-after') ?? '') : Buffer.from(token, 'base64url').toString('utf8');
  const limit = Math.min(Number(query.get('max-keys') ?? 1000), 1000);

  const entries = group(store.list(bucket), prefix, delimiter).filter((entry) => entry.name > after);
  const page = entries.slice(0, limit);
  const truncated = entries.length > page.length;
  const encode = query.get('encoding-type') === 'url' ? encodeURIComponent : (name: string) => name;

  const body = xmlDocument(
    'ListBucketResult',
    {
      Name: bucket,
      Prefix: encode(prefix),
      Delimiter: delimiter === '' ? undefined : encode(delimiter),
      EncodingType: query.get('encoding-type') ?? undefined,
      MaxKeys: limit,
      KeyCount: page.length,
      IsTruncated: truncated,
      NextContinuationToken: truncated ? Buffer.from(page.at(-1)?.name ?? '').toString('base64url') : undefined,
      Contents: page.flatMap(({ object }) =>
        object
          ? [
              {
                Key: encode(object.key),
                LastModified: object.lastModified,
                ETag: object.etag,
                Size: object.size,
                StorageClass: 'STANDARD',
              },
            ]
          : [],
      ),
      CommonPrefixes: page.flatMap(({ name, object }) => (object ? [] : [{ Prefix: encode(name) }])),
    },
    NAMESPACE,
  );
  return { statusCode: 200, headers: { 'content-type': 'application/xml' }, body };
}

interface Entry {
  readonly name: string;
  /** Undefined for a common prefix. */
  readonly object?: ObjectMetadata;
}

function group(objects: readonly ObjectMetadata[], prefix: string, delimiter: string): readonly Entry[] {
  const entries = new Map<string, Entry>();
  for (const object of objects) {
    if (!object.key.startsWith(prefix)) continue;
    const end = delimiter === '' ? -1 : object.key.indexOf(delimiter, prefix.length);
    const name = end < 0 ? object.key : object.key.slice(0, end + delimiter.length);
    if (!entries.has(name)) entries.set(name, end < 0 ? { name, object } : { name });
  }
  return [...entries.values()];
}
