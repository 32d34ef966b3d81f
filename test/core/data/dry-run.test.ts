import { beforeEach, describe, expect, it } from '@jest/globals';
import type { DataAction } from '../../../core/bundle/data-action';
import { dryRun } from '../../../core/data/dry-run';
import type { DataTables } from '../../../core/data/segment-work';
import type { DataFunctions, HeldLease, Item, ItemTable } from '../../../core/ports';
import { endingAfter } from '../../../lambda/aws/evaluate';
import { people, place, split } from '../../support/data-migration';
import { MemoryItems } from '../../support/memory/items';

let store: MemoryItems;
let writes: number;
beforeEach(() => {
  writes = 0;
  store = new MemoryItems();
  store.put('people', ...people(5));
  store.meanwhile = (event) => {
    if (event === 'write') writes += 1;
  };
});

const lease: HeldLease = { scope: 's', token: 0, guard: () => Promise.reject(new Error('it asked to write')) };
const open = (table: string): Promise<ItemTable> => store.open(lease).table(table);

const content = () => ['people', 'copies'].map((table) => store.list(table));

async function run(functions: DataFunctions, change: Partial<DataAction> = {}, limit = 10) {
  const action: DataAction = {
    ...{ type: 'data', pass: 'write', source: place('people'), existing: 'keep', undo: 'before-image' },
    ...{ mayFail: 0, finish: 'application', ...change },
  };
  const source = await open('people');
  const { destination } = action;
  const tables: DataTables = destination ? { source, destination: await open(destination.table) } : { source };
  const before = structuredClone(content());
  const result = await dryRun(tables, { action, functions, isNewDestination: false }, limit);
  expect(content()).toEqual(before);
  expect(writes).toBe(0);
  return result;
}

const copies = { destination: place('copies') };

describe('a dry run in place', () => {
  it('says for each item what would become of it, and why not', async () => {
    const transform = (item: Item) => {
      if (item['id'] === 'p1') return null;
      if (item['id'] === 'p2') throw new Error('no good');
      if (item['id'] === 'p3') return item;
      return split(item);
    };
    const { counts, items } = await run({ transform, validate: ({ age }) => age !== 4 || 'four is too much' });

    const [p0, , , , p4] = people(5) as readonly Item[];
    expect(items).toEqual([
      {
        ...{ key: '"p0"', outcome: 'changed' },
        changes: [{ key: '"p0"', before: p0, after: { id: 'p0', first: 'First0', last: 'Last0', age: 0 } }],
      },
      { key: '"p1"', outcome: 'changed', changes: [{ key: '"p1"', before: people(2)[1], after: undefined }] },
      { key: '"p2"', outcome: 'failed', reason: 'no good', changes: [] },
      { key: '"p3"', outcome: 'unchanged', changes: [] },
      {
        ...{ key: '"p4"', outcome: 'wrong', reason: 'four is too much' },
        changes: [{ key: '"p4"', before: p4, after: { id: 'p4', first: 'First4', last: 'Last4', age: 4 } }],
      },
    ]);
    expect(counts).toMatchObject({ read: 5, updated: 2, deleted: 1, failed: 1, unchanged: 1, wrong: 1 });
  });

  it('looks at as many items as it is asked to, also over several pages', async () => {
    expect((await run({ transform: split }, {}, 2)).items.map(({ key }) => key)).toEqual(['"p0"', '"p1"']);
    store.put('people', ...people(700));
    expect((await run({ transform: split }, {}, 600)).counts).toMatchObject({ read: 600, updated: 600 });
  });

  it('names an item for which a function does not return, and goes on', async () => {
    const transform = (item: Item) => {
      for (; item['id'] === 'p1'; );
      return split(item);
    };
    const { counts, items } = await run({ transform, within: endingAfter(50) });
    expect(items[1]).toMatchObject({
      key: '"p1"',
      outcome: 'failed',
      reason: expect.stringMatching(/does not return/),
    });
    expect(counts).toMatchObject({ read: 5, updated: 4, failed: 1 });
  });

  it('refuses what the engine refuses', async () => {
    const transform = (item: Item) => ({ ...item, age: Number(item['age']) + 1 });
    const [first] = (await run({ transform }, {}, 1)).items;
    expect(first).toMatchObject({ outcome: 'failed' });
    expect(first!.reason).toMatch(/^transform\(transform\(item\)\) is not transform\(item\)/);
  });
});

describe('a dry run to a destination', () => {
  it('inserts what is missing, and keeps what is there', async () => {
    store.put('copies', { id: 'p1', name: 'Other' });
    const { counts, items } = await run({ transform: (item) => item }, copies, 2);
    expect(items).toEqual([
      { key: '"p0"', outcome: 'changed', changes: [{ key: '"p0"', before: undefined, after: people(1)[0] }] },
      {
        ...{ key: '"p1"', outcome: 'kept', reason: 'the destination has another item with this key' },
        changes: [],
      },
    ]);
    expect(counts).toMatchObject({ read: 2, inserted: 1, kept: 1, wrong: 0 });
  });

  it('lets each item meet what those before it would have left', async () => {
    store.put('copies', { id: 'all', ids: new Set(['x']) });
    const { counts, items } = await run(
      {
        transform: ({ id }) => ({ id: 'all', ids: new Set([id]) }),
        combine: (a, b) => ({ ...a, ids: new Set([...(a['ids'] as Set<string>), ...(b['ids'] as Set<string>)]) }),
      },
      { ...copies, existing: 'combine', undo: 'function' },
      2,
    );
    expect(items.map(({ changes }) => changes)).toEqual([
      [{ key: '"all"', before: { id: 'all', ids: new Set(['x']) }, after: { id: 'all', ids: new Set(['x', 'p0']) } }],
      [
        {
          key: '"all"',
          before: { id: 'all', ids: new Set(['x', 'p0']) },
          after: { id: 'all', ids: new Set(['x', 'p0', 'p1']) },
        },
      ],
    ]);
    expect(counts).toMatchObject({ read: 2, updated: 2, wrong: 0 });
  });

  it('lists all that one item becomes', async () => {
    const transform = ({ id }: Item) => [{ id: `${id}-a` }, { id: `${id}-b` }];
    const { items } = await run({ transform }, copies, 1);
    expect(items[0]!.changes.map(({ key }) => key)).toEqual(['"p0-a"', '"p0-b"']);
  });

  it('counts nothing for items of which nothing is made', async () => {
    const { counts, items } = await run({ transform: () => [] }, copies, 3);
    expect(items.map(({ outcome }) => outcome)).toEqual(['unchanged', 'unchanged', 'unchanged']);
    expect(counts).toMatchObject({ read: 3, inserted: 0, unchanged: 0 });
  });
});
