import type { Interceptor } from '@cdk-migrations/sandbox';
import { AwsError } from '@cdk-migrations/sandbox';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { atReleaseA, historyOf } from '../support/lifecycle-steps';
import { LifecycleWorld, statuses } from '../support/lifecycle-world';
import { releaseA, releaseB } from '../support/releases';

jest.setTimeout(120_000);

/** What tells the engine how a stack update ended may come late, or never. */
describe('when a signal is lost', () => {
  let world: LifecycleWorld;

  beforeAll(async () => {
    world = await LifecycleWorld.open();
  });

  afterAll(async () => {
    await world.close();
  });

  /** Refuses what would keep certain requests in the ledger, so that they never count. Returns how to stop. */
  function lose(...kinds: readonly ('marker' | 'settle')[]): () => void {
    const before: Interceptor['before'] = ({ service, operation, body }) => {
      if (service !== 'dynamodb' || operation !== 'PutItem') return;
      const lost = kinds.some((kind) => body.includes(`"kind":{"S":"${kind}"}`));
      if (lost) throw new AwsError('ValidationException', 'Lost on purpose.');
    };
    return world.sandbox.intercept({ before });
  }

  it('the stack event commits when only the cleanup Delete of the marker is lost', async () => {
    await atReleaseA(world, 'Marker');
    const stop = lose('marker');

    const result = await world.deploy({ stack: 'Marker', release: releaseB, sibling: '2' });
    stop();

    expect(statuses(result).at(-1)).toBe('UPDATE_COMPLETE');
    expect(result.reason).toContain('could not be deleted');
    expect((await world.quietLedger('Marker')).open).toEqual([]);
    expect(await world.sql('Marker', `SELECT to_regclass('contracted') IS NOT NULL AS done`)).toEqual([{ done: true }]);
    const { events } = await world.ledger('Marker');
    expect(events.find(({ type }) => type === 'deployment-committed')?.actor).toMatch(
      /^eventbridge Marker CREATE_COMPLETE/,
    );
    expect(events.at(-1)?.actor).toMatch(/^eventbridge Marker UPDATE_COMPLETE/);
  });

  it('the next deployment commits before its own work when the stack event is lost too, and nothing is contracted until then', async () => {
    await atReleaseA(world, 'Late');
    const stop = lose('marker', 'settle');
    await world.deploy({ stack: 'Late', release: releaseB, sibling: '2' });
    stop();
    expect((await world.ledger('Late')).state.open).toMatchObject([{ state: 'applied' }]);
    expect(await world.sql('Late', `SELECT to_regclass('contracted')::text AS contracted`)).toEqual([
      { contracted: null },
    ]);

    const next = {
      ...releaseB,
      'users/2.0.0_after_contract.sql':
        '-- depends-on: 1.3.0\n-- migrate:up\nALTER TABLE contracted ADD COLUMN more int;\n-- migrate:down\nALTER TABLE contracted DROP COLUMN more;\n',
    };
    const result = await world.deploy({ stack: 'Late', release: next, sibling: '3' });

    expect(result.status).toBe('UPDATE_COMPLETE');
    expect((await world.quietLedger('Late')).open).toEqual([]);
    const history = await historyOf(world, 'Late');
    const started = history.lastIndexOf('deployment-started');
    expect(history.indexOf('migration-contracted')).toBeLessThan(started);
    expect(history.filter((type) => type === 'deployment-committed')).toHaveLength(3);
  });

  it('a failure of that next deployment undoes only itself, and what was committed late stays', async () => {
    await atReleaseA(world, 'LateFail');
    const stop = lose('marker', 'settle');
    await world.deploy({ stack: 'LateFail', release: releaseB, sibling: '2' });
    stop();
    const next = {
      ...releaseB,
      'users/2.0.0_more.sql':
        '-- depends-on: 1.3.0\n-- migrate:up\nCREATE TABLE more (id int);\n-- migrate:down\nDROP TABLE more;\n',
    };

    const result = await world.deploy(
      { stack: 'LateFail', release: next, sibling: '3' },
      { fail: [{ logicalId: 'Sibling' }] },
    );

    expect(result.status).toBe('UPDATE_ROLLBACK_COMPLETE');
    const state = await world.quietLedger('LateFail');
    expect(state.open).toEqual([]);
    expect(state.migrations.map(({ id }) => id)).toEqual(expect.arrayContaining(['users/1.1.0', 'meals/1.1.0']));
    expect(
      await world.sql(
        'LateFail',
        `SELECT to_regclass('contracted')::text AS contracted, to_regclass('more')::text AS more`,
      ),
    ).toEqual([{ contracted: 'contracted', more: null }]);
  });

  it('a first deployment whose stack event is lost stays open, and the next deployment commits it first', async () => {
    const stop = lose('settle');
    await atReleaseA(world, 'FirstLate');
    stop();
    expect((await world.ledger('FirstLate')).state.open).toMatchObject([{ state: 'applied', from: null }]);

    const result = await world.deploy({ stack: 'FirstLate', release: releaseB, sibling: '2' });

    expect(result.status).toBe('UPDATE_COMPLETE');
    expect((await world.quietLedger('FirstLate')).open).toEqual([]);
  });

  it('a construct removed by an update that fails stays as it was, because nothing is asked of the engine', async () => {
    const before = await atReleaseA(world, 'RemoveFail');
    const { location } = await world.ledger('RemoveFail');
    const eventsBefore = (await world.ledgerAt(location)).events;

    const result = await world.deploy(
      { stack: 'RemoveFail', release: releaseA, sibling: '2', without: true },
      { fail: [{ logicalId: 'Sibling' }] },
    );

    expect(result.status).toBe('UPDATE_ROLLBACK_COMPLETE');
    expect(result.events.filter(({ type }) => type.startsWith('Custom::DatabaseMigrations'))).toEqual([]);
    expect(await world.snapshot('RemoveFail')).toEqual(before);
    expect((await world.ledgerAt(location)).events).toEqual(eventsBefore);
  });
});
