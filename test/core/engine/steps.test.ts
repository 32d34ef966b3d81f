import { beforeEach, describe, expect, it } from '@jest/globals';
import type { Action, BundledMigration, TableAction } from '../../../core/bundle/bundle';
import { databaseKinds } from '../../../core/bundle/database-kinds';
import { kindOf, type StepContext, singleSteps } from '../../../core/engine/kinds/index';
import { tableStep } from '../../../core/engine/kinds/table';
import type { MigrationModule, SqlDatabase, TableDatabase, Target } from '../../../core/ports';
import { migration, session, stepContext } from '../../ports/support/records';
import { MemorySqlDatabase } from '../../support/memory/sql-database';
import { MemoryTables } from '../../support/memory/tables';
import { createTable, MemoryWorld, scope, sqlMigration, tableMigration } from '../../support/memory-world';
import { errorOf } from '../../support/migrations-folder';

const byWeek = { name: 'byWeek', partitionKey: { name: 'week', type: 'S' as const } };

let users: MemorySqlDatabase;
let target: Target & { readonly sql: SqlDatabase };

beforeEach(() => {
  users = new MemorySqlDatabase();
  target = users.open(session(1));
});

const context = (change: Partial<StepContext> = {}) => stepContext({ file: 'users/1.1.0_step.sql', target, ...change });
const sql = (...texts: readonly string[]): Action => ({
  type: 'sql',
  transaction: true,
  statements: texts.map((text, index) => ({ text, line: index + 5, column: 3 })),
});
const apply = (action: Action, change: Partial<StepContext> = {}) =>
  kindOf(action).perform(action, context(change), undefined);

describe('a SQL step', () => {
  it('runs its statements and their row in one transaction', async () => {
    expect(await apply(sql('one', 'two'))).toBe('done');
    expect(users.statements).toEqual(['one', 'two']);
    expect(users.marks).toMatchObject([{ id: 'users/1.1.0', phase: 'up', step: 0 }]);
  });

  it('names file, line and text of the statement that failed, and leaves nothing', async () => {
    const error = await errorOf(() => apply(sql('one', 'fail two', 'three')));

    expect(error).toMatchObject({
      code: 'STATEMENT_FAILED',
      location: { file: 'users/1.1.0_step.sql', line: 6, column: 3 },
      payload: { statement: 'fail two' },
    });
    expect(users.statements).toEqual([]);
  });

  it('reports when another deployment has done it already', async () => {
    await apply(sql('one'), { migration: migration(1, { deployment: 'other' }) });

    expect(await apply(sql('one'))).toBe('foreign');
    expect(users.statements).toEqual(['one']);
  });

  it('runs its down statements only where there is something to undo', async () => {
    expect(await apply(sql('undo one'), { phase: 'down' })).toBe('done');
    await apply(sql('one'));
    await apply(sql('undo one'), { phase: 'down' });

    expect(users.statements).toEqual([]);
    expect(users.marks).toEqual([]);
  });

  it('refuses a target of another database kind', async () => {
    const tables = new MemoryTables().open(session(1));

    expect(await errorOf(() => apply(sql('one'), { target: tables }))).toMatchObject({ code: 'WRONG_DATABASE_KIND' });
    const action: Action = { type: 'table', operation: createTable('plans') };
    expect(await errorOf(() => apply(action))).toMatchObject({ code: 'WRONG_DATABASE_KIND' });
  });
});

describe('statements outside a transaction', () => {
  it('become one step each, and the others stay as they are', () => {
    const standalone: Action = { ...sql('a', 'b'), transaction: false } as Action;

    const steps = singleSteps([sql('x', 'y'), standalone], { traits: databaseKinds['aurora-postgresql'] });

    const texts = steps.map((step) => (step.type === 'sql' ? step.statements.map(({ text }) => text) : []));
    expect(texts).toEqual([['x', 'y'], ['a'], ['b']]);
  });
});

describe('a verify statement', () => {
  const answering = (...rows: readonly Record<string, unknown>[]): Target => ({
    ...target,
    sql: { ...target.sql, query: async () => ({ rows, rowCount: rows.length }) },
  });
  const verify = (rows: readonly Record<string, unknown>[]) =>
    apply(
      { type: 'verify', statements: [{ text: 'SELECT ok', line: 12, column: 1 }] },
      { phase: 'verify', target: answering(...rows) },
    );

  it('holds when its one row is true', async () => {
    expect(await verify([{ ok: true }])).toBe('done');
  });

  it.each([
    ['false', [{ ok: false }]],
    ['null', [{ ok: null }]],
    ['a string', [{ ok: 'ada@example.com' }]],
    ['a number', [{ ok: 1 }]],
    ['0 rows', []],
    ['2 rows', [{ ok: true }, { ok: true }]],
  ])('fails with its line when it returns %s', async (seen, rows) => {
    const error = await errorOf(() => verify(rows));

    expect(error).toMatchObject({ code: 'VERIFY_FAILED', location: { line: 12 } });
    expect(error.message).toContain(`got ${seen}.`);
  });
});

