import type {
  AddGlobalIndex,
  CreateTable,
  DeleteTable,
  IndexDefinition,
  RemoveGlobalIndex,
} from '../core/bundle/bundle';
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
export type AddGlobalIndexProps = IndexDefinition & {
  /** The logical name of the table. */
  readonly table: string;
};

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
 * Creates an on-demand table. Undone by deleting it, as long as the deployment is not committed.
 *
 * @param props `table` is the logical name, 3 to 255 of `a-z A-Z 0-9 _ - .`, from which the target makes the physical
 *   one. `sortKey` and `globalIndexes` (at most 20) are optional. An index projects `ALL` unless it says otherwise
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
 *     }),
 *   ],
 * });
 */
export function createTable(props: CreateTableProps): CreateTable {
  return checkOperation({ kind: 'createTable', ...props });
}

/**
 * Deletes a table with all its items. Belongs in `contract`, because it cannot be undone. In `up` it is refused, unless
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
 * Adds a global secondary index to a table and waits until it is built. Undone by removing it.
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
export function addGlobalIndex({ table, ...index }: AddGlobalIndexProps): AddGlobalIndex {
  return checkOperation({ kind: 'addGlobalIndex', table, index });
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
