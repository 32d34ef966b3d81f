import type {
  AddGlobalIndex,
  CreateTable,
  DeleteTable,
  IndexDefinition,
  RemoveGlobalIndex,
} from '../core/bundle/bundle';
import { checkOperation } from './operation-rules';

/** What {@link createTable} takes: the operation without its kind. */
export type CreateTableProps = Omit<CreateTable, 'kind'>;
/** What {@link addGlobalIndex} takes: the name of the table, and the index. */
export type AddGlobalIndexProps = IndexDefinition & { readonly table: string };
/** What {@link removeGlobalIndex} takes. */
export type RemoveGlobalIndexProps = Omit<RemoveGlobalIndex, 'kind'>;

/**
 * Creates an on-demand table. Undone by deleting it, as long as the deployment is not committed.
 *
 * `table` is the logical name, 3 to 255 of `a-z A-Z 0-9 _ - .`; the target makes the physical one of it.
 * `sortKey` and `globalIndexes` (at most 20) may be left out. An index projects `ALL` unless it says otherwise.
 * @example
 * createTable({
 *   table: 'mealPlans',
 *   partitionKey: { name: 'userId', type: 'S' },
 *   sortKey: { name: 'day', type: 'S' },
 *   globalIndexes: [{ name: 'byDay', partitionKey: { name: 'day', type: 'S' }, projection: 'KEYS_ONLY' }],
 * })
 * @throws TypeError when DynamoDB would refuse the table
 */
export function createTable(props: CreateTableProps): CreateTable {
  return checkOperation({ kind: 'createTable', ...props });
}

/**
 * Deletes a table with all its items. Belongs in `contract`: it cannot be undone. In `up` it is refused, unless the
 * migration says `allowDestructive` and `irreversible`, or created the table itself.
 * @example
 * deleteTable('mealPlansOld')
 * @throws TypeError when the name is no table name
 */
export function deleteTable(table: string): DeleteTable {
  return checkOperation({ kind: 'deleteTable', table });
}

/**
 * Adds a global secondary index to a table and waits until it is filled. Undone by removing it.
 *
 * A table has at most 20 of them; DynamoDB builds one at a time. `projection` is `ALL` (default), `KEYS_ONLY`, or the
 * names of up to 20 attributes that are copied beside the keys.
 * @example
 * addGlobalIndex({ table: 'mealPlans', name: 'byDiet', partitionKey: { name: 'diet', type: 'S' } })
 * @throws TypeError when DynamoDB would refuse the index
 */
export function addGlobalIndex({ table, ...index }: AddGlobalIndexProps): AddGlobalIndex {
  return checkOperation({ kind: 'addGlobalIndex', table, index });
}

/**
 * Removes a global secondary index. Its definition is read from the table first, so that it can be put back.
 * Destructive, as readers may still use it: belongs in `contract`, or needs `allowDestructive` in `up`.
 * @example
 * removeGlobalIndex({ table: 'mealPlans', index: 'byDay' })
 * @throws TypeError when a name is no table or index name
 */
export function removeGlobalIndex(props: RemoveGlobalIndexProps): RemoveGlobalIndex {
  return checkOperation({ kind: 'removeGlobalIndex', ...props });
}
