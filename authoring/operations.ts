import type { IndexDefinition } from '../core/bundle/table-definitions';
import type {
  AddGlobalIndex,
  CreateTable,
  DeleteTable,
  RebuildTable,
  RemoveGlobalIndex,
} from '../core/bundle/table-operations';
import { checkOperation } from './operation-rules';

/**
 * What {@link createTable} takes: the operation without its kind.
 *
 * @example
 * import { type CreateTableProps, createTable, dynamodb } from 'cdk-migrations/authoring';
 *
 * const plans: CreateTableProps = { table: 'mealPlans', partitionKey: { name: 'userId', type: 'S' } };
 * export default dynamodb({ up: [createTable(plans)] });
 */
export type CreateTableProps = Omit<CreateTable, 'kind'>;

/**
 * What {@link addGlobalIndex} takes: the logical name of the table, and the index.
 *
 * @example
 * import { type AddGlobalIndexProps, addGlobalIndex, dynamodb } from 'cdk-migrations/authoring';
 *
 * const byDay: AddGlobalIndexProps = { table: 'mealPlans', name: 'byDay', partitionKey: { name: 'day', type: 'S' } };
 * export default dynamodb({ up: [addGlobalIndex(byDay)] });
 */
export type AddGlobalIndexProps = IndexDefinition & Omit<AddGlobalIndex, 'kind' | 'index'>;

/**
 * What {@link removeGlobalIndex} takes: the logical name of the table, and the name of the index.
 *
 * @example
 * import { dynamodb, type RemoveGlobalIndexProps, removeGlobalIndex } from 'cdk-migrations/authoring';
 *
 * const byDay: RemoveGlobalIndexProps = { table: 'mealPlans', index: 'byDay' };
 * export default dynamodb({ up: [], contract: [removeGlobalIndex(byDay)] });
 */
export type RemoveGlobalIndexProps = Omit<RemoveGlobalIndex, 'kind'>;

/**
 * What {@link deleteTable} takes besides the table.
 *
 * @example
 * import { type DeleteTableOptions, deleteTable, dynamodb } from 'cdk-migrations/authoring';
 *
 * const options: DeleteTableOptions = { allowDestructive: 'a trial that no release has used' };
 * export default dynamodb({ irreversible: true, up: [deleteTable('mealTrial', options)] });
 */
export type DeleteTableOptions = Pick<DeleteTable, 'allowDestructive'>;

/**
 * Creates a table with all its settings. What the operation does not say comes from the `tableDefaults` of the target, and
 * what these do not say is: on-demand, point-in-time recovery of 35 days, deletion protection. Undone by deleting the
 * table, as long as the deployment is not committed.
 *
 * @param props `table` is the logical name, 3 to 255 of `a-z A-Z 0-9 _ - .`, from which the target makes the physical
 *   one. All but the partition key is optional: `sortKey`, `localIndexes` (at most 5), `globalIndexes` (at most 20),
 *   `billingMode` with `throughput` in units and `autoScaling` in percent, and the settings
 * @returns the operation, as plain data
 * @throws TypeError if DynamoDB would refuse the table
 * @example
 * import { createTable, dynamodb } from 'cdk-migrations/authoring';
 *
 * export default dynamodb({
 *   up: [
 *     createTable({
 *       table: 'mealPlans',
 *       partitionKey: { name: 'userId', type: 'S' },
 *       sortKey: { name: 'day', type: 'S' },
 *       globalIndexes: [{ name: 'byDay', partitionKey: { name: 'day', type: 'S' }, projection: 'KEYS_ONLY' }],
 *       timeToLive: 'expiresAt',
 *       tags: { team: 'nutrition' },
 *     }),
 *   ],
 * });
 */
export function createTable(props: CreateTableProps): CreateTable {
  return checkOperation({ kind: 'createTable', ...props });
}