describe('a code step', () => {
  const code: Action = { type: 'code', function: 'up' };
  const running = (up: MigrationModule['up'], file = 'users/1.1.0_code.ts') =>
    apply(code, { file, module: async () => ({ up, codeLines: [] }) });

  it('runs in one transaction with its row', async () => {
    await running(async (connection) => {
      await connection.execute('one');
      await connection.execute('two');
    });

    expect(users.statements).toEqual(['one', 'two']);
    expect(users.marks).toHaveLength(1);
  });

  it('leaves nothing when it throws, and names its last statement', async () => {
    const error = await errorOf(() =>
      running(async (connection) => {
        await connection.execute('one');
        throw new TypeError('of my own');
      }),
    );

    expect(error).toMatchObject({ code: 'CODE_FAILED', payload: { statement: 'one' } });
    expect(error.message).toBe('up() threw: of my own');
    expect(users.statements).toEqual([]);
  });

  it('names the line of the source file that a line of the compiled code comes from', async () => {
    const file = 'users/1.1.0_code.ts';
    const thrown = Object.assign(new Error('no'), {
      stack: `Error: no\n    at up (${file}:7:11)\n    at node:internal`,
    });
    const module = async (): Promise<MigrationModule> => ({
      up: () => {
        throw thrown;
      },
      codeLines: [
        [1, 0],
        [5, 20],
        [7, 31],
      ],
    });

    expect(await errorOf(() => apply(code, { file, module }))).toMatchObject({ location: { file, line: 31 } });
  });

  it('rethrows unchanged an error that the migration did not cause', async () => {
    const stopped = users.open({ scope, token: 1, guard: () => Promise.reject(new Error('lost')) });

    await expect(
      apply(code, { target: stopped, module: async () => ({ up: () => undefined, codeLines: [] }) }),
    ).rejects.toThrow('lost');
  });

  it('reports when the module lacks the function', async () => {
    expect(await errorOf(() => running(undefined))).toMatchObject({ code: 'CODE_MISSING' });
  });
});

describe('table steps', () => {
  let tables: MemoryTables;
  let meals: Target & { readonly tables: TableDatabase };
  const table = (operation: TableAction['operation']): TableAction => ({ type: 'table', operation });

  beforeEach(() => {
    tables = new MemoryTables(2);
    meals = tables.open(session(1));
  });

  it('wait until a table exists, and has what can be set only then', async () => {
    const action = table(createTable('plans'));
    const results = [];
    for (let time = 0; time < 5; time += 1) results.push(await apply(action, { target: meals }));

    expect(results).toEqual(['wait', 'wait', 'wait', 'done', 'done']);
    expect(tables.settings.get('plans', 'pointInTimeRecovery')).toBe(35);
  });

  it('do not create a second index before the first is built', async () => {
    tables.tables.set('plans', []);
    const byUser = { name: 'byUser', partitionKey: { name: 'user', type: 'S' as const } };
    await apply(table({ kind: 'addGlobalIndex', table: 'plans', index: byWeek }), { target: meals });

    expect(await apply(table({ kind: 'addGlobalIndex', table: 'plans', index: byUser }), { target: meals })).toBe(
      'wait',
    );
    expect(tables.tables.get('plans')).toEqual([byWeek]);
  });

  it('do not delete an index while its resources are allocated, but do while it backfills', async () => {
    tables.looks = 4;
    tables.tables.set('plans', []);
    await meals.tables.addIndex('plans', byWeek);
    const action = table({ kind: 'addGlobalIndex', table: 'plans', index: byWeek });
    const invert = () => tableStep.invert(action, context({ target: meals }), { exists: false });

    expect(await invert()).toBe('wait');
    expect((await meals.tables.describe('plans'))?.indexes).toMatchObject([{ status: 'CREATING' }]);
    for (let time = 0; time < 12; time += 1) await invert();
    expect(tables.tables.get('plans')).toEqual([]);
  });

  it('asks what scales an index only before a removal that can be undone', async () => {
    tables.looks = 0;
    tables.tables.set('plans', [byWeek]);
    tables.scaling.set('plans/byWeek', [{ kind: 'target', input: { MinCapacity: 5 } }]);
    const action = table({ kind: 'removeGlobalIndex', table: 'plans', index: 'byWeek' });
    const observed = async (phase: StepContext['phase']) =>
      (await tableStep.observe(action, context({ target: meals, phase })))?.index;

    expect(await observed('up')).toEqual({ ...byWeek, scaling: [{ kind: 'target', input: { MinCapacity: 5 } }] });
    expect(await observed('contract')).toEqual(byWeek);
  });

  it('scale an index that is made again when it is there, for as long as it takes', async () => {
    tables.tables.set('plans', []);
    const results: ('busy' | 'done')[] = ['busy', 'busy', 'done'];
    const statuses: unknown[] = [];
    const scale: TableDatabase['scale'] = async (name) => {
      statuses.push((await meals.tables.describe(name))?.indexes.map(({ status }) => status));
      return results.shift()!;
    };
    const target: Target = { ...meals, tables: { ...meals.tables, scale } };
    const before = { exists: true, index: { ...byWeek, scaling: [{ kind: 'target' as const, input: {} }] } };
    const action = table({ kind: 'removeGlobalIndex', table: 'plans', index: 'byWeek' });
    const progress: string[] = [];
    while (progress.at(-1) !== 'done' && progress.length < 20)
      progress.push(await tableStep.invert(action, context({ target }), before));

    expect(statuses).toEqual([['ACTIVE'], ['ACTIVE'], ['ACTIVE']]);
    expect(progress.at(-1)).toBe('done');
    expect(tables.tables.get('plans')).toEqual([byWeek]);
  });

  it('make an index again that an engine observed which knew nothing of its capacity', async () => {
    tables.tables.set('plans', []);
    const action = table({ kind: 'removeGlobalIndex', table: 'plans', index: 'byWeek' });
    const invert = () => tableStep.invert(action, context({ target: meals }), { exists: true, index: byWeek });
    for (let time = 0; time < 6; time += 1) await invert();

    expect(await invert()).toBe('done');
    expect(tables.tables.get('plans')).toEqual([byWeek]);
  });

  it('cannot invert deleteTable', async () => {
    const action = table({ kind: 'deleteTable', table: 'plans' });

    expect(await errorOf(() => tableStep.invert(action, context({ target: meals }), { exists: true }))).toMatchObject({
      code: 'IRREVERSIBLE',
    });
  });
});

