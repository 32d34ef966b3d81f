import { DynamoDBClient, UpdateTableCommand, waitUntilTableExists } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { expectStatus } from '../support/expect-status';
import { LifecycleWorld } from '../support/lifecycle-world';
import { postgresUrlIfReachableNow } from '../support/real-postgres';
import { releaseB } from '../support/releases';
import { type JsonError, runCli, runJson } from '../support/run-cli';

jest.setTimeout(120_000);

const postgresUrl = postgresUrlIfReachableNow();

interface Drift {
  readonly scope: string;
  readonly targets: readonly {
    readonly target: string;
    readonly databaseKind: string;
    readonly statements?: readonly { readonly sql: string; readonly isDestructive: boolean }[];
    readonly differences: readonly { readonly kind: string; readonly name: string; readonly difference: string }[];
  }[];
}

describe('migrations drift', () => {
  let world: LifecycleWorld;

  beforeAll(async () => {
    world = await LifecycleWorld.open();
    expectStatus(await world.deploy({ stack: 'Shop', release: releaseB, sibling: '1' }), 'CREATE_COMPLETE');
  });
  afterAll(() => world.close());

  const options = () => ['--state', world.stateFolder, '--stack', 'Shop'];
  /** Of the live database everything that a command could change: its history and fence, its rows, its catalogue. */
  const live = async () => ({
    ...{ rows: await world.snapshot('Shop'), ledger: (await world.ledger('Shop')).state },
    history: await world.sql('Shop', 'SELECT * FROM cdk_migrations.history ORDER BY id, phase, step'),
    fence: await world.sql('Shop', 'SELECT * FROM cdk_migrations.fence'),
    catalogue: await world.sql('Shop', 'SELECT oid::text, relname, relfilenode::text FROM pg_class ORDER BY oid'),
  });
  /** Of a name that a command said, because other tests make and drop databases of the same server. */
  const isThere = async (database: string) =>
    (await world.sql('Shop', `SELECT 1 FROM pg_database WHERE datname = '${database}'`)).length > 0;

  it('finds nothing after a deployment, then what was changed by hand and how that would go; changes nothing itself', async () => {
    const before = await live();
    const same = await runCli(['drift', ...options()]);
    expect(same).toMatchObject({ exitCode: 0, stderr: '' });
    const [, beside] =
      /users: running 4 migrations in the scratch database (cdkm_scratch_\w+), beside the live one/.exec(same.stdout)!;
    expect(same.stdout).toContain('users (aurora-postgresql): as its migrations make it');
    expect(same.stdout).toContain('meals (dynamodb): as its migrations make it');
    expect(await live()).toEqual(before);
    expect(await isThere(beside!)).toBe(false);

    await world.sql('Shop', 'ALTER TABLE users ALTER COLUMN email SET NOT NULL');
    await world.sql('Shop', 'DROP INDEX users_by_email');
    await world.sql('Shop', 'CREATE TABLE by_hand (id int)');
    const [client, TableName] = [new DynamoDBClient({}), 'shop-plans'];
    await client.send(new UpdateTableCommand({ TableName, DeletionProtectionEnabled: false }));
    await waitUntilTableExists({ client, maxWaitTime: 30, minDelay: 1, maxDelay: 1 }, { TableName });
    const drifted = await live();
    const { exitCode, json } = await runJson<Drift>(['drift', '--sql', ...options()]);
    expect(exitCode).toBe(1);
    expect(json.targets.map(({ target, databaseKind }) => [target, databaseKind])).toEqual([
      ['meals', 'dynamodb'],
      ['users', 'aurora-postgresql'],
    ]);
    const found = json.targets.flatMap(({ differences }) => differences);
    expect(found.map(({ kind, name, difference }) => [kind, name, difference])).toEqual([
      ['setting', 'plans.deletionProtection', 'changed'],
      ['column', 'public.by_hand.id', 'unexpected'],
      ['column', 'public.users.email', 'changed'],
      ['index', 'public.users.users_by_email', 'missing'],
      ['table', 'public.by_hand', 'unexpected'],
    ]);
    expect(await live()).toEqual(drifted);

    const shown = await runCli(['drift', '--target', 'users', ...options()]);
    expect(shown.exitCode).toBe(1);
    expect(shown.stdout).toContain(
      `users (aurora-postgresql): 4 differences (- as the migrations make it, + as it is)

table public.by_hand
  + TABLE
  + column id: integer

table public.users
  - column email: text
  + column email: text NOT NULL
  - index users_by_email: CREATE INDEX ON public.users USING btree (email)`,
    );

    const statements = json.targets.find(({ target }) => target === 'users')?.statements ?? [];
    expect(statements.map(({ isDestructive }) => isDestructive)).toContain(true);
    expect(statements.filter(({ sql }) => /cdk_migrations/.test(sql))).toEqual([]);
    for (const { sql } of statements) await world.sql('Shop', sql);
    // And with scratch databases on a server of the user's, where there is one.
    const scratch = postgresUrl === undefined ? [] : ['--scratch', postgresUrl];
    const undone = await runJson<Drift>(['drift', '--target', 'users', ...scratch, ...options()]);
    expect(undone).toMatchObject({ exitCode: 0, json: { targets: [{ differences: [] }] } });
  });

  it('refuses targets and servers that it does not know', async () => {
    const target = await runJson<JsonError>(['drift', '--target', 'user', ...options()]);
    expect(target).toMatchObject({ exitCode: 2, json: { error: { code: 'UNKNOWN_TARGET' } } });
    const server = await runJson<JsonError>(['drift', '--scratch', 'oracle://here', ...options()]);
    expect(server).toMatchObject({ exitCode: 2, json: { error: { code: 'USAGE' } } });
  });
});
