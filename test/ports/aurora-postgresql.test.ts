import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { HistoryMark, Section } from '../../core/ports';
import { protocolStatements, schema } from '../../lambda/aws/sql/postgresql-protocol';
import { session } from './support/records';
import { auroraKinds, type SqlUnderTest } from './support/sql-databases';

/** What only a real database can show. */
describe.each(auroraKinds)('$name', ({ open, name }) => {
  let database: SqlUnderTest;

  beforeAll(async () => {
    database = await open();
  });
  afterAll(() => database.close());

  const mark: HistoryMark = { id: 'users/1.0.0', phase: 'up', step: 0, checksum: 'sum', deployment: 'd1' };

  it('passes values as parameters, and gives rows their types', async () => {
    const target = database.target(session(1, 'values'));
    await target.prepare();
    const found: unknown[] = [];
    await target.sql.transact('add', mark, async (connection) => {
      const text = "it's; -- not a comment";
      const values = { text, number: 7, real: 1.5, yes: true, nothing: null, json: { a: [1] } };
      const { rows } = await connection.execute(
        'SELECT :text::text AS text, :number AS number, :real AS real, :yes AS yes, :nothing::text AS nothing, :json AS json',
        values,
      );
      found.push(...rows);
    });

    expect(found).toMatchObject([{ text: "it's; -- not a comment", number: 7, real: 1.5, yes: true, nothing: null }]);
  });

  it('counts the rows that a statement changed', async () => {
    const target = database.target(session(1, 'counts'));
    await target.prepare();
    await target.sql.query('CREATE TABLE counted AS SELECT generate_series(1, 5) AS id');

    expect((await target.sql.query('UPDATE counted SET id = id + 10 WHERE id > 2')).rowCount).toBe(3);
    expect((await target.sql.query('SELECT * FROM counted WHERE id > 100')).rows).toEqual([]);
  });

  it('names the SQLSTATE of what the database refuses', async () => {
    const target = database.target(session(1, 'codes'));

    await expect(target.sql.query('SELECT * FROM nowhere')).rejects.toMatchObject({ payload: { sqlState: '42P01' } });
  });

  it('has all of the protocol when several make it at the same time', async () => {
    const first = database.target(session(1, 'several-0'));
    for (let round = 0; round < 5; round += 1) {
      await first.sql.query(`DROP SCHEMA IF EXISTS ${schema} CASCADE`);
      const several = [first, ...[1, 2, 3].map((number) => database.target(session(1, `several-${number}`)))];
      await Promise.all(several.map((target) => target.prepare()));
      expect(await first.history()).toEqual([]);
    }
  });

  it('has all of the protocol after a process died while it was made, wherever it died', async () => {
    const target = database.target(session(1, 'half'));
    const section: Section = { change: 'add', mark, statements: [], verify: [], attempt: 'request-1' };
    for (let made = 0; made <= protocolStatements.length; made += 1) {
      await target.sql.query(`DROP SCHEMA IF EXISTS ${schema} CASCADE`);
      for (const statement of protocolStatements.slice(0, made)) await target.sql.query(statement);

      await target.prepare();
      expect(await target.sql.runSection(section)).toEqual({ outcome: 'done' });
      expect(await target.history()).toEqual([mark]);
    }
    await target.sql.runSection({ ...section, change: 'remove' });
  });

  // PGlite has one session: there a second transaction waits its turn instead.
  const hasSessions = name.endsWith('PostgreSQL');
  if (hasSessions)
    it('says DATABASE_BUSY while a transaction of an older session runs, and continues after it', async () => {
      const [older, newer] = [1, 2].map((token) => database.target(session(token, 'overlap'))) as [
        ReturnType<typeof database.target>,
        ReturnType<typeof database.target>,
      ];
      await older.prepare();
      let release: () => void = () => undefined;
      const held = new Promise<void>((resolve) => {
        release = resolve;
      });
      let begun: () => void = () => undefined;
      const running = new Promise<void>((resolve) => {
        begun = resolve;
      });
      const working = older.sql.transact('add', mark, async () => {
        begun();
        await held;
      });
      await running;
      await expect(newer.prepare()).rejects.toMatchObject({ code: 'DATABASE_BUSY' });

      release();
      expect(await working).toEqual({ outcome: 'done' });
      await newer.prepare();
      expect(await newer.history()).toEqual([mark]);
      await expect(older.sql.transact('remove', mark, async () => undefined)).rejects.toMatchObject({
        code: 'LEASE_LOST',
      });
    });

  it('removes our schema when its last row is gone', async () => {
    const target = database.target(session(1, 'values'));
    await target.prepare();
    for (const scope of ['values', 'overlap']) {
      const owner = database.target(session(3, scope));
      await owner.prepare();
      await owner.sql.transact('remove', mark, async () => undefined);
    }
    await database.target(session(3, 'values')).cleanUp();

    const { rows } = await target.sql.query("SELECT nspname FROM pg_namespace WHERE nspname = 'cdk_migrations'");
    expect(rows).toEqual([]);
  });

  describe('a section', () => {
    const section = (change: Partial<Section>): Section => ({
      ...{ change: 'add', mark, attempt: 'request-1', statements: [], verify: [] },
      ...change,
    });
    let scope = 0;
    const prepared = async () => {
      const target = database.target(session(1, `section${++scope}`));
      await target.prepare();
      return target;
    };

    it('reports the failure of a lost call to the next call of its attempt, without running again', async () => {
      const target = await prepared();
      await target.sql.query('CREATE SEQUENCE IF NOT EXISTS runs');
      const failing = section({ statements: ["SELECT nextval('runs')", 'SELECT 1 / 0'] });

      const first = await target.sql.runSection(failing);
      expect(first).toMatchObject({ outcome: 'failed', statement: 1, sqlState: '22012' });
      expect(await target.sql.runSection(failing)).toEqual(first);
      expect((await target.sql.query('SELECT last_value AS runs FROM runs')).rows).toEqual([{ runs: 1 }]);
    });

    it('fails on a deferred constraint before it is done, and blames no statement', async () => {
      const target = await prepared();
      await target.sql.query('CREATE TABLE parents (id int PRIMARY KEY)');
      await target.sql.query('CREATE TABLE children (parent int REFERENCES parents DEFERRABLE INITIALLY DEFERRED)');

      const result = await target.sql.runSection(section({ statements: ['INSERT INTO children VALUES (7)'] }));
      expect(result).toMatchObject({ outcome: 'failed', statement: -1, sqlState: '23503' });
      expect((await target.sql.query('SELECT * FROM children')).rows).toEqual([]);
    });

    it('does not show the values of rows in its error', async () => {
      const target = await prepared();
      await target.sql.query("CREATE TABLE secrets AS SELECT 'hunter2' AS password");

      const result = await target.sql.runSection(
        section({
          statements: ['INSERT INTO secrets SELECT password FROM secrets', 'CREATE UNIQUE INDEX ON secrets (password)'],
        }),
      );
      expect(result).toMatchObject({ outcome: 'failed', sqlState: '23505' });
      expect(JSON.stringify(result)).not.toContain('hunter2');
    });

    it.each([
      ['null', 'SELECT NULL::boolean'],
      ['1', 'SELECT 1'],
      ['"t"', "SELECT 't'"],
      ['0 rows', 'SELECT true WHERE false'],
      ['several rows', 'SELECT true FROM generate_series(1, 2)'],
    ])('is not verified by %s', async (returned, question) => {
      const target = await prepared();

      const result = await target.sql.runSection(section({ verify: [question] }));
      expect(result).toEqual({ outcome: 'unverified', statement: 0, returned });
    });

    it('looks at the first column only', async () => {
      const target = await prepared();

      expect(await target.sql.runSection(section({ verify: ['SELECT true AS z, false AS a'] }))).toEqual({
        outcome: 'done',
      });
    });

    it('runs a statement that no function can run, in calls of its own', async () => {
      const target = await prepared();

      const statements = ['SELECT 1 AS one INTO selected', 'CREATE TABLE beside (id int)'];
      expect(await target.sql.runSection(section({ statements }))).toEqual({ outcome: 'done' });
      expect((await target.sql.query('SELECT one FROM selected')).rows).toEqual([{ one: 1 }]);
      expect(await target.history()).toEqual([mark]);
    });

    it('is split into several calls when it is too large for one, and names the statement that failed', async () => {
      const target = await prepared();
      const filler = Array.from({ length: 60 }, () => `SELECT '${'x'.repeat(60_000)}'`);

      const failing = section({ statements: [...filler, 'SELECT * FROM nowhere'] });
      expect(await target.sql.runSection(failing)).toMatchObject({
        outcome: 'failed',
        statement: 60,
        sqlState: '42P01',
      });
      expect(await target.history()).toEqual([]);
      expect(await target.sql.runSection(section({ statements: filler }))).toEqual({ outcome: 'done' });
    });
  });
});
