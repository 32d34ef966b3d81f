import { describe, expect, it } from 'vitest';
import type { CreateTableProps } from '../../authoring';
import * as authoring from '../../authoring';

const { addGlobalIndex, createTable, deleteTable, dynamodb, removeGlobalIndex, sql } = authoring;
const id = { name: 'id', type: 'S' } as const;
const table: CreateTableProps = { table: 'meals', partitionKey: id };
const indexes = (count: number) =>
  Array.from({ length: count }, (_, index) => ({ name: `by-${index}`, partitionKey: id }));
const attributes = (count: number) => Array.from({ length: count }, (_, index) => `a${index}`);
/** What a JavaScript author, or a cast, can pass. */
const wrong = (value: unknown) => value as never;

describe('operations', () => {
  it('are plain data', () => {
    expect(createTable({ ...table, sortKey: { name: 'day', type: 'N' }, globalIndexes: indexes(20) })).toMatchObject({
      kind: 'createTable',
      table: 'meals',
    });
    expect(deleteTable('meals')).toEqual({ kind: 'deleteTable', table: 'meals' });
    expect(addGlobalIndex({ table: 'meals', name: 'byDay', partitionKey: id, projection: ['a'] })).toEqual({
      kind: 'addGlobalIndex',
      table: 'meals',
      index: { name: 'byDay', partitionKey: id, projection: ['a'] },
    });
    expect(removeGlobalIndex({ table: 'meals', index: 'byDay' })).toEqual({
      kind: 'removeGlobalIndex',
      table: 'meals',
      index: 'byDay',
    });
  });

  it.each<[string, () => unknown, RegExp]>([
    ['short table name', () => deleteTable('ab'), /Name of table "ab"\. Allowed: 3 to 255/],
    ['long table name', () => deleteTable('a'.repeat(256)), /Name of table/],
    ['character in table name', () => createTable({ ...table, table: 'meal plans' }), /"meal plans"/],
    ['table name missing', () => deleteTable(wrong(undefined)), /Name of table undefined/],
    ['index name', () => addGlobalIndex({ table: 'meals', name: 'x', partitionKey: id }), /Name of index "x"/],
    ['index to remove', () => removeGlobalIndex({ table: 'meals', index: 'x!' }), /Name of index/],
    [
      '21 indexes',
      () => createTable({ ...table, globalIndexes: indexes(21) }),
      /Number of global indexes 21\. Allowed: at most 20/,
    ],
    ['indexes no list', () => createTable({ ...table, globalIndexes: wrong({}) }), /globalIndexes is \{\}/],
    [
      'index twice',
      () => createTable({ ...table, globalIndexes: [...indexes(1), ...indexes(1)] }),
      /Index listed twice: "by-0"/,
    ],
    ['key missing', () => createTable(wrong({ table: 'meals' })), /A key of createTable is undefined/],
    [
      'key type',
      () => createTable({ ...table, partitionKey: wrong({ name: 'id', type: 'string' }) }),
      /"string"\. Allowed: S \(string\)/,
    ],
    ['key name', () => createTable({ ...table, partitionKey: { name: '', type: 'S' } }), /Name of attribute ""/],
    ['long key name', () => createTable({ ...table, partitionKey: { name: 'é'.repeat(128), type: 'S' } }), /255 bytes/],
    ['same keys', () => createTable({ ...table, sortKey: id }), /Sort key "id"/],
    [
      'two types',
      () => createTable({ ...table, globalIndexes: [{ name: 'other', partitionKey: { name: 'id', type: 'N' } }] }),
      /Type of key attribute id "N"\. Allowed: S/,
    ],
    [
      'empty projection',
      () => addGlobalIndex({ table: 'meals', name: 'byDay', partitionKey: id, projection: [] }),
      /Projection of byDay/,
    ],
    [
      '21 attributes',
      () => addGlobalIndex({ table: 'meals', name: 'byDay', partitionKey: id, projection: attributes(21) }),
      /1 to 20/,
    ],
    [
      '101 attributes in all',
      () =>
        createTable({ ...table, globalIndexes: indexes(6).map((index) => ({ ...index, projection: attributes(17) })) }),
      /at most 100/,
    ],
    [
      'projection word',
      () => addGlobalIndex({ table: 'meals', name: 'byDay', partitionKey: id, projection: wrong('INCLUDE') }),
      /KEYS_ONLY/,
    ],
    [
      'attribute twice',
      () => addGlobalIndex({ table: 'meals', name: 'byDay', partitionKey: id, projection: ['a', 'a'] }),
      /twice/,
    ],
    [
      'unknown property',
      () => createTable(wrong({ ...table, billing: 'x' })),
      /createTable has an unknown property "billing"\. Allowed: table,/,
    ],
    [
      'unknown index property',
      () => addGlobalIndex(wrong({ table: 'meals', name: 'byDay', key: id })),
      /unknown property "key"/,
    ],
  ])('refuses: %s', (_, build, message) => {
    expect(build).toThrow(message);
    expect(build).toThrow(TypeError);
  });
});

describe('dynamodb', () => {
  it('keeps what was declared', () => {
    const props = { dependsOn: ['1.0.0'], up: [createTable(table)], contract: [deleteTable('old')] };
    expect(dynamodb(props)).toEqual({ kind: 'dynamodb', ...props });
  });

  it.each<[string, unknown, RegExp]>([
    ['no object', undefined, /dynamodb\(\) takes an object/],
    ['no up', {}, /up is undefined\. Allowed: a list of operations/],
    ['operation by hand', { up: [{ kind: 'createTable', table: 'x' }] }, /Name of table "x"/],
    ['no operation', { up: [() => 1] }, /Not an operation a function/],
    ['misspelt property', { up: [], dependOn: [] }, /unknown property "dependOn"/],
    ['dependsOn a text', { up: [], dependsOn: '1.0.0' }, /dependsOn is "1.0.0"\. Allowed: a list of strings/],
    ['no reason', { up: [], allowDestructive: true }, /allowDestructive is true\. Allowed: a reason/],
    ['empty reason', { up: [], allowDestructive: ' ' }, /a reason/],
  ])('refuses: %s', (_, props, message) => expect(() => dynamodb(wrong(props))).toThrow(message));
});

describe('sql', () => {
  const up = async () => {};

  it('keeps what was declared', () => {
    expect(sql({ up, down: up, verify: ['select true'] })).toEqual({
      kind: 'sql',
      up,
      down: up,
      verify: ['select true'],
    });
  });

  it.each<[string, unknown, RegExp]>([
    ['no up', {}, /up is undefined\. Allowed: a function/],
    ['up a text', { up: 'select 1' }, /up is "select 1"/],
    ['down a text', { up, down: 'select 1' }, /down is/],
    ['verify a text', { up, verify: 'select 1' }, /verify is "select 1"\. Allowed: a list/],
    ['misspelt property', { up, verfy: [] }, /unknown property "verfy"/],
  ])('refuses: %s', (_, props, message) => expect(() => sql(wrong(props))).toThrow(message));
});

it('data() is not offered yet', () => expect(Object.keys(authoring)).not.toContain('data'));
