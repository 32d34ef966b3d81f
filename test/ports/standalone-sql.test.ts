import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { SqlAction } from '../../core/bundle/bundle';
import type { StepContext } from '../../core/engine/kinds/index';
import { standaloneStep as step } from '../../core/engine/kinds/standalone-sql';
import type { SqlDatabase, Target } from '../../core/ports';
import { migration, session, stepContext } from './support/records';
import { auroraKinds, type SqlUnderTest } from './support/sql-databases';

/** Statements outside a transaction, at every point at which a process may die between them and their record. */
describe.each(auroraKinds)('a statement on its own: $name', ({ open }) => {
  let database: SqlUnderTest;
  let target: Target & { readonly sql: SqlDatabase };
  let table: string;
  let count = 0;

  beforeAll(async () => {
    database = await open();
  });
  afterAll(() => database.close());
  beforeEach(async () => {
    table = `items${++count}`;
    target = database.target(session(1, `App/${table}`));
    await target.prepare();
    await target.sql.query(`CREATE TABLE ${table} (id int, name text)`);
    await target.sql.query(`INSERT INTO ${table} VALUES (1, 'a'), (2, 'a')`);
  });

  const action = (text: string): SqlAction => ({
    type: 'sql',
    transaction: false,
    statements: [{ text, line: 4, column: 1 }],
  });
  const createIndex = (kind = '') => action(`CREATE ${kind} INDEX CONCURRENTLY ${table}_name ON ${table} (name)`);
  const context = (change: Partial<StepContext> = {}) =>
    stepContext({ file: 'users/1.1.0_index.sql', target, ...change });
  const indexes = async () => {
    const { rows } = await target.sql.query(
      `SELECT c.relname AS name, i.indisvalid AS valid FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid WHERE i.indrelid = '${table}'::regclass`,
    );
    return rows;
  };
  const valid = () => [{ name: `${table}_name`, valid: true }];
  const isInvalid = () => [{ name: `${table}_name`, valid: false }];
  const apply = (what: SqlAction, change: Partial<StepContext> = {}) => step.perform(what, context(change), undefined);

  it('builds an index and writes the row of the history', async () => {
    expect(await step.observe(createIndex(), context())).toEqual({ exists: false });
    expect(await apply(createIndex())).toBe('done');

    expect(await indexes()).toEqual(valid());
    expect(await target.history()).toMatchObject([{ id: 'users/1.1.0', phase: 'up', step: 0 }]);
  });

  it('refuses an index that belongs to another migration before anything was done', async () => {
    await target.sql.query(`CREATE INDEX ${table}_name ON ${table} (id)`);

    await expect(step.observe(createIndex(), context())).rejects.toMatchObject({
      code: 'INDEX_EXISTS',
      location: { file: 'users/1.1.0_index.sql', line: 4 },
    });
  });

  it('runs the statement when it is resumed before that ran', async () => {
    expect(await apply(createIndex(), { resumed: true })).toBe('done');
    expect(await indexes()).toEqual(valid());
  });

  it('only records the statement when it is resumed between its run and the record', async () => {
    await target.sql.query(createIndex().statements[0]!.text);

    expect(await apply(createIndex(), { resumed: true })).toBe('done');
    expect(await indexes()).toEqual(valid());
    expect(await target.history()).toHaveLength(1);
  });

  it('does nothing twice when it is resumed after everything', async () => {
    await apply(createIndex());

    expect(await apply(createIndex(), { resumed: true })).toBe('done');
    expect(await target.history()).toHaveLength(1);
  });

  it('drops the INVALID index of a build that failed, and builds it again, when it is resumed', async () => {
    await expect(apply(createIndex('UNIQUE'))).rejects.toMatchObject({
      code: 'STATEMENT_FAILED',
      location: { line: 4 },
    });
    expect(await indexes()).toEqual(isInvalid());
    await target.sql.query(`DELETE FROM ${table} WHERE id = 2`);

    expect(await apply(createIndex('UNIQUE'), { resumed: true })).toBe('done');
    expect(await indexes()).toEqual(valid());
  });

  it('is inverted when it left an INVALID index, and when it left none', async () => {
    await expect(apply(createIndex('UNIQUE'))).rejects.toMatchObject({ code: 'STATEMENT_FAILED' });
    const down = context({ phase: 'down', resumed: true });

    expect(await step.invert(createIndex('UNIQUE'), down, { exists: false })).toBe('done');
    expect(await indexes()).toEqual([]);
    expect(await step.invert(createIndex('UNIQUE'), down, { exists: false })).toBe('done');
  });

  it('does not invert an index that was there before', async () => {
    await target.sql.query(`CREATE INDEX ${table}_name ON ${table} (name)`);
    const repeatable = action(`CREATE INDEX CONCURRENTLY IF NOT EXISTS ${table}_name ON ${table} (name)`);
    const before = await step.observe(repeatable, context());

    expect(before).toEqual({ exists: true });
    expect(await apply(repeatable)).toBe('done');
    await step.invert(repeatable, context({ phase: 'down', resumed: true }), before!);
    expect(await indexes()).toEqual(valid());
  });

  it('is not run again when its effect is in doubt, cannot be inspected, and may not be repeated', async () => {
    const setting = action("ALTER SYSTEM SET application_name = 'app'");

    await expect(apply(setting, { resumed: true })).rejects.toMatchObject({ code: 'OUTCOME_UNKNOWN' });
    const down = context({ phase: 'down', resumed: true });
    await expect(step.invert(setting, down, { exists: false })).rejects.toMatchObject({ code: 'OUTCOME_UNKNOWN' });
  });

  it('is not in doubt once it is recorded', async () => {
    const { id, checksum, deployment } = migration(1);
    const mark = { id, phase: 'up' as const, step: 0, checksum, deployment };
    await target.sql.transact('add', mark, async () => undefined);
    const setting = action("ALTER SYSTEM SET application_name = 'app'");

    expect(await apply(setting, { resumed: true })).toBe('done');
    expect(await step.invert(setting, context({ phase: 'down', resumed: true }), { exists: false })).toBe('happened');
  });

  it('is run once, whenever the process dies, when it can run in a transaction', async () => {
    const doubled = action(`UPDATE ${table} SET id = id * 2`);
    await apply(doubled);

    expect(await apply(doubled, { resumed: true })).toBe('done');
    expect((await target.sql.query(`SELECT sum(id) AS sum FROM ${table}`)).rows).toEqual([{ sum: 6 }]);
    expect(await step.invert(doubled, context({ phase: 'down', resumed: true }), { exists: false })).toBe('happened');
  });

  it('needs no undoing when it never ran, though it can run in a transaction', async () => {
    const doubled = action(`UPDATE ${table} SET id = id * 2`);

    expect(await step.invert(doubled, context({ phase: 'down', resumed: true }), { exists: false })).toBe('done');
  });

  it('runs on its own when the procedure that it calls commits', async () => {
    const body = `BEGIN UPDATE ${table} SET id = id * 2; COMMIT; END`;
    await target.sql.query(`CREATE PROCEDURE twice_${table}() LANGUAGE plpgsql AS $$ ${body} $$`);

    expect(await apply(action(`CALL twice_${table}()`))).toBe('done');
    expect((await target.sql.query(`SELECT sum(id) AS sum FROM ${table}`)).rows).toEqual([{ sum: 6 }]);
    expect(await target.history()).toHaveLength(1);
  });

  it.each([
    ['of the same definition', 'CREATE', `(name)`],
    ['of the same definition in other words', 'CREATE', `USING btree (name ASC NULLS LAST)`],
  ])('adopts an index %s, which is then never undone', async (_what, create, rest) => {
    await target.sql.query(`${create} INDEX ${table}_name ON ${table} ${rest}`);
    const before = await step.observe(createIndex(), context());

    expect(await step.perform(createIndex(), context(), before)).toBe('foreign');
    expect(await target.history()).toHaveLength(1);
  });

  it.each([
    ['unique', 'CREATE UNIQUE', '(name, id)', '(name, id)'],
    ['partial', 'CREATE', '(name) WHERE id > 1', '(name)'],
    ['on an expression', 'CREATE', '(lower(name))', '(name)'],
  ])('refuses one that is %s where the statement says otherwise', async (_what, create, rest, wanted) => {
    await target.sql.query(`${create} INDEX ${table}_name ON ${table} ${rest}`);
    const statement = action(`CREATE INDEX CONCURRENTLY ${table}_name ON ${table} ${wanted}`);

    await expect(step.observe(statement, context())).rejects.toMatchObject({ code: 'INDEX_EXISTS' });
  });

  it('is not run again on a database that was restored and knows it', async () => {
    const { id, checksum } = migration(1);
    const mark = { id, phase: 'up' as const, step: 0, checksum, deployment: 'an earlier life' };
    await target.sql.transact('add', mark, async () => undefined);
    const doubled = action(`UPDATE ${table} SET id = id * 2`);
    const before = await step.observe(doubled, context());

    expect(await step.perform(doubled, context(), before)).toBe('foreign');
    expect((await target.sql.query(`SELECT sum(id) AS sum FROM ${table}`)).rows).toEqual([{ sum: 3 }]);
  });

  it('is refused when the database knows it with another checksum', async () => {
    const { id, deployment } = migration(1);
    const mark = { id, phase: 'up' as const, step: 0, checksum: 'edited since', deployment };
    await target.sql.transact('add', mark, async () => undefined);

    await expect(step.observe(createIndex(), context())).rejects.toMatchObject({ code: 'CHECKSUM_MISMATCH' });
    await expect(apply(createIndex())).rejects.toMatchObject({ code: 'CHECKSUM_MISMATCH' });
  });

  it('is refused before anything is done when it makes what is there, which undoing the others would drop', async () => {
    const refuse = (...texts: readonly string[]) => step.refuse!(texts.map(action), context());
    const index = `CREATE INDEX CONCURRENTLY ${table}_name ON ${table} (id)`;

    await expect(refuse(index, `ALTER TABLE ${table} ADD COLUMN "name" int`)).rejects.toMatchObject({
      code: 'OBJECT_EXISTS',
      payload: { object: `column ${table}."name"` },
    });
    await expect(refuse('CREATE TABLE other (x int)', `CREATE TABLE ${table} (id int)`)).rejects.toMatchObject({
      code: 'OBJECT_EXISTS',
      payload: { object: `table ${table}` },
    });
    expect(await refuse(`ALTER TABLE ${table} ADD name int`)).toBeUndefined();
    expect(await refuse(`ALTER TABLE ${table} DROP COLUMN name`, `ALTER TABLE ${table} ADD name int`)).toBeUndefined();
    expect(await refuse('VACUUM', `ALTER TABLE ${table} ADD COLUMN IF NOT EXISTS name int`)).toBeUndefined();
    expect(await refuse('VACUUM', `ALTER TABLE ${table} ADD CONSTRAINT name CHECK (id > 0)`)).toBeUndefined();
    expect(await refuse('VACUUM', 'CREATE TABLE pg_class (id int)')).toBeUndefined();
    expect(await refuse('DO $$ BEGIN END $$', `ALTER TABLE ${table} ADD name int`)).toBeUndefined();
  });

  it('is repeated when it may be', async () => {
    expect(await apply(action(`VACUUM ${table}`), { resumed: true })).toBe('done');
  });

  it.each(['DROP INDEX CONCURRENTLY nowhere', 'DROP TABLE nowhere'])(
    'does not fail when it is undone and its object is gone already: %s',
    async (text) => {
      const drop = action(text);

      expect(await apply(drop, { phase: 'down' })).toBe('done');
      await expect(apply(drop, { phase: 'contract', step: 1 })).rejects.toMatchObject({ code: 'STATEMENT_FAILED' });
      expect(await target.history()).toEqual([]);
    },
  );
});
