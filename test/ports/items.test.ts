import { NumberValueImpl as NumberValue } from '@aws-sdk/util-dynamodb';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Checkpoint, Item, ItemChange, ItemTable, StoredItem } from '../../core/ports';
import type { ItemStore } from './support/item-store';
import { type DynamoDbStore, itemStores, openDynamoDbItems } from './support/item-tables';
import { session } from './support/records';

const update = (was: StoredItem, becomes: Item, read = Object.keys(was.item)): ItemChange => ({
  ...{ change: 'update', was, becomes, read },
});
const remove = (was: StoredItem): ItemChange => ({ change: 'delete', was, read: Object.keys(was.item) });
const insert = (becomes: Item): ItemChange => ({ change: 'insert', becomes });

async function pages(table: ItemTable, number: number, of: number, limit: number): Promise<readonly Item[]> {
  const division = await table.divide(of);
  const items: Item[] = [];
  let next: Checkpoint | undefined;
  do {
    const page = await table.page({ number, of, division }, next, limit);
    items.push(...page.items.map(({ item }) => item));
    // As it comes back from the ledger.
    next = page.next && (JSON.parse(JSON.stringify(page.next)) as Checkpoint);
  } while (next);
  return items;
}

async function only(table: ItemTable, id: string): Promise<StoredItem> {
  const [found] = await table.find([{ id }]);
  return found!;
}

