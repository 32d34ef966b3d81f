import { beforeEach, describe, expect, it } from '@jest/globals';
import { dryRunOf } from '../../cli/backfill/dry-run';
import { withLocalMigrations } from '../../cli/backfill/local-migrations';
import { plainValue } from '../../cli/backfill/plain-value';
import { dryRunData, renderDryRun } from '../../cli/backfill/render-dry-run';
import { terminal } from '../../cli/output';
import type { BundledMigration } from '../../core/bundle/bundle';
import { MigrationError } from '../../core/errors/index';
import { dataMigration, people, peopleTables } from '../support/data-migration';
import { createTable, MemoryWorld, scope, tableMigration } from '../support/memory-world';
import { errorOf, migrationsFolder } from '../support/migrations-folder';

let world: MemoryWorld;
beforeEach(async () => {
  world = new MemoryWorld();
  await world.deployed('a', [peopleTables]);
  world.meals.items.put('people', ...people(3));
});

/** As the bundler compiles it. */
const code = `exports.default = {
  transform: (item) => {
    if (item.id === 'p1') throw new Error('no good, and ' + 'long '.repeat(30));
    if (item.id === 'p2') return item;
    return { ...item, note: 'x'.repeat(100), age: undefined };
  },
};`;

function migration(version: string): BundledMigration {
  return { ...dataMigration(world, version, {}), code };
}

function tried(migrations: readonly BundledMigration[], named?: string) {
  const local = { bundle: { format: 1, migrations }, seedFolder: '/nowhere' } as const;
  return dryRunOf({ scope, stack: 'App', ports: world.ports }, local, named, 10);
}

