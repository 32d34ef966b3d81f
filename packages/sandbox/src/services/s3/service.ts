import { AwsError } from '../../aws-error';
import type { Permission, Service, ServiceRequest, ServiceResponse } from '../service';
import { xmlDocument } from '../xml';
import { addressOf, type ObjectAddress } from './address';
import { bucketSubresources } from './bucket-subresources';
import { listObjects } from './list-objects';
import type { ObjectMetadata, ObjectStore } from './object-store';
import type { S3Operation } from './operation';
import type { ResponseUrls } from './response-urls';

/** S3: enough of it for assets, bundles and CloudFormation's response URLs. */
export function s3Service(store: ObjectStore, responses: ResponseUrls): Service {
  const objects = objectOperations(store);
  const buckets = bucketOperations(store);
  const subresources = bucketSubresources(store);
  const find = (request: ServiceRequest, address: ObjectAddress): S3Operation => {
    const subresource = [...request.query.keys()].find((name) => `${request.method} ${name}` in subresources);
    const operation =
      address.key === '' && subresource !== undefined
        ? subresources[`${request.method} ${subresource}`]
        : (address.key === '' ? buckets : objects)[request.method];
    if (operation) return operation;
    throw new AwsError('NotImplemented', `The sandbox's S3 has no ${request.method} ${request.path}.`, 501);
  };
  return {
    signingNames: ['s3'],
    protocol: 's3',
    permission(request): Permission | null {
      const address = addressOf(request);
      if (address.bucket === responses.bucket) return null;
      if (request.accessKeyId === undefined) throw new AwsError('AccessDenied', 'Access Denied', 403);
      const { action } = find(request, address);
      const key = action === 'DeleteObject' && address.key === '' ? '*' : address.key;
      return { action: `s3:${action}`, resource: `arn:aws:s3:::${address.bucket}${key === '' ? '' : `/${key}`}` };
    },
    resourcePolicy({ resource }) {
      const bucket = resource.slice('arn:aws:s3:::'.length).split('/')[0] ?? '';
      return store.hasBucket(bucket) ? store.bucket(bucket)?.policy : undefined;
    },
    async handle(request) {
      const address = addressOf(request);
      if (address.bucket === responses.bucket && request.method === 'PUT') {
        responses.put(address.key, request.body);
        return { statusCode: 200, headers: { etag: '"0"' } };
      }
      return find(request, address).run(address, request);
    },
  };
}

function objectOperations(store: ObjectStore): Readonly<Record<string, S3Operation>> {
  return {
    GET: {
      action: 'GetObject',
      run({ bucket, key }, request) {
        const object = store.get(bucket, key);
        return ranged(object.body, request.headers['range'], describe(object));
      },
    },
    HEAD: {
      action: 'GetObject',
      run({ bucket, key }) {
        const object = store.head(bucket, key);
        if (!object) throw new AwsError('NotFound', 'Not Found', 404);
        return { statusCode: 200, headers: { ...describe(object), 'content-length': String(object.size) } };
      },
    },
    PUT: {
      action: 'PutObject',
      run({ bucket, key }, { headers, body }) {
        if (headers['if-none-match'] === '*' && store.head(bucket, key)) throw preconditionFailed();
        const metadata = Object.entries(headers)
          .filter(([name]) => name.startsWith('x-amz-meta-'))
          .map(([name, value]) => [name.slice('x-amz-meta-'.length), value]);
        const type = headers['content-type'] ?? 'application/octet-stream';
        const object = store.put(bucket, key, body, type, Object.fromEntries(metadata));
        return { statusCode: 200, headers: { etag: object.etag } };
      },
    },
    DELETE: {
      action: 'DeleteObject',
      run({ bucket, key }) {
        store.delete(bucket, key);
        return { statusCode: 204 };
      },
    },
  };
}

function bucketOperations(store: ObjectStore): Readonly<Record<string, S3Operation>> {
  return {
    GET: {
      action: 'ListBucket',
      run({ bucket }, { query }) {
        if (query.has('location')) {
          return { statusCode: 200, body: xmlDocument('LocationConstraint', '') };
        }
        return listObjects(store, bucket, query);
      },
    },
    HEAD: {
      action: 'ListBucket',
      run({ bucket }) {
        if (!store.hasBucket(bucket)) throw new AwsError('NotFound', 'Not Found', 404);
        return { statusCode: 200 };
      },
    },
    PUT: {
      action: 'CreateBucket',
      run({ bucket }) {
        store.createBucket(bucket);
        return { statusCode: 200, headers: { location: `/${bucket}` } };
      },
    },
    DELETE: {
      action: 'DeleteBucket',
      run({ bucket }) {
        store.deleteBucket(bucket);
        return { statusCode: 204 };
      },
    },
  };
}

function describe(object: ObjectMetadata): Record<string, string> {
  const metadata = Object.entries(object.metadata).map(([name, value]) => [`x-amz-meta-${name}`, value]);
  return {
    'content-type': object.contentType,
    etag: object.etag,
    'last-modified': new Date(object.lastModified).toUTCString(),
    'accept-ranges': 'bytes',
    ...Object.fromEntries(metadata),
  };
}

function ranged(body: Buffer, range: string | undefined, headers: Record<string, string>): ServiceResponse {
  const match = /^bytes=(\d*)-(\d*)$/.exec(range ?? '');
  if (!match || (match[1] === '' && match[2] === '')) return { statusCode: 200, headers, body };
  const start = match[1] === '' ? Math.max(body.length - Number(match[2]), 0) : Number(match[1]);
  const end = match[1] === '' || match[2] === '' ? body.length - 1 : Math.min(Number(match[2]), body.length - 1);
  if (start > end) throw new AwsError('InvalidRange', 'The requested range is not satisfiable', 416);
  return {
    statusCode: 206,
    headers: { ...headers, 'content-range': `bytes ${start}-${end}/${body.length}` },
    body: body.subarray(start, end + 1),
  };
}

function preconditionFailed(): AwsError {
  return new AwsError('PreconditionFailed', 'At least one of the pre-conditions you specified did not hold', 412);
}
