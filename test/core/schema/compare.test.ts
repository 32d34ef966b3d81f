import { beforeEach, describe, expect, it } from '@jest/globals';
import type { BundledMigration } from '../../../core/bundle/bundle';
import type { DataAction } from '../../../core/bundle/data-action';
import type { SqlConnection } from '../../../core/ports';
import { type Comparison, compareSchema } from '../../../core/schema/compare';
import type { AppliedMigration, Comparing } from '../../../core/schema/comparing';
import { scratchName } from '../../../core/schema/open-scratch';
import { MemorySqlDatabase } from '../../support/memory/sql-database';
import { MemoryClock } from '../../support/memory/world';

const lease = { scope: 'App/Migrations', token: 1, guard: async () => undefined };

/** A migration with one statement in each line of its `up`; lines that begin with `alone` run outside transactions. */
function migration(version: string, up: readonly string[], contract: readonly string[] = []): BundledMigration {
  const statements = (texts: readonly string[]) => texts.map((text, index) => ({ text, line: index + 1, column: 1 }));
  const isAlone = up.some((text) => text.startsWith('alone') || text.startsWith('hidden'));
  const sql = (texts: readonly string[], transaction: boolean) => [
    { type: 'sql' as const, transaction, statements: statements(texts) },
  ];
  return {
    ...{ id: `users/${version}`, target: 'users', version, name: 'change', kind: 'sql', checksum: `sum ${version}` },
    ...{ dependsOn: [], irreversible: false, file: `users/${version}_change.sql` },
    phases: [
      { name: 'up', actions: sql(up, !isAlone) },
      { name: 'verify', actions: [{ type: 'verify', statements: statements(['SELECT false']) }] },
      ...(contract.length > 0 ? [{ name: 'contract' as const, actions: sql(contract, true) }] : []),
    ],
  };
}

