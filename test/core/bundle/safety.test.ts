import { describe, expect, it } from '@jest/globals';
import { type ObjectChange, tableChange, unsafeChange, unsafeChanges } from '../../../core/bundle/safety';
import type { TableOperation } from '../../../core/bundle/table-operations';

const key = { name: 'id', type: 'S' } as const;
const createTable: TableOperation = { kind: 'createTable', table: 'meals', partitionKey: key };
const deleteTable: TableOperation = { kind: 'deleteTable', table: 'meals' };
const addIndex: TableOperation = {
  kind: 'addGlobalIndex',
  table: 'meals',
  index: { name: 'byDay', partitionKey: key },
};
const removeIndex: TableOperation = { kind: 'removeGlobalIndex', table: 'meals', index: 'byDay' };

const setStream = (view: 'NEW_IMAGE' | null): TableOperation => ({ kind: 'setStream', table: 'meals', view });
const setTimeToLive = (attribute: string | null): TableOperation => ({
  kind: 'setTimeToLive',
  table: 'meals',
  attribute,
});
const setRecovery = (enabled: boolean): TableOperation => ({ kind: 'setPointInTimeRecovery', table: 'meals', enabled });

const unsafe = (changes: readonly ObjectChange[]): readonly string[] =>
  unsafeChanges(changes).map((change) => unsafeChange('m/1.0.0', change, 'a hint').message);

describe('among the DynamoDB operations of the up phase', () => {
  it.each([
    ['creating is safe', [createTable, addIndex], 0],
    ['removing an index is not safe: queries name it', [removeIndex], 1],
    ['deleting a table is not safe', [deleteTable], 1],
    ['a table of the same migration may be deleted again', [createTable, deleteTable], 0],
    ['a table of the same migration may be deleted only once', [createTable, deleteTable, deleteTable], 1],
    ['an index of the same migration may be removed again', [addIndex, removeIndex], 0],
    ['an index of a table of the same migration may be removed', [createTable, removeIndex], 0],
    ['an index of a table that was deleted may not be removed', [createTable, deleteTable, removeIndex], 1],
    ['another stream is safe, none is not', [setStream('NEW_IMAGE'), setStream(null)], 1],
    ['expiry is not safe: DynamoDB deletes what has expired', [setTimeToLive('expires'), setTimeToLive(null)], 1],
    ['expiry of a new table is safe', [createTable, setTimeToLive('expires')], 0],
    ['to forget the past is not safe', [setRecovery(true), setRecovery(false)], 1],
    ['other settings are safe', [{ kind: 'setDeletionProtection', table: 'meals', enabled: false }], 0],
  ] as const)('%s', (_, operations, count) => {
    expect(unsafeChanges(operations.flatMap((operation) => tableChange(operation) ?? []))).toHaveLength(count);
  });
});

describe('unsafeChanges', () => {
  it('follows a renamed object', () => {
    const changes: ObjectChange[] = [
      { change: 'create', object: 'table', name: 'a' },
      { change: 'rename', object: 'table', name: 'a', newName: 'b' },
      { change: 'drop', object: 'column', name: 'b.c' },
      { change: 'empty', object: 'table', name: 'b' },
      { change: 'drop', object: 'table', name: 'b' },
      { change: 'empty', object: 'table', name: 'a' },
    ];
    expect(unsafe(changes)).toEqual([
      'The up phase of m/1.0.0 deletes every row of table a before the deployment has succeeded.',
    ]);
  });

  it('lets a view be made again, and nothing that holds data', () => {
    const again = (object: string): ObjectChange[] => [
      { change: 'drop', object, name: 'a' },
      { change: 'create', object, name: 'a', uncertain: true },
    ];
    expect(unsafe(again('view'))).toEqual([]);
    expect(unsafe(again('view').toReversed())).toHaveLength(1);
    expect(unsafe(again('table'))).toHaveLength(1);
  });

  it('does not take what may have existed for its own', () => {
    const changes: ObjectChange[] = [
      { change: 'create', object: 'table', name: 'a', uncertain: true },
      { change: 'empty', object: 'table', name: 'a' },
    ];
    expect(unsafe(changes)).toHaveLength(1);
  });

  it('does not take a table for the type of the same name', () => {
    const changes: ObjectChange[] = [
      { change: 'create', object: 'type', name: 'a' },
      { change: 'drop', object: 'table', name: 'a' },
    ];
    expect(unsafe(changes)).toHaveLength(1);
  });
});
