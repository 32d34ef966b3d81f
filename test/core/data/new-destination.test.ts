import { beforeEach, expect, it } from '@jest/globals';
import type { BundledMigration } from '../../../core/bundle/bundle';
import type { Item, ItemChange } from '../../../core/ports';
import { dataMigration, people, peopleTables, place } from '../../support/data-migration';
import { createTable, MemoryWorld, scope, tableMigration } from '../../support/memory-world';

/** Items of the table `people` copied to `archive`, which the same deployment makes. */
const archive = tableMigration('1.1.0', [createTable('archive')]);
const destination = place('archive');

let world: MemoryWorld;
let written: ItemChange['change'][];
beforeEach(() => {
  world = new MemoryWorld();
  written = [];
  world.meals.items.onChange = (table, { change }) => {
    if (table === 'archive') written.push(change);
  };
});

async function update(revision: string, migrations: readonly BundledMigration[]) {
  world.stackIs('UPDATE_IN_PROGRESS');
  return world.migrations('Update', world.revision(revision, [peopleTables, ...migrations]));
}

async function deployed(count: number): Promise<void> {
  await world.deployed('a', [peopleTables]);
  world.meals.items.put('people', ...people(count));
}

const events = async (type: string) => (await world.ledger.events(scope)).filter((event) => event.type === type);

async function imagesOf(key: string) {
  const [deployment] = (await world.ledger.load(scope)).open;
  const pass = { scope, deployment: deployment!.id, key, step: 'backfill.0', direction: 'forward' } as const;
  return Promise.all([0, 1, 2].map((number) => world.segments.images(pass, number)));
}

it('puts items into a table that the same deployment has made, and keeps nothing to take them back', async () => {
  await deployed(30);
  const copy = dataMigration(world, '1.2.0', { transform: (item) => item }, { destination });
  expect(await update('b', [archive, copy])).toMatchObject({ status: 'SUCCESS' });

  expect(new Set(world.meals.items.list('archive'))).toEqual(new Set(people(30)));
  expect(new Set(written)).toEqual(new Set(['put']));
  expect(await imagesOf('meals|meals-1|1.2.0')).toEqual([undefined, undefined, undefined]);
  expect(await events('items-transformed')).toMatchObject([{ detail: { read: 30, inserted: 30, kept: 0 } }]);
});

it('is rolled back by deleting the table, and can be deployed again', async () => {
  await deployed(30);
  const copy = dataMigration(world, '1.2.0', { transform: (item) => item }, { destination });
  await update('b', [archive, copy]);
  world.stackIs('UPDATE_ROLLBACK_IN_PROGRESS');
  expect(await world.migrations('Update', world.revision('a', [peopleTables]))).toMatchObject({ status: 'SUCCESS' });
  expect(world.meals.tables.has('archive')).toBe(false);
  world.stackIs('UPDATE_ROLLBACK_COMPLETE');
  await world.settle();

  expect(await update('c', [archive, copy])).toMatchObject({ status: 'SUCCESS' });
  expect(world.meals.items.list('archive')).toHaveLength(30);
});

it('inserts where another migration of the deployment has written before', async () => {
  await deployed(10);
  world.meals.items.put('copies', { id: 'p3', from: 'copies' });
  const first = dataMigration(world, '1.2.0', { transform: (item) => item }, { source: place('copies'), destination });
  const second = dataMigration(world, '1.3.0', { transform: (item) => item }, { destination });
  expect(await update('b', [archive, first, second])).toMatchObject({ status: 'SUCCESS' });

  expect(written.filter((change) => change === 'put')).toHaveLength(1);
  expect(world.meals.items.of('archive').get('"p3"')).toEqual({ id: 'p3', from: 'copies' });
  expect((await imagesOf('meals|meals-1|1.3.0')).some((images) => images !== undefined)).toBe(true);
});

it.each([
  ['that was there before the deployment', [], place('copies')],
  ['that an irreversible migration made, which no rollback deletes', [{ ...archive, irreversible: true }], destination],
] as const)('inserts into a table %s', async (_what, before, to) => {
  await deployed(10);
  world.meals.items.onChange = (table, { change }) => {
    if (table === to.table) written.push(change);
  };
  const copy = dataMigration(world, '1.2.0', { transform: (item) => item }, { destination: to });
  expect(await update('b', [...before, copy])).toMatchObject({ status: 'SUCCESS' });
  expect(new Set(written)).toEqual(new Set(['insert']));
});

it('inserts in the sweep, when the application writes there too', async () => {
  await deployed(0);
  const copy = dataMigration(world, '1.2.0', { transform: (item) => item }, { destination }, ['backfill', 'sweep']);
  expect(await update('b', [archive, copy])).toMatchObject({ status: 'SUCCESS' });
  world.meals.items.put('people', ...people(5));
  world.stackIs('UPDATE_COMPLETE_CLEANUP_IN_PROGRESS');
  await world.markerDelete('a');
  expect(written).toEqual(['insert', 'insert', 'insert', 'insert', 'insert']);
});

it.each([
  ['one segment', 1],
  ['several segments', 3],
])('keeps one of two results with one key, and says so, in %s', async (_where, segments) => {
  await deployed(40);
  // Of p0 to p19 each makes what p20 to p39 make of themselves, too; 20 and 21 change places.
  const swapped: Readonly<Record<string, string>> = { p20: 'p21', p21: 'p20' };
  const transform = ({ id, age }: Item): Item => {
    const own = swapped[String(id)] ?? String(id);
    return { id: Number(age) < 18 ? `p${Number(age) + 22}` : own, age };
  };
  const copy = dataMigration(world, '1.2.0', { transform }, { destination, segments });
  expect(await update('b', [archive, copy])).toMatchObject({ status: 'SUCCESS' });

  const ages = new Map(world.meals.items.list('archive').map(({ id, age }) => [id, age]));
  expect(ages.size).toBe(22);
  for (let age = 22; age < 40; age += 1) expect(ages.get(`p${age}`)).toBe(age);
  expect([ages.get('p20'), ages.get('p21'), ages.get('p18')]).toEqual([21, 20, 18]);
  expect(await events('items-transformed')).toMatchObject([{ detail: { read: 40, inserted: 22, kept: 18 } }]);
});

it('refuses two different results with one key that are to be replaced', async () => {
  await deployed(10);
  const transform = ({ age }: Item): Item => ({ id: `p${Number(age) % 5}`, age });
  const copy = dataMigration(world, '1.2.0', { transform }, { destination, existing: 'replace' });
  const outcome = await update('b', [archive, copy]);
  expect(outcome).toMatchObject({ status: 'FAILED' });
  expect(outcome.reason).toMatch(/5 of 10 items of people are not as they must be/);
  expect(world.meals.tables.has('archive')).toBe(false);
});