/**
 * Deletes a table with all its items, once an on-demand backup of it is complete; the history names the backup. Its
 * deletion protection is switched off before. Belongs in `contract`, because it cannot be undone. In `up` it is refused, unless
 * it has a reason in `allowDestructive` and the migration is `irreversible`, or the migration created the table itself.
 *
 * @param table the logical name of the table
 * @param options the reason why it may happen in `up`
 * @returns the operation, as plain data
 * @throws TypeError if `table` cannot be the name of a table
 * @example
 * import { deleteTable, dynamodb } from 'cdk-migrations/authoring';
 *
 * export default dynamodb({ dependsOn: ['1.2.0'], up: [], contract: [deleteTable('mealPlansOld')] });
 */
export function deleteTable(table: string, options: DeleteTableOptions = {}): DeleteTable {
  return checkOperation({ kind: 'deleteTable', table, ...options });
}

/**
 * Adds a global secondary index to a table and waits until it is built, at most as long as the construct's
 * `forwardTimeout`; with `waitForBuild: 'background'` the deployment succeeds while it is built. Undone by removing it.
 *
 * @param props the logical name of the table, and the index. A table has at most 20 of them, and DynamoDB builds one at
 *   a time. `projection` is `ALL` (default), `KEYS_ONLY`, or the names of up to 20 attributes to copy besides the keys
 * @returns the operation, as plain data
 * @throws TypeError if DynamoDB would refuse the index
 * @example
 * import { addGlobalIndex, dynamodb } from 'cdk-migrations/authoring';
 *
 * export default dynamodb({
 *   dependsOn: ['1.0.0'],
 *   up: [addGlobalIndex({ table: 'mealPlans', name: 'byDiet', partitionKey: { name: 'diet', type: 'S' } })],
 * });
 */
export function addGlobalIndex({ table, waitForBuild, ...index }: AddGlobalIndexProps): AddGlobalIndex {
  return checkOperation({ kind: 'addGlobalIndex', table, index, ...(waitForBuild !== undefined && { waitForBuild }) });
}

/**
 * Removes a global secondary index. Undone by building it again as it was, with its throughput and auto scaling.
 * Auto scaling that was set up for it is left alone. Destructive, because readers may still use it: belongs in
 * `contract`, or needs a reason in `allowDestructive` in `up`.
 *
 * @param props the logical name of the table, the name of the index, and the reason why it may happen in `up`
 * @returns the operation, as plain data
 * @throws TypeError if `table` or `index` cannot be the name of one
 * @example
 * import { dynamodb, removeGlobalIndex } from 'cdk-migrations/authoring';
 *
 * export default dynamodb({
 *   dependsOn: ['1.1.0'],
 *   up: [],
 *   contract: [removeGlobalIndex({ table: 'mealPlans', index: 'byDay' })],
 * });
 */
export function removeGlobalIndex(props: RemoveGlobalIndexProps): RemoveGlobalIndex {
  return checkOperation({ kind: 'removeGlobalIndex', ...props });
}

/**
 * Gives a table other keys or local indexes, which DynamoDB cannot change in place: its items are copied into a new table,
 * and readers and writers are switched over. That switching is not there yet, so a migration with this operation is refused
 * when it is bundled (`SWITCHING_NOT_AVAILABLE`).
 *
 * @param props the logical name of the table, and the keys and local indexes that it is to have
 * @returns the operation, as plain data
 * @throws TypeError if DynamoDB would refuse the table
 * @example
 * import { dynamodb, rebuildTable } from 'cdk-migrations/authoring';
 *
 * export default dynamodb({
 *   dependsOn: ['1.0.0'],
 *   up: [rebuildTable({ table: 'mealPlans', partitionKey: { name: 'day', type: 'S' } })],
 * });
 */
export function rebuildTable(props: Omit<RebuildTable, 'kind'>): RebuildTable {
  return checkOperation({ kind: 'rebuildTable', ...props });
}
