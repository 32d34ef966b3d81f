import type { AutoScaling, LocalIndexDefinition } from '../../bundle/table-definitions';
import type { CreateTable, TableOperation } from '../../bundle/table-operations';
import {
  type Capacity,
  defaultRecoveryDays,
  type Encryption,
  type TableDefaults,
  type TableSettings,
} from '../../bundle/table-settings';
import { recoveryDays, withDefaults } from '../../engine/kinds/table/new-table';
import { type TableIndex, tableIndexOf } from '../../ledger/table-index';

/** What a table is to have, as far as migrations say. */
export interface ExpectedTable {
  /** Undefined for a table that was there before the migrations: then only what they changed is expected. */
  readonly made?: {
    readonly keys: Pick<CreateTable, 'partitionKey' | 'sortKey'>;
    readonly localIndexes: readonly LocalIndexDefinition[];
    readonly encryption: Encryption;
    readonly resourcePolicy?: CreateTable['resourcePolicy'];
  };
  /** By name; null for one that was removed. */
  readonly indexes: ReadonlyMap<string, TableIndex | null>;
  readonly settings: Partial<Omit<TableSettings, 'tags'>>;
  /** By key; null for one that was removed. */
  readonly tags: ReadonlyMap<string, string | null>;
  /** Of the table itself (undefined) and its indexes; null where there is to be none. */
  readonly scaling: ReadonlyMap<string | undefined, AutoScaling | null>;
}

/** What the tables are after these operations, by logical name. */
export function expectedTables(
  operations: readonly TableOperation[],
  defaults: TableDefaults,
): ReadonlyMap<string, ExpectedTable> {
  const tables = new Map<string, ExpectedTable>();
  for (const operation of operations) {
    if (operation.kind === 'deleteTable') tables.delete(operation.table);
    else tables.set(operation.table, after(operation, tables.get(operation.table) ?? untouched, defaults));
  }
  return tables;
}

const untouched: ExpectedTable = { indexes: new Map(), settings: {}, tags: new Map(), scaling: new Map() };

type Change = Exclude<TableOperation, { readonly kind: 'deleteTable' }>;

function after(operation: Change, table: ExpectedTable, defaults: TableDefaults): ExpectedTable {
  const set = (settings: ExpectedTable['settings']) => ({ ...table, settings: { ...table.settings, ...settings } });
  switch (operation.kind) {
    case 'createTable':
      return created(withDefaults(operation, defaults));
    case 'addGlobalIndex': {
      const { name, autoScaling } = operation.index;
      return {
        ...withIndex(table, tableIndexOf(operation.index)),
        scaling: changed(table.scaling, [[name, autoScaling]]),
      };
    }
    case 'removeGlobalIndex':
      return {
        ...table,
        indexes: changed(table.indexes, [[operation.index, table.made ? undefined : null]]),
        scaling: changed(table.scaling, [[operation.index, undefined]]),
      };
    case 'setBillingMode':
      return billed(operation, table);
    case 'setCapacity':
      return withCapacity(operation, table);
    case 'setAutoScaling':
      return { ...table, scaling: changed(table.scaling, [[operation.index, operation.autoScaling]]) };
    case 'setStream':
      return set({ stream: operation.view });
    case 'setTimeToLive':
      return set({ timeToLive: operation.attribute });
    case 'setPointInTimeRecovery':
      return set({ pointInTimeRecovery: operation.enabled ? (operation.days ?? defaultRecoveryDays) : null });
    case 'setTableClass':
      return set({ tableClass: operation.tableClass });
    case 'setDeletionProtection':
      return set({ deletionProtection: operation.enabled });
    case 'tag':
      return { ...table, tags: changed(table.tags, Object.entries(operation.tags)) };
    case 'untag':
      return {
        ...table,
        tags: changed(
          table.tags,
          operation.keys.map((key) => [key, null] as const),
        ),
      };
    case 'rebuildTable':
      // The bundler refuses it, so no migration that was applied has it.
      return table;
  }
}

function created(operation: CreateTable): ExpectedTable {
  const { partitionKey, sortKey, localIndexes = [], globalIndexes = [], encryption = 'aws-owned' } = operation;
  const { resourcePolicy } = operation;
  const mode = operation.billingMode ?? 'on-demand';
  const { stream = null, timeToLive = null, tableClass = 'STANDARD', tags = {}, throughput = {} } = operation;
  const empty: ExpectedTable = {
    ...untouched,
    made: { keys: { partitionKey, ...(sortKey && { sortKey }) }, localIndexes, encryption, resourcePolicy },
    settings: {
      ...{ billing: { mode, table: throughput, indexes: {} }, stream, timeToLive, tableClass },
      pointInTimeRecovery: recoveryDays(operation),
      deletionProtection: operation.deletionProtection === true,
      contributorInsights: operation.contributorInsights === true,
    },
    tags: new Map(Object.entries(tags)),
  };
  const scaled = globalIndexes.map(({ name, autoScaling }) => [name, autoScaling] as const);
  return {
    ...globalIndexes.map(tableIndexOf).reduce(withIndex, empty),
    scaling: changed(empty.scaling, [[undefined, operation.autoScaling], ...scaled]),
  };
}

/** An index that does not say its throughput gets as much as its table. */
function withIndex(table: ExpectedTable, { provisioned, ...index }: TableIndex): ExpectedTable {
  const { billing } = table.settings;
  const capacity = billing?.mode === 'provisioned' ? (provisioned ?? billing.table) : undefined;
  const ofIndex = billing === undefined ? provisioned : capacity;
  return {
    ...table,
    indexes: changed(table.indexes, [[index.name, { ...index, ...(ofIndex && { provisioned: ofIndex }) }]]),
  };
}

function billed(
  { billingMode: mode, throughput, indexThroughput = {} }: Extract<Change, { kind: 'setBillingMode' }>,
  table: ExpectedTable,
): ExpectedTable {
  const capacity = throughput ?? {};
  const indexes = [...table.indexes].map(([name, index]) => {
    if (!index) return [name, index] as const;
    const { provisioned: _provisioned, ...others } = index;
    return [
      name,
      mode === 'provisioned' ? { ...others, provisioned: indexThroughput[name] ?? capacity } : others,
    ] as const;
  });
  return {
    ...table,
    indexes: new Map(indexes),
    settings: { ...table.settings, billing: { mode, table: capacity, indexes: {} } },
  };
}

function withCapacity(
  { index, throughput }: { readonly index?: string; readonly throughput: Capacity },
  table: ExpectedTable,
): ExpectedTable {
  if (index === undefined) {
    const billing = { mode: 'provisioned' as const, table: throughput, indexes: {} };
    return { ...table, settings: { ...table.settings, billing } };
  }
  const known = table.indexes.get(index);
  return known
    ? { ...table, indexes: changed(table.indexes, [[index, { ...known, provisioned: throughput }]]) }
    : table;
}

/** With these values; without what has none. */
function changed<K, V>(map: ReadonlyMap<K, V>, entries: readonly (readonly [K, V | undefined])[]): ReadonlyMap<K, V> {
  const result = new Map(map);
  for (const [key, value] of entries) {
    if (value === undefined) result.delete(key);
    else result.set(key, value);
  }
  return result;
}
