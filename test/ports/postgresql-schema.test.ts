import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { SchemaSnapshot, Target } from '../../core/ports';
import { differencesBetween } from '../../core/schema/differences';
import { enginesUnderTest } from '../../packages/sandbox/test/services/rds-data/engines';
import { changes, richSchema } from './support/postgresql-changes';
import { session } from './support/records';
import { auroraKinds, openAurora, type SqlUnderTest } from './support/sql-databases';

type Comparable = Target & Required<Pick<Target, 'sql' | 'schema'>>;

async function run(target: Comparable, ...statements: readonly string[]): Promise<void> {
  for (const statement of statements.flatMap((text) => text.split('; '))) await target.sql.query(statement);
}

/** The rich schema and one table more, as each server shows it. */
const shown = new Map<string, SchemaSnapshot>();

describe.each(auroraKinds)('the schema of $name', ({ name, open }) => {
  let database: SqlUnderTest;
  let target: Comparable;

  beforeAll(async () => {
    database = await open();
    target = database.target(session(1, 'App/Migrations')) as Comparable;
    await run(target, ...richSchema, 'CREATE TABLE shop_ranges (during int4range)');
    shown.set(name, await target.schema.snapshot());
  }, 60_000);
  afterAll(() => database.close());

  it('does not show what the protocol keeps', async () => {
    await target.prepare();
    expect(await target.schema.snapshot()).toEqual(shown.get(name));
  });

  it('shows every change, and nothing of those that were taken back', async () => {
    const before = shown.get(name)!;
    // PGlite is slower, and both show the same: see below.
    const some = name.includes('PGlite') ? changes.filter((_, index) => index % 8 === 0) : changes;
    for (let first = 0; first < some.length; first += 8) {
      const together = some.slice(first, first + 8);
      for (const [change, undo] of together) {
        await run(target, change);
        const differences = differencesBetween(before, await target.schema.snapshot());
        expect({ change, isSeen: differences.length > 0 }).toEqual({ change, isSeen: true });
        await run(target, undo);
      }
      expect({ together, left: differencesBetween(before, await target.schema.snapshot()) }).toEqual({
        together,
        left: [],
      });
    }
  }, 60_000);

  it('shows an extension, and of what it made only the rights that somebody changed', async () => {
    const before = await target.schema.snapshot();
    const differences = async () => differencesBetween(before, await target.schema.snapshot());

    await run(target, 'CREATE EXTENSION pg_stat_statements');
    expect(await differences()).toMatchObject([{ kind: 'extension', name: 'pg_stat_statements' }]);
    await run(target, 'GRANT EXECUTE ON FUNCTION pg_stat_statements_reset TO PUBLIC');
    expect(await differences()).toMatchObject([
      { kind: 'extension' },
      { kind: 'grant', name: expect.stringMatching(/^function public\.pg_stat_statements_reset\(.*\) to PUBLIC$/) },
    ]);
    await run(target, 'DROP EXTENSION pg_stat_statements');
    expect(await differences()).toEqual([]);
  }, 60_000);

  it('shows the same whatever the order of creation', async () => {
    const pieces = [
      'CREATE TABLE one (a integer CHECK (a > 0) CHECK (a < 9), b text)',
      'CREATE TABLE two (c integer, d text UNIQUE)',
      "CREATE TYPE kind AS ENUM ('x', 'y')",
      "CREATE FUNCTION f() RETURNS integer LANGUAGE sql AS 'SELECT 1'",
      'CREATE SCHEMA away',
      'CREATE SEQUENCE s',
    ];
    const later = [
      'CREATE INDEX ON one (b)',
      'CREATE INDEX ON one (b DESC)',
      'ALTER TABLE two ADD CHECK (c > 1)',
      'ALTER TABLE two ADD CHECK (c < 5)',
      'ALTER TABLE one ADD COLUMN x integer, ADD COLUMN y kind',
      'GRANT SELECT ON one TO PUBLIC',
      'CREATE VIEW v AS SELECT a FROM one',
    ];
    const [there, back] = await Promise.all([target.schema.scratch('order_1'), target.schema.scratch('order_2')]);
    await run(there.target as Comparable, ...pieces, ...later);
    await run(
      back.target as Comparable,
      ...pieces.toReversed(),
      ...later
        .toReversed()
        .map((text) => text.replace(/(ADD .*), (ADD .*)/, '$2, $1').replace(/(CHECK .*\)) (CHECK .*\))/, '$2 $1')),
    );
    const [first, second] = [await there.target.schema.snapshot(), await back.target.schema.snapshot()];
    expect(first.objects.length).toBeGreaterThan(20);
    expect(differencesBetween(first, second)).toEqual([]);
    await Promise.all([there.drop(), back.drop()]);
    await there.drop();
  }, 60_000);

  it('goes on with the scratch database of that name, and makes an empty one after it was dropped', async () => {
    const scratch = await target.schema.scratch('again');
    await run(scratch.target as Comparable, 'CREATE TABLE kept ()');
    const same = await target.schema.scratch('again');
    expect((await same.target.schema.snapshot()).objects).toContainEqual({
      kind: 'table',
      name: 'public.kept',
      definition: 'TABLE',
    });
    await same.drop();
    const fresh = await target.schema.scratch('again');
    expect((await fresh.target.schema.snapshot()).objects.filter(({ kind }) => kind === 'table')).toEqual([]);
    await fresh.drop();
    expect(await target.schema.snapshot()).toEqual(shown.get(name));
  }, 60_000);
});

it('shows a definition that is longer than a row of an answer, and a schema that is longer than an answer', async () => {
  const database = await openAurora(enginesUnderTest().at(-1)!);
  const target = database.target(session(1, 'App/Migrations')) as Comparable;
  const body = `SELECT '${'é'.repeat(12_000)}', '${'x'.repeat(18_000)}'`;
  for (let number = 0; number < 12; number += 1) {
    await run(target, `CREATE FUNCTION long_${number}() RETURNS record LANGUAGE sql AS $$ ${body} $$`);
  }
  const functions = (await target.schema.snapshot()).objects.filter(({ kind }) => kind === 'function');
  expect(functions.map(({ definition }) => definition.includes(body))).toEqual(Array(12).fill(true));
  await database.close();
}, 60_000);

it('says so when the cluster makes no scratch database, as when every call is a transaction', async () => {
  const database = await openAurora(enginesUnderTest().at(-1)!, undefined, {
    'concurrent-index-in-autocommit': 'fails',
  });
  const { schema } = database.target(session(1, 'App/Migrations')) as Comparable;
  await expect(schema.scratch('refused')).rejects.toMatchObject({
    code: 'SCRATCH_UNAVAILABLE',
    payload: { sqlState: '25001' },
    hint: expect.stringContaining('--scratch'),
  });
  await database.close();
}, 60_000);

it('is shown alike by every server', () => {
  const [first, ...others] = [...shown.values()];
  for (const other of others) expect(differencesBetween(first!, other)).toEqual([]);
});