describe.each(itemStores)('items in $name', ({ open }) => {
  let store: ItemStore;
  let name: string;
  let table: ItemTable;
  let count = 0;

  beforeAll(async () => {
    store = await open();
  });
  afterAll(() => store.close());
  beforeEach(async () => {
    name = `things${++count}`;
    await store.create(name);
    table = await store.open(name, session(1));
  });

  it('all segments together have every item once, page after page', async () => {
    const ids = Array.from({ length: 60 }, (_, index) => `i${index}`);
    await store.put(name, ...ids.map((id) => ({ id, text: 'x' })));

    const idsOf = (items: readonly Item[]) => items.map(({ id }) => id).sort();
    const found = await Promise.all([0, 1, 2, 3].map((segment) => pages(table, segment, 4, 7)));
    expect(idsOf(found.flat())).toEqual([...ids].sort());
    // Only one, of a small table.
    expect(idsOf(await pages(table, 0, 1, 7))).toEqual([...ids].sort());
    expect(await table.estimate()).toBe(60);
  });

  it('finds items by their keys, in the order asked for, more than a request takes, and twice the same', async () => {
    const ids = Array.from({ length: 120 }, (_, index) => `i${index}`);
    await store.put(name, ...ids.map((id) => ({ id, n: 1 })));

    const found = await table.find([{ id: 'no' }, ...ids.map((id) => ({ id })), { id: 'i3' }]);
    expect(found.map((one) => one?.item['id'])).toEqual([undefined, ...ids, 'i3']);
  });

  it('writes what differs, and leaves alone what the application wrote to other attributes', async () => {
    await store.put(name, { id: 'a', name: 'Anna B', age: 3, note: 'x' });
    const was = await only(table, 'a');
    await store.put(name, { id: 'a', name: 'Anna B', age: 3, note: 'changed' });
    const becomes = { id: 'a', first: 'Anna', last: 'B', age: 3, note: 'x' };

    expect(await table.write([update(was, becomes, ['name', 'first'])])).toEqual(['written']);
    expect(await store.get(name, 'a')).toEqual({ id: 'a', first: 'Anna', last: 'B', age: 3, note: 'changed' });
  });

  it('refuses a change when something that it depends on has changed, come or gone', async () => {
    await store.put(name, ...['a', 'b', 'c', 'd', 'e', 'f'].map((id) => ({ id, x: 1, y: [1, { z: 'q' }] })));
    const found = await table.find(['a', 'b', 'c', 'd', 'e', 'f'].map((id) => ({ id })));
    const [a, b, c, d, e, f] = found as StoredItem[];
    await store.put(name, { id: 'a', x: 2, y: [1, { z: 'q' }] });
    await store.put(name, { id: 'b', x: 1, y: [1, { z: 'other' }] });
    await store.put(name, { id: 'c', x: 1, y: [1, { z: 'q' }], new: 'mine' });
    await store.delete(name, 'd');
    await store.put(name, { id: 'e', x: 1 });

    const becomes = (stored: StoredItem) => ({ ...stored.item, new: 'ours' });
    const changes = [a, b, c, d, e, f].map((stored) => update(stored!, becomes(stored!), ['x', 'y', 'new']));
    expect(await table.write(changes)).toEqual([...Array(5).fill('conflict'), 'written']);
    expect(await store.get(name, 'c')).toMatchObject({ new: 'mine' });
    expect(await store.get(name, 'd')).toBeUndefined();
    expect(await store.get(name, 'f')).toMatchObject({ new: 'ours' });
  });

  it('deletes what is as it was read, and inserts where nothing is', async () => {
    await store.put(name, ...['a', 'b', 'd'].map((id) => ({ id, x: 1 })));
    const [a, b, d] = (await table.find([{ id: 'a' }, { id: 'b' }, { id: 'd' }])) as StoredItem[];
    await store.put(name, { id: 'b', x: 2 });
    // Whoever deleted it must not see it come back when the migration is undone.
    await store.delete(name, 'd');

    expect(await table.write([remove(a!), remove(b!), remove(d!), insert({ id: 'c', x: 3 })])).toEqual([
      ...['written', 'conflict', 'conflict', 'written'],
    ]);
    expect(await table.write([insert({ id: 'b', x: 3 })])).toEqual(['conflict']);
    expect(await Promise.all(['a', 'b', 'c'].map((id) => store.get(name, id)))).toEqual([
      undefined,
      { id: 'b', x: 2 },
      { id: 'c', x: 3 },
    ]);
  });

  it('puts whatever is there, more than a request takes', async () => {
    await store.put(name, { id: 'p0', old: true });
    const items = Array.from({ length: 60 }, (_, index) => ({ id: `p${index}`, n: index }));

    const results = await table.write(items.map((becomes) => ({ change: 'put', becomes })));
    expect(results).toEqual(Array(60).fill('written'));
    expect((await pages(table, 0, 1, 100)).length).toBe(60);
    expect(await store.get(name, 'p0')).toEqual({ id: 'p0', n: 0 });
  });

  it('takes back updates, deletes and inserts, and keeps what somebody else has written since', async () => {
    const ids = ['updated', 'touched', 'elsewhere', 'deleted', 'again', 'gone'];
    await store.put(name, ...ids.map((id) => ({ id, name: 'N', text: id })));
    const found = (await table.find(ids.map((id) => ({ id })))) as StoredItem[];
    const [updated, touched, elsewhere, deleted, again, gone] = found as [
      ...[StoredItem, StoredItem, StoredItem, StoredItem, StoredItem, StoredItem],
    ];
    const renamed = ({ item }: StoredItem) => ({ id: item['id'], text: item['text'], first: 'N' });
    const changes = [
      ...[updated, touched, elsewhere, gone].map((was) => update(was, renamed(was))),
      ...[deleted, again].map(remove),
      ...['new', 'new touched', 'new gone'].map((id) => insert({ id, x: ['a', 'b'] })),
    ];
    // As they come back from the ledger.
    const images = JSON.parse(JSON.stringify(changes.map((change) => table.beforeImage(change))));
    expect(await table.write(changes)).toEqual(changes.map(() => 'written'));
    await store.put(name, { id: 'touched', text: 'touched', first: 'Other' });
    await store.put(name, { id: 'elsewhere', text: 'new text', first: 'N' });
    await store.put(name, { id: 'again', x: 9 });
    await store.put(name, { id: 'new touched', x: ['a', 'b'], more: 1 });
    await store.delete(name, 'gone');
    await store.delete(name, 'new gone');

    const expected = ['restored', 'kept', 'restored', 'kept', 'restored', 'kept', 'restored', 'kept', 'already'];
    expect(await table.restore(images)).toEqual(expected);
    expect(await store.get(name, 'updated')).toEqual({ id: 'updated', name: 'N', text: 'updated' });
    expect(await store.get(name, 'touched')).toEqual({ id: 'touched', text: 'touched', first: 'Other' });
    expect(await store.get(name, 'elsewhere')).toEqual({ id: 'elsewhere', name: 'N', text: 'new text' });
    expect(await store.get(name, 'deleted')).toEqual({ id: 'deleted', name: 'N', text: 'deleted' });
    expect(await store.get(name, 'again')).toEqual({ id: 'again', x: 9 });
    expect(await store.get(name, 'new')).toBeUndefined();
    expect(await store.get(name, 'new touched')).toMatchObject({ more: 1 });
    const twice = expected.map((result) => (result === 'restored' ? 'already' : result));
    expect(await table.restore(images)).toEqual(twice);
  });

  it('names items by their keys, and refuses one without', async () => {
    await store.put(name, { id: 'a', x: 1 });
    const image = table.beforeImage(remove(await only(table, 'a')));

    expect(table.nameOf(image)).toBe(table.keyOf({ id: 'a', other: 'thing' }));
    expect(table.keyOf({ id: 'b' })).not.toBe(table.keyOf({ id: 'a' }));
    expect(() => table.keyOf({ x: 1 })).toThrow(expect.objectContaining({ code: 'DATA_KEY' }));
  });

  it('is read without the lease, as a dry run does', async () => {
    await store.put(name, { id: 'a', n: 1 });
    const guard = () => Promise.reject(new Error('it asked to write'));
    const unheld = await store.open(name, { scope: 's', token: 0, guard });
    expect(await unheld.find([{ id: 'a' }, { id: 'b' }])).toMatchObject([{ item: { id: 'a', n: 1 } }, undefined]);
    expect(
      (await unheld.page({ number: 0, of: 1, division: await unheld.divide(1) }, undefined, 5)).items,
    ).toHaveLength(1);
  });

  it('writes nothing without the lease', async () => {
    const lost = { ...session(1), guard: () => Promise.reject(new Error('lost')) };
    const guarded = await store.open(name, lost);

    await expect(guarded.write([insert({ id: 'a' })])).rejects.toThrow('lost');
    expect(await store.get(name, 'a')).toBeUndefined();
  });
});

