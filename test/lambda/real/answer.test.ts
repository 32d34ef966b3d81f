import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { answerBody, sendAnswer } from '../../../lambda/cloudformation/answer';
import { stackId } from '../events';
import { openResponseBucket, type ResponseBucket, signature } from '../response-bucket';

const to = { stackId, requestId: 'request-1', logicalId: 'Migrations' };
const success = {
  status: 'SUCCESS',
  physicalId: 'App/Migrations',
  reason: 'Applied 2.',
  data: { Revision: 'b' },
} as const;
const bytes = (text: string) => Buffer.byteLength(text);

describe('the body of an answer', () => {
  it('contains what identifies the request', () => {
    expect(JSON.parse(answerBody(to, success))).toEqual({
      Status: 'SUCCESS',
      Reason: 'Applied 2.',
      PhysicalResourceId: 'App/Migrations',
      StackId: stackId,
      RequestId: 'request-1',
      LogicalResourceId: 'Migrations',
      Data: { Revision: 'b' },
    });
  });

  it('has at most 4096 bytes and a readable reason, however long the reason is', () => {
    const characters = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 6000, size: 'max' }),
      fc.string({ unit: 'grapheme', maxLength: 6000, size: 'max' }),
      fc
        .constantFrom('é', '🐘', '"', '\\', '\n', '\u0000', 'x')
        .chain((one) => fc.nat(9000).map((count) => one.repeat(count))),
    );
    fc.assert(
      fc.property(characters, fc.string({ unit: 'binary', maxLength: 250 }), (reason, id) => {
        const body = answerBody(to, { ...success, status: 'FAILED', physicalId: id, reason });
        expect(bytes(body)).toBeLessThanOrEqual(4096);
        const { Reason, PhysicalResourceId } = JSON.parse(body) as Record<string, string>;
        expect(PhysicalResourceId).toBe(id);
        if (Reason !== reason) expect(Reason).toMatch(/\(cut; all of it: `migrations history`\)$/);
        expect(Reason).not.toMatch(/[\uD800-\uDBFF](?![\uDC00-\uDFFF])/);
      }),
      { numRuns: 200 },
    );
  });

  it('is not cut more than necessary', () => {
    const long = { ...success, reason: 'x'.repeat(5000) };
    const fitting = 4096 - bytes(answerBody(to, { ...success, reason: '' }));

    expect(bytes(answerBody(to, long))).toBeGreaterThan(4096 - 20);
    expect(answerBody(to, { ...success, reason: 'x'.repeat(fitting) })).not.toContain('cut');
    expect(bytes(answerBody(to, { ...success, reason: 'x'.repeat(fitting) }))).toBe(4096);
  });
});

describe('sending an answer', () => {
  let server: ResponseBucket;

  beforeAll(async () => {
    server = await openResponseBucket();
  });
  afterAll(() => server.close());
  beforeEach(() => server.forget());

  it('is a PUT without a content type, and with its length in bytes', async () => {
    const body = answerBody(to, { ...success, reason: 'é🐘' });

    expect(await sendAnswer(server.url('one'), body)).toBe(true);

    const [received] = server.received;
    expect(received).toMatchObject({ method: 'PUT', url: `/one?${signature}`, body });
    expect(received?.headers['content-type']).toBeUndefined();
    expect(received?.headers['content-length']).toBe(String(bytes(body)));
  });

  it('is repeated while S3 has trouble', async () => {
    server.respondWith(500, 503);

    expect(await sendAnswer(server.url('one'), '{}')).toBe(true);
    expect(server.received).toHaveLength(3);
  });

  it.each(['RequestTimeout', 'IncompleteBody'])('is repeated when S3 got it too slowly: 400 %s', async (code) => {
    server.respondWith([400, `<Error><Code>${code}</Code></Error>`]);

    expect(await sendAnswer(server.url('one'), '{}')).toBe(true);
    expect(server.received).toHaveLength(2);
  });

  it.each([408, 429])('is repeated when it came too slowly or too often: %i', async (status) => {
    server.respondWith(status);

    expect(await sendAnswer(server.url('one'), '{}')).toBe(true);
  });

  it.each(['', 'nowhere', 'ftp://127.0.0.1/answer'])('is given up at once when "%s" can take none', async (url) => {
    expect(await sendAnswer(url, '{}')).toBe(false);
  });

  it.each([400, 403, 404])('is not repeated when the URL has expired: %i', async (status) => {
    server.respondWith(status);

    expect(await sendAnswer(server.url('one'), '{}')).toBe(false);
    expect(server.received).toHaveLength(1);
  });
});
