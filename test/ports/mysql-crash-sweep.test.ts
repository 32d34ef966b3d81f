import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { RecordedRequest } from '../../core/request/request';
import { type EngineUnderTest, mysqlUnderTest } from '../../packages/sandbox/test/services/rds-data/engines';
import type { CrashingWorld } from '../support/crashing-world';
import { scope, sqlMigration } from '../support/memory-world';
import { MysqlWorld } from './support/mysql-world';

const servers = mysqlUnderTest();
const describeEach =
  servers.length > 0 ? describe.each(servers) : describe.skip.each<EngineUnderTest>([{ name: 'mysql' }]);

/** What was there before the first deployment of these migrations. */
const baseline = [
  'CREATE TABLE users (id int AUTO_INCREMENT PRIMARY KEY, email varchar(100) NOT NULL, old int)',
  "INSERT INTO users (email) VALUES ('ada'), ('bob')",
];

const up = [
  'CREATE TABLE orders (id int PRIMARY KEY, user_id int NOT NULL)',
  'ALTER TABLE users ADD COLUMN age int NOT NULL DEFAULT 0, ADD INDEX (email)',
  'UPDATE users SET age = age + 40',
  'INSERT INTO orders SELECT id, id FROM users',
  'ALTER TABLE orders ADD FOREIGN KEY (user_id) REFERENCES users (id)',
  'ALTER TABLE users MODIFY old bigint, DROP INDEX email, ADD INDEX email (email, id)',
  'CREATE TRIGGER grow BEFORE INSERT ON users FOR EACH ROW BEGIN SET NEW.age = NEW.age + 1; SET NEW.old = 0; END',
];
const down = [
  'DROP TRIGGER grow',
  'ALTER TABLE users MODIFY old int, DROP INDEX email, ADD INDEX email (email)',
  'DELETE FROM orders',
  'DROP TABLE orders',
  'ALTER TABLE users DROP COLUMN age, DROP INDEX email',
];
const releaseB = [sqlMigration('1.1.0', { up, down, verify: ['SELECT count(*) = 2 FROM orders'], checksum: 'sum B' })];
const failing = [
  sqlMigration('1.1.0', { up: [...up, 'ALTER TABLE nowhere ADD COLUMN a int'], down, checksum: 'sum F' }),
];

/** Every so many calls a process dies: a run on a real server takes about half a second. MYSQL_SWEEP=1 tries all calls. */
const usualStride = 23;
const stride = Number(process.env.MYSQL_SWEEP ?? usualStride);
// A minute for the usual sample, and as much more as there are more calls.
jest.setTimeout(60_000 * Math.max(1, usualStride / stride));

/** Kills the process at every call of a port, before and after it takes effect, on a real server (guarantees G1 and G3). */
describeEach('a process that dies, on $name', (engine) => {
  let mysql: MysqlWorld;
  let atA: readonly string[];
  let atB: readonly string[];

  beforeAll(async () => {
    mysql = await MysqlWorld.open(engine);
    const world = await deployedA();
    atA = await mysql.content();
    world.stackIs('UPDATE_IN_PROGRESS');
    await world.migrations('Update', world.revision('B', releaseB));
    atB = await mysql.content();
  });
  afterAll(() => mysql.close());

  it('has what the migrations say, for a start', () => {
    expect(atA).toHaveLength(3);
    expect(atA).toContainEqual('users {"id":1,"email":"ada","old":null}');
    expect(atB).toContainEqual('users {"id":1,"email":"ada","old":null,"age":40}');
    expect(atB.join('\n')).toMatch(/FOREIGN KEY \(`user_id`\)[\s\S]*KEY `email` \(`email`,`id`\)/);
  });

  async function deployedA(): Promise<CrashingWorld> {
    await mysql.empty();
    await mysql.execute(baseline.join(';'));
    const world = mysql.world();
    await world.deployed('A', []);
    return world;
  }

  /** Calls back with worlds that died at the first call, the second, and so on, until a run is over before it would die. */
  async function sweep(
    stride: number,
    prepare: (world: CrashingWorld) => Promise<RecordedRequest>,
    check: (world: CrashingWorld, request: RecordedRequest) => Promise<void>,
  ): Promise<number> {
    let survived = 0;
    let points = 0;
    for (let call = 1; survived < 2; call += stride) {
      survived = 0;
      for (const when of ['before', 'after'] as const) {
        const world = await deployedA();
        const request = await prepare(world);
        await world.workWithCrash(request, { call, when });
        if (world.crashedAt === undefined) survived += 1;
        else points += 1;
        try {
          await check(world, request);
        } catch (error) {
          throw new Error(`Died ${world.crashedAt ?? 'never'}: ${String(error)}`, { cause: error });
        }
      }
    }
    return points;
  }

  const update = async (world: CrashingWorld, revision: string, migrations: typeof releaseB) => {
    world.stackIs('UPDATE_IN_PROGRESS');
    const properties = world.revision(revision, migrations);
    return world.request({ kind: 'migrations', type: 'Update', physicalId: scope, properties });
  };

  it('is continued by the next one, and ends at B', async () => {
    const points = await sweep(
      stride,
      (world) => update(world, 'B', releaseB),
      async (world, request) => {
        expect(await world.work(request)).toMatchObject({ status: 'SUCCESS' });
        expect(await mysql.content()).toEqual(atB);
      },
    );
    expect(points * stride).toBeGreaterThan(100);
  });

  it('is rolled back by the request that comes instead, and ends at A', async () => {
    const points = await sweep(
      stride,
      (world) => update(world, 'B', releaseB),
      async (world) => {
        world.stackIs('UPDATE_ROLLBACK_IN_PROGRESS');
        world.clock.time += 120_000;
        const { status, reason } = await world.migrations('Update', world.revision('A', []));
        expect(`${status} ${reason}`).toMatch(/^SUCCESS/);
        expect(await mysql.content()).toEqual(atA);
      },
    );
    expect(points * stride).toBeGreaterThan(100);
  });

  it('leaves a migration that fails halfway to be undone, and ends at A', async () => {
    const points = await sweep(
      stride,
      (world) => update(world, 'F', failing),
      async (world, request) => {
        expect(await world.work(request)).toMatchObject({
          status: 'FAILED',
          reason: expect.stringContaining("nowhere' doesn't exist"),
        });
        expect(await mysql.content()).toEqual(atA);
      },
    );
    expect(points * stride).toBeGreaterThan(100);
  });
});