describe('migrations backfill --dry-run', () => {
  it('shows what the pending migration would do, in 80 columns and without colours', async () => {
    const report = await tried([peopleTables, migration('1.1.0')]);
    const text = renderDryRun(scope, report, terminal({}));
    expect(text.split('\n')).toEqual([
      'App/Migrations meals/1.1.0, people: what it would do. Nothing was written.',
      '',
      '"p0" changed',
      '  - age: 0',
      `  + note: "${'x'.repeat(68)}…`,
      '',
      // What can be done about it stands at its end.
      `"p1" failed: no good, and ${'long '.repeat(11).trim()}`,
      `  ${'long '.repeat(15).trim()}`,
      `  ${'long '.repeat(4).trim()}`,
      '',
      '3 items read: 1 unchanged, 1 updated, 1 failed.',
    ]);
    expect(world.meals.items.list('people')).toEqual(people(3));
  });

  it('tries the rows of a seed file, built as synth builds it', async () => {
    const migrations = migrationsFolder({
      'meals/more.csv': 'id,age\nm1,7\nm2,x\np1,1\n',
      'meals/1.1.0_more_people.ts': `import { data } from 'cdk-migrations/authoring';
        export default data({
          source: { file: 'more.csv' },
          destination: 'people',
          transform: ({ id, age }: Record<string, string>) => ({ id, age: Number(age) }),
          validate: ({ age }) => Number.isFinite(age) || 'age is no number',
        });`,
    });
    const report = await withLocalMigrations({ migrations }, (local) =>
      dryRunOf({ scope, stack: 'App', ports: world.ports }, local, undefined, 10),
    );
    expect(dryRunData(scope, report)).toMatchObject({
      ...{ scope, migration: 'meals/1.1.0', source: 'more.csv', table: 'people' },
      items: [
        { key: 'more.csv:2', outcome: 'changed', changes: [{ before: null, after: { id: 'm1', age: 7 } }] },
        { key: 'more.csv:3', outcome: 'wrong', reason: 'age is no number' },
        { key: 'more.csv:4', outcome: 'kept', changes: [] },
      ],
    });
    expect(renderDryRun(scope, report, terminal({}))).toMatch(/more\.csv to people: what it would do/);
  });

  it('takes the kinds of targets as they are deployed, where no file says them, also beside a new target', async () => {
    const folder = {
      'old/1.0.0_base.sql':
        '-- migrate:up\nCREATE TABLE a (id int unsigned PRIMARY KEY);\n-- migrate:down\nDROP TABLE a;\n',
      'new/1.0.0_base.sql': '-- migrate:up\nCREATE TABLE a (id uuid PRIMARY KEY);\n-- migrate:down\nDROP TABLE a;\n',
    };
    const deployed = { old: { DatabaseKind: 'aurora-mysql' } } as const;
    const ids = await withLocalMigrations({ migrations: migrationsFolder(folder), deployed }, async ({ bundle }) =>
      bundle.migrations.map(({ id }) => id),
    );
    expect(ids).toEqual(['new/1.0.0', 'old/1.0.0']);
  });

  it('tries the migration that is named by its version or id, applied or not', async () => {
    const migrations = [peopleTables, migration('1.1.0'), migration('1.2.0')];
    expect(await tried(migrations, '1.2.0')).toMatchObject({ migration: 'meals/1.2.0', counts: { read: 3 } });
    expect(await tried(migrations, 'meals/1.1.0')).toMatchObject({ migration: 'meals/1.1.0' });
  });

  it('refuses to guess which migration is meant', async () => {
    const two = [peopleTables, migration('1.1.0'), migration('1.2.0')];
    const message = async (migrations: readonly BundledMigration[], named?: string) => {
      const error = await errorOf(() => tried(migrations, named));
      expect(error.code).toBe('DATA_MIGRATION_UNKNOWN');
      return `${error.message} ${error.hint}`;
    };
    expect(await message(two)).toBe(
      'Several data migrations are pending. Those in the folder: meals/1.1.0, meals/1.2.0. ' +
        'Name one, for example --target-version meals/1.1.0.',
    );
    expect(await message(two, '1.3.0')).toMatch(/^There is no data migration "1\.3\.0"\. Those in the folder: meals/);
    expect(await message([peopleTables])).toBe(
      'No data migration is pending. The folder has none. Name the right folder with --migrations DIR.',
    );
  });

  it('says which pending migration would create the table that is missing', async () => {
    const missing = new MigrationError('TABLE_MISSING', 'The table meals-people does not exist.', {
      payload: { table: 'people' },
    });
    const { targets } = world;
    const open = targets.open.bind(targets);
    targets.open = async (...parameters) => {
      const items = { table: () => Promise.reject(missing) };
      return Object.assign(Object.create(await open(...parameters)), { items });
    };
    const creates = tableMigration('1.1.0', [createTable('people')]);
    const pending = await errorOf(() => tried([peopleTables, creates, migration('1.2.0')]));
    expect(pending.message).toBe('The table meals-people does not exist.');
    expect(pending.hint).toMatch(/^meals\/1\.1\.0, which is pending too, creates it\. Deploy that one first/);
  });

  it('needs the target to be deployed', async () => {
    const elsewhere = { ...migration('1.1.0'), target: 'other', id: 'other/1.1.0' };
    const [backfill] = elsewhere.phases;
    const action = { ...backfill!.actions[0]!, source: { target: 'other', table: 'people' } } as never;
    const error = await errorOf(() => tried([{ ...elsewhere, phases: [{ name: 'backfill', actions: [action] }] }]));
    expect(error.message).toMatch(/^The stack that is deployed has no target "other"\. Allowed: .*meals/);
  });
});

it('values that JSON has no word for say what they are', () => {
  const number = new (class Digits {
    readonly value = '1.00000000000000000001';
  })();
  expect(plainValue({ a: new Set(['x']), b: new Uint8Array([1, 2]), c: 12n, d: number, e: [null, { f: 1 }] })).toEqual({
    ...{ a: { set: ['x'] }, b: { bytes: 'AQI=' }, c: { number: '12' } },
    ...{ d: { number: '1.00000000000000000001' }, e: [null, { f: 1 }] },
  });
});
