import type { SetCapacity } from '../../../bundle/setting-operations';
import { type KeyAttribute, keyAttributes, type Throughput } from '../../../bundle/table-definitions';
import type { TableOperation } from '../../../bundle/table-operations';
import type { Capacity } from '../../../bundle/table-settings';
import { MigrationError } from '../../../errors/index';
import { type TableIndex, tableIndexOf } from '../../../ledger/table-index';
import type { Decreases, TableDatabase, TableDescription } from '../../../ports';
import { capacityOf } from './capacity';
import { limit } from './limit';
import { refuseAbsent } from './presence';
import { nameOf } from './scaling';
import { refuseSettings } from './setting-limits';

/** The quotas that depend on what a table has already (aws-facts DDB-20 and DDB-24). */
const mostIndexes = 20;
const mostIncluded = 100;
const decreasesPerDay = 4;
const hour = 3_600_000;

/**
 * Refuses, before the first of these operations, what DynamoDB would refuse at a later one.
 * @param isFinal whether nothing undoes an operation
 * @throws TABLE_LIMIT, KEY_TYPE_MISMATCH, and what {@link refuseAbsent} throws
 */
export async function refuseBeyondLimits(
  operations: readonly TableOperation[],
  target: TableDatabase,
  now: number,
  isFinal: (operation: TableOperation) => boolean,
): Promise<void> {
  for (const table of new Set(operations.map((operation) => operation.table))) {
    const own = operations.filter((operation) => operation.table === table);
    const found = await target.describe(table);
    // What is done after the commit finds what other migrations have made of the table by then.
    const before = own.filter((operation) => !isFinal(operation));
    await refuseAbsent(table, before, found, target);
    if (found) refuseKeyTypes(table, before, found, target);
    refuseIndexes(table, own, found, target);
    if (found) await refuseDecreases(table, own.filter(isSetCapacity), target, now);
    await refuseSettings(table, own, { found, target, now, isFinal });
  }
}

function isSetCapacity(operation: TableOperation): operation is SetCapacity {
  return operation.kind === 'setCapacity';
}

/** Counts the indexes, and the attributes that they include, after each operation. */
function refuseIndexes(
  table: string,
  operations: readonly TableOperation[],
  found: TableDescription | undefined,
  target: TableDatabase,
): void {
  const { indexes = [], localIndexes = [] }: Partial<TableDescription> = found ?? {};
  const included = new Map(indexes.map(({ name, projection }) => [name, includedBy(projection)]));
  let ofLocal = includedByAll(localIndexes);
  for (const operation of operations) {
    if (operation.kind === 'createTable') {
      ofLocal = includedByAll(operation.localIndexes ?? []);
      for (const { name, projection } of operation.globalIndexes ?? []) included.set(name, includedBy(projection));
    }
    if (operation.kind === 'removeGlobalIndex') included.delete(operation.index);
    if (operation.kind !== 'addGlobalIndex') continue;
    const { name, projection } = operation.index;
    included.set(name, includedBy(projection));
    const attributes = [...included.values()].reduce((sum, count) => sum + count, ofLocal);
    const what = `addGlobalIndex ${name}: table ${target.physicalName(table)} would have`;
    if (included.size > mostIndexes) throw limit(table, `${what} ${included.size} global indexes`, mostIndexes);
    if (attributes > mostIncluded) {
      throw limit(table, `${what} ${attributes} attributes included in its indexes`, mostIncluded);
    }
  }
}

/** An attribute has one type in all keys that a table has at a time. */
function refuseKeyTypes(
  table: string,
  operations: readonly TableOperation[],
  { keys, localIndexes, indexes }: TableDescription,
  target: TableDatabase,
): void {
  const own = [keys.partitionKey, ...keyAttributes(keys.sortKey), ...localIndexes.map(({ sortKey }) => sortKey)];
  const ofIndexes = new Map(indexes.map((index) => [index.name, keysOfIndex(index)]));
  for (const operation of operations) {
    // What follows is another table.
    if (operation.kind === 'deleteTable') return;
    if (operation.kind === 'removeGlobalIndex') ofIndexes.delete(operation.index);
    if (operation.kind !== 'addGlobalIndex') continue;
    const { name } = operation.index;
    const added = keysOfIndex(tableIndexOf(operation.index));
    const types = new Map([...own, ...[...ofIndexes.values()].flat()].map((key) => [key.name, key.type]));
    const wrong = added.find((key) => (types.get(key.name) ?? key.type) !== key.type);
    if (wrong) {
      const message = `addGlobalIndex ${name}: key attribute ${wrong.name} has type ${wrong.type}, but ${types.get(wrong.name)} in other keys of table ${target.physicalName(table)}. Nothing was changed.`;
      throw new MigrationError('KEY_TYPE_MISMATCH', message, { payload: { table, attribute: wrong.name } });
    }
    ofIndexes.set(name, added);
  }
}

function keysOfIndex(index: TableIndex): readonly KeyAttribute[] {
  const { partitionKey, furtherPartitionKeys = [], sortKey, furtherSortKeys = [] } = index;
  return [partitionKey, ...furtherPartitionKeys, ...keyAttributes(sortKey), ...furtherSortKeys];
}

function includedBy(projection: string | readonly string[] | undefined): number {
  return Array.isArray(projection) ? projection.length : 0;
}

function includedByAll(indexes: TableDescription['localIndexes']): number {
  return indexes.reduce((sum, { projection }) => sum + includedBy(projection), 0);
}

/** Counts the decreases that the operations make, and those that it would take to undo them. */
async function refuseDecreases(
  table: string,
  operations: readonly SetCapacity[],
  target: TableDatabase,
  now: number,
): Promise<void> {
  if (operations.length === 0) return;
  const billing = await target.setting(table, 'billing');
  if (billing.mode !== 'provisioned') return;
  const before = await target.decreases(table);
  for (const index of new Set(operations.map((operation) => operation.index))) {
    const steps = operations.filter((operation) => operation.index === index).map(({ throughput }) => throughput);
    const needed = countDecreases(capacityOf(billing, index) ?? {}, steps);
    const { today = 0, last }: Partial<Decreases> = before.get(index) ?? {};
    const anHourAgo = last === undefined || now - last > hour;
    const allowed = Math.max(decreasesPerDay - today, anHourAgo ? 1 : 0);
    if (needed <= allowed) continue;
    const what = `setCapacity: ${nameOf(target, table, index)} would be decreased ${needed} times, counting what it takes to undo it, and was ${today} times today`;
    throw limit(table, what, decreasesPerDay);
  }
}

function countDecreases(from: Capacity, steps: readonly Throughput[]): number {
  const path = [from, ...steps];
  let count = 0;
  for (let index = 1; index < path.length; index += 1) {
    if (isLess(path[index]!, path[index - 1]!)) count += 1;
    if (isLess(path[index - 1]!, path[index]!)) count += 1;
  }
  return count;
}

function isLess(a: Capacity, b: Capacity): boolean {
  return (a.read ?? 0) < (b.read ?? 0) || (a.write ?? 0) < (b.write ?? 0);
}
