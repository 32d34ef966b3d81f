import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { undelivered } from '../../../lambda/handlers/undelivered';
import { MemoryRequests } from '../../support/memory/requests';
import { watchConsole } from '../console-spy';
import { migrationsEvent, now, scope, stackEvent } from '../events';
import { openResponseBucket, type ResponseBucket, signature } from '../response-bucket';

const logged = watchConsole();
let bucket: ResponseBucket;
let started: string[];
let trouble: Error | undefined;

beforeAll(async () => {
  bucket = await openResponseBucket();
});
afterAll(() => bucket.close());
beforeEach(() => {
  bucket.forget();
  started = [];
  trouble = undefined;
});

const executions = {
  async start(name: string): Promise<boolean> {
    if (trouble) throw trouble;
    if (started.includes(name)) return false;
    started.push(name);
    return true;
  },
};

/** As Lambda hands it to a destination. */
function receive(requestPayload: Parameters<typeof undelivered>[0]['requestPayload']): Promise<void> {
  const event = {
    version: '1.0',
    timestamp: '2026-01-01T00:05:00.000Z',
    requestContext: {
      requestId: 'c0a1',
      functionArn: 'arn:aws:lambda:us-east-1:123456789012:function:OnEvent:$LATEST',
      condition: 'RetriesExhausted',
      approximateInvokeCount: 3,
    },
    requestPayload,
    responseContext: { statusCode: 200, executedVersion: '$LATEST', functionError: 'Unhandled' },
    responsePayload: { errorType: 'Runtime.ExitError', errorMessage: 'RequestId: c0a1 Error: signal: killed' },
  };
  return undelivered(event, { requests: new MemoryRequests(), executions, scope, now: () => now });
}

describe('a request that could not be delivered', () => {
  it('is started here, and the log says why it came', async () => {
    await receive(migrationsEvent());

    expect(started).toHaveLength(1);
    expect(bucket.received).toEqual([]);
    expect(logged.lines.join('\n')).toContain('signal: killed');
    expect(logged.lines.join('\n')).not.toContain(signature);
  });

  it('is not started a second time', async () => {
    await receive(migrationsEvent());
    await receive(migrationsEvent());

    expect(started).toHaveLength(1);
  });

  it('is answered that it failed when it cannot be started here either', async () => {
    trouble = new Error('The state machine is gone.');

    await receive(migrationsEvent({ ResponseURL: bucket.url('answer') }));

    expect(bucket.bodies()).toMatchObject([
      { Status: 'FAILED', RequestId: 'request-1', LogicalResourceId: 'Migrations' },
    ]);
    expect(bucket.bodies()[0]?.Reason).toContain('The state machine is gone.');
  });

  it('is started for an event of the stack too', async () => {
    await receive(stackEvent);

    expect(started).toHaveLength(1);
  });
});
