import { describe, expect, it } from '@jest/globals';
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

describe('an operation', () => {
  it('is plain data', () => {
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
    [
      'short table name',
      () => deleteTable('ab'),
      /^The name of a table must be 3 to 255 of the characters a-z A-Z 0-9 _ - \., got "ab"\.$/,
    ],
    ['long table name', () => deleteTable('a'.repeat(256)), /^The name of a table must be/],
    ['character in table name', () => createTable({ ...table, table: 'meal plans' }), /"meal plans"/],
    ['table name missing', () => deleteTable(wrong(undefined)), /^The name of a table must be .*, got undefined\.$/],
    [
      'index name',
      () => addGlobalIndex({ table: 'meals', name: 'x', partitionKey: id }),
      /^The name of an index must be .*, got "x"\.$/,
    ],
    [
      'index to remove',
      () => removeGlobalIndex({ table: 'meals', index: 'x!' }),
      /^The name of an index must be .*, got "x!"\.$/,
    ],
    [
      '21 indexes',
      () => createTable({ ...table, globalIndexes: indexes(21) }),
      /^A table must have at most 20 global indexes, got 21\.$/,
    ],
    [
      'indexes no list',
      () => createTable({ ...table, globalIndexes: wrong({}) }),
      /^Property globalIndexes must be a list of indexes, got \{\}\.$/,
    ],
    [
      'index twice',
      () => createTable({ ...table, globalIndexes: [...indexes(1), ...indexes(1)] }),
      /^Index "by-0" is listed twice\.$/,
    ],
    [
      'key missing',
      () => createTable(wrong({ table: 'meals' })),
      /^A key of createTable\(\) must be an object such as \{ name: 'userId', type: 'S' \}, got undefined\.$/,
    ],
    [
      'key type',
      () => createTable({ ...table, partitionKey: wrong({ name: 'id', type: 'string' }) }),
      /^Key attribute id must have type S \(string\), N \(number\) or B \(binary\), got "string"\.$/,
    ],
    [
      'key name',
      () => createTable({ ...table, partitionKey: { name: '', type: 'S' } }),
      /^The name of an attribute must be 1 to 255 bytes of UTF-8, got ""\.$/,
    ],
    ['long key name', () => createTable({ ...table, partitionKey: { name: 'é'.repeat(128), type: 'S' } }), /255 bytes/],
    [
      'same keys',
      () => createTable({ ...table, sortKey: id }),
      /^The sort key must be another attribute than the partition key, got "id"\.$/,
    ],
    [
      'two types',
      () => createTable({ ...table, globalIndexes: [{ name: 'other', partitionKey: { name: 'id', type: 'N' } }] }),
      /^Key attribute id must have type S, as elsewhere in this operation, got "N"\.$/,
    ],
    [
      'empty projection',
      () => addGlobalIndex({ table: 'meals', name: 'byDay', partitionKey: id, projection: [] }),
      /^The projection of index byDay must be ALL, KEYS_ONLY, or a list of 1 to 20 attributes, got \[\]\.$/,
    ],
    [
      '21 attributes',
      () => addGlobalIndex({ table: 'meals', name: 'byDay', partitionKey: id, projection: attributes(21) }),
      /must be .* a list of 1 to 20 attributes, got \["a0",/,
    ],
    [
      '101 attributes in all',
      () =>
        createTable({ ...table, globalIndexes: indexes(6).map((index) => ({ ...index, projection: attributes(17) })) }),
      /^The indexes of a table must include at most 100 attributes together, got 102\.$/,
    ],
    [
      'projection word',
      () => addGlobalIndex({ table: 'meals', name: 'byDay', partitionKey: id, projection: wrong('INCLUDE') }),
      /must be ALL, KEYS_ONLY, or a list .*, got "INCLUDE"\.$/,
    ],
    [
      'attribute twice',
      () => addGlobalIndex({ table: 'meals', name: 'byDay', partitionKey: id, projection: ['a', 'a'] }),
      /^Included attribute "a" is listed twice\.$/,
    ],
    [
      'unknown property',
      () => createTable(wrong({ ...table, billing: 'x' })),
      /^The argument of createTable\(\) must not have a property "billing"\. Its properties: table, /,
    ],
    [
      'unknown index property',
      () => addGlobalIndex(wrong({ table: 'meals', name: 'byDay', key: id })),
      /^An index must not have a property "key"\. Its properties: name, /,
    ],
  ])('is refused with a reason: %s', (_, build, message) => {
    expect(build).toThrow(message);
    expect(build).toThrow(TypeError);
  });
});

describe('dynamodb()', () => {
  it('returns what was declared', () => {
    const props = { dependsOn: ['1.0.0'], up: [createTable(table)], contract: [deleteTable('old')] };
    expect(dynamodb(props)).toEqual({ kind: 'dynamodb', ...props });
  });

  it.each<[string, unknown, RegExp]>([
    [
      'no object',
      undefined,
      /^The argument of dynamodb\(\) must be an object with the properties dependsOn, .*, got undefined\.$/,
    ],
    ['no up', {}, /^Property up must be a list of operations, got undefined\.$/],
    ['operation by hand', { up: [{ kind: 'createTable', table: 'x' }] }, /^The name of a table must be .*, got "x"\.$/],
    ['no operation', { up: [() => 1] }, /^An operation must be made by createTable\(\), .*, got a function\.$/],
    [
      'misspelt property',
      { up: [], dependOn: [] },
      /^The argument of dynamodb\(\) must not have a property "dependOn"\. Its properties: dependsOn, /,
    ],
    [
      'dependsOn a text',
      { up: [], dependsOn: '1.0.0' },
      /^Property dependsOn must be a list of strings, got "1\.0\.0"\.$/,
    ],
    [
      'a reason for the whole migration',
      { up: [], allowDestructive: 'unused' },
      /^The argument of dynamodb\(\) must not have a property "allowDestructive"/,
    ],
    [
      'no reason',
      { up: [{ kind: 'deleteTable', table: 'old', allowDestructive: true }] },
      /^Property allowDestructive must be a reason in words, got true\.$/,
    ],
    [
      'empty reason',
      { up: [{ kind: 'removeGlobalIndex', table: 'old', index: 'byDay', allowDestructive: ' ' }] },
      /^Property allowDestructive must be a reason in words, got " "\.$/,
    ],
  ])('refuses a wrong declaration: %s', (_, props, message) => expect(() => dynamodb(wrong(props))).toThrow(message));
});

describe('sql()', () => {
  const up = async () => {};

  it('returns what was declared', () => {
    expect(sql({ up, down: up, verify: ['select true'] })).toEqual({
      kind: 'sql',
      up,
      down: up,
      verify: ['select true'],
    });
  });

  it.each<[string, unknown, RegExp]>([
    ['no up', {}, /^Property up must be a function such as async \(db\) => \{ \.\.\. \}, got undefined\.$/],
    ['up a text', { up: 'select 1' }, /^Property up must be a function .*, got "select 1"\.$/],
    ['down a text', { up, down: 'select 1' }, /^Property down must be a function .*, got "select 1"\.$/],
    ['verify a text', { up, verify: 'select 1' }, /^Property verify must be a list of strings, got "select 1"\.$/],
    [
      'misspelt property',
      { up, verfy: [] },
      /^The argument of sql\(\) must not have a property "verfy"\. Its properties: dependsOn, /,
    ],
  ])('refuses a wrong declaration: %s', (_, props, message) => expect(() => sql(wrong(props))).toThrow(message));
});
