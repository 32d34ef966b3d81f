import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Client } from 'pg';
import type { SqlAction } from '../../core/bundle/bundle';
import type { StepContext } from '../../core/engine/kinds/index';
import { standaloneStep as step } from '../../core/engine/kinds/standalone-sql';
import type { SqlDatabase, Target } from '../../core/ports';
import { ManualClock } from '../../packages/sandbox/test/helpers/manual-clock';
import { until } from '../../packages/sandbox/test/helpers/until';
import { enginesUnderTest } from '../../packages/sandbox/test/services/rds-data/engines';
import { session, stepContext } from './support/records';
import { openAurora, type SqlUnderTest } from './support/sql-databases';

/** Milliseconds that the Data API waits for a statement (aws-facts RDS-1). */
const patience = 45_000;

// PGlite has one session: a second call cannot look while the first one runs.
const servers = enginesUnderTest().filter(({ name }) => name === 'postgres');

/** What takes longer than a call is waited for by asking the database, and never runs twice or behind our back. */
describe.each(servers)('a statement on its own that outlives its call, on $name', (engine) => {
  const clock = new ManualClock();
  let database: SqlUnderTest;
  let writer: Client;
  let target: Target & { readonly sql: SqlDatabase };
  let table: string;
  let count = 0;

  beforeAll(async () => {
    database = await openAurora(engine, clock);
    const { rows } = await database.target(session(1)).sql.query('SELECT current_database() AS name');
    const url = new URL(engine.postgresUrl!);
    url.pathname = String(rows[0]?.name);
    writer = new Client({ connectionString: url.href });
    await writer.connect();
  });
  afterAll(async () => {
    await writer.end();
    await database.close();
  });
  beforeEach(async () => {
    table = `long_items${++count}`;
    target = database.target(session(1, `App/${table}`));
    await target.prepare();
    await target.sql.query(`CREATE TABLE ${table} (id int, name text)`);
    await target.sql.query(`INSERT INTO ${table} VALUES (1, 'a')`);
  });

  const action = (text: string): SqlAction => ({
    type: 'sql',
    transaction: false,
    statements: [{ text, line: 4, column: 1 }],
  });
  const createIndex = () => action(`CREATE INDEX CONCURRENTLY ${table}_name ON ${table} (name)`);
  const context = (change: Partial<StepContext> = {}) =>
    stepContext({ file: 'users/1.1.0_index.sql', target, ...change });
  const sessions = async (part: string) => {
    const { rows } = await target.sql.query(
      `SELECT count(*) AS sessions FROM pg_stat_activity WHERE state = 'active' AND pid <> pg_backend_pid() AND query LIKE '%${part}%'`,
    );
    return Number(rows[0]?.sessions);
  };
  const indexes = async () => {
    const { rows } = await target.sql.query(
      `SELECT i.indisvalid AS valid FROM pg_index i WHERE i.indrelid = '${table}'::regclass`,
    );
    return rows.map(({ valid }) => valid);
  };

  /** The statement waits for a writer that does not end, and its call is over. */
  async function outlived(what: SqlAction, part: string): Promise<void> {
    await writer.query(`BEGIN; UPDATE ${table} SET name = 'b'`);
    const call = step.perform(what, context(), { exists: false });
    await until(
      () => sessions(part),
      (running) => running > 0,
    );
    clock.pass(patience);
    expect(await call).toBe('wait');
  }

  it('is waited for, and recorded once it is done', async () => {
    await outlived(createIndex(), `INDEX CONCURRENTLY ${table}_name`);
    const again = () => step.perform(createIndex(), context({ resumed: true }), { exists: false });
    expect(await again()).toBe('wait');
    expect(await sessions(`INDEX CONCURRENTLY ${table}_name`)).toBe(1);
    await writer.query('COMMIT');

    await until(again, (result) => result === 'done');
    expect(await indexes()).toEqual([true]);
    expect(await target.history()).toHaveLength(1);
  });

  it('is stopped when its migration is undone, and takes no effect later', async () => {
    await outlived(createIndex(), `INDEX CONCURRENTLY ${table}_name`);
    const down = context({ phase: 'down', resumed: true });
    const undo = () => step.invert(createIndex(), down, { exists: false });

    expect(await undo()).toBe('wait');
    // Dropping what is left of it waits for the writer too.
    await until(
      () => sessions(`CREATE INDEX CONCURRENTLY ${table}_name`),
      (running) => running === 0,
    );
    const dropping = undo();
    await until(
      () => sessions(`DROP INDEX CONCURRENTLY IF EXISTS ${table}_name`),
      (running) => running > 0,
    );
    clock.pass(patience);
    expect(await dropping).toBe('wait');
    expect(await undo()).toBe('wait');
    expect(await sessions(`DROP INDEX CONCURRENTLY IF EXISTS ${table}_name`)).toBe(1);
    await writer.query('COMMIT');

    await until(undo, (result) => result === 'done');
    expect(await sessions(`INDEX CONCURRENTLY ${table}_name`)).toBe(0);
    expect(await indexes()).toEqual([]);
  });

  it('is waited for by its lock on the fence when it can run in a transaction', async () => {
    const doubled = action(`UPDATE ${table} SET id = id * 2`);
    await writer.query(`BEGIN; UPDATE ${table} SET name = 'b'`);
    const call = expect(step.perform(doubled, context(), { exists: false })).rejects.toMatchObject({
      code: 'DATABASE_BUSY',
    });
    await until(
      () => sessions('apply_section'),
      (running) => running > 0,
    );
    clock.pass(patience);
    await call;
    const again = () =>
      step.perform(doubled, context({ resumed: true }), { exists: false }).catch(({ code }) => code as string);
    expect(await again()).toBe('DATABASE_BUSY');
    await writer.query('COMMIT');

    await until(again, (result) => result === 'done');
    expect((await target.sql.query(`SELECT id FROM ${table}`)).rows).toEqual([{ id: 2 }]);
  });
});
