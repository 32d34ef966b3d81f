import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Item, ItemChange, ItemTable } from '../../core/ports';
import { session } from './support/records';
import { type SqlItemStore, sqlItemStores } from './support/sql-item-tables';

const mysql = sqlItemStores.filter(({ name }) => name === 'MySQL');
const describeIf = mysql.length === 0 ? describe.skip : describe;

describeIf('rows of MySQL', () => {
  let store: SqlItemStore;
  beforeAll(async () => {
    store = await mysql[0]!.open();
  });
  afterAll(() => store.close());

  const find = async (table: ItemTable, key: Item) => (await table.find([key]))[0]!;
  const update = async (table: ItemTable, key: Item, by: Item): Promise<ItemChange> => {
    const was = await find(table, key);
    return { change: 'update', was, becomes: table.replaced(was.item, { ...was.item, ...by }), read: [] };
  };
  const image = (table: ItemTable, change: ItemChange) => JSON.parse(JSON.stringify(table.beforeImage(change)));

  it.each(['enum', 'enum CHARACTER SET latin1', 'set', 'set COLLATE utf8mb4_bin'])(
    'are each shown once where the key is an %s, in whatever order its words are declared',
    async (type) => {
      const declared = type.replace(/^\w+/, "$&('z','m','it''s','a')");
      await store.sql(`CREATE OR REPLACE TABLE listed (kind ${declared}, id int, v int, PRIMARY KEY (kind, id))`);
      const kinds = ['z', 'm', "it's", 'a'];
      const rows = Array.from({ length: 40 }, (_, id) => ({ kind: kinds[id % 4]!, id }));
      for (const row of rows) await store.sql('INSERT INTO listed (kind, id) VALUES (:kind, :id)', row);
      const table = await store.open('listed', session(1));
      const division = JSON.parse(JSON.stringify(await table.divide(4)));
      const seen: string[] = [];
      for (const number of [0, 1, 2, 3]) {
        let next: Readonly<Record<string, unknown>> | undefined;
        do {
          const page = await table.page({ number, of: 4, division }, next, 3);
          seen.push(...page.items.map(({ item }) => table.keyOf(item)));
          next = page.next;
        } while (next);
      }
      expect([...seen].sort()).toEqual(rows.map((row) => table.keyOf(row)).sort());
      const change = await update(table, { kind: "it's", id: 2 }, { v: 1 });
      expect(await table.write([change])).toEqual(['written']);
      expect(await table.write([{ change: 'insert', becomes: { kind: 'a', id: 99, v: null } }])).toEqual(['written']);
      expect(await store.sql('SELECT kind, id FROM listed WHERE v = 1 OR id = 99 ORDER BY id')).toEqual([
        { kind: "it's", id: 2 },
        { kind: 'a', id: 99 },
      ]);
    },
  );

  it('keep what a column of another character set cannot hold, instead of a question mark', async () => {
    await store.sql('CREATE TABLE latin (id int PRIMARY KEY, body varchar(20) CHARACTER SET latin1)');
    await store.sql("INSERT INTO latin VALUES (1, 'été'), (2, 'b')");
    const table = await store.open('latin', session(1));
    const changes = [await update(table, { id: 1 }, { body: 'été 😀' }), await update(table, { id: 2 }, { body: 'ü' })];
    expect(await table.write(changes)).toEqual([
      { refused: expect.objectContaining({ code: 'STATEMENT_FAILED' }) },
      'written',
    ]);
    const insert: ItemChange = { change: 'insert', becomes: { id: 3, body: '漢' } };
    expect(await table.write([insert])).toEqual([{ refused: expect.objectContaining({ code: 'STATEMENT_FAILED' }) }]);
    expect((await table.page({ number: 0, of: 1 }, undefined, 9)).items.map(({ item }) => item['body'])).toEqual([
      'été',
      'ü',
    ]);
  });

  it('are put back where the database would bring a value into another form', async () => {
    const columns: Readonly<Record<string, readonly [type: string, given: unknown, shown: unknown]>> = {
      some: ["set('a','b')", 'b,a', 'a,b'],
      raw: ['binary(4)', new Uint8Array([1]), new Uint8Array([1, 0, 0, 0])],
      body: ['varchar(3)', 'abc  ', 'abc'],
      took: ['time(6)', '9:30:00.5', '09:30:00.500000'],
      whole: ['time', '-838:59:59', '-838:59:59'],
      year: ['year', 0, 0],
    };
    const list = Object.entries(columns).map(([name, [type]]) => `${name} ${type}`);
    await store.sql(`CREATE TABLE forms (id int PRIMARY KEY, ${list.join()})`);
    await store.sql('INSERT INTO forms (id) VALUES (1)');
    const table = await store.open('forms', session(1));
    const of = (index: 1 | 2) => Object.fromEntries(Object.entries(columns).map(([name, one]) => [name, one[index]]));
    const change = await update(table, { id: 1 }, of(1));
    const before = image(table, change);
    expect(await table.write([change])).toEqual(['written']);
    expect((await find(table, { id: 1 })).item).toEqual({ id: 1, ...of(2) });
    expect(await table.restore([before])).toEqual(['restored']);
  });

  it.each<[string, unknown]>([
    ['bigint', 2n ** 63n],
    ['bigint unsigned', -1],
    ['bit(64)', -1],
    ['decimal(4,2)', Number.NaN],
    ['decimal(4,2)', 'NaN'],
    ['double', Number.POSITIVE_INFINITY],
    ['float', 1e300],
    ['float', 1e-50],
    ["enum('a')", 'A'],
    ["set('a')", 'a,b'],
    ['time', '10:00:00.5'],
    ['time', 'noon'],
    ['datetime', new Date(Number.NaN)],
  ])('of type %s do not take %p, of which the database would make another value', async (type, value) => {
    await store.sql(`CREATE OR REPLACE TABLE other (id int PRIMARY KEY, v ${type})`);
    const table = await store.open('other', session(1));
    const refusal = {
      code: 'DATA_VALUE',
      message: expect.stringMatching(/cannot hold what the transform gave for it: it /),
    };
    expect(() => table.arriving({ id: 1, v: value }, undefined)).toThrow(expect.objectContaining(refusal));
  });

  it('are put back where a number is shown with zeros before it', async () => {
    await store.sql('CREATE TABLE filled (id int(5) zerofill PRIMARY KEY, n int(6) zerofill, d decimal(8,2) zerofill)');
    await store.sql('INSERT INTO filled VALUES (7, 8, 1.5)');
    const table = await store.open('filled', session(1));
    const change = await update(table, { id: 7 }, { n: 9, d: '2.25' });
    expect((await find(table, { id: 7 })).item).toEqual({ id: 7, n: 8, d: '1.50' });
    const before = image(table, change);
    expect(await table.write([change])).toEqual(['written']);
    expect((await find(table, { id: 7 })).item).toEqual({ id: 7, n: 9, d: '2.25' });
    expect(await table.restore([before])).toEqual(['restored']);
  });
});
