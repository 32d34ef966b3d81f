import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { withScratch } from '../../cli/drift/find-drift';
import type { SchemaDatabase, SchemaSnapshot, Target } from '../../core/ports';
import { differencesBetween } from '../../core/schema/differences';
import { mysqlFence } from '../../lambda/aws/sql/items/mysql-items';
import { mysqlUnderTest } from '../../packages/sandbox/test/services/rds-data/engines';
import { changes, richSchema } from './support/mysql-changes';
import { session } from './support/records';
import { type MysqlUnderTest, openMysql } from './support/sql-databases';

type Comparable = Target & { readonly schema: SchemaDatabase };

async function run({ sql }: Target, ...statements: readonly string[]): Promise<void> {
  for (const statement of statements.flatMap((text) => text.split('; '))) await sql?.query(statement);
}

describe.each(mysqlUnderTest())('the schema of $name', (engine) => {
  let database: MysqlUnderTest;
  let target: Comparable;
  let before: SchemaSnapshot;

  beforeAll(async () => {
    database = await openMysql(engine);
    target = database.target(session(1, 'App/Migrations')) as Comparable;
    await run(target, ...richSchema);
    before = await target.schema.snapshot();
  }, 60_000);
  afterAll(() => database.close());

  it('does not show what the protocol keeps', async () => {
    await target.prepare();
    await run(target, ...mysqlFence.create);
    expect(await target.schema.snapshot()).toEqual(before);
  });

  it('shows every change, and nothing of those that were taken back', async () => {
    for (let first = 0; first < changes.length; first += 8) {
      const together = changes.slice(first, first + 8);
      for (const [change, undo] of together) {
        await run(target, change);
        const differences = differencesBetween(before, await target.schema.snapshot());
        expect({ change, isSeen: differences.length > 0 }).toEqual({ change, isSeen: true });
        await run(target, undo);
      }
      const left = differencesBetween(before, await target.schema.snapshot());
      expect({ together, left }).toEqual({ together, left: [] });
    }
  }, 60_000);

  it('has the character set of the live database in scratch databases, on another server too', async () => {
    const other = await openMysql(engine);
    const elsewhere = other.target(session(1, 'App/Migrations')) as Comparable;
    await run(target, 'ALTER DATABASE CHARACTER SET latin1 COLLATE latin1_german1_ci');
    for (const [number, schema] of [target.schema, withScratch(target.schema, elsewhere.schema)].entries()) {
      const scratch = await schema.scratch(`cdkm_scratch_charset_${number}`);
      await run(scratch.target, 'CREATE TABLE one (a char(3))');
      expect((await scratch.target.schema.snapshot()).objects).toContainEqual({
        ...{ kind: 'column', name: 'one.a' },
        definition: expect.stringContaining('COLLATE latin1_german1_ci'),
      });
      await scratch.drop();
    }
    await run(target, 'ALTER DATABASE CHARACTER SET utf8mb4');
    await other.close();
  }, 60_000);

  it('shows the same whatever the order of creation, in a scratch database too', async () => {
    const there = await target.schema.scratch('cdkm_scratch_order_1');
    const back = await target.schema.scratch('cdkm_scratch_order_2');
    const tables = [
      'CREATE TABLE one (a int CHECK (a > 0), b varchar(20), CHECK (b > 1), CHECK (a < 9))',
      'CREATE TABLE two (c int, d int)',
    ];
    const later = [
      'CREATE VIEW v AS SELECT one.a, two.d FROM one JOIN two ON two.c = one.a',
      'CREATE TABLE three (x int)',
    ];
    const keys = ['ALTER TABLE one ADD INDEX (a)', 'ALTER TABLE one ADD INDEX (a, b)'];
    await run(there.target, ...tables, ...later, ...keys);
    const reversed = tables
      .toReversed()
      .map((text) => text.replace('CHECK (b > 1), CHECK (a < 9)', 'CHECK (a < 9), CHECK (b > 1)'));
    await run(back.target, ...reversed, ...later.toReversed(), ...keys.toReversed());
    const [first, second] = [await there.target.schema.snapshot(), await back.target.schema.snapshot()];
    expect(first.objects.length).toBeGreaterThan(12);
    expect(differencesBetween(first, second)).toEqual([]);
    await there.drop();
    await back.drop();
    await back.drop();
  }, 60_000);
});
