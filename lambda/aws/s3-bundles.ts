import { GetObjectCommand, type GetObjectCommandInput, NoSuchKey, S3Client } from '@aws-sdk/client-s3';
import type { Bundle } from '../../core/bundle/bundle';
import { parseBundle } from '../../core/bundle/bundle-file';
import { sha256 } from '../../core/bundle/checksum';
import type { SeedPart, SeedSource } from '../../core/bundle/seed';
import { describe, hasCode, MigrationError } from '../../core/errors/index';
import type { Bundles, MigrationModule } from '../../core/ports';
import { type BundleLocation, seedKey } from '../../core/wire';
import { evaluate } from './evaluate';
import { errorName, patiently } from './retry';
import { sendingOptions } from './sending-options';

/**
 * Bundles by location, verified before use. A function that was deployed long before a bundle, or long after, loads it
 * all the same: nothing of it is in the function's own asset.
 */
export class S3Bundles implements Bundles {
  private readonly loaded = new Map<string, Promise<Bundle>>();

  constructor(private readonly client = new S3Client(sendingOptions())) {}

  load(location: BundleLocation): Promise<Bundle> {
    const known = this.loaded.get(location.Digest);
    if (known) return known;
    const loading = this.fetch(location);
    this.loaded.set(location.Digest, loading);
    loading.catch(() => this.loaded.delete(location.Digest));
    return loading;
  }

  async module(location: BundleLocation, id: string): Promise<MigrationModule> {
    const bundle = await this.load(location);
    const migration = bundle.migrations.find((candidate) => candidate.id === id);
    if (migration?.code !== undefined) return evaluate(migration);
    throw new MigrationError('CODE_MISSING', `The bundle ${location.Digest} has no code for ${id}.`, {
      payload: { migration: id },
    });
  }

  async seedPart(location: BundleLocation, seed: SeedSource, { at, bytes, digest }: SeedPart): Promise<Uint8Array> {
    const { Bucket } = location;
    const Key = seedKey(location, seed);
    const part = await this.read({ Bucket, Key, Range: `bytes=${at}-${at + bytes - 1}` });
    const seen = sha256(part);
    if (seen === digest) return part;
    const what = `s3://${Bucket}/${Key} does not have the rows of ${seed.file} that were deployed: the digest of a part is`;
    throw new MigrationError('BUNDLE_DIGEST_MISMATCH', describe({ what, seen, allowed: digest }), {
      payload: { seen, digest },
      hint: 'Deploy again, so that the rows are uploaded again.',
    });
  }

  private async fetch({ Bucket, Key, Digest }: BundleLocation): Promise<Bundle> {
    return parseBundle(await this.read({ Bucket, Key }), Digest);
  }

  private async read(object: GetObjectCommandInput): Promise<Uint8Array> {
    try {
      const { Body } = await patiently(() => this.client.send(new GetObjectCommand(object)));
      return await Body!.transformToByteArray();
    } catch (error) {
      if (!isAbsent(error)) throw error;
      const { Bucket, Key } = object;
      throw new MigrationError('BUNDLE_MISSING', `There is no bundle at s3://${Bucket}/${Key}.`, {
        hint: 'It was deleted from the assets bucket (cdk gc?). Deploy again, which uploads it.',
        cause: error,
      });
    }
  }
}

/** Without the right to list a bucket, S3 says AccessDenied of an object that is not there. */
function isAbsent(error: unknown): boolean {
  if (error instanceof NoSuchKey || errorName(error) === 'NoSuchBucket') return true;
  return hasCode(error, 'ACCESS_DENIED');
}
