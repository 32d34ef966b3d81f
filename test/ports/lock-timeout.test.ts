import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Client } from 'pg';
import type { LockWait, Section, SectionResult, SqlConnection, SqlDatabase, Target } from '../../core/ports';
import { until } from '../../packages/sandbox/test/helpers/until';
import { enginesUnderTest } from '../../packages/sandbox/test/services/rds-data/engines';
import { session } from './support/records';
import { openAurora, type SqlUnderTest } from './support/sql-databases';

const engines = enginesUnderTest();

const mark = { id: 'users/1.0.0', phase: 'up', step: 0, checksum: 'sum', deployment: 'd1' } as const;
const section = (...statements: readonly string[]): Section => ({
  change: 'add',
  mark,
  attempt: 'request-1',
  statements,
  verify: [],
});

describe.each(engines)('a section on $name', (engine) => {
  let database: SqlUnderTest;
  beforeAll(async () => {
    database = await openAurora(engine);
  });
  afterAll(() => database.close());

  const settingIn = async (target: Target & { readonly sql: SqlDatabase }, ...before: readonly string[]) => {
    await target.prepare();
    const keep = "INSERT INTO seen SELECT current_setting('lock_timeout')";
    await target.sql.query('CREATE TABLE IF NOT EXISTS seen (value text)');
    await target.sql.query('TRUNCATE seen');
    expect(await target.sql.runSection(section(...before, keep))).toEqual({ outcome: 'done' });
    return (await target.sql.query('SELECT value FROM seen')).rows[0]?.value;
  };

  it('waits for a lock as long as its target says, 5 seconds by default, unless it says otherwise itself', async () => {
    expect(await settingIn(database.target(session(1, 'App/1')))).toBe('5s');
    expect(await settingIn(database.target(session(1, 'App/2'), 250))).toBe('250ms');
    expect(await settingIn(database.target(session(1, 'App/3')), "SET LOCAL lock_timeout = '2min'")).toBe('2min');
  });

  it('leaves the session as it was', async () => {
    const target = database.target(session(1, 'App/4'));
    const { rows } = await target.sql.query('SHOW lock_timeout');
    await settingIn(target);
    expect((await target.sql.query('SHOW lock_timeout')).rows).toEqual(rows);
  });
});

