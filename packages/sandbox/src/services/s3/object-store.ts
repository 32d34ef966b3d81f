import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { AwsError } from '../../aws-error';
import type { StateStore } from '../../state';

export interface ObjectMetadata {
  readonly key: string;
  readonly size: number;
  /** With the quotes that HTTP wants. */
  readonly etag: string;
  readonly contentType: string;
  /** ISO 8601. */
  readonly lastModified: string;
  /** `x-amz-meta-*` headers, without the prefix. */
  readonly metadata: Readonly<Record<string, string>>;
}

export interface StoredObject extends ObjectMetadata {
  readonly body: Buffer;
}

export interface Bucket {
  readonly created: string;
  readonly tags?: Readonly<Record<string, string>>;
  /** The bucket's resource policy, as written. */
  readonly policy?: unknown;
}

type Buckets = Readonly<Record<string, Bucket>>;

const BUCKETS = 's3.json';

/** Buckets and objects as files: `<state>/s3/<bucket>/<digest of the key>.data`, its description beside it as JSON. */
export class ObjectStore {
  constructor(private readonly state: StateStore) {}

  hasBucket(name: string): boolean {
    // Where the CDK puts assets is there from the start, as after `cdk bootstrap`. Assemblies may be synthesized for
    // another account or region, or with another bootstrap qualifier.
    return /^cdk-[a-z0-9]+-assets-/.test(name) || name in this.#buckets();
  }

  createBucket(name: string): void {
    if (this.hasBucket(name)) {
      throw new AwsError('BucketAlreadyOwnedByYou', `The bucket '${name}' exists and is yours already.`, 409);
    }
    this.state.write(BUCKETS, { ...this.#buckets(), [name]: { created: new Date().toISOString() } });
  }

  /** Undefined for the asset buckets, which have no settings of their own. */
  bucket(name: string): Bucket | undefined {
    this.#requireBucket(name);
    return this.#buckets()[name];
  }

  changeBucket(name: string, change: Partial<Bucket>): void {
    const bucket = this.bucket(name);
    if (bucket) this.state.write(BUCKETS, { ...this.#buckets(), [name]: { ...bucket, ...change } });
  }

  deleteBucket(name: string): void {
    if (!this.hasBucket(name)) return;
    if (this.list(name).length > 0) {
      throw new AwsError('BucketNotEmpty', 'The bucket you tried to delete is not empty', 409);
    }
    const { [name]: _deleted, ...rest } = this.#buckets();
    this.state.write(BUCKETS, rest);
    rmSync(this.#folder(name), { recursive: true, force: true });
  }

  put(bucket: string, key: string, body: Buffer, contentType: string, metadata: Readonly<Record<string, string>> = {}) {
    this.#requireBucket(bucket);
    const description: ObjectMetadata = {
      key,
      size: body.length,
      etag: `"${createHash('md5').update(body).digest('hex')}"`,
      contentType,
      lastModified: new Date().toISOString(),
      metadata,
    };
    mkdirSync(this.#folder(bucket), { recursive: true });
    replaceFile(this.#file(bucket, key, 'data'), body);
    replaceFile(this.#file(bucket, key, 'json'), JSON.stringify(description));
    return description;
  }

  /** Undefined when there is no such object. */
  head(bucket: string, key: string): ObjectMetadata | undefined {
    this.#requireBucket(bucket);
    const file = this.#file(bucket, key, 'json');
    return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as ObjectMetadata) : undefined;
  }

  get(bucket: string, key: string): StoredObject {
    const description = this.head(bucket, key);
    if (!description) throw new AwsError('NoSuchKey', 'The specified key does not exist.', 404, { Key: key });
    return { ...description, body: readFileSync(this.#file(bucket, key, 'data')) };
  }

  delete(bucket: string, key: string): void {
    this.#requireBucket(bucket);
    rmSync(this.#file(bucket, key, 'json'), { force: true });
    rmSync(this.#file(bucket, key, 'data'), { force: true });
  }

  /** All objects in order of their keys' UTF-8 bytes. */
  list(bucket: string): readonly ObjectMetadata[] {
    this.#requireBucket(bucket);
    const folder = this.#folder(bucket);
    if (!existsSync(folder)) return [];
    return readdirSync(folder)
      .filter((name) => name.endsWith('.json'))
      .map((name) => JSON.parse(readFileSync(join(folder, name), 'utf8')) as ObjectMetadata)
      .sort((a, b) => Buffer.compare(Buffer.from(a.key), Buffer.from(b.key)));
  }

  #buckets(): Buckets {
    return this.state.read<Buckets>(BUCKETS, {});
  }

  #requireBucket(name: string): void {
    if (!this.hasBucket(name)) {
      throw new AwsError('NoSuchBucket', 'The specified bucket does not exist', 404, { BucketName: name });
    }
  }

  #folder(bucket: string): string {
    return this.state.path(join('s3', encodeURIComponent(bucket)));
  }

  /** Keys may hold anything and be longer than a file name: the file is called by the key's digest. */
  #file(bucket: string, key: string, extension: 'data' | 'json'): string {
    return join(this.#folder(bucket), `${createHash('sha256').update(key).digest('hex')}.${extension}`);
  }
}

function replaceFile(path: string, content: Buffer | string): void {
  writeFileSync(`${path}.new`, content);
  renameSync(`${path}.new`, path);
}
