import type {
  SetAutoScaling,
  SetBillingMode,
  SetCapacity,
  SetDeletionProtection,
  SetPointInTimeRecovery,
  SetStream,
  SetTableClass,
  SetTimeToLive,
  Tag,
  Untag,
} from './setting-operations';
import type { AutoScaling, IndexDefinition, KeyAttribute, LocalIndexDefinition } from './table-definitions';
import type { TableDefaults } from './table-settings';

/**
 * A change of a DynamoDB table, as plain data: what the builders of `cdk-migrations/authoring` return.
 *
 * @example
 * import { createTable, dynamodb, type TableOperation } from 'cdk-migrations/authoring';
 *
 * const tables = ['mealPlans', 'shoppingLists'];
 * const up: TableOperation[] = tables.map((table) =>
 *   createTable({ table, partitionKey: { name: 'userId', type: 'S' } }),
 * );
 * export default dynamodb({ up });
 */
export type TableOperation =
  | CreateTable
  | DeleteTable
  | AddGlobalIndex
  | RemoveGlobalIndex
  | SetBillingMode
  | SetCapacity
  | SetAutoScaling
  | SetStream
  | SetTimeToLive
  | SetPointInTimeRecovery
  | SetTableClass
  | SetDeletionProtection
  | Tag
  | Untag
  | RebuildTable;

/**
 * Creates a table. What it does not say comes from the `tableDefaults` of the target.
 *
 * @example
 * import { createTable, type CreateTable, dynamodb } from 'cdk-migrations/authoring';
 *
 * const plans: CreateTable = createTable({ table: 'mealPlans', partitionKey: { name: 'userId', type: 'S' } });
 * export default dynamodb({ up: [plans] });
 */
export interface CreateTable extends TableDefaults {
  /** Tells this operation from the others. */
  readonly kind: 'createTable';
  /** The logical name of the table, from which the target makes the physical one. */
  readonly table: string;
  /** The attribute by whose value items are found. */
  readonly partitionKey: KeyAttribute;
  /**
   * The attribute by which items with the same partition key are ordered and told apart.
   * @default - one item per partition key
   */
  readonly sortKey?: KeyAttribute;
  /**
   * At most 5 local secondary indexes. A table with them has a sort key.
   * @default - none
   */
  readonly localIndexes?: readonly LocalIndexDefinition[];
  /**
   * At most 20 global secondary indexes, created together with the table.
   * @default - none
   */
  readonly globalIndexes?: readonly IndexDefinition[];
  /**
   * What makes the throughput of a provisioned table follow its use.
   * @default - the throughput does not change by itself
   */
  readonly autoScaling?: AutoScaling;
  /**
   * The attribute that says when an item expires: a number of seconds since 1970.
   * @default - items do not expire
   */
  readonly timeToLive?: string;
  /**
   * A policy of the table, as IAM writes policies, of up to 20 KB as JSON.
   * @default - none
   */
  readonly resourcePolicy?: Readonly<Record<string, unknown>>;
}

/**
 * Deletes a table with its items, after an on-demand backup of them. Destructive: belongs in `contract`.
 *
 * @example
 * import { deleteTable, type DeleteTable, dynamodb } from 'cdk-migrations/authoring';
 *
 * const old: DeleteTable = deleteTable('mealPlansOld');
 * export default dynamodb({ up: [], contract: [old] });
 */
export interface DeleteTable {
  /** Tells this operation from the others. */
  readonly kind: 'deleteTable';
  /** The logical name of the table. */
  readonly table: string;
  /**
   * The reason, in words, why `up` may do this before the commit. The migration must be `irreversible` too.
   * @default - refused in `up`
   */
  readonly allowDestructive?: string;
}

/**
 * Adds a global secondary index to a table.
 *
 * @example
 * import { addGlobalIndex, type AddGlobalIndex, dynamodb } from 'cdk-migrations/authoring';
 *
 * const byDiet: AddGlobalIndex = addGlobalIndex({
 *   table: 'mealPlans',
 *   name: 'byDiet',
 *   partitionKey: { name: 'diet', type: 'S' },
 * });
 * export default dynamodb({ up: [byDiet] });
 */
export interface AddGlobalIndex {
  /** Tells this operation from the others. */
  readonly kind: 'addGlobalIndex';
  /** The logical name of the table. */
  readonly table: string;
  /** The index to add, with its name and keys. */
  readonly index: IndexDefinition;
  /**
   * Who waits until the index is built: the `deployment`, which fails when that takes longer than the `forwardTimeout` of
   * the construct, or nobody (`background`). Migrations that depend on this one, or change the same table, wait in any case.
   * @default deployment
   */
  readonly waitForBuild?: 'deployment' | 'background';
}

/**
 * Removes a global secondary index. Its definition is read from the table first, so that it can be built again.
 *
 * @example
 * import { dynamodb, removeGlobalIndex, type RemoveGlobalIndex } from 'cdk-migrations/authoring';
 *
 * const byDay: RemoveGlobalIndex = removeGlobalIndex({ table: 'mealPlans', index: 'byDay' });
 * export default dynamodb({ up: [], contract: [byDay] });
 */
export interface RemoveGlobalIndex {
  /** Tells this operation from the others. */
  readonly kind: 'removeGlobalIndex';
  /** The logical name of the table. */
  readonly table: string;
  /** The name of the index. */
  readonly index: string;
  /**
   * The reason, in words, why `up` may do this before the commit: the release that is live may still query the index.
   * @default - refused in `up`
   */
  readonly allowDestructive?: string;
}

/**
 * Gives a table other keys or local indexes, which DynamoDB cannot change in place, by copying it into a new one.
 * Not available yet: the bundler refuses it.
 *
 * @example
 * import { dynamodb, rebuildTable, type RebuildTable } from 'cdk-migrations/authoring';
 *
 * const plansByDay: RebuildTable = rebuildTable({ table: 'mealPlans', partitionKey: { name: 'day', type: 'S' } });
 * export default dynamodb({ up: [plansByDay] });
 */
export interface RebuildTable {
  /** Tells this operation from the others. */
  readonly kind: 'rebuildTable';
  /** The logical name of the table. */
  readonly table: string;
  /** The attribute by whose value items are to be found. */
  readonly partitionKey: KeyAttribute;
  /**
   * The attribute by which items with the same partition key are to be ordered and told apart.
   * @default - one item per partition key
   */
  readonly sortKey?: KeyAttribute;
  /**
   * The local secondary indexes that the table is to have, at most 5.
   * @default - none
   */
  readonly localIndexes?: readonly LocalIndexDefinition[];
}