// PGlite has one session: nobody else can hold a lock.
describe.each(engines.filter(({ name }) => name === 'postgres'))('a lock that others hold, on $name', (engine) => {
  let database: SqlUnderTest;
  let holder: Client;
  let scope: string;
  let count = 0;

  beforeAll(async () => {
    database = await openAurora(engine);
    const { rows } = await database.target(session(1)).sql.query('SELECT current_database() AS name');
    const url = new URL(engine.postgresUrl!);
    url.pathname = String(rows[0]?.name);
    holder = new Client({ connectionString: url.href, application_name: 'nutrition-api' });
    await holder.connect();
  });
  afterAll(async () => {
    await holder.end();
    await database.close();
  });
  beforeEach(async () => {
    scope = `App/Locks${++count}`;
    await holder.query(`CREATE TABLE users${count} (name text)`);
    await holder.query('BEGIN');
    await holder.query(`INSERT INTO users${count} VALUES ('Ada Lovelace')`);
  });
  afterEach(() => holder.query('ROLLBACK'));

  const open = async (lockTimeout: number) => {
    const target = database.target(session(1, scope), lockTimeout);
    await target.prepare();
    return target;
  };
  const alter = () => section('SELECT 1', `ALTER TABLE users${count} ADD COLUMN diet text`);
  const waitOf = (result: SectionResult): LockWait => {
    if (result.outcome !== 'locked') throw new Error(`The section is not locked, but ${result.outcome}.`);
    return result.wait;
  };
  const columns = async (sql: SqlDatabase) =>
    (
      await sql.query(
        `SELECT count(*) AS columns FROM pg_attribute WHERE attrelid = 'users${count}'::regclass AND attnum > 0`,
      )
    ).rows[0]?.columns;

  it('is not waited for longer than that; nothing of the section stays, and who holds it is known', async () => {
    const target = await open(1_000);

    // A look that comes too late, on a slow machine, sees nobody.
    const result = await until(
      () => target.sql.runSection(alter()),
      (tried) => waitOf(tried).holders.length > 0,
    );

    expect(result).toMatchObject({ outcome: 'locked', statement: 1, wait: { timeout: 1_000 } });
    const [{ pid, seconds, ...told }] = waitOf(result).holders as [LockWait['holders'][number]];
    const own = await holder.query('SELECT pg_backend_pid() AS pid');
    expect({ pid, told }).toEqual({
      pid: own.rows[0].pid,
      told: {
        user: 'postgres',
        application: 'nutrition-api',
        state: 'idle in transaction',
        query: `INSERT INTO users${count} VALUES ('…')`,
      },
    });
    expect(seconds).toBeGreaterThanOrEqual(0);
    expect(await columns(target.sql)).toBe(1);
    expect(await target.history()).toEqual([]);
  });

  it('is got by a later call once it is let go', async () => {
    const target = await open(100);
    expect(await target.sql.runSection(alter())).toMatchObject({ outcome: 'locked' });

    await holder.query('COMMIT');

    expect(await target.sql.runSection(alter())).toEqual({ outcome: 'done' });
    expect(await columns(target.sql)).toBe(2);
  });

  it('is counted from the first call of an attempt, also by a later process, and anew for another attempt', async () => {
    const waited = async (what: Section) => waitOf(await (await open(100)).sql.runSection(what)).waited;

    expect(await waited(alter())).toBe(0);
    const second = await waited(alter());
    expect(second).toBeGreaterThanOrEqual(100);
    expect(await waited(alter())).toBeGreaterThanOrEqual(second + 100);
    expect(await waited({ ...alter(), attempt: 'request-2' })).toBe(0);
  });

  it('is waited for as the section itself says', async () => {
    const target = await open(600_000);
    const own = section('SET LOCAL lock_timeout = 50', `ALTER TABLE users${count} ADD COLUMN diet text`);

    expect(await target.sql.runSection(own)).toMatchObject({ outcome: 'locked', statement: 1 });
  });

  it('may be one that waits for us: then the section lets go, and is tried again', async () => {
    const target = await open(5_000);
    await holder.query(`CREATE TABLE IF NOT EXISTS orders${count} (id int)`);
    await holder.query('COMMIT');
    await holder.query(`BEGIN; INSERT INTO users${count} VALUES ('Ada Lovelace')`);
    const both = section(
      `ALTER TABLE orders${count} ADD COLUMN total int`,
      `ALTER TABLE users${count} ADD COLUMN diet text`,
    );

    // Whoever looks first for a circle is the one that is refused: not the application.
    await holder.query("SET LOCAL deadlock_timeout = '1min'");
    const first = target.sql.runSection(both);
    await until(
      () =>
        target.sql.query(
          `SELECT count(*) AS waiting FROM pg_locks WHERE relation = 'users${count}'::regclass AND NOT granted`,
        ),
      ({ rows }) => Number(rows[0]?.waiting) === 1,
    );
    const blocked = holder.query(`SELECT count(*) FROM orders${count}`);

    expect(await first).toMatchObject({ outcome: 'locked', statement: 1 });
    await blocked;
    expect(await target.history()).toEqual([]);
    await holder.query('COMMIT');
    expect(await target.sql.runSection(both)).toEqual({ outcome: 'done' });
  });

  it('is not waited for longer by code either, and who holds it is known', async () => {
    const target = await open(1_000);
    const work = async (db: SqlConnection) => {
      await db.execute(`ALTER TABLE users${count} ADD COLUMN diet text`);
    };

    const result = await until(
      () => target.sql.transact('add', mark, work, 'request-1'),
      (tried) => waitOf(tried).holders.length > 0,
    );

    expect(waitOf(result).holders).toMatchObject([{ application: 'nutrition-api', state: 'idle in transaction' }]);
    expect(await target.history()).toEqual([]);
    await holder.query('COMMIT');
    expect(await target.sql.transact('add', mark, work, 'request-1')).toEqual({ outcome: 'done' });
  });

  it('is not waited for longer by a section of several calls either, which says at which statement', async () => {
    const target = await open(100);
    // Too large for one call.
    const large = `SELECT '${'x'.repeat(60_000)}'`;
    const statements = [...Array.from({ length: 60 }, () => large), `ALTER TABLE users${count} ADD COLUMN diet text`];

    expect(await target.sql.runSection(section(...statements))).toMatchObject({ outcome: 'locked', statement: 60 });
  });
});