describe('what was there before a deployment', () => {
  let world: MemoryWorld;

  beforeEach(() => {
    world = new MemoryWorld();
    world.meals.looks = 2;
  });

  const create = (...migrations: readonly BundledMigration[]) =>
    world.migrations('Create', world.revision('A', migrations));

  it('a table that existed is not created again, and survives the rollback', async () => {
    world.meals.tables.set('plans', [byWeek]);

    const outcome = await create(tableMigration('1.0.0', [createTable('lists'), createTable('plans')]));

    expect(outcome.status).toBe('FAILED');
    expect(outcome.reason).toContain('the table plans already exists');
    expect([...world.meals.tables]).toEqual([['plans', [byWeek]]]);
  });

  it('an index that existed is not added again, and survives the rollback', async () => {
    world.meals.tables.set('plans', [byWeek]);

    const outcome = await create(tableMigration('1.0.0', [{ kind: 'addGlobalIndex', table: 'plans', index: byWeek }]));

    expect(outcome.status).toBe('FAILED');
    expect([...world.meals.tables]).toEqual([['plans', [byWeek]]]);
  });

  it('an index that was removed is recreated as it was by the rollback', async () => {
    const scaled = { ...byWeek, provisioned: { read: 5, write: 6 } };
    const scaling = [{ kind: 'target' as const, input: { MinCapacity: 5 } }];
    world.meals.tables.set('plans', [scaled]);
    world.meals.scaling.set('plans/byWeek', scaling);
    const removal = tableMigration('1.0.0', [{ kind: 'removeGlobalIndex', table: 'plans', index: 'byWeek' }]);

    const outcome = await create(removal, sqlMigration('1.0.0', { up: ['fail'] }));

    expect(outcome.status).toBe('FAILED');
    expect([...world.meals.tables]).toEqual([['plans', [scaled]]]);
    expect([...world.meals.scaling]).toEqual([['plans/byWeek', scaling]]);
  });

  it('what another deployment applied is adopted, and not undone with this one', async () => {
    const session = { scope, token: 1, guard: async () => undefined };
    const mark = {
      id: 'users/1.0.0',
      phase: 'up',
      step: 0,
      checksum: 'sum-1.0.0-s1.0.0',
      deployment: 'an earlier life',
    } as const;
    await world.users
      .open(session)
      .sql.transact('add', mark, (connection) => connection.execute('s1.0.0').then(() => undefined));
    const a = world.revision('A', [sqlMigration('1.0.0'), sqlMigration('1.1.0')]);
    await world.migrations('Create', a);
    world.stackIs('ROLLBACK_IN_PROGRESS');

    await world.migrations('Delete', a);

    expect(world.users.statements).toEqual(['s1.0.0']);
    expect((await world.ledger.events(scope)).map(({ type }) => type)).toContain('migration-adopted');
  });

  it('steps that take longer than a process may run are continued by the next one', async () => {
    world.meals.looks = 100;
    const a = world.revision('A', [tableMigration('1.0.0', [createTable('plans')])]);
    const recorded = await world.request({ kind: 'migrations', type: 'Create', physicalId: undefined, properties: a });

    expect(await world.tick(recorded, { stopBy: world.clock.time + 1_000 })).toMatchObject({ status: 'wait' });
    expect((await world.work(recorded)).status).toBe('SUCCESS');
  });
});
