import { NumberValueImpl as NumberValue } from '@aws-sdk/util-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Item, ItemTable, StoredItem } from '../../core/ports';
import { session } from './support/records';
import { type SqlItemStore, sqlItemStores } from './support/sql-item-tables';

interface Values {
  /** Columns by their types. */
  readonly table: string;
  /** What a transform gives for them. */
  readonly given: Item;
  /** What a transform is given for them. */
  readonly shown: Item;
  /** In the database's words, of what it is that the same columns have after somebody else wrote them. */
  readonly other: string;
  /** Values that only the database brings into its form. */
  readonly loose?: Item;
}

const bytes = new Uint8Array([0, 39, 92, 255]);

const values: Readonly<Record<SqlItemStore['kind'], Values>> = {
  'aurora-postgresql': {
    table: `CREATE TYPE mood AS ENUM ('low', 'high');
      CREATE DOMAIN short AS varchar(9);
      CREATE TABLE kinds (id uuid PRIMARY KEY, small smallint, large bigint, huge numeric(30,2), free numeric, single real,
        double double precision, yes boolean, body text, dashed "char"[], padded char(6), own short, how mood, raw bytea,
        doc jsonb, kept json, day date, at timestamp, moment timestamptz(3), took interval, list integer[], words text[],
        grid integer[], raws bytea[], span int4range, twice integer GENERATED ALWAYS AS (small * 2) STORED)`,
    given: {
      id: '6F9619FF-8B86-D011-B42D-00C04FC964FF',
      ...{
        small: 7n,
        large: 9007199254740993n,
        huge: NumberValue.from('1234567890123456789012345678.5'),
        free: '1.50',
      },
      ...{
        single: 0.1,
        double: 1e-7,
        yes: true,
        body: `it's "é" \\ :name \n`,
        padded: 'ab  ',
        own: 'domain',
        how: 'high',
      },
      ...{ raw: bytes, doc: { b: [1, null, 'x', 9007199254740993n], a: { c: true } }, kept: [1.5], day: '2026-01-31' },
      ...{ at: new Date('2026-01-31T10:00:00.250Z'), moment: '2026-01-31T10:00:00Z', took: '01:30:00' },
      ...{
        list: [1, null, 3],
        words: ['a b', 'NULL', '', 'c"\\{}'],
        grid: [
          [1, 2],
          [3, 4],
        ],
        raws: [bytes],
        span: '[1,5)',
      },
    },
    shown: {
      id: '6f9619ff-8b86-d011-b42d-00c04fc964ff',
      ...{ small: 7, large: 9007199254740993n, huge: '1234567890123456789012345678.50', free: '1.50' },
      ...{
        single: 0.1,
        double: 1e-7,
        yes: true,
        body: `it's "é" \\ :name \n`,
        padded: 'ab',
        own: 'domain',
        how: 'high',
      },
      ...{
        raw: bytes,
        doc: { b: [1, null, 'x', 9007199254740993n], a: { c: true } },
        kept: [1.5],
        day: '2026-01-31',
        dashed: null,
      },
      ...{ at: '2026-01-31 10:00:00.25', moment: '2026-01-31 10:00:00+00', took: '01:30:00', twice: 14 },
      ...{
        list: [1, null, 3],
        words: ['a b', 'NULL', '', 'c"\\{}'],
        grid: [
          [1, 2],
          [3, 4],
        ],
        raws: [bytes],
        span: '[1,5)',
      },
    },
    other: `SET body = upper(body), doc = '{"b": 1}', raw = NULL`,
    loose: { took: '90 minutes', day: '31 January 2026', span: '[1,4]' },
  },
  'aurora-mysql': {
    table: `CREATE TABLE kinds (id binary(4) PRIMARY KEY, small tinyint unsigned, large bigint unsigned, huge decimal(30,2),
        single float, \`double\` double, yes tinyint(1), body varchar(100) COLLATE utf8mb4_general_ci, padded char(6),
        how enum('low','high'), some set('a','b'), raw varbinary(20), flags bit(9), doc json, day date, at datetime(3),
        moment timestamp NULL, took time, year year, twice int AS (small * 2) STORED,
        changed timestamp NOT NULL DEFAULT '2020-01-01 00:00:00' ON UPDATE CURRENT_TIMESTAMP)`,
    given: {
      id: new Uint8Array([0, 1, 2, 255]),
      ...{ small: 200n, large: 18446744073709551615n, huge: NumberValue.from('1234567890123456789012345678.5') },
      ...{
        single: 0.1,
        double: 1e-7,
        yes: true,
        body: `it's "é" \\ :name \n`,
        padded: 'ab  ',
        how: 'high',
        some: 'a,b',
      },
      ...{ raw: bytes, flags: 257, doc: { b: [1, null, 'x', 9007199254740993n], a: { c: true } }, day: '2026-01-31' },
      ...{ at: new Date('2026-01-31T10:00:00.250Z'), moment: '2026-01-31T10:00:00Z', took: '01:30:00', year: 2026 },
    },
    shown: {
      id: new Uint8Array([0, 1, 2, 255]),
      ...{ small: 200, large: 18446744073709551615n, huge: '1234567890123456789012345678.50' },
      ...{ single: Math.fround(0.1), double: 1e-7, yes: 1, body: `it's "é" \\ :name \n`, padded: 'ab', how: 'high' },
      ...{
        raw: bytes,
        flags: 257,
        doc: { b: [1, null, 'x', 9007199254740993n], a: { c: true } },
        day: '2026-01-31',
        some: 'a,b',
      },
      ...{ at: '2026-01-31 10:00:00.250', moment: '2026-01-31 10:00:00', took: '01:30:00', year: 2026, twice: 400 },
      changed: '2020-01-01 00:00:00',
    },
    other: `SET body = CONCAT(body, ' '), doc = '{"b": 1}', raw = NULL`,
  },
};