describe('items of DynamoDB', () => {
  let store: DynamoDbStore;
  beforeAll(async () => {
    store = await openDynamoDbItems();
  });
  afterAll(() => store.close());

  const everyType = {
    id: { S: 'all' },
    s: { S: 'é' },
    n: { N: '7.5' },
    large: { N: '12345678901234567890123456789012345678' },
    precise: { N: '0.12345678901234567890123456789012345678' },
    b: { B: new Uint8Array([0, 255]) },
    yes: { BOOL: true },
    nothing: { NULL: true },
    ss: { SS: ['a', 'b'] },
    ns: { NS: ['1', '2'] },
    bs: { BS: [new Uint8Array([1])] },
    l: { L: [{ N: '12345678901234567890123456789012345678' }, { M: {} }] },
    m: { M: { 'a.b': { S: 'c' } } },
    'dotted.name': { S: 'd' },
    'quoted"name\'': { S: 'q' },
  };

  it('shows every type as a plain value, and leaves what is not changed as it was, digit by digit', async () => {
    await store.create('types');
    await store.putRaw('types', everyType);
    const table = await store.open('types', session(1));
    const was = await only(table, 'all');

    expect(was.item).toEqual({
      ...{ id: 'all', s: 'é', n: 7.5, large: 12345678901234567890123456789012345678n },
      ...{ precise: NumberValue.from('0.12345678901234567890123456789012345678'), b: new Uint8Array([0, 255]) },
      ...{ yes: true, nothing: null, ss: new Set(['a', 'b']), ns: new Set([1, 2]), bs: new Set([new Uint8Array([1])]) },
      ...{
        l: [12345678901234567890123456789012345678n, {}],
        m: { 'a.b': 'c' },
        'dotted.name': 'd',
        'quoted"name\'': 'q',
      },
    });
    const image = JSON.parse(JSON.stringify(table.beforeImage(update(was, { ...was.item, s: 'f', b: undefined }))));
    expect(await table.write([update(was, { ...was.item, s: 'f', b: undefined })])).toEqual(['written']);
    const { b: _b, ...rest } = everyType;
    expect(await store.getRaw('types', { id: { S: 'all' } })).toEqual({ ...rest, s: { S: 'f' } });
    expect(await table.restore([image])).toEqual(['restored']);
    expect(await store.getRaw('types', { id: { S: 'all' } })).toEqual(everyType);
  });

  it.each(Object.keys(everyType).filter((name) => name !== 'id'))('compares the attribute %s', async (attribute) => {
    const name = `compare${Object.keys(everyType).indexOf(attribute)}`;
    await store.create(name);
    await store.putRaw(name, everyType);
    const table = await store.open(name, session(1));
    const was = await only(table, 'all');

    expect(await table.write([update(was, { ...was.item, x: 1 }, [attribute])])).toEqual(['written']);
    await store.putRaw(name, { ...everyType, [attribute]: { S: 'another' } });
    expect(await table.write([update(was, { ...was.item, y: 1 }, [attribute])])).toEqual(['conflict']);
  });

  it('writes back every type', async () => {
    await store.create('written');
    await store.putRaw('written', everyType);
    const table = await store.open('written', session(1));
    const { item } = await only(table, 'all');

    expect(await table.write([insert({ ...item, id: 'copy' })])).toEqual(['written']);
    expect(await store.getRaw('written', { id: { S: 'copy' } })).toEqual({ ...everyType, id: { S: 'copy' } });
  });

  it('says whether another table has the same key: the same attributes of the same types', async () => {
    await store.createWith('own', [['id', 'S']]);
    await store.createWith('same', [['id', 'S']]);
    await store.createWith('other-name', [['email', 'S']]);
    await store.createWith('other-type', [['id', 'N']]);
    await store.createWith('longer', [
      ['id', 'S'],
      ['day', 'S'],
    ]);
    const open = (name: string) => store.open(name, session(1));
    const own = await open('own');
    const others = await Promise.all(['same', 'other-name', 'other-type', 'longer'].map(open));
    expect(others.map((other) => own.hasKeysOf!(other))).toEqual([true, false, false, false]);
  });

  it('continues after keys of bytes and numbers, and names them', async () => {
    await store.createWith('binary', [
      ['b', 'B'],
      ['n', 'N'],
    ]);
    for (let index = 0; index < 12; index += 1) {
      await store.putRaw('binary', { b: { B: new Uint8Array([255, index]) }, n: { N: `-${index}.5` } });
    }
    const table = await store.open('binary', session(1));

    expect(await pages(table, 0, 1, 5)).toHaveLength(12);
    expect(table.keyOf({ b: new Uint8Array([1]), n: 1 })).toBe(
      table.keyOf({ b: Buffer.from([1]), n: NumberValue.from('1.0') }),
    );
    const wrong = [{ b: 'text', n: 1 }, { b: new Uint8Array([1]) }, { b: new Uint8Array([]), n: 1 }, { b: null, n: 1 }];
    for (const item of wrong) expect(() => table.keyOf(item)).toThrow(expect.objectContaining({ code: 'DATA_KEY' }));
  });

  it.each<[string, unknown]>([
    ['a date', new Date(0)],
    ['no number', Number.NaN],
    ['an empty set', new Set()],
    ['a mixed set', new Set([1, 'a'])],
    ['something missing in a list', [undefined]],
  ])('refuses a value that DynamoDB cannot hold: %s', async (_what, value) => {
    await store.create('unfit').catch(() => undefined);
    const table = await store.open('unfit', session(1));
    const change = insert({ id: 'a', value });

    expect(() => table.check(change)).toThrow(expect.objectContaining({ code: 'DATA_VALUE' }));
  });

  it('changes an item that PartiQL cannot express or that is too long for it', async () => {
    await store.create('long');
    const names = Array.from({ length: 100 }, (_, index) => `attribute-${index}-${'x'.repeat(100)}`);
    const item = Object.fromEntries(names.map((name) => [name, 1]));
    await store.put('long', { id: 'a', ...item });
    const table = await store.open('long', session(1));
    const was = await only(table, 'a');

    expect(await table.write([update(was, { ...was.item, x: 1 })])).toEqual(['written']);
    expect(await table.write([update(was, { ...was.item, x: 2 })])).toEqual(['conflict']);
    const wide = Object.fromEntries(Array.from({ length: 200 }, (_, index) => [`a.${index}`, 1]));
    await store.put('long', { id: 'b', ...wide });
    const change = update(await only(table, 'b'), { ...wide, id: 'b', x: 1 });
    expect(() => table.check(change)).toThrow(expect.objectContaining({ code: 'DATA_EXPRESSION' }));
  });

  it('says that an item is too large', async () => {
    await store.create('large');
    const table = await store.open('large', session(1));

    const written = table.write([insert({ id: 'a', text: 'x'.repeat(410_000) })]);
    await expect(written).rejects.toMatchObject({ code: 'DATA_REFUSED' });
  });

  it('says that there is no table', async () => {
    await expect(store.open('nowhere', session(1))).rejects.toMatchObject({ code: 'TABLE_MISSING' });
  });
});
