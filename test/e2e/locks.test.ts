import {
  BeginTransactionCommand,
  ExecuteStatementCommand,
  RDSDataClient,
  RollbackTransactionCommand,
} from '@aws-sdk/client-rds-data';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { expectStatus } from '../support/expect-status';
import { atReleaseA } from '../support/lifecycle-steps';
import { LifecycleWorld, reasonOf } from '../support/lifecycle-world';
import { postgresUrlIfReachableNow } from '../support/real-postgres';
import { releaseA } from '../support/releases';

jest.setTimeout(120_000);

// PGlite has one session: nobody else can hold a lock.
const ifThereIsAServer = postgresUrlIfReachableNow() ? describe : describe.skip;

ifThereIsAServer('a lock that the application holds while a release is deployed', () => {
  let world: LifecycleWorld;
  let before: unknown;

  beforeAll(async () => {
    world = await LifecycleWorld.open();
    before = await atReleaseA(world, 'Locks');
  });
  afterAll(async () => {
    await world.close();
  });

  const release = {
    ...releaseA,
    'users/1.1.0_diet.sql':
      '-- depends-on: 1.0.0\n-- migrate:up\nALTER TABLE users ADD COLUMN diet text;\n-- migrate:down\nALTER TABLE users DROP COLUMN diet;\n',
  };
  const app = { stack: 'Locks', release, lockTimeout: 500 };

  /** Changes a row of users in a transaction that stays open. Returns how to end it. */
  async function changeUser(): Promise<() => Promise<void>> {
    const resources = await world.sandbox.resources('Locks');
    const idOf = (wanted: string) => resources.find(({ type }) => type === wanted)!.physicalId;
    const [, , , region, account] = (await world.sandbox.stacks())
      .find(({ stack }) => stack === 'Locks')!
      .id.split(':');
    const resourceArn = `arn:aws:rds:${region}:${account}:cluster:${idOf('AWS::RDS::DBCluster')}`;
    const base = { resourceArn, secretArn: idOf('AWS::SecretsManager::Secret') };
    const client = new RDSDataClient({});
    const { transactionId } = await client.send(new BeginTransactionCommand({ ...base, database: 'app' }));
    const sql = "UPDATE users SET name = 'Grace Hopper'";
    await client.send(new ExecuteStatementCommand({ ...base, database: 'app', sql, transactionId }));
    return async () => {
      await client.send(new RollbackTransactionCommand({ ...base, transactionId }));
      client.destroy();
    };
  }

  it('fails the release with who holds it when it is not let go, and the databases are as before', async () => {
    const end = await changeUser();

    const result = await world.deploy({ ...app, sibling: '2' });

    await end();
    expectStatus(result, 'UPDATE_ROLLBACK_COMPLETE');
    const reason = reasonOf(result, /^Migrations[0-9A-F]{8}$/);
    expect(reason).toContain(
      'Migration users/1.1.0 failed at users/1.1.0_diet.sql:3: The statement did not get its lock.',
    );
    expect(reason).toMatch(/Held by pid \d+ \(user postgres, .*idle in transaction, in a transaction since \d+ s\)/);
    expect(reason).toContain("whose last statement is: UPDATE users SET name = '…'");
    expect(reason).not.toContain('Grace');
    expect(await world.snapshot('Locks')).toEqual(before);
    const state = await world.quietLedger('Locks');
    expect(state.open).toEqual([]);
    expect(state.migrations.map(({ id }) => id)).toEqual(['meals/1.0.0', 'users/1.0.0']);
    expect(await world.sql('Locks', "SELECT id FROM cdk_migrations.history WHERE id = 'users/1.1.0'")).toEqual([]);
  });

  it('is waited for when it is let go in time, and the release succeeds', async () => {
    const end = await changeUser();
    let tries = 0;
    const stop = world.sandbox.intercept({
      after: async ({ service, body }) => {
        if (service !== 'rds-data' || !body.includes('ADD COLUMN diet')) return;
        tries += 1;
        if (tries === 2) await end();
      },
    });

    const result = await world.deploy({ ...app, sibling: '3' });

    stop();
    expectStatus(result, 'UPDATE_COMPLETE');
    expect(tries).toBeGreaterThanOrEqual(3);
    expect(await world.sql('Locks', 'SELECT diet FROM users')).not.toEqual([]);
  });
});