const postgresql = sqlItemStores.filter(({ name }) => name === 'PostgreSQL');

(postgresql.length === 0 ? it.skip : it)('numbers of PostgreSQL may be none, or have no end', async () => {
  const store = await postgresql[0]!.open();
  try {
    await store.sql(
      'CREATE TABLE numbers (id numeric PRIMARY KEY, free numeric, list numeric[], double double precision)',
    );
    const table = await store.open('numbers', session(1));
    const items = [
      { id: 'NaN', free: 'Infinity', list: ['-Infinity', '1.10'], double: Number.NEGATIVE_INFINITY },
      { id: '1.50', free: 'NaN', list: ['NaN', null], double: Number.NaN },
    ];
    const changes = items.map((item) => ({ change: 'insert' as const, becomes: table.arriving(item, undefined) }));
    expect(await table.write(changes)).toEqual(['written', 'written']);
    expect((await table.find(items)).map((one) => one?.item)).toEqual(items);
    const images = changes.map((change) => JSON.parse(JSON.stringify(table.beforeImage(change))));
    expect(await table.restore(images)).toEqual(['restored', 'restored']);
  } finally {
    await store.close();
  }
});

describe.each(sqlItemStores)('values of $name', ({ open }) => {
  let store: SqlItemStore;
  let table: ItemTable;
  let is: Values;
  beforeAll(async () => {
    store = await open();
    is = values[store.kind];
    for (const statement of is.table.split(';\n')) await store.sql(statement);
    table = await store.open('kinds', session(1));
  });
  afterAll(() => store.close());

  const find = async (): Promise<StoredItem> => (await table.find([is.given]))[0]!;
  const all = async () =>
    store.sql(store.kind === 'aurora-mysql' ? 'SELECT * FROM kinds' : 'SELECT CAST(k AS text) AS texts FROM kinds k');
  const change = (was: StoredItem, by: Item) => {
    const becomes = table.replaced(was.item, by);
    return { ...({ change: 'update', was, becomes } as const), read: Object.keys(was.item) };
  };

  it('come back as they were given, in the form in which they are shown', async () => {
    const arriving = table.arriving(is.given, undefined);
    expect(await table.write([{ change: 'insert', becomes: arriving }])).toEqual(['written']);
    const { item } = await find();

    expect(item).toEqual(is.shown);
    // What is read again is what was expected to be: so a check finds nothing wrong.
    expect({ ...item, ...arriving }).toEqual(item);
    expect(table.replaced(item, { ...item })).toEqual(item);
    const { items } = await table.page({ number: 0, of: 1 }, undefined, 10);
    expect(items.map((one) => one.item)).toEqual([is.shown]);
  });

  it('are each a condition of a change, and are put back when it is undone', async () => {
    const [former] = await all();
    const was = await find();
    const names = Object.keys(is.given).filter((name) => name !== 'id');
    const emptied = change(was, { ...was.item, ...Object.fromEntries(names.map((name) => [name, null])) });
    const image = JSON.parse(JSON.stringify(table.beforeImage(emptied)));
    expect(await table.write([emptied])).toEqual(['written']);
    expect(await table.write([emptied])).toEqual(['conflict']);
    const empty = await find();
    expect(names.filter((name) => empty.item[name] !== null)).toEqual([]);

    const filled = change(empty, { ...empty.item, ...is.given, id: was.item['id'], ...is.loose });
    const filling = JSON.parse(JSON.stringify(table.beforeImage(filled)));
    expect(await table.write([filled])).toEqual(['written']);
    expect(await table.restore([filling])).toEqual(['restored']);
    expect(await table.restore([image])).toEqual(['restored']);
    expect(await all()).toEqual([former]);
  });

  it('that somebody else has written are not overwritten, when they differ by a letter or a space only', async () => {
    const was = await find();
    await store.sql(`UPDATE kinds ${is.other}`);
    for (const name of ['body', 'doc', 'raw']) {
      const becomes = table.replaced(was.item, { ...was.item, padded: 'ours' });
      expect(await table.write([{ change: 'update', was, becomes, read: [name, 'padded'] }])).toEqual(['conflict']);
    }
    expect(
      await table.write([{ change: 'update', was, becomes: { ...was.item, padded: 'ours' }, read: ['padded'] }]),
    ).toEqual(['written']);
  });

  it('that do not fit are refused, and none is cut', async () => {
    const was = await find();
    const unfit: readonly Item[] = [
      ...[
        { small: 1.5 },
        { huge: '1.234' },
        { huge: 'many' },
        { double: '1' },
        { huge: Number.NaN },
        { single: 1e300 },
        { at: new Date(Number.NaN) },
        { raw: 'text' },
        { doc: new Set(['a']) },
      ],
      ...[{ body: '\ud800' }, { body: 1 }, { doc: [new Date(0)] }],
    ];
    for (const one of unfit) {
      const [attribute] = Object.keys(one);
      expect(() => change(was, { ...was.item, ...one })).toThrow(
        expect.objectContaining({ code: 'DATA_VALUE', payload: { table: 'kinds', attribute } }),
      );
    }
    expect(() => table.check(change(was, { ...was.item, twice: 1 }))).toThrow(/is made by the database/);
    const long = change(was, { ...was.item, padded: 'longer than six' });
    expect(await table.write([long])).toEqual([{ refused: expect.objectContaining({ code: 'STATEMENT_FAILED' }) }]);
  });
});
