import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { HistoryMark, Section, SqlDatabase, Target } from '../../core/ports';
import { session } from './support/records';
import { type SqlUnderTest, sqlKinds } from './support/sql-databases';

describe.each(sqlKinds)('a SQL target: $name', ({ open }) => {
  let database: SqlUnderTest;
  let target: Target & { readonly sql: SqlDatabase };
  let scope: string;
  let count = 0;

  beforeAll(async () => {
    database = await open();
  });
  afterAll(() => database.close());
  beforeEach(async () => {
    scope = `App/Migrations${++count}`;
    target = database.target(session(1, scope));
    await target.prepare();
  });

  const mark = (change: Partial<HistoryMark> = {}): HistoryMark => ({
    id: 'users/1.0.0',
    phase: 'up',
    step: 0,
    checksum: 'sum',
    deployment: 'd1',
    ...change,
  });
  const never = () => {
    throw new Error('must not run');
  };
  /** Names of effects differ between tests: they share the database. */
  const named = (name: string) => `${name}${count}`;
  const run =
    (...statements: readonly string[]) =>
    async (connection: { execute(statement: string): Promise<unknown> }) => {
      for (const statement of statements) await connection.execute(statement);
    };
  const effects = async () => (await database.effects()).filter((name) => name.endsWith(`${count}`));

  it('has no history at first, and can be prepared again', async () => {
    await target.prepare();
    expect(await target.history()).toEqual([]);
  });

  it('does the work and its row together', async () => {
    const done = await target.sql.transact('add', mark(), run(database.effect(named('a'))));

    expect(done).toEqual({ outcome: 'done' });
    expect(await effects()).toEqual([named('a')]);
    expect(await target.history()).toEqual([mark()]);
  });

  it('does not do again what its own deployment did, or what another one did', async () => {
    await target.sql.transact('add', mark(), run(database.effect(named('a'))));

    expect(await target.sql.transact('add', mark(), never)).toEqual({ outcome: 'already' });
    expect(await target.sql.transact('add', mark({ deployment: 'd2' }), never)).toEqual({ outcome: 'foreign' });
    expect(await target.history()).toEqual([mark()]);
  });

  it('tells phases and steps apart', async () => {
    const marks = [mark(), mark({ step: 1 }), mark({ phase: 'contract' }), mark({ id: 'users/1.1.0' })];
    for (const one of marks)
      expect(await target.sql.transact('add', one, async () => undefined)).toEqual({ outcome: 'done' });

    expect(await target.history()).toHaveLength(4);
    expect(await target.history()).toEqual(expect.arrayContaining(marks));
  });

  it('removes the row with the work that undoes it, once', async () => {
    await target.sql.transact('add', mark(), run(database.effect(named('a'))));

    expect(await target.sql.transact('remove', mark(), run(database.effect(named('b'))))).toEqual({ outcome: 'done' });
    expect(await target.sql.transact('remove', mark(), never)).toEqual({ outcome: 'already' });
    expect(await target.history()).toEqual([]);
    expect(await effects()).toEqual([named('a'), named('b')]);
  });

  it('undoes nothing of what another deployment did', async () => {
    await target.sql.transact('add', mark(), run(database.effect(named('a'))));

    expect(await target.sql.transact('remove', mark({ deployment: 'd2' }), never)).toEqual({ outcome: 'already' });
    expect(await target.history()).toEqual([mark()]);
    expect(await effects()).toEqual([named('a')]);
  });

  it('leaves nothing of work whose second statement fails', async () => {
    const work = run(database.effect(named('a')), database.failing, database.effect(named('b')));

    await expect(target.sql.transact('add', mark(), work)).rejects.toMatchObject({ code: 'STATEMENT_FAILED' });

    expect(await effects()).toEqual([]);
    expect(await target.history()).toEqual([]);
    expect(await target.sql.transact('add', mark(), run(database.effect(named('a'))))).toEqual({ outcome: 'done' });
  });

  it('keeps the row when undoing fails', async () => {
    await target.sql.transact('add', mark(), run(database.effect(named('a'))));

    await expect(target.sql.transact('remove', mark(), run(database.failing))).rejects.toMatchObject({
      code: 'STATEMENT_FAILED',
    });
    expect(await target.history()).toEqual([mark()]);
  });

  it('leaves nothing of work that throws by itself, and rethrows its error', async () => {
    const thrown = new Error('of my own');
    const work = async (connection: { execute(statement: string): Promise<unknown> }) => {
      await connection.execute(database.effect(named('a')));
      throw thrown;
    };

    await expect(target.sql.transact('add', mark(), work)).rejects.toBe(thrown);
    expect(await effects()).toEqual([]);
    expect(await target.history()).toEqual([]);
  });

  it('lets an older session change nothing once a newer one raised the fence', async () => {
    const newer = database.target(session(2, scope));
    await newer.prepare();

    await expect(target.sql.transact('add', mark(), never)).rejects.toMatchObject({ code: 'LEASE_LOST' });
    await expect(target.sql.transact('remove', mark(), never)).rejects.toMatchObject({ code: 'LEASE_LOST' });
    await expect(target.prepare()).rejects.toMatchObject({ code: 'LEASE_LOST' });
    expect(await newer.sql.transact('add', mark(), async () => undefined)).toEqual({ outcome: 'done' });
  });

  it('keeps the fence and the history of scopes apart', async () => {
    const other = database.target(session(9, `${scope}/other`));
    await other.prepare();
    await other.sql.transact('add', mark(), async () => undefined);

    expect(await target.history()).toEqual([]);
    expect(await target.sql.transact('add', mark({ deployment: 'd2' }), async () => undefined)).toEqual({
      outcome: 'done',
    });
    expect(await other.history()).toEqual([mark()]);
  });

  it('asks before every effect whether the session still has its lease', async () => {
    const lost = new Error('lost');
    const stopped = database.target({ scope, token: 1, guard: () => Promise.reject(lost) });

    await expect(stopped.sql.transact('add', mark(), never)).rejects.toBe(lost);
    await expect(stopped.sql.standalone.run(database.effect(named('a')), 'tag')).rejects.toBe(lost);
    await expect(stopped.prepare()).rejects.toBe(lost);
    await expect(stopped.cleanUp()).rejects.toBe(lost);
    expect(await effects()).toEqual([]);
  });

  it('runs one statement on its own', async () => {
    await target.sql.standalone.run(database.effect(named('a')), 'tag');

    expect(await effects()).toEqual([named('a')]);
    await expect(target.sql.query(database.failing)).rejects.toMatchObject({ code: 'STATEMENT_FAILED' });
  });

  it('cleans up without losing what others know, and can be prepared again', async () => {
    await target.sql.transact('add', mark(), async () => undefined);
    await target.cleanUp();
    expect(await target.history()).toEqual([mark()]);

    await target.sql.transact('remove', mark(), async () => undefined);
    await target.cleanUp();
    await target.prepare();
    expect(await target.history()).toEqual([]);
  });

  describe('a section', () => {
    const section = (change: Partial<Section> = {}): Section => ({
      ...{ change: 'add', mark: mark(), attempt: 'request-1' },
      statements: [database.effect(named('a')), database.effect(named('b'))],
      verify: ['SELECT true'],
      ...change,
    });
    const runSection = (change: Partial<Section> = {}) => target.sql.runSection(section(change));

    it('runs its statements in order and writes its row', async () => {
      expect(await runSection()).toEqual({ outcome: 'done' });

      expect(await effects()).toEqual([named('a'), named('b')]);
      expect(await target.history()).toEqual([mark()]);
    });

    it('does not run again what its own deployment ran, or what another one ran', async () => {
      await runSection();

      expect(await runSection()).toEqual({ outcome: 'already' });
      expect(await runSection({ mark: mark({ deployment: 'd2' }) })).toEqual({ outcome: 'foreign' });
      expect(await target.history()).toEqual([mark()]);
    });

    it('reports the checksum that the history has for it, when that is another one', async () => {
      await runSection();

      const edited = { outcome: 'edited', checksum: 'sum' };
      expect(await runSection({ mark: mark({ checksum: 'new' }) })).toEqual(edited);
      expect(await runSection({ mark: mark({ checksum: 'new', deployment: 'd2' }) })).toEqual(edited);
    });

    it('leaves nothing when its second statement fails, and says which one failed', async () => {
      const result = await runSection({ statements: [database.effect(named('a')), database.failing] });

      expect(result).toMatchObject({ outcome: 'failed', statement: 1 });
      expect(await effects()).toEqual([]);
      expect(await target.history()).toEqual([]);
    });

    it('leaves nothing when a verification is not true, and says which one it was', async () => {
      const result = await runSection({ verify: ['SELECT true', 'SELECT false'] });

      expect(result).toEqual({ outcome: 'unverified', statement: 3, returned: database.falsehood });
      expect(await effects()).toEqual([]);
      expect(await target.history()).toEqual([]);
    });

    it('runs again for another request when it failed', async () => {
      await runSection({ statements: [database.failing] });

      expect(await runSection({ attempt: 'request-2' })).toEqual({ outcome: 'done' });
    });

    it('undoes nothing of what another deployment did', async () => {
      await runSection();
      const removal = { change: 'remove', statements: [database.failing], verify: [] } as const;

      expect(await runSection({ ...removal, mark: mark({ deployment: 'd2' }) })).toEqual({ outcome: 'already' });
      expect(await target.history()).toEqual([mark()]);
    });

    it('removes all rows of its migration along with its work, once', async () => {
      await runSection();
      await runSection({ mark: mark({ step: 1 }), statements: [], verify: [] });
      await runSection({ mark: mark({ id: 'users/1.1.0' }), statements: [], verify: [] });
      const removal = { change: 'remove', statements: [database.effect(named('c'))], verify: [] } as const;

      expect(await runSection(removal)).toEqual({ outcome: 'done' });
      expect(await runSection(removal)).toEqual({ outcome: 'already' });
      expect(await target.history()).toEqual([mark({ id: 'users/1.1.0' })]);
      expect(await effects()).toEqual([named('a'), named('b'), named('c')]);
    });

    it('keeps its rows when a statement that undoes fails', async () => {
      await runSection();

      const result = await runSection({ change: 'remove', statements: [database.failing], verify: [] });
      expect(result).toMatchObject({ outcome: 'failed', statement: 0 });
      expect(await target.history()).toEqual([mark()]);
    });

    it('is refused for an older holder once a newer one raised the fence', async () => {
      await database.target(session(2, scope)).prepare();

      await expect(runSection()).rejects.toMatchObject({ code: 'LEASE_LOST' });
      expect(await effects()).toEqual([]);
    });

    it('asks before it runs whether the session still has its lease', async () => {
      const lost = new Error('lost');
      const stopped = database.target({ scope, token: 1, guard: () => Promise.reject(lost) });

      await expect(stopped.sql.runSection(section())).rejects.toBe(lost);
      expect(await effects()).toEqual([]);
    });
  });
});
