import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { CloudFormationEvent } from '../../../lambda/cloudformation/event';
import { onEvent } from '../../../lambda/handlers/on-event';
import { MemoryRequests } from '../../support/memory/requests';
import { watchConsole } from '../console-spy';
import { markerEvent, migrationsEvent, now, properties, scope, stackEvent } from '../events';
import { openResponseBucket, type ResponseBucket, signature } from '../response-bucket';

const logged = watchConsole();
let bucket: ResponseBucket;
let requests: MemoryRequests;
let executions: Map<string, object>;
/** What starting an execution throws. */
let trouble: Error | undefined;

beforeAll(async () => {
  bucket = await openResponseBucket();
});
afterAll(() => bucket.close());
beforeEach(() => {
  bucket.forget();
  requests = new MemoryRequests();
  executions = new Map();
  trouble = undefined;
});

/** Step Functions knows every execution by its name. */
async function start(name: string, input: object): Promise<boolean> {
  if (trouble) throw trouble;
  const isNew = !executions.has(name);
  if (isNew) executions.set(name, input);
  return isNew;
}

const receive = (event: Parameters<typeof onEvent>[0]) =>
  onEvent(event, { requests, executions: { start }, scope, now: () => now });
const answered = (event: CloudFormationEvent): CloudFormationEvent => ({ ...event, ResponseURL: bucket.url('answer') });

describe('a request', () => {
  it('is recorded, and one execution is started that works on it', async () => {
    await receive(migrationsEvent());

    const [recorded] = [...requests.kept.values()];
    expect(recorded).toMatchObject({ scope, requestId: 'request-1', responseUrl: migrationsEvent().ResponseURL });
    expect([...executions]).toEqual([[recorded!.key, { requestKey: recorded!.key, scope }]]);
  });

  it('starts one execution when it is delivered twice', async () => {
    await receive(migrationsEvent());
    await receive(migrationsEvent());

    expect(executions.size).toBe(1);
    expect(requests.kept.size).toBe(1);
    expect(logged.lines.join('\n')).toContain('delivered again');
  });

  it('starts another execution when its id is used again with another URL', async () => {
    await receive(migrationsEvent());
    await receive(migrationsEvent({ ResponseURL: `https://example.com/other?${signature}` }));

    expect(executions.size).toBe(2);
  });

  it('does not put its URL into the history of the execution', async () => {
    await receive(migrationsEvent());

    expect(JSON.stringify([...executions])).not.toContain(signature);
  });

  it('is answered with the reason when no execution can be started', async () => {
    trouble = new Error('The state machine is gone.');

    await receive(answered(migrationsEvent({ RequestType: 'Update', PhysicalResourceId: scope })));

    expect(bucket.bodies()).toMatchObject([{ Status: 'FAILED', PhysicalResourceId: scope, RequestId: 'request-1' }]);
    expect(bucket.bodies()[0]?.Reason).toContain('The state machine is gone.');
  });

  it('is answered when the ledger cannot be written', async () => {
    requests.record = () => Promise.reject(new Error('The ledger is gone.'));

    await receive(answered(migrationsEvent()));

    expect(bucket.bodies()).toMatchObject([{ Status: 'FAILED', PhysicalResourceId: scope }]);
    expect(executions.size).toBe(0);
  });
});

describe('the marker', () => {
  it.each<readonly [CloudFormationEvent, string]>([
    [markerEvent(), `${scope}@new`],
    [markerEvent({ RequestType: 'Update', PhysicalResourceId: `${scope}@old` }), `${scope}@new`],
  ])('is answered at once when it is created or updated, and nothing is started', async (event, id) => {
    await receive(answered(event));

    expect(bucket.bodies()).toMatchObject([{ Status: 'SUCCESS', PhysicalResourceId: id }]);
    expect(executions.size).toBe(0);
  });

  it('is worked on when it is deleted, because that may be the commit', async () => {
    await receive(markerEvent({ RequestType: 'Delete', PhysicalResourceId: `${scope}@old` }));

    expect(executions.size).toBe(1);
    expect([...requests.kept.values()]).toMatchObject([{ request: { kind: 'marker', revision: 'old' } }]);
  });
});

describe('a request that cannot be read', () => {
  const unreadable = { ResourceProperties: { ServiceToken: 'arn' } };

  it('fails with the reason when it asks for something', async () => {
    await receive(answered(migrationsEvent(unreadable)));

    expect(bucket.bodies()).toMatchObject([{ Status: 'FAILED', PhysicalResourceId: 'unreadable-request-1' }]);
    expect(bucket.bodies()[0]?.Reason).toContain('Property Scope must be a string, got undefined.');
  });

  it('succeeds when it is a Delete, because a request that could not be read did nothing', async () => {
    const event = migrationsEvent({ ...unreadable, RequestType: 'Delete', PhysicalResourceId: 'unreadable-request-0' });

    await receive(answered(event));

    expect(bucket.bodies()).toMatchObject([{ Status: 'SUCCESS', PhysicalResourceId: 'unreadable-request-0' }]);
    expect(executions.size).toBe(0);
  });

  it('fails when it is the Delete of a resource that was made, whose migrations would be forgotten', async () => {
    const ResourceProperties = properties('b'.repeat(64), { Format: '2' });
    const event = migrationsEvent({ ResourceProperties, RequestType: 'Delete', PhysicalResourceId: scope });

    await receive(answered(event));

    expect(bucket.bodies()).toMatchObject([{ Status: 'FAILED', PhysicalResourceId: scope }]);
    expect(bucket.bodies()[0]?.Reason).toContain('Property Format must be "1"');
  });
});

describe('a stack event', () => {
  it('starts an execution that settles, and sends no answer', async () => {
    await receive(stackEvent);
    await receive(stackEvent);

    expect(executions.size).toBe(1);
    expect([...requests.kept.values()]).toMatchObject([{ request: { kind: 'settle', repair: false } }]);
    expect(bucket.received).toEqual([]);
  });
});