describe('comparing a live schema with its migrations', () => {
  let live: MemorySqlDatabase;
  let clock: MemoryClock;
  let ran: string[];

  beforeEach(() => {
    live = new MemorySqlDatabase();
    clock = new MemoryClock();
    ran = [];
    live.onScratchStatement = (statement) => {
      // Time passes in the database.
      clock.time += 1_000;
      ran.push(statement);
    };
  });

  const applied = (migrations: readonly BundledMigration[], change: Partial<AppliedMigration> = {}) =>
    migrations.map((one): AppliedMigration => ({ migration: one, isContracted: true, ...change }));
  const comparing = (migrations: readonly AppliedMigration[], seconds = 60): Comparing => ({
    ...{ live: live.open(lease), scope: lease.scope, target: 'users', purpose: 'drift', migrations, clock },
    module: () => Promise.reject(new Error('has no code')),
    stopBy: clock.now() + seconds * 1_000,
  });
  const compare = (migrations: readonly BundledMigration[], seconds?: number) =>
    compareSchema(comparing(applied(migrations), seconds));
  /** As others change the live database: not through migrations. */
  const byHand = async (...statements: readonly string[]) => {
    for (const statement of statements) await live.open(lease).sql.query(statement);
  };
  const differencesOf = (result: Comparison) => (result.state === 'done' ? result.differences : result.state);

  it('finds nothing where the live schema is what the migrations make, and leaves no scratch database', async () => {
    await byHand('a', 'b');

    expect(await compare([migration('1.0.0', ['a']), migration('1.1.0', ['b'])])).toEqual({
      state: 'done',
      differences: [],
    });
    expect(live.scratches.size).toBe(0);
  });

  it('tells what is missing and what is unexpected', async () => {
    await byHand('a', 'c');

    expect(differencesOf(await compare([migration('1.0.0', ['a']), migration('1.1.0', ['b'])]))).toEqual([
      { kind: 'effect', name: 'b', difference: 'missing', expected: 'made by b' },
      { kind: 'effect', name: 'c', difference: 'unexpected', actual: 'made by c' },
    ]);
  });

  it('changes nothing in the live database: no effect, no history', async () => {
    await byHand('a');
    await compare([migration('1.0.0', ['b'])]);

    expect({ statements: live.statements, marks: live.marks }).toEqual({ statements: ['a'], marks: [] });
  });

  it('runs contract phases of what is committed, after the last migration of its deployment', async () => {
    const migrations = [migration('1.0.0', ['a'], ['undo a']), migration('1.1.0', ['b'], ['undo b'])];
    await compareSchema(comparing(applied(migrations, { deployment: 'd1' })));
    await compareSchema(comparing(applied(migrations)));
    await compareSchema(comparing(applied(migrations, { isContracted: false })));

    expect(ran).toEqual([...['a', 'b', 'undo a', 'undo b'], ...['a', 'undo a', 'b', 'undo b'], ...['a', 'b']]);
  });

  it('goes on where an earlier call stopped, and does nothing twice', async () => {
    const migrations = ['a', 'b', 'c', 'd', 'e'].map((text, number) => migration(`1.${number}.0`, [text]));
    await byHand('a', 'b', 'c', 'd', 'e');
    const results: Comparison[] = [];
    do results.push(await compare(migrations, 2));
    while (results.at(-1)?.state === 'running');

    expect(results.map(({ state }) => state)).toEqual(['running', 'running', 'done']);
    expect(results.at(-1)).toEqual({ state: 'done', differences: [] });
    expect(ran).toEqual(['a', 'b', 'c', 'd', 'e']);
  });

  it('drops what was made of other migrations, and begins anew', async () => {
    await byHand('a', 'x');
    await compare([migration('1.0.0', ['a']), migration('1.1.0', ['b'])], 1);
    const result = await compare([migration('1.0.0', ['a']), migration('1.2.0', ['x'])]);

    expect(differencesOf(result)).toEqual([]);
    expect(ran).toEqual(['a', 'a', 'x']);
  });

  it('begins anew once where a dead process left a statement without its mark', async () => {
    const migrations = [migration('1.0.0', ['a']), migration('1.1.0', ['fail b once'])];
    await byHand('a', 'b');
    await compare(migrations, 1);
    const name = scratchName(comparing(applied(migrations)));
    const before = live.scratches.get(name);
    const failed = compare(migrations);

    await expect(failed).rejects.toMatchObject({ code: 'SCRATCH_FAILED' });
    expect(before).toBeDefined();
    // Once more from the beginning, and then it is certain that the migration itself fails.
    expect(ran).toEqual(['a', 'fail b once', 'a', 'fail b once']);
    expect(live.scratches.size).toBe(0);
  });

  it('does not begin anew for ever when a migration fails after several calls', async () => {
    const migrations = ['a', 'b', 'c', 'fail'].map((text, number) => migration(`1.${number}.0`, [text]));
    let calls = 0;
    const all = async () => {
      while ((await compare(migrations, 1)).state === 'running') calls += 1;
    };

    await expect(all()).rejects.toMatchObject({ code: 'SCRATCH_FAILED' });
    expect({ calls, left: live.scratches.size }).toEqual({ calls: 7, left: 0 });
  });

  it('says which migration fails on an empty database, and where', async () => {
    await expect(compare([migration('1.0.0', ['a']), migration('1.1.0', ['b', 'fail'])])).rejects.toMatchObject({
      code: 'SCRATCH_FAILED',
      message: 'users/1.1.0 was applied to the live database, and fails on an empty one: ERROR: fail',
      location: { file: 'users/1.1.0_change.sql', line: 2, column: 1 },
      payload: { migration: 'users/1.1.0', statement: 'fail' },
    });
  });

  it('runs nothing when a migration would change more than the scratch database', async () => {
    await expect(compare([migration('1.0.0', ['a']), migration('1.1.0', ['beyond'])])).rejects.toMatchObject({
      code: 'SCRATCH_REFUSED',
      message:
        'users/1.1.0 cannot be tried in a scratch database beside the live one: it changes a role of the whole server.',
    });
    expect({ ran, scratches: live.scratches.size }).toEqual({ ran: [], scratches: 0 });
  });

  it('leaves out backfills and verification, for which an empty database has no rows', async () => {
    await byHand('a');
    expect(differencesOf(await compare([migration('1.0.0', ['a'])]))).toEqual([]);
    expect(ran).toEqual(['a']);
  });

  it('leaves out work on items in contract phases, too', async () => {
    const place = { target: 'users', table: 'users' };
    const write: DataAction = {
      ...{
        type: 'data',
        pass: 'write',
        source: place,
        existing: 'keep',
        undo: 'nothing',
        mayFail: 0,
        finish: 'application',
      },
    };
    const cleaning: BundledMigration = {
      ...migration('1.1.0', []),
      ...{ kind: 'data', irreversible: true },
      phases: [{ name: 'contract', actions: [write, { ...write, pass: 'check' }] }],
    };
    await byHand('create a', 'create b');
    expect(await compare([migration('1.0.0', ['create a']), cleaning, migration('1.2.0', ['create b'])])).toEqual({
      state: 'done',
      differences: [],
    });
  });

  it('runs the code of a migration, but none of its statements that reach beyond', async () => {
    const code: BundledMigration = {
      ...migration('1.0.0', []),
      phases: [{ name: 'up', actions: [{ type: 'code', function: 'up' }] }],
    };
    const withModule = (statement: string): Comparing => ({
      ...comparing(applied([code])),
      module: async () => ({ codeLines: [], up: async (db) => void (await db.execute(statement)) }),
    });

    expect(differencesOf(await compareSchema(withModule('a')))).toMatchObject([{ name: 'a', difference: 'missing' }]);
    await expect(compareSchema(withModule('beyond'))).rejects.toMatchObject({ code: 'SCRATCH_FAILED' });
    expect(ran).toEqual(['a']);
  });

  it('runs statements that stand alone', async () => {
    await byHand('alone a', 'b');
    expect(differencesOf(await compare([migration('1.0.0', ['alone a', 'b'])]))).toEqual([]);
  });

  it('drops the scratch database when the live schema cannot be read', async () => {
    const target = live.open(lease);
    const schema = { ...target.schema, snapshot: () => Promise.reject(new Error('unreachable')) };
    const broken = { ...comparing(applied([migration('1.0.0', ['a'])])), live: { ...target, schema } };

    await expect(compareSchema(broken)).rejects.toThrow('unreachable');
    expect({ ran, scratches: live.scratches.size }).toEqual({ ran: ['a'], scratches: 0 });
  });

  it('asks a planner only of schemas that it can read', async () => {
    const target = live.open(lease);
    const planner = async () => [{ sql: 'change', isDestructive: false }];
    const asked = { ...comparing([]), planner };
    const read = <T>(work: (connection: SqlConnection) => Promise<T>) =>
      work({ execute: async () => ({ rows: [], rowCount: 0 }) });
    const readable = {
      ...target.schema,
      read,
      scratch: async (name: string) => {
        const scratch = await target.schema.scratch(name);
        return { ...scratch, target: { ...scratch.target, schema: { ...scratch.target.schema, read } } };
      },
    };

    expect(await compareSchema(asked)).toEqual({ state: 'done', differences: [] });
    expect(await compareSchema({ ...asked, live: { ...target, schema: readable } })).toEqual({
      ...{ state: 'done', differences: [] },
      statements: [{ sql: 'change', isDestructive: false }],
    });
  });

  it('refuses a database without a schema', async () => {
    const { schema: _schema, ...without } = live.open(lease);
    await expect(compareSchema({ ...comparing([]), live: without })).rejects.toMatchObject({
      code: 'SCHEMA_NOT_COMPARABLE',
    });
  });
});
