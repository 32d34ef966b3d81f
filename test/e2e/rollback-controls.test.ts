import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { Stack } from 'aws-cdk-lib';
import { CfnAlarm } from 'aws-cdk-lib/aws-cloudwatch';
import { Table } from 'aws-cdk-lib/aws-dynamodb';
import { overlapAt } from '../support/failing-sibling';
import { atReleaseA } from '../support/lifecycle-steps';
import { LifecycleWorld, reasonOf, statuses } from '../support/lifecycle-world';
import { releaseA, releaseNext } from '../support/releases';

jest.setTimeout(120_000);

function addAlarm(stack: Stack): void {
  new CfnAlarm(stack, 'Errors', {
    alarmName: 'errors',
    metricName: 'Errors',
    namespace: 'AWS/Lambda',
    period: 60,
    statistic: 'Sum',
    threshold: 0,
    comparisonOperator: 'GreaterThanThreshold',
    evaluationPeriods: 1,
  });
}

const contracted = `SELECT to_regclass('contracted')::text AS contracted`;

describe('rollback controls', () => {
  let world: LifecycleWorld;
  let onEvent: (event: { stack: string; logicalId: string; status: string }) => void = () => {};

  beforeAll(async () => {
    world = await LifecycleWorld.open({ onStackEvent: (event) => onEvent(event) });
  });

  afterAll(async () => {
    await world.close();
  });

  it('no-rollback refuses the marker, keeps the migrations, and RollbackStack undoes them', async () => {
    const before = await atReleaseA(world, 'NoRollback');

    const failed = await world.deploy(
      { stack: 'NoRollback', release: releaseNext, sibling: '2' },
      { disableRollback: true },
    );
    expect(failed.status).toBe('UPDATE_FAILED');
    expect(reasonOf(failed, /^MigrationsCommit/)).toContain('Replacement type updates not supported');
    expect((await world.quietLedger('NoRollback')).open).toMatchObject([{ state: 'applied' }]);
    expect(await world.sql('NoRollback', contracted)).toEqual([{ contracted: null }]);

    const result = await world.sandbox.rollbackStack('NoRollback');
    await world.sandbox.settle();

    expect(result.status).toBe('UPDATE_ROLLBACK_COMPLETE');
    expect(await world.snapshot('NoRollback')).toEqual(before);
    expect((await world.quietLedger('NoRollback')).open).toEqual([]);
  });

  it('no-rollback leaves nothing of a migration that fails, and after RollbackStack a corrected one deploys', async () => {
    const before = await atReleaseA(world, 'NoRollback2');
    const broken = {
      ...releaseA,
      'users/1.1.0_broken.sql': '-- migrate:up\nSELECT no_such();\n-- migrate:down\nSELECT 1;\n',
    };

    const failed = await world.deploy(
      { stack: 'NoRollback2', release: broken, sibling: '2' },
      { disableRollback: true },
    );
    expect(failed.status).toBe('UPDATE_FAILED');
    expect(await world.snapshot('NoRollback2')).toEqual(before);

    await world.sandbox.rollbackStack('NoRollback2');
    const result = await world.deploy({ stack: 'NoRollback2', release: releaseNext, sibling: '3' });

    expect(result.status).toBe('UPDATE_COMPLETE');
    expect((await world.quietLedger('NoRollback2')).open).toEqual([]);
    expect(await world.sql('NoRollback2', contracted)).toEqual([{ contracted: 'contracted' }]);
  });

  it('RollbackStack of a first deployment that was kept deletes the stack, and the removal policy decides', async () => {
    await world.deploy({ stack: 'Base', release: {}, sibling: '1', without: true });
    const onlySql = Object.fromEntries(Object.entries(releaseA).filter(([file]) => file.startsWith('users/')));
    const app = { stack: 'KeptCreate', databasesOf: 'Base', release: onlySql, sibling: '1' };

    const failed = await world.deploy(app, { disableRollback: true, fail: [{ logicalId: 'Sibling' }] });
    expect(failed.status).toBe('CREATE_FAILED');
    expect((await world.sandbox.rollbackStack('KeptCreate')).status).toBe('DELETE_COMPLETE');
    expect(await world.sql('Base', `SELECT to_regclass('users')::text AS users`)).toEqual([{ users: 'users' }]);

    // What was kept is found again, and not applied twice.
    const refused = await world.deploy(app);
    const [, table] = /fromTableName\(this, 'Ledger', '([^']+)'\)/.exec(reasonOf(refused, /^Migrations/)) ?? [];
    await world.destroy('KeptCreate');
    const ledgerTable = (stack: Stack) => Table.fromTableName(stack, 'KeptLedger', table!);
    expect((await world.deploy({ ...app, ledgerTable })).status).toBe('CREATE_COMPLETE');
    const { migrations, open } = await world.quietLedger('KeptCreate');
    expect(migrations).toMatchObject([{ id: 'users/1.0.0', state: 'applied' }]);
    expect(open).toEqual([]);
  });

  it('CancelUpdateStack undoes a migration that is running', async () => {
    const before = await atReleaseA(world, 'CancelUpdate');
    const stop = overlapAt(world, 'ADD COLUMN age', 'Update', () => world.sandbox.cancelUpdate('CancelUpdate'));

    const result = await world.deploy({ stack: 'CancelUpdate', release: releaseNext, sibling: '2' });
    stop();

    expect(result.status).toBe('UPDATE_ROLLBACK_COMPLETE');
    expect(await world.snapshot('CancelUpdate')).toEqual(before);
    expect((await world.quietLedger('CancelUpdate')).open).toEqual([]);
  });

  it('an alarm during the monitoring time rolls back before cleanup, so nothing was contracted', async () => {
    const before = await atReleaseA(world, 'Alarmed', { add: addAlarm });
    await world.sandbox.setAlarm('errors', 'OK');
    onEvent = ({ stack, logicalId, status }) => {
      const isDeployed = stack === 'Alarmed' && logicalId === 'Sibling' && status === 'UPDATE_COMPLETE';
      if (isDeployed) void world.sandbox.setAlarm('errors', 'ALARM');
    };

    const result = await world.deploy(
      { stack: 'Alarmed', release: releaseNext, sibling: '2', add: addAlarm },
      { rollbackAlarms: ['errors'], monitoringSeconds: 60 },
    );
    onEvent = () => {};

    expect(statuses(result)).toEqual([
      'UPDATE_IN_PROGRESS',
      'UPDATE_ROLLBACK_IN_PROGRESS',
      'UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS',
      'UPDATE_ROLLBACK_COMPLETE',
    ]);
    const { events, state } = await world.ledger('Alarmed');
    expect(events.map(({ type }) => type)).not.toContain('migration-contracted');
    expect(state.open).toEqual([]);
    expect(await world.snapshot('Alarmed')).toEqual(before);
  });
});

