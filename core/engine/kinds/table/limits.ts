import type { SetCapacity } from '../../../bundle/setting-operations';
import type { Throughput } from '../../../bundle/table-definitions';
import type { TableOperation } from '../../../bundle/table-operations';
import type { Billing, Capacity } from '../../../bundle/table-settings';
import { MigrationError } from '../../../errors/index';
import type { Decreases, TableDatabase, TableDescription } from '../../../ports';
import { nameOf } from './scaling';

/** The quotas that depend on what a table has already (aws-facts DDB-20 and DDB-24). */
const mostIndexes = 20;
const mostIncluded = 100;
const decreasesPerDay = 4;
const hour = 3_600_000;

/** Refuses, before the first of these operations, what DynamoDB would refuse at a later one. @throws TABLE_LIMIT */
export async function refuseBeyondLimits(
  operations: readonly TableOperation[],
  target: TableDatabase,
  now: number,
): Promise<void> {
  for (const table of new Set(operations.map((operation) => operation.table))) {
    const own = operations.filter((operation) => operation.table === table);
    const found = await target.describe(table);
    refuseIndexes(table, own, found?.indexes ?? [], target);
    if (found) await refuseDecreases(table, own.filter(isSetCapacity), target, now);
  }
}

function isSetCapacity(operation: TableOperation): operation is SetCapacity {
  return operation.kind === 'setCapacity';
}

/** Counts the indexes, and the attributes that they include, after each operation. */
function refuseIndexes(
  table: string,
  operations: readonly TableOperation[],
  found: TableDescription['indexes'],
  target: TableDatabase,
): void {
  const included = new Map(found.map(({ name, projection }) => [name, includedBy(projection)]));
  for (const operation of operations) {
    if (operation.kind === 'createTable') {
      for (const { name, projection } of operation.globalIndexes ?? []) included.set(name, includedBy(projection));
    }
    if (operation.kind === 'removeGlobalIndex') included.delete(operation.index);
    if (operation.kind !== 'addGlobalIndex') continue;
    const { name, projection } = operation.index;
    included.set(name, includedBy(projection));
    const attributes = [...included.values()].reduce((sum, count) => sum + count, 0);
    const what = `addGlobalIndex ${name}: table ${target.physicalName(table)} would have`;
    if (included.size > mostIndexes) throw limit(table, `${what} ${included.size} global indexes`, mostIndexes);
    if (attributes > mostIncluded) {
      throw limit(table, `${what} ${attributes} attributes included in its indexes`, mostIncluded);
    }
  }
}

function includedBy(projection: string | readonly string[] | undefined): number {
  return Array.isArray(projection) ? projection.length : 0;
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
    const needed = countDecreases(capacityOf(billing, index), steps);
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

function capacityOf(billing: Billing, index: string | undefined): Capacity {
  return (index === undefined ? billing.table : billing.indexes[index]) ?? {};
}

function limit(table: string, what: string, most: number): MigrationError {
  return new MigrationError('TABLE_LIMIT', `${what}; DynamoDB allows ${most}. Nothing was changed.`, {
    payload: { table, limit: String(most) },
    hint: 'Split the change into several deployments, or wait until the limit has passed.',
  });
}
