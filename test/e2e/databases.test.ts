import { DeleteTableCommand, DynamoDBClient, UpdateTableCommand, waitUntilTableExists } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { MigrationsRemovalPolicy } from '../../lib';
import { expectStatus } from '../support/expect-status';
import type { ImportedCluster } from '../support/lifecycle-app';
import { atReleaseA } from '../support/lifecycle-steps';
import { LifecycleWorld, reasonOf } from '../support/lifecycle-world';
import { releaseA, releaseNext } from '../support/releases';

jest.setTimeout(120_000);

/** Databases may go, be replaced or be restored without the engine being asked. */
describe('a database', () => {
  let world: LifecycleWorld;

  beforeAll(async () => {
    world = await LifecycleWorld.open();
  });

  afterAll(async () => {
    await world.close();
  });

  async function database(stack: string): Promise<ImportedCluster> {
    await world.deploy({ stack, release: {}, sibling: '1', without: true });
    const resources = await world.sandbox.resources(stack);
    const idOf = (wanted: string) => resources.find(({ type }) => type === wanted)!.physicalId;
    return { identifier: idOf('AWS::RDS::DBCluster'), secretArn: idOf('AWS::SecretsManager::Secret') };
  }

  for (const [removal, name] of [
    [MigrationsRemovalPolicy.RETAIN, 'Retain'],
    [MigrationsRemovalPolicy.UNDO, 'Undo'],
  ] as const) {
    it(`a database whose cluster, secret and tables are gone does not keep its stack from being deleted (${removal})`, async () => {
      const imported = await database(`Gone${name}`);
      const stack = `User${name}`;
      const app = { stack, databasesOf: `Gone${name}`, imported, sibling: '1', props: { onRemoval: removal } };
      const created = await world.deploy({ ...app, release: releaseA });
      expectStatus(created, 'CREATE_COMPLETE');
      const { location } = await world.ledger(stack);
      await world.destroy(`Gone${name}`);
      const TableName = `gone${removal}-plans`;
      const client = new DynamoDBClient({});
      await client.send(new UpdateTableCommand({ TableName, DeletionProtectionEnabled: false }));
      await waitUntilTableExists({ client, maxWaitTime: 30, minDelay: 1, maxDelay: 1 }, { TableName });
      await client.send(new DeleteTableCommand({ TableName }));

      expect((await world.destroy(stack)).status).toBe('DELETE_COMPLETE');

      const { state } = await world.ledgerAt(location);
      expect(state.open).toEqual([]);
      expect(state.migrations).toHaveLength(removal === MigrationsRemovalPolicy.RETAIN ? 2 : 0);
    });
  }

  it('a database that was dropped inside its cluster does not keep its stack from being deleted with its migrations undone', async () => {
    const imported = await database('Dropped');
    await world.sql('Dropped', 'CREATE DATABASE extra');
    const props = { onRemoval: MigrationsRemovalPolicy.UNDO };
    const app = { stack: 'DroppedUser', databasesOf: 'Dropped', imported, databaseName: 'extra', sibling: '1', props };
    await world.deploy({ ...app, release: releaseA });
    await world.sql('Dropped', 'DROP DATABASE extra');

    expect((await world.destroy('DroppedUser')).status).toBe('DELETE_COMPLETE');
  });

  it('a database that replaces another gets every migration, and after a rollback the old one is used as it was', async () => {
    const before = await atReleaseA(world, 'Replaced');
    await world.sql('Replaced', 'CREATE DATABASE fresh');
    const tablesOf = (name: string) =>
      world.sql('Replaced', `SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1`, name);
    const app = { stack: 'Replaced', release: releaseNext, databaseName: 'fresh' };

    const failed = await world.deploy({ ...app, sibling: '2' }, { fail: [{ logicalId: 'Sibling' }] });
    expect(failed.status).toBe('UPDATE_ROLLBACK_COMPLETE');
    expect(await tablesOf('fresh')).toEqual([]);
    expect(await world.snapshot('Replaced')).toEqual(before);
    expect((await world.quietLedger('Replaced')).open).toEqual([]);

    const result = await world.deploy({ ...app, sibling: '3' });

    expectStatus(result, 'UPDATE_COMPLETE');
    expect(await tablesOf('fresh')).toEqual([{ tablename: 'contracted' }, { tablename: 'users' }]);
    expect(await world.snapshot('Replaced')).toEqual(before);
    const state = await world.quietLedger('Replaced');
    expect(state.open).toEqual([]);
    expect(state.applied?.identities['users']).toMatch(/fresh$/);
  });

  it('a database that was emptied but kept its identity is refused, and nothing is applied to it', async () => {
    await atReleaseA(world, 'Emptied');
    await world.sql('Emptied', 'DROP DATABASE app', 'postgres');
    await world.sql('Emptied', 'CREATE DATABASE app', 'postgres');

    const result = await world.deploy({ stack: 'Emptied', release: releaseNext, sibling: '2' });

    expect(result.status).toBe('UPDATE_ROLLBACK_COMPLETE');
    const reason = reasonOf(result, /^Migrations[0-9A-F]{8}$/);
    expect(reason).toContain('The database of target users has no record of users/1.0.0');
    expect(reason).toContain('Restore it, or point the target to the right database.');
    expect((await world.snapshot('Emptied')).sql).toEqual({ columns: [], indexes: [], rows: {} });
    expect((await world.quietLedger('Emptied')).open).toEqual([]);
  });
});
