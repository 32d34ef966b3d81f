import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { MigrationsRequest, RecordedRequest } from '../../core/request/request';
import { resourceTypes } from '../../core/wire';
import { AnswerServer } from '../support/answer-server';
import { addParallelSibling, overlapAt } from '../support/failing-sibling';
import { atReleaseA, functionOf, historyOf, once, openRequest, runsSql } from '../support/lifecycle-steps';
import { LifecycleWorld, reasonOf, statuses } from '../support/lifecycle-world';
import { releaseA, releaseNext } from '../support/releases';

jest.setTimeout(120_000);

/** CloudFormation does not wait for a request that it gave up on, and Lambda may deliver one more than once. */
describe('requests that overlap', () => {
  let world: LifecycleWorld;
  const answers = new AnswerServer();

  beforeAll(async () => {
    world = await LifecycleWorld.open();
    await answers.listen();
  });

  afterAll(async () => {
    await answers.close();
    await world.close();
  });

  it('the Delete with a made-up id stops a Create that a sibling cancelled, and undoes it', async () => {
    await world.deploy({ stack: 'Base', release: {}, sibling: '1', without: true });
    const before = await world.snapshot('Base');
    const stop = overlapAt(world, 'CREATE TABLE users', 'Delete');

    const result = await world.deploy({
      stack: 'Cancelled',
      databasesOf: 'Base',
      release: releaseA,
      sibling: '1',
      add: addParallelSibling(true),
    });
    stop();

    expect(statuses(result)).toEqual(['CREATE_IN_PROGRESS', 'ROLLBACK_IN_PROGRESS', 'ROLLBACK_COMPLETE']);
    expect(reasonOf(result, /^Migrations[0-9A-F]{8}$/)).toContain('Resource creation cancelled');
    const deleted = result.events.find(
      ({ type, status }) => type === resourceTypes.migrations && status === 'DELETE_COMPLETE',
    );
    expect(deleted?.physicalId).not.toBe('Cancelled/Migrations');
    expect(await world.snapshot('Base')).toEqual(before);
    expect(await world.sql('Base', `SELECT to_regnamespace('cdk_migrations')::text AS ours`)).toEqual([{ ours: null }]);
  });

  it('the rollback Update wins over the forward Update that still runs, and everything is undone', async () => {
    const before = await atReleaseA(world, 'Overlap', { add: addParallelSibling(false) });
    const stop = overlapAt(world, 'ADD COLUMN age', 'Update');

    const result = await world.deploy({
      stack: 'Overlap',
      release: releaseNext,
      sibling: '2',
      add: addParallelSibling(true),
    });
    stop();

    expect(statuses(result).at(-1)).toBe('UPDATE_ROLLBACK_COMPLETE');
    expect(reasonOf(result, /^Migrations[0-9A-F]{8}$/)).toContain('Resource update cancelled');
    expect(await world.snapshot('Overlap')).toEqual(before);
    expect((await world.quietLedger('Overlap')).open).toEqual([]);
  });

  it('a request that is delivered again while it is worked on is worked on once', async () => {
    await atReleaseA(world, 'Twice');
    const onEvent = await functionOf(world, 'Twice', 'OnEvent');
    const redelivered = once(world, runsSql('ADD COLUMN age'), async () => {
      const event = eventOf(await openRequest(world, 'Twice'));
      await Promise.all([world.sandbox.invoke(onEvent, event), world.sandbox.invoke(onEvent, event)]);
    });

    const result = await world.deploy({ stack: 'Twice', release: releaseNext, sibling: '2' });
    await redelivered;

    expect(result.status).toBe('UPDATE_COMPLETE');
    expect((await world.quietLedger('Twice')).open).toEqual([]);
    const history = await historyOf(world, 'Twice');
    expect(history.filter((type) => type === 'deployment-started')).toHaveLength(2);
    expect(history.filter((type) => type === 'migration-applied')).toHaveLength(3);
  });

  it('a request id used again with another URL is another request, and gets its own answer', async () => {
    await atReleaseA(world, 'Reused');
    const onEvent = await functionOf(world, 'Reused', 'OnEvent');
    let first: RecordedRequest | undefined;
    const seen = once(world, runsSql('ADD COLUMN age'), async () => {
      first = await openRequest(world, 'Reused');
    });
    await world.deploy({ stack: 'Reused', release: releaseNext, sibling: '2' });
    await seen;

    const { url, answer } = answers.expect();
    await world.sandbox.invoke(onEvent, { ...eventOf(first!), ResponseURL: url });

    expect(await answer).toMatchObject({
      Status: 'SUCCESS',
      RequestId: first!.requestId,
      PhysicalResourceId: 'Reused/Migrations',
      Reason: 'Nothing to do: already at this revision.',
    });
    await world.sandbox.settle();
    expect((await historyOf(world, 'Reused')).filter((type) => type === 'migration-applied')).toHaveLength(3);
  });

  /** What CloudFormation sent, from what the ledger kept of it. */
  function eventOf(recorded: RecordedRequest): Readonly<Record<string, unknown>> {
    const request = recorded.request as MigrationsRequest;
    return {
      RequestType: request.type,
      RequestId: recorded.requestId,
      StackId: recorded.stackId,
      LogicalResourceId: recorded.logicalId,
      PhysicalResourceId: request.physicalId,
      ResponseURL: recorded.responseUrl,
      ResourceType: resourceTypes.migrations,
      ResourceProperties: request.properties,
    };
  }
});
