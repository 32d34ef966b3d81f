import type { StackResult } from '@cdk-migrations/sandbox';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { resourceTypes } from '../../core/wire';
import { expectStatus } from '../support/expect-status';
import { atReleaseA, repair } from '../support/lifecycle-steps';
import { LifecycleWorld, reasonOf, statuses } from '../support/lifecycle-world';
import { releaseA, releaseNext } from '../support/releases';

jest.setTimeout(120_000);

/** Undoing it needs a table that only an operator can restore. */
const stuckRelease = {
  ...releaseA,
  'users/1.1.0_stuck.sql': `-- depends-on: 1.0.0
-- migrate:up
CREATE TABLE stuck (id int);
-- migrate:down
DROP TABLE stuck;
DROP TABLE lost_helper;
`,
  'users/1.2.0_after.sql':
    '-- depends-on: 1.1.0\n-- migrate:up\nCREATE TABLE after (id int);\n-- migrate:down\nDROP TABLE after;\n',
};

describe('when the rollback itself fails', () => {
  let world: LifecycleWorld;

  beforeAll(async () => {
    world = await LifecycleWorld.open();
  });

  afterAll(async () => {
    await world.close();
  });

  async function stuckRollback(stack: string): Promise<{ before: unknown; result: StackResult; migrations: string }> {
    const before = await atReleaseA(world, stack);
    const app = { stack, release: stuckRelease, sibling: '2' };
    const result = await world.deploy(app, { fail: [{ logicalId: 'Sibling' }] });
    expect(result.status).toBe('UPDATE_ROLLBACK_FAILED');
    const resource = (await world.sandbox.resources(stack)).find(({ type }) => type === resourceTypes.migrations)!;
    return { before, result, migrations: resource.logicalId };
  }

  const removeCause = (stack: string) => world.sql(stack, 'CREATE TABLE lost_helper (id int)');

  async function ids(stack: string): Promise<string[]> {
    return (await world.ledger(stack)).state.migrations.map(({ id }) => id);
  }

  it('CloudFormation is told the statement and three remedies, and nothing is marked undone that was not', async () => {
    const { result, migrations } = await stuckRollback('Stuck');

    const reason = reasonOf(result, new RegExp(`^${migrations}$`));
    expect(reason).toContain(
      'The rollback of the databases failed. Migration users/1.1.0 failed at users/1.1.0_stuck.sql:6',
    );
    expect(reason).toContain('Statement: DROP TABLE lost_helper');
    expect(reason).toContain('Not yet undone: users/1.1.0.');
    expect(reason).toMatch(/\(1\) .*`migrations repair`.*\(2\) .*ResourcesToSkip=\w+.*\(3\) .*backup/);
    expect(reason).toContain(`ResourcesToSkip=${migrations}`);
    // 1.2.0 is undone; the half-done undo of 1.1.0 was rolled back with its transaction.
    expect(await ids('Stuck')).toEqual(['meals/1.0.0', 'users/1.0.0', 'users/1.1.0']);
    expect(
      await world.sql('Stuck', `SELECT to_regclass('stuck')::text AS stuck, to_regclass('after')::text AS after`),
    ).toEqual([{ stuck: 'stuck', after: null }]);
    expect((await world.quietLedger('Stuck')).open).toMatchObject([
      { state: 'failed', failure: { during: 'roll-back', statement: 'DROP TABLE lost_helper', line: 6 } },
    ]);
  });

  it('an irreversible migration is named, and what came after it is undone', async () => {
    await atReleaseA(world, 'Final');
    const release = {
      ...releaseA,
      'users/1.1.0_final.sql':
        '-- depends-on: 1.0.0\n-- irreversible: true\n-- migrate:up\nCREATE TABLE final (id int);\n',
      'users/1.2.0_after.sql':
        '-- depends-on: 1.1.0\n-- migrate:up\nCREATE TABLE after (id int);\n-- migrate:down\nDROP TABLE after;\n',
    };

    const result = await world.deploy({ stack: 'Final', release, sibling: '2' }, { fail: [{ logicalId: 'Sibling' }] });

    expect(result.status).toBe('UPDATE_ROLLBACK_FAILED');
    expect(reasonOf(result, /^Migrations[0-9A-F]{8}$/)).toMatch(
      /users\/1\.1\.0 .*is declared irreversible and was applied/,
    );
    expect(await ids('Final')).toEqual(['meals/1.0.0', 'users/1.0.0', 'users/1.1.0']);
    expect((await world.quietLedger('Final')).open).toMatchObject([{ state: 'failed' }]);
  });

  it('repair continues from the recorded step once the cause is fixed, and the rollback can be continued', async () => {
    const { before } = await stuckRollback('Repaired');
    expect((await repair(world, 'Repaired')).status).toBe('FAILED');
    await removeCause('Repaired');

    expect((await repair(world, 'Repaired')).status).toBe('SUCCESS');
    expect(await world.snapshot('Repaired')).toEqual(before);
    const result = await world.sandbox.continueUpdateRollback('Repaired');
    await world.sandbox.settle();

    expect(result.status).toBe('UPDATE_ROLLBACK_COMPLETE');
    expect(await world.snapshot('Repaired')).toEqual(before);
    expect((await world.quietLedger('Repaired')).open).toEqual([]);
  });

  it('continuing the rollback without repair meets the same failure, and succeeds once the cause is fixed', async () => {
    const { before } = await stuckRollback('Continued');
    expect((await world.sandbox.continueUpdateRollback('Continued')).status).toBe('UPDATE_ROLLBACK_FAILED');
    await removeCause('Continued');

    const result = await world.sandbox.continueUpdateRollback('Continued');
    await world.sandbox.settle();

    expect(statuses(result)).toEqual([
      'UPDATE_ROLLBACK_IN_PROGRESS',
      'UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS',
      'UPDATE_ROLLBACK_COMPLETE',
    ]);
    expect(await world.snapshot('Continued')).toEqual(before);
    expect((await world.quietLedger('Continued')).open).toEqual([]);
  });

  it('skipping the migrations completes the rollback of the stack, leaves the scope failed, and repair undoes the rest', async () => {
    const { before, migrations } = await stuckRollback('Skipped');

    const result = await world.sandbox.continueUpdateRollback('Skipped', [migrations]);
    await world.sandbox.settle();
    expect(result.status).toBe('UPDATE_ROLLBACK_COMPLETE');
    expect((await world.quietLedger('Skipped')).open).toMatchObject([{ state: 'failed' }]);

    await removeCause('Skipped');
    expect((await repair(world, 'Skipped')).status).toBe('SUCCESS');
    expect(await world.snapshot('Skipped')).toEqual(before);
    expect((await world.quietLedger('Skipped')).open).toEqual([]);
  });

  it('the next release after a skip undoes the rest of the failed one first', async () => {
    const { migrations } = await stuckRollback('SkipDeploy');
    await world.sandbox.continueUpdateRollback('SkipDeploy', [migrations]);
    await world.sandbox.settle();
    await removeCause('SkipDeploy');

    const result = await world.deploy({ stack: 'SkipDeploy', release: releaseNext, sibling: '3' });

    expectStatus(result, 'UPDATE_COMPLETE');
    expect(await ids('SkipDeploy')).toEqual(['meals/1.0.0', 'users/1.0.0', 'users/1.1.0']);
    expect(await world.sql('SkipDeploy', `SELECT to_regclass('stuck')::text AS stuck`)).toEqual([{ stuck: null }]);
    expect((await world.quietLedger('SkipDeploy')).open).toEqual([]);
  });
});
