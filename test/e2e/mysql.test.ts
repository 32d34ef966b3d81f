import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { type Cluster, physicalDatabase } from '../../packages/sandbox/src/services/rds-data/clusters';
import { StateStore } from '../../packages/sandbox/src/state';
import { expectStatus } from '../support/expect-status';
import { LifecycleWorld } from '../support/lifecycle-world';
import { dropMysqlDatabases, mysqlUrlIfReachableNow } from '../support/real-mysql';
import { runCli } from '../support/run-cli';

jest.setTimeout(120_000);

const mysqlUrl = mysqlUrlIfReachableNow();
const describeIf = mysqlUrl === undefined ? describe.skip : describe;

const releaseA = {
  'users/1.0.0_users.sql': `-- migrate:up
CREATE TABLE users (id bigint PRIMARY KEY, email varchar(100) NOT NULL, old_name varchar(50));
INSERT INTO users (id, email) VALUES (1, 'ada@example.com'), (2, 'bob@example.com');
-- migrate:down
DELETE FROM users;
DROP TABLE users;
`,
};

const releaseB = {
  ...releaseA,
  'users/1.1.0_orders.sql': `-- depends-on: 1.0.0
-- migrate:up
CREATE TABLE orders (id bigint PRIMARY KEY, user_id bigint NOT NULL);
ALTER TABLE users ADD COLUMN orders_count int NOT NULL DEFAULT 0;
INSERT INTO orders SELECT id, id FROM users;
UPDATE users SET orders_count = orders_count + 1 WHERE id < 100;
CREATE INDEX by_user ON orders (user_id);
-- migrate:down
DELETE FROM orders;
DROP TABLE orders;
ALTER TABLE users DROP COLUMN orders_count;
-- migrate:verify
SELECT count(*) = 2 FROM orders;
-- migrate:contract
ALTER TABLE users DROP COLUMN old_name;
`,
};

const releaseC = {
  ...releaseB,
  'users/1.2.0_fails.sql': `-- depends-on: 1.1.0
-- migrate:up
CREATE TABLE half (id bigint PRIMARY KEY);
ALTER TABLE users ADD COLUMN half bigint;
ALTER TABLE nowhere ADD COLUMN a int;
-- migrate:down
ALTER TABLE users DROP COLUMN half;
DROP TABLE half;
`,
};

/** The whole chain on Aurora MySQL: construct, CloudFormation's events, the built engine, the Data API, a real server. */
describeIf('Aurora MySQL', () => {
  let world: LifecycleWorld;
  const app = { stack: 'Shop', engine: 'aurora-mysql' } as const;

  beforeAll(async () => {
    world = await LifecycleWorld.open({ mysqlUrl });
  });
  afterAll(async () => {
    const clusters = new StateStore(world.stateFolder).read<readonly Cluster[]>('rds-clusters.json', []);
    await world.close();
    await dropMysqlDatabases(
      clusters.flatMap((cluster) => cluster.databases.map((name) => physicalDatabase(cluster, name))),
    );
  });

  /** Definitions and rows of all tables of the application. */
  async function content(): Promise<readonly unknown[]> {
    const tables = await world.sql(
      'Shop',
      "SELECT table_name AS name FROM information_schema.tables WHERE table_schema = DATABASE() AND table_name NOT LIKE 'cdk%' ORDER BY 1",
    );
    const found: unknown[] = [];
    for (const { name } of tables) {
      found.push(...(await world.sql('Shop', `SHOW CREATE TABLE ${name}`)));
      found.push(...(await world.sql('Shop', `SELECT * FROM ${name} ORDER BY id`)));
    }
    return found;
  }

  it('applies, rolls back with the old code, undoes what fails halfway, and commits', async () => {
    expectStatus(await world.deploy({ ...app, release: releaseA, sibling: 'A' }), 'CREATE_COMPLETE');
    const atA = await content();
    expect(atA).toHaveLength(3);

    const failed = await world.deploy(
      { ...app, release: releaseB, sibling: 'B' },
      { fail: [{ logicalId: 'Sibling', on: 'update' }] },
    );
    expectStatus(failed, 'UPDATE_ROLLBACK_COMPLETE');
    expect(await content()).toEqual(atA);

    expectStatus(await world.deploy({ ...app, release: releaseB, sibling: 'B' }), 'UPDATE_COMPLETE');
    const atB = await content();
    expect(atB).toContainEqual({ id: 2, email: 'bob@example.com', orders_count: 1 });
    expect(atB).toContainEqual({ id: 2, user_id: 2 });

    const halfway = await world.deploy({ ...app, release: releaseC, sibling: 'C' });
    expectStatus(halfway, 'UPDATE_ROLLBACK_COMPLETE');
    const reasons = halfway.events.map(({ reason }) => reason).join('\n');
    expect(reasons).toMatch(/users\/1\.2\.0_fails\.sql:5.*1146.*nowhere/);
    expect(await content()).toEqual(atB);
    expect((await world.quietLedger('Shop')).applied?.revision).toBeDefined();
  });

  it('has no drift after all that, and has one when somebody changes it by hand', async () => {
    const drift = (...more: readonly string[]) =>
      runCli(['drift', '--target', 'users', '--state', world.stateFolder, '--stack', 'Shop', ...more]);
    const same = await drift();
    expect(same).toMatchObject({ exitCode: 0, stderr: '' });

    const before = await content();
    await world.sql('Shop', 'ALTER TABLE orders ADD COLUMN note varchar(20)');
    // With scratch databases on a server of the user's, which happens to be the same.
    const changed = await drift('--scratch', mysqlUrl!);
    expect(changed.exitCode).toBe(1);
    expect(changed.stdout).toMatch(/table orders\n {2}\+ column note: varchar\(20\) COLLATE utf8mb4_/);
    await world.sql('Shop', 'ALTER TABLE orders DROP COLUMN note');
    expect(await content()).toEqual(before);
  });
});
