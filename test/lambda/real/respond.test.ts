import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { RecordedRequest } from '../../../core/request/request';
import { type RespondEvent, respond } from '../../../lambda/handlers/respond';
import { request, succeeded } from '../../ports/support/records';
import { MemoryRequests } from '../../support/memory/requests';
import { watchConsole } from '../console-spy';
import { openResponseBucket, type ResponseBucket } from '../response-bucket';

watchConsole();
let bucket: ResponseBucket;
let requests: MemoryRequests;
let recorded: RecordedRequest;

beforeAll(async () => {
  bucket = await openResponseBucket();
});
afterAll(() => bucket.close());
beforeEach(async () => {
  bucket.forget();
  requests = new MemoryRequests();
  recorded = request({ responseUrl: bucket.url('answer') });
  await requests.record(recorded);
});

const answer = (failure?: RespondEvent['failure']) =>
  respond({ action: 'respond', requestKey: recorded.key, scope: recorded.scope, failure }, { requests });

describe('answering CloudFormation', () => {
  it('sends the outcome once, however often it is invoked', async () => {
    await requests.setOutcome(recorded.scope, recorded.key, succeeded);

    await answer();
    await answer();

    expect(bucket.bodies()).toMatchObject([{ Status: 'SUCCESS', Reason: succeeded.reason, RequestId: 'request-1' }]);
    expect(requests.kept.get(recorded.key)).toMatchObject({ answered: true, responseUrl: undefined });
  });

  it('sends the outcome and not the failure when the work has an outcome', async () => {
    await requests.setOutcome(recorded.scope, recorded.key, succeeded);

    await answer({ Error: 'Lambda.Unknown', Cause: 'too late' });

    expect(bucket.bodies()).toMatchObject([{ Status: 'SUCCESS' }]);
  });

  it.each([
    [
      'an error of a function',
      { Error: 'Error', Cause: JSON.stringify({ errorMessage: 'no ledger', trace: [] }) },
      'Error: no ledger',
    ],
    ['words', { Error: 'States.Timeout', Cause: 'too long' }, 'States.Timeout: too long'],
    ['nothing', undefined, 'Unknown'],
  ])('reports why there is no outcome: %s', async (_what, failure, words) => {
    await answer(failure);

    expect(bucket.bodies()).toMatchObject([{ Status: 'FAILED' }]);
    expect(bucket.bodies()[0]?.Reason).toContain(words);
    expect(requests.kept.get(recorded.key)?.outcome?.status).toBe('FAILED');
  });

  it('ends without error when CloudFormation no longer waits for the request', async () => {
    bucket.respondWith(403);
    await requests.setOutcome(recorded.scope, recorded.key, succeeded);

    await answer();

    expect(bucket.received).toHaveLength(1);
    expect(requests.kept.get(recorded.key)?.answered).toBe(true);
  });

  it('does nothing for a request without a URL', async () => {
    const settle = request({ key: 'settle', responseUrl: undefined, request: { kind: 'settle', repair: false } });
    await requests.record(settle);

    await respond({ action: 'respond', requestKey: 'settle', scope: settle.scope }, { requests });

    expect(bucket.received).toEqual([]);
  });

  it('fails for a request that the ledger does not know', async () => {
    await expect(respond({ action: 'respond', requestKey: 'no', scope: 'App' }, { requests })).rejects.toThrow(
      'no request no',
    );
  });
});
