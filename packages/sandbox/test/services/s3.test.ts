import { request } from 'node:http';
import { Readable } from 'node:stream';
import {
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { ResponseUrls } from '../../src/services/s3';
import { addressOf, addressOfUrl } from '../../src/services/s3/address';
import { type TestSandbox, testSandboxes } from '../helpers/open';

const open = testSandboxes('all');
const Bucket = 'cdk-hnb659fds-assets-123456789012-us-east-1';
let s3: S3Client;
let world: TestSandbox;

beforeAll(async () => {
  world = await open();
  s3 = new S3Client(world.client);
});

test('S3 stores, describes, ranges and deletes objects', async () => {
  await s3.send(new PutObjectCommand({ Bucket, Key: 'a/b c.txt', Body: 'hello world', Metadata: { owner: 'me' } }));
  const head = await s3.send(new HeadObjectCommand({ Bucket, Key: 'a/b c.txt' }));
  expect(head).toMatchObject({ ContentLength: 11, Metadata: { owner: 'me' } });
  const whole = await s3.send(new GetObjectCommand({ Bucket, Key: 'a/b c.txt' }));
  expect(await whole.Body?.transformToString()).toBe('hello world');
  const part = await s3.send(new GetObjectCommand({ Bucket, Key: 'a/b c.txt', Range: 'bytes=6-' }));
  expect(await part.Body?.transformToString()).toBe('world');
  await s3.send(new DeleteObjectCommand({ Bucket, Key: 'a/b c.txt' }));
  await expect(s3.send(new GetObjectCommand({ Bucket, Key: 'a/b c.txt' }))).rejects.toMatchObject({
    name: 'NoSuchKey',
  });
  await expect(s3.send(new HeadObjectCommand({ Bucket, Key: 'a/b c.txt' }))).rejects.toMatchObject({
    name: 'NotFound',
  });
});

test('S3 accepts a stream, which arrives wrapped in aws-chunked', async () => {
  const Body = Readable.from([Buffer.from('one '), Buffer.from('two')]);
  await s3.send(new PutObjectCommand({ Bucket, Key: 'stream', Body, ContentLength: 7 }));
  const read = await s3.send(new GetObjectCommand({ Bucket, Key: 'stream' }));
  expect(await read.Body?.transformToString()).toBe('one two');
});

test('S3 lists by prefix and delimiter, in pages', async () => {
  for (const Key of ['list/a', 'list/b/1', 'list/b/2', 'list/c']) {
    await s3.send(new PutObjectCommand({ Bucket, Key, Body: Key }));
  }
  const grouped = await s3.send(new ListObjectsV2Command({ Bucket, Prefix: 'list/', Delimiter: '/' }));
  expect(grouped.Contents?.map(({ Key }) => Key)).toEqual(['list/a', 'list/c']);
  expect(grouped.CommonPrefixes).toEqual([{ Prefix: 'list/b/' }]);
  const first = await s3.send(new ListObjectsV2Command({ Bucket, Prefix: 'list/', MaxKeys: 3 }));
  const second = await s3.send(
    new ListObjectsV2Command({ Bucket, Prefix: 'list/', ContinuationToken: first.NextContinuationToken }),
  );
  expect([first.IsTruncated, second.Contents?.map(({ Key }) => Key)]).toEqual([true, ['list/c']]);
});

test('S3 refuses a bucket that does not exist', async () => {
  await expect(s3.send(new PutObjectCommand({ Bucket: 'nobodys', Key: 'k', Body: 'text' }))).rejects.toMatchObject({
    name: 'NoSuchBucket',
  });
});

test('S3 finds the bucket in path, host name and URL', () => {
  const key = '/k/1';
  expect(addressOf({ path: `/b${key}`, headers: { host: '127.0.0.1:4000' } })).toEqual({ bucket: 'b', key: 'k/1' });
  expect(addressOf({ path: key, headers: { host: 'my.b.s3.eu-west-1.amazonaws.com' } }).bucket).toBe('my.b');
  expect(addressOf({ path: key, headers: { host: 'b.localhost:4000' } }).bucket).toBe('b');
  expect(addressOf({ path: `/b${key}`, headers: { host: 's3.eu-west-1.amazonaws.com' } }).bucket).toBe('b');
  expect(addressOfUrl('https://s3.us-east-1.amazonaws.com/b/k/1')).toEqual({ bucket: 'b', key: 'k/1' });
  expect(addressOfUrl('https://b.s3.us-east-1.amazonaws.com/k/1')).toEqual({ bucket: 'b', key: 'k/1' });
  expect(addressOfUrl('not a url')).toBeUndefined();
});

describe('response URLs', () => {
  const urls = new ResponseUrls({ account: '1', region: 'eu-west-1', partition: 'aws' }, () => 'http://127.0.0.1:1');

  test('look like the real ones and accept one answer', async () => {
    const { url, answer } = urls.open();
    expect(url).toContain('/cloudformation-custom-resource-response-euwest1/');
    expect(new URL(url).searchParams.get('X-Amz-Signature')).toMatch(/^[0-9a-f]{64}$/);
    const { key } = addressOf({ path: decodeURIComponent(new URL(url).pathname), headers: {} });
    urls.put(key, Buffer.from('{}'));
    expect(await answer).toBe('{}');
    expect(() => urls.put(key, Buffer.from('{}'))).toThrow('Request has expired');
  });

  test('expire when they are closed', () => {
    const { url, close } = urls.open();
    close();
    const { key } = addressOf({ path: decodeURIComponent(new URL(url).pathname), headers: {} });
    expect(() => urls.put(key, Buffer.from('{}'))).toThrow('Request has expired');
  });

  test('are answered with 403 when they were never issued, and so are unsigned reads', async () => {
    const bucket = 'cloudformation-custom-resource-response-useast1';
    expect(await status(`${world.sandbox.endpoint}/${bucket}/nothing`, 'PUT')).toBe(403);
    expect(await status(`${world.sandbox.endpoint}/${Bucket}/list/a`, 'GET')).toBe(403);
  });
});

function status(url: string, method: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const call = request(url, { method, agent: false }, (response) => resolve(response.resume().statusCode));
    call.on('error', reject).end(method === 'PUT' ? '{}' : undefined);
  });
}
