import { describe, expect, it } from '@jest/globals';
import type { TableOperation } from '../../../core/bundle/bundle';
import { findUnsafeChanges, type ObjectChange, tableChanges } from '../../../core/bundle/safety';

const key = { name: 'id', type: 'S' } as const;
const createTable: TableOperation = { kind: 'createTable', table: 'meals', partitionKey: key };
const deleteTable: TableOperation = { kind: 'deleteTable', table: 'meals' };
const addIndex: TableOperation = {
  kind: 'addGlobalIndex',
  table: 'meals',
  index: { name: 'byDay', partitionKey: key },
};
const removeIndex: TableOperation = { kind: 'removeGlobalIndex', table: 'meals', index: 'byDay' };

function unsafe(changes: readonly ObjectChange[], allowDestructive?: string, irreversible = false): readonly string[] {
  return findUnsafeChanges({ id: 'm/1.0.0', changes, allowDestructive, irreversible }).map(({ message }) => message);
}

describe('among the DynamoDB operations of the up phase', () => {
  const table = (operations: readonly TableOperation[], reason?: string, irreversible?: boolean) =>
    unsafe(tableChanges(operations), reason, irreversible).length;

  it.each([
    ['creating is safe', [createTable, addIndex], undefined, false, 0],
    ['removing an index is not safe', [removeIndex], undefined, false, 1],
    ['a reason allows removing an index', [removeIndex], 'unused', false, 0],
    ['deleting a table is not safe', [deleteTable], undefined, false, 1],
    ['a reason alone does not allow deleting a table', [deleteTable], 'unused', false, 1],
    ['irreversible alone does not allow deleting a table', [deleteTable], undefined, true, 1],
    ['a reason and irreversible together allow deleting a table', [deleteTable], 'unused', true, 0],
    ['a table of the same migration may be deleted again', [createTable, deleteTable], undefined, false, 0],
    [
      'a table of the same migration may be deleted only once',
      [createTable, deleteTable, deleteTable],
      undefined,
      false,
      1,
    ],
    ['an index of the same migration may be removed again', [addIndex, removeIndex], undefined, false, 0],
    ['an index of a table of the same migration may be removed', [createTable, removeIndex], undefined, false, 0],
    [
      'an index of a table that was deleted may not be removed',
      [createTable, deleteTable, removeIndex],
      undefined,
      false,
      1,
    ],
  ] as const)('%s', (_, operations, reason, irreversible, count) => {
    expect(table(operations, reason, irreversible)).toBe(count);
  });
});

describe('findUnsafeChanges', () => {
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

  it('says what to do, depending on what is missing', () => {
    const hints = [undefined, 'unused'].map(
      (allowDestructive) =>
        findUnsafeChanges({
          id: 'm/1.0.0',
          changes: tableChanges([deleteTable]),
          allowDestructive,
          irreversible: false,
        })[0]!.hint,
    );
    expect(hints[0]).toContain('allowDestructive');
    expect(hints[1]).toContain('irreversible too');
  });

  it('does not take a table for the type of the same name', () => {
    const changes: ObjectChange[] = [
      { change: 'create', object: 'type', name: 'a' },
      { change: 'drop', object: 'table', name: 'a' },
    ];
    expect(unsafe(changes)).toHaveLength(1);
  });
});
