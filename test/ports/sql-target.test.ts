import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { HistoryMark, SqlTarget } from '../../core/ports';
import { type SqlUnderTest, session, sqlKinds } from './support/sql-databases';

describe.each(sqlKinds)('a SQL target: $name', ({ open }) => {
  let database: SqlUnderTest;
  let target: SqlTarget;
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
  const never = () => expect.fail('must not run');
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
    const done = await target.transact('add', mark(), run(database.effect(named('a'))));

    expect(done).toBe('done');
    expect(await effects()).toEqual([named('a')]);
    expect(await target.history()).toEqual([mark()]);
  });

  it('does not do again what its own deployment did, or what another one did', async () => {
    await target.transact('add', mark(), run(database.effect(named('a'))));

    expect(await target.transact('add', mark(), never)).toBe('already');
    expect(await target.transact('add', mark({ deployment: 'd2' }), never)).toBe('foreign');
    expect(await target.history()).toEqual([mark()]);
  });

  it('tells phases and steps apart', async () => {
    const marks = [mark(), mark({ step: 1 }), mark({ phase: 'contract' }), mark({ id: 'users/1.1.0' })];
    for (const one of marks) expect(await target.transact('add', one, async () => undefined)).toBe('done');

    expect(await target.history()).toHaveLength(4);
    expect(await target.history()).toEqual(expect.arrayContaining(marks));
  });

  it('takes back the row with the work that takes it back, once', async () => {
    await target.transact('add', mark(), run(database.effect(named('a'))));

    expect(await target.transact('remove', mark(), run(database.effect(named('b'))))).toBe('done');
    expect(await target.transact('remove', mark(), never)).toBe('already');
    expect(await target.history()).toEqual([]);
    expect(await effects()).toEqual([named('a'), named('b')]);
  });

  it('leaves nothing of work whose second statement fails', async () => {
    const work = run(database.effect(named('a')), database.failing, database.effect(named('b')));

    await expect(target.transact('add', mark(), work)).rejects.toMatchObject({ code: 'STATEMENT_FAILED' });

    expect(await effects()).toEqual([]);
    expect(await target.history()).toEqual([]);
    expect(await target.transact('add', mark(), run(database.effect(named('a'))))).toBe('done');
  });

  it('keeps the row when taking back fails', async () => {
    await target.transact('add', mark(), run(database.effect(named('a'))));

    await expect(target.transact('remove', mark(), run(database.failing))).rejects.toMatchObject({
      code: 'STATEMENT_FAILED',
    });
    expect(await target.history()).toEqual([mark()]);
  });

  it('leaves nothing of work that throws by itself, and passes its error on', async () => {
    const thrown = new Error('of my own');
    const work = async (connection: { execute(statement: string): Promise<unknown> }) => {
      await connection.execute(database.effect(named('a')));
      throw thrown;
    };

    await expect(target.transact('add', mark(), work)).rejects.toBe(thrown);
    expect(await effects()).toEqual([]);
    expect(await target.history()).toEqual([]);
  });

  it('lets an older session change nothing once a newer one raised the fence', async () => {
    const newer = database.target(session(2, scope));
    await newer.prepare();

    await expect(target.transact('add', mark(), never)).rejects.toMatchObject({ code: 'LEASE_LOST' });
    await expect(target.transact('remove', mark(), never)).rejects.toMatchObject({ code: 'LEASE_LOST' });
    await expect(target.prepare()).rejects.toMatchObject({ code: 'LEASE_LOST' });
    expect(await newer.transact('add', mark(), async () => undefined)).toBe('done');
  });

  it('keeps scopes apart: fence and history', async () => {
    const other = database.target(session(9, `${scope}/other`));
    await other.prepare();
    await other.transact('add', mark(), async () => undefined);

    expect(await target.history()).toEqual([]);
    expect(await target.transact('add', mark({ deployment: 'd2' }), async () => undefined)).toBe('done');
    expect(await other.history()).toEqual([mark()]);
  });

  it('asks before every effect whether the session still has its lease', async () => {
    const lost = new Error('lost');
    const stopped = database.target({ scope, token: 1, guard: () => Promise.reject(lost) });

    await expect(stopped.transact('add', mark(), never)).rejects.toBe(lost);
    await expect(stopped.execute(database.effect(named('a')))).rejects.toBe(lost);
    await expect(stopped.prepare()).rejects.toBe(lost);
    await expect(stopped.cleanUp()).rejects.toBe(lost);
    expect(await effects()).toEqual([]);
  });

  it('runs one statement on its own', async () => {
    await target.execute(database.effect(named('a')));

    expect(await effects()).toEqual([named('a')]);
    await expect(target.execute(database.failing)).rejects.toMatchObject({ code: 'STATEMENT_FAILED' });
  });

  it('cleans up without losing what others know, and can be prepared anew', async () => {
    await target.transact('add', mark(), async () => undefined);
    await target.cleanUp();
    expect(await target.history()).toEqual([mark()]);

    await target.transact('remove', mark(), async () => undefined);
    await target.cleanUp();
    await target.prepare();
    expect(await target.history()).toEqual([]);
  });
});