describe('no-rollback, when CloudFormation allows replacements and sends nothing at once', () => {
  let world: LifecycleWorld;

  beforeAll(async () => {
    const assumptions = { 'no-rollback-replacement': 'allowed', 'no-rollback-failed-update-request': 'no' };
    world = await LifecycleWorld.open({ assumptions });
  });

  afterAll(async () => {
    await world.close();
  });

  it('no-rollback keeps the migrations when a sibling fails, and the retry commits them when it succeeds', async () => {
    await atReleaseA(world, 'Retry');
    const app = { stack: 'Retry', release: releaseNext };
    const options = { disableRollback: true };

    const failed = await world.deploy({ ...app, sibling: '2' }, { ...options, fail: [{ logicalId: 'Sibling' }] });
    expect(failed.status).toBe('UPDATE_FAILED');
    expect((await world.quietLedger('Retry')).open).toMatchObject([{ state: 'applied' }]);
    expect(await world.sql('Retry', contracted)).toEqual([{ contracted: null }]);

    const result = await world.deploy({ ...app, sibling: '3' }, options);

    expect(result.status).toBe('UPDATE_COMPLETE');
    expect((await world.quietLedger('Retry')).open).toEqual([]);
    expect(await world.sql('Retry', contracted)).toEqual([{ contracted: 'contracted' }]);
  });

  it('RollbackStack undoes the releases of two kept failures, newest first', async () => {
    const before = await atReleaseA(world, 'TwoKept');
    const options = { disableRollback: true };
    const more = {
      ...releaseNext,
      'users/1.2.0_more.sql': `-- depends-on: 1.1.0
-- migrate:up
ALTER TABLE users ADD COLUMN shoe_size int;
-- migrate:down
ALTER TABLE users DROP COLUMN shoe_size;
`,
    };
    const fail = [{ logicalId: 'Sibling' }];
    await world.deploy({ stack: 'TwoKept', release: releaseNext, sibling: '2' }, { ...options, fail });
    await world.deploy({ stack: 'TwoKept', release: more, sibling: '3' }, { ...options, fail });
    expect((await world.quietLedger('TwoKept')).open).toHaveLength(2);

    const result = await world.sandbox.rollbackStack('TwoKept');
    await world.sandbox.settle();

    expect(result.status).toBe('UPDATE_ROLLBACK_COMPLETE');
    expect(await world.snapshot('TwoKept')).toEqual(before);
    expect((await world.quietLedger('TwoKept')).open).toEqual([]);
  });
});
