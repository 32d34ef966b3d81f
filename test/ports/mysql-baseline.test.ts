import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { isEmpty } from '../../core/engine/is-empty';
import type { Target } from '../../core/ports';
import { type EngineUnderTest, mysqlUnderTest } from '../../packages/sandbox/test/services/rds-data/engines';
import { scope, sqlMigration } from '../support/memory-world';
import { MysqlWorld } from './support/mysql-world';
import { session } from './support/records';

const servers = mysqlUnderTest();
const describeEach =
  servers.length > 0 ? describe.each(servers) : describe.skip.each<EngineUnderTest>([{ name: 'mysql' }]);

const migrations = [
  sqlMigration('1.0.0', {
    up: ['CREATE TABLE users (id int PRIMARY KEY, old int)'],
    down: ['DROP TABLE users'],
    checksum: 'sum 0',
  }),
  sqlMigration('1.1.0', {
    up: ['ALTER TABLE users ADD COLUMN age int NOT NULL', 'CREATE INDEX by_age ON users (age)'],
    down: ['ALTER TABLE users DROP COLUMN age'],
    contract: ['ALTER TABLE users DROP COLUMN old'],
    checksum: 'sum 1',
  }),
  sqlMigration('1.2.0', {
    up: ['CREATE TABLE orders (id int PRIMARY KEY)'],
    down: ['DROP TABLE orders'],
    checksum: 'sum 2',
  }),
];

/** Each statement is a step and a mark of its own there. */
describeEach('a database that was made by hand, on $name', (engine) => {
  let mysql: MysqlWorld;
  let target: Target;

  beforeAll(async () => {
    mysql = await MysqlWorld.open(engine);
    target = mysql.database.target(session(1, scope));
  });
  afterAll(() => mysql.close());

  it('is adopted at its baseline, and untouched by the rollback', async () => {
    await mysql.empty();
    await target.prepare();
    expect(await isEmpty(target, [])).toBe(true);
    await mysql.empty();
    await mysql.execute('CREATE TABLE users (id int PRIMARY KEY, age bigint NOT NULL, KEY by_age (age))');
    await mysql.execute('INSERT INTO users VALUES (1, 40)');
    expect(await isEmpty(target, [])).toBe(false);
    const world = mysql.world();
    const { Targets, ...properties } = world.revision('B', migrations);
    const users = { ...Targets['users']!, DatabaseKind: 'aurora-mysql', Baseline: '1.1.0' } as const;
    const asked = { ...properties, Targets: { users } } as typeof properties & { Targets: typeof Targets };

    const refused = await world.migrations('Create', asked);
    expect(refused.reason).toMatch(/One difference: column users\.age is "bigint.*", and by the migrations "int/);

    await mysql.execute('ALTER TABLE users MODIFY age int NOT NULL');
    const before = await mysql.content();
    const outcome = await world.migrations('Create', asked);

    expect(outcome.reason).toMatch(
      /^Applied 1 migration: users\/1\.2\.0 .* Baselined 2 migrations: users\/1\.0\.0, users\/1\.1\.0\./,
    );
    expect((await target.history())?.map(({ id, phase, step }) => `${id} ${phase} ${step}`).sort()).toEqual([
      'users/1.0.0 up 0',
      'users/1.1.0 contract 0',
      'users/1.1.0 up 0',
      'users/1.1.0 up 1',
      'users/1.2.0 up 0',
    ]);
    world.stackIs('ROLLBACK_IN_PROGRESS');
    expect((await world.migrations('Delete', asked)).status).toBe('SUCCESS');
    expect(await mysql.content()).toEqual(before);
    expect((await world.ledger.load(scope)).migrations).toEqual([]);
  }, 60_000);
});
