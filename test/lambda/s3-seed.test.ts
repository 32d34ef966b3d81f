import { NoSuchKey, type S3Client } from '@aws-sdk/client-s3';
import { describe, expect, it } from '@jest/globals';
import { sha256 } from '../../core/bundle/checksum';
import { S3Bundles } from '../../lambda/aws/s3-bundles';
import { errorOf } from '../support/migrations-folder';

const rows = Buffer.from('[2,"a"]\n[3,"b"]\n');
const second = { at: 8, bytes: 8, rows: 1, digest: sha256(rows.subarray(8)) };
const seed = { file: 'foods.csv', digest: 'd1', rows: 2, columns: ['id'], parts: [second] };
const location = { Bucket: 'assets', Key: 'prefix/b1.json', Digest: 'b1' };

/** A bucket that has one object, and the requests that it was sent. */
function bucketWith(body: Buffer | undefined) {
  const requests: Readonly<Record<string, unknown>>[] = [];
  const send = async ({ input }: { readonly input: Readonly<Record<string, unknown>> }) => {
    requests.push(input);
    if (!body) throw new NoSuchKey({ message: 'no', $metadata: {} });
    const [, from, to] = /^bytes=(\d+)-(\d+)$/.exec(String(input['Range']))!;
    return { Body: { transformToByteArray: async () => body.subarray(Number(from), Number(to) + 1) } };
  };
  return { bundles: new S3Bundles({ send } as unknown as S3Client), requests };
}

describe('a part of a seed file', () => {
  it('is read by itself, beside the bundle', async () => {
    const { bundles, requests } = bucketWith(rows);
    expect(Buffer.from(await bundles.seedPart(location, seed, second)).toString()).toBe('[3,"b"]\n');
    expect(requests).toEqual([{ Bucket: 'assets', Key: 'prefix/d1.jsonl', Range: 'bytes=8-15' }]);
  });

  it('is refused when it is not what was deployed', async () => {
    const { bundles } = bucketWith(Buffer.from('[2,"a"]\n[3,"c"]\n'));
    const error = await errorOf(() => bundles.seedPart(location, seed, second));
    expect(error).toMatchObject({ code: 'BUNDLE_DIGEST_MISMATCH' });
    expect(error.message).toMatch(/does not have the rows of foods\.csv that were deployed/);
  });

  it('is missed as a bundle is', async () => {
    const { bundles } = bucketWith(undefined);
    const error = await errorOf(() => bundles.seedPart(location, seed, second));
    expect(error.message).toBe('There is no bundle at s3://assets/prefix/d1.jsonl.');
  });
});
