import type { TableOperation } from '../../../bundle/table-operations';
import type { TableDatabase, TableDescription } from '../../../ports';
import { indexExists, indexMissing, notProvisioned, tableExists, tableMissing } from './table-errors';

/**
 * Refuses what a later operation would not find, or would find, before the first of them: not everything that was done by then
 * can be undone exactly, such as a stream that was replaced.
 * @param operations all before the commit; after it other migrations may have changed the table
 * @throws TABLE_EXISTS, TABLE_MISSING, INDEX_EXISTS, INDEX_MISSING, TABLE_NOT_PROVISIONED
 */
export async function refuseAbsent(
  table: string,
  operations: readonly TableOperation[],
  found: TableDescription | undefined,
  target: TableDatabase,
): Promise<void> {
  let exists = found !== undefined;
  const names = new Set(found?.indexes.map(({ name }) => name));
  // A name is for one index, of either kind.
  let local = new Set(found?.localIndexes.map(({ name }) => name));
  const needsMode = found && operations.some(({ kind }) => kind === 'setCapacity' || kind === 'setAutoScaling');
  let mode = needsMode ? (await target.setting(table, 'billing')).mode : undefined;
  for (const operation of operations) {
    const { kind } = operation;
    if (kind === 'createTable') {
      if (exists) throw tableExists(table, target);
      exists = true;
      for (const { name } of operation.globalIndexes ?? []) names.add(name);
      local = new Set(operation.localIndexes?.map(({ name }) => name));
      mode = operation.billingMode ?? target.defaults.billingMode ?? 'on-demand';
      continue;
    }
    // Deleting what is gone is no error.
    if (kind === 'deleteTable') {
      exists = false;
      names.clear();
      continue;
    }
    const what = kind === 'addGlobalIndex' ? `${kind} ${operation.index.name}` : kind;
    if (!exists) throw tableMissing(table, target, what);
    if (kind === 'addGlobalIndex') {
      const { name } = operation.index;
      if (names.has(name) || local.has(name)) throw indexExists(table, target, name);
      names.add(name);
    }
    if (kind === 'setBillingMode') mode = operation.billingMode;
    if ((kind === 'setCapacity' || kind === 'setAutoScaling') && mode === 'on-demand') {
      throw notProvisioned(table, target, what);
    }
    const missing = indexesUsed(operation).find((name) => !names.has(name));
    if (missing !== undefined) throw indexMissing(table, target, { what, index: missing, names: [...names] });
    if (kind === 'removeGlobalIndex') names.delete(operation.index);
  }
}

function indexesUsed(operation: TableOperation): readonly string[] {
  switch (operation.kind) {
    case 'removeGlobalIndex':
      return [operation.index];
    case 'setCapacity':
    case 'setAutoScaling':
      return operation.index === undefined ? [] : [operation.index];
    case 'setBillingMode':
      return Object.keys(operation.indexThroughput ?? {});
    default:
      return [];
  }
}
