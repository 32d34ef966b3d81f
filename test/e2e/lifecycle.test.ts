import { DescribeTableCommand, DynamoDBClient, ListTablesCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { MigrationsRemovalPolicy, OlderRevisionPolicy } from '../../lib';
import { LifecycleWorld, reasonOf, statuses } from '../support/lifecycle-world';
import { postgresUrlIfReachableNow } from '../support/real-postgres';
import { releaseA, releaseB } from '../support/releases';

jest.setTimeout(120_000);

const server = postgresUrlIfReachableNow();

/** Without a server the embedded PostgreSQL is the only one. */
const engines = [
  { name: 'PGlite', postgresUrl: undefined },
  ...(server ? [{ name: 'PostgreSQL', postgresUrl: server }] : []),
];

/** Every row of the table in docs/lifecycle.md, in the sandbox: real Lambda processes, PostgreSQL and DynamoDB. */
describe.each(engines)('the lifecycle on $name', ({ postgresUrl }) => {
  let world: LifecycleWorld;

  beforeAll(async () => {
    world = await LifecycleWorld.open({ postgresUrl });
  });

  afterAll(async () => {
    await world.close();
  });

  /** A stack at release A, with rows that the application wrote. */
  async function atReleaseA(stack: string) {
    const result = await world.deploy({ stack, release: releaseA, sibling: '1' });
    expect(result.status).toBe('CREATE_COMPLETE');
    await world.sql(stack, `INSERT INTO users (id, name) VALUES (1, 'ada'), (2, 'grace')`);
    await world.putItem(stack, 'plans', { id: 'p1', week: '2026-W01' });
    return world.snapshot(stack);
  }

  it('the first deployment applies everything, and is committed when the stack is complete', async () => {
    await atReleaseA('First');

    const state = await world.quietLedger('First');
    expect(state.open).toEqual([]);
    expect(state.migrations.map(({ id }) => id)).toEqual(['meals/1.0.0', 'users/1.0.0']);
    const { location } = await world.ledger('First');
    const { Table } = await new DynamoDBClient({}).send(new DescribeTableCommand({ TableName: location.table }));
    expect(Table?.DeletionProtectionEnabled).toBe(true);
  });

  it('an update applies what is pending, and is committed by the cleanup Delete of the old marker', async () => {
    await atReleaseA('Commit');

    const result = await world.deploy({ stack: 'Commit', release: releaseB, sibling: '2' });

    expect(statuses(result)).toEqual(['UPDATE_IN_PROGRESS', 'UPDATE_COMPLETE_CLEANUP_IN_PROGRESS', 'UPDATE_COMPLETE']);
    expect(await world.sql('Commit', 'SELECT id, email FROM users ORDER BY id')).toEqual([
      { id: 1, email: 'ada@example.com' },
      { id: 2, email: 'grace@example.com' },
    ]);
    expect(await world.sql('Commit', `SELECT to_regclass('contracted') IS NOT NULL AS done`)).toEqual([{ done: true }]);
    const state = await world.quietLedger('Commit');
    expect(state.open).toEqual([]);
    expect(state.migrations.find(({ id }) => id === 'users/1.1.0')?.contract).toBe('done');
  });

  it('a sibling that fails after the migrations has them undone, and their rows removed', async () => {
    const before = await atReleaseA('Rollback');

    const result = await world.deploy(
      { stack: 'Rollback', release: releaseB, sibling: '2' },
      { fail: [{ logicalId: 'Sibling' }] },
    );

    expect(statuses(result)).toEqual([
      'UPDATE_IN_PROGRESS',
      'UPDATE_ROLLBACK_IN_PROGRESS',
      'UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS',
      'UPDATE_ROLLBACK_COMPLETE',
    ]);
    expect(await world.snapshot('Rollback')).toEqual(before);
    const state = await world.quietLedger('Rollback');
    expect(state.open).toEqual([]);
    expect(state.migrations).toHaveLength(2);
  });

  it('a failed first deployment leaves nothing behind', async () => {
    const result = await world.deploy(
      { stack: 'NeverWas', release: releaseB, sibling: '1' },
      { fail: [{ logicalId: 'Sibling' }] },
    );

    expect(statuses(result)).toEqual(['CREATE_IN_PROGRESS', 'ROLLBACK_IN_PROGRESS', 'ROLLBACK_COMPLETE']);
    expect((await world.snapshot('NeverWas').catch(() => ({ tables: {} }))).tables).toEqual({});
    const kept = result.events.filter(({ status }) => status === 'DELETE_SKIPPED');
    expect(kept.map(({ logicalId }) => logicalId)).toEqual([]);
    const { TableNames } = await new DynamoDBClient({}).send(new ListTablesCommand({}));
    expect(TableNames?.filter((name) => name.startsWith('NeverWas'))).toEqual([]);
  });

  it('deleting the stack undoes the migrations when the construct says so', async () => {
    await atReleaseA('Owner');
    await world.sql('Owner', 'CREATE DATABASE gone');
    const props = { onRemoval: MigrationsRemovalPolicy.UNDO };
    await world.deploy({
      stack: 'Undone',
      databasesOf: 'Owner',
      databaseName: 'gone',
      release: keptRelease,
      sibling: '1',
      props,
    });

    expect((await world.destroy('Undone')).status).toBe('DELETE_COMPLETE');

    expect(await world.sql('Owner', `SELECT to_regclass('users')::text AS users`, 'gone')).toEqual([{ users: null }]);
  });

  // What only the ledger decides is the same on both, and shown on one.
  if (postgresUrl !== server) return;

  it('deleting the stack keeps the databases by default', async () => {
    await atReleaseA('Keep');
    await world.sql('Keep', 'CREATE DATABASE kept');
    await world.deploy({
      stack: 'KeepUser',
      databasesOf: 'Keep',
      databaseName: 'kept',
      release: keptRelease,
      sibling: '1',
    });
    const before = await world.snapshot('Keep', 'kept');

    expect((await world.destroy('KeepUser')).status).toBe('DELETE_COMPLETE');

    expect(await world.snapshot('Keep', 'kept')).toEqual(before);
  });

  it('an older bundle is refused, and the migrations that it lacks are named', async () => {
    await atReleaseA('Older');
    await world.deploy({ stack: 'Older', release: releaseB, sibling: '2' });
    const before = await world.snapshot('Older');

    const result = await world.deploy({ stack: 'Older', release: releaseA, sibling: '3' });

    expect(result.status).toBe('UPDATE_ROLLBACK_COMPLETE');
    expect(reasonOf(result, /^Migrations/)).toContain('lacks the applied migrations');
    expect(await world.snapshot('Older')).toEqual(before);
  });

  it('an older bundle has newer migrations undone at commit, when the policy allows it', async () => {
    await atReleaseA('Down');
    const extra = {
      ...releaseA,
      'users/2.0.0_add_age.sql':
        '-- depends-on: 1.0.0\n-- migrate:up\nALTER TABLE users ADD COLUMN age int;\n-- migrate:down\nALTER TABLE users DROP COLUMN age;\n',
    };
    const before = await world.snapshot('Down');
    await world.deploy({ stack: 'Down', release: extra, sibling: '2' });

    const result = await world.deploy({
      stack: 'Down',
      release: releaseA,
      sibling: '3',
      props: { onOlderRevision: OlderRevisionPolicy.DOWNGRADE },
    });

    expect(result.status).toBe('UPDATE_COMPLETE');
    expect(await world.snapshot('Down')).toEqual(before);
  });

  it('a construct that is removed from its stack leaves the databases, and frees its claim', async () => {
    const before = await atReleaseA('Removed');

    const result = await world.deploy({ stack: 'Removed', release: releaseA, sibling: '1', without: true });

    expect(result.status).toBe('UPDATE_COMPLETE');
    expect(await world.snapshot('Removed')).toEqual(before);
  });

  it('two stacks cannot claim one database', async () => {
    await atReleaseA('Mine');

    const result = await world.deploy({ stack: 'Yours', databasesOf: 'Mine', release: keptRelease, sibling: '1' });

    expect(result.status).toBe('ROLLBACK_COMPLETE');
    expect(reasonOf(result, /^Migrations/)).toMatch(/has been migrated by scope Mine\/Migrations/);
  });
});

const keptRelease = { 'users/1.0.0_create_users.sql': releaseA['users/1.0.0_create_users.sql']! };
