import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { HistoryMark } from '../../core/ports';
import { auroraKinds, type SqlUnderTest, session } from './support/sql-databases';

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
    await target.transact('add', mark, async (connection) => {
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
    await target.execute('CREATE TABLE counted AS SELECT generate_series(1, 5) AS id');

    expect((await target.execute('UPDATE counted SET id = id + 10 WHERE id > 2')).rowCount).toBe(3);
    expect((await target.execute('SELECT * FROM counted WHERE id > 100')).rows).toEqual([]);
  });

  it('names the SQLSTATE of what the database refuses', async () => {
    const target = database.target(session(1, 'codes'));

    await expect(target.execute('SELECT * FROM nowhere')).rejects.toMatchObject({ payload: { sqlState: '42P01' } });
  });

  // PGlite has one session: there a second transaction waits its turn instead.
  const hasSessions = name.endsWith('PostgreSQL');
  if (hasSessions)
    it('says DATABASE_BUSY while a transaction of an older session runs, and goes on after it', async () => {
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
      const working = older.transact('add', mark, async () => {
        begun();
        await held;
      });
      await running;
      await expect(newer.prepare()).rejects.toMatchObject({ code: 'DATABASE_BUSY' });

      release();
      expect(await working).toBe('done');
      await newer.prepare();
      expect(await newer.history()).toEqual([mark]);
      await expect(older.transact('remove', mark, async () => undefined)).rejects.toMatchObject({ code: 'LEASE_LOST' });
    });

  it('leaves no trace of ours when its last row is gone', async () => {
    const target = database.target(session(1, 'values'));
    await target.prepare();
    for (const scope of ['values', 'overlap']) {
      const owner = database.target(session(3, scope));
      await owner.prepare();
      await owner.transact('remove', mark, async () => undefined);
    }
    await database.target(session(3, 'values')).cleanUp();

    const { rows } = await target.execute("SELECT nspname FROM pg_namespace WHERE nspname = 'cdk_migrations'");
    expect(rows).toEqual([]);
  });
});
