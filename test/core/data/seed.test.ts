import { beforeEach, describe, expect, it } from '@jest/globals';
import type { DataAction } from '../../../core/bundle/data-action';
import type { DataFunctions, Item } from '../../../core/ports';
import { byKey, dataMigration, people, peopleTables, place, seedOf } from '../../support/data-migration';
import { MemoryWorld, scope } from '../../support/memory-world';

let world: MemoryWorld;
/** By the place where they begin. */
let reads: Map<number, number>;
beforeEach(() => {
  world = new MemoryWorld();
  reads = new Map();
  const { bundles } = world;
  const seedPart = bundles.seedPart.bind(bundles);
  bundles.seedPart = (location, seed, part) => {
    reads.set(part.at, (reads.get(part.at) ?? 0) + 1);
    return seedPart(location, seed, part);
  };
});

const rows = (count: number): readonly Item[] => people(count).map((item) => ({ ...item, age: String(item['age']) }));
const transform = (row: Item) => ({ ...row, age: Number(row['age']) });

/** A first deployment made the tables; this one reads the file into `people`. */
async function update(functions: DataFunctions = { transform }, change: Partial<DataAction> = {}, seed = rows(100)) {
  const destination = place('people');
  const source = seedOf(world, seed, 12);
  const migration = dataMigration(world, '1.1.0', functions, { source, destination, segments: undefined, ...change });
  world.stackIs('UPDATE_IN_PROGRESS');
  return world.migrations('Update', world.revision('b', [peopleTables, migration]));
}

async function rolledBack() {
  world.stackIs('UPDATE_ROLLBACK_IN_PROGRESS');
  return world.migrations('Update', world.revision('a', [peopleTables]));
}

const eventsOf = async (type: string) => (await world.ledger.events(scope)).filter((event) => event.type === type);

describe('a seed file', () => {
  beforeEach(async () => {
    await world.deployed('a', [peopleTables]);
  });

  it('becomes items of the destination, and the history names it', async () => {
    expect(await update()).toMatchObject({ status: 'SUCCESS' });

    expect(world.meals.items.of('people')).toEqual(byKey(people(100)));
    expect(await eventsOf('items-transformed')).toMatchObject([
      { detail: { table: 'people.csv', read: 100, inserted: 100 } },
    ]);
    expect(await eventsOf('items-checked')).toMatchObject([{ detail: { read: 100, unchanged: 100, wrong: 0 } }]);
    // Once to write and once to check: pages are smaller than parts, and read no part again.
    expect([...reads.values()]).toEqual(Array.from({ length: 9 }, () => 2));
  });

  it('is taken back exactly by a rollback: what the application wrote stays, changed and new', async () => {
    world.meals.items.put('people', { id: 'p5', name: 'Former Five', age: 5 });
    await update();
    world.meals.items.put('people', { id: 'p7', name: 'Anna Seven', age: 7 }, { id: 'new', name: 'New One' });
    expect(await rolledBack()).toMatchObject({ status: 'SUCCESS' });

    expect(world.meals.items.of('people')).toEqual(
      byKey([
        { id: 'p5', name: 'Former Five', age: 5 },
        { id: 'p7', name: 'Anna Seven', age: 7 },
        { id: 'new', name: 'New One' },
      ]),
    );
    expect(await eventsOf('items-restored')).toMatchObject([{ detail: { restored: 98 } }]);
  });

  it.each([
    ['keep', { id: 'p5', name: 'Former Five', age: 5 }],
    ['replace', people(6)[5]],
  ] as const)('with existing: %s treats what is there as a table would', async (existing, expected) => {
    world.meals.items.put('people', { id: 'p5', name: 'Former Five', age: 5 });
    await update({ transform }, { existing });
    expect(world.meals.items.of('people').get('"p5"')).toEqual(expected);

    await rolledBack();
    expect(world.meals.items.list('people')).toEqual([{ id: 'p5', name: 'Former Five', age: 5 }]);
  });

  it('with existing: combine makes one of the two, and is undone by the function', async () => {
    world.meals.items.put('people', { id: 'p5', nick: 'Five' });
    const combine = (existing: Item, incoming: Item) => ({ ...existing, ...incoming });
    const undo = ({ id, nick }: Item) => (nick === undefined ? null : { id, nick });
    await update({ transform, combine, undo }, { existing: 'combine', undo: 'function' });
    expect(world.meals.items.of('people').get('"p5"')).toEqual({ ...people(6)[5], nick: 'Five' });

    await rolledBack();
    expect(world.meals.items.list('people')).toEqual([{ id: 'p5', nick: 'Five' }]);
  });

  it('names the lines of rows that fail, as many as may', async () => {
    const failing = (row: Item) => {
      if (row['id'] === 'p30') throw new Error('no good');
      return transform(row);
    };
    expect(await update({ transform: failing }, { mayFail: 1 })).toMatchObject({ status: 'SUCCESS' });
    const [deployment] = (await world.ledger.load(scope)).open;
    const pass = { scope, deployment: deployment!.id, key: 'meals|meals-1|1.1.0', step: 'backfill.0' };
    expect(await world.segments.left({ ...pass, direction: 'forward' }, 10)).toEqual([
      { key: 'people.csv:32', why: 'failed', reason: 'no good' },
    ]);
  });

  it('fails with its name when more rows fail', async () => {
    const failing = () => {
      throw new Error('no good');
    };
    const { status, reason } = await update({ transform: failing });
    expect(status).toBe('FAILED');
    expect(reason).toMatch(/items of people\.csv could not be transformed/);
    expect(world.meals.items.list('people')).toEqual([]);
  });

  it('is checked by validate as every item is', async () => {
    const { status } = await update({ transform, validate: ({ age }) => Number(age) < 50 || 'too old' });
    expect(status).toBe('FAILED');
    expect(world.meals.items.list('people')).toEqual([]);
  });

  it('has as many segments as a table of its size', async () => {
    await update({ transform }, {}, rows(5_000));
    const [deployment] = (await world.ledger.load(scope)).open;
    const pass = { scope, deployment: deployment!.id, key: 'meals|meals-1|1.1.0', step: 'backfill.0' };
    expect(await world.segments.list({ ...pass, direction: 'forward' })).toHaveLength(4);
  });

  it('is refused when it was edited after it was applied', async () => {
    const source = seedOf(world, rows(3), 12);
    const migration = dataMigration(world, '1.1.0', { transform }, { source, destination: place('people') });
    world.stackIs('UPDATE_IN_PROGRESS');
    await world.migrations('Update', world.revision('b', [peopleTables, migration]));
    world.stackIs('UPDATE_COMPLETE_CLEANUP_IN_PROGRESS');
    await world.markerDelete('a');
    world.stackIs('UPDATE_COMPLETE');
    world.stackIs('UPDATE_IN_PROGRESS');
    const edited = { ...migration, checksum: 'of another text' };
    const { reason } = await world.migrations('Update', world.revision('c', [peopleTables, edited]));
    expect(reason).toMatch(/^Applied migrations were edited: meals\/1\.1\.0 /);
  });
});
