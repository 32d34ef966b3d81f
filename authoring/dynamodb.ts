import type { TableOperation } from '../core/bundle/table-operations';
import { checkOperation } from './operation-rules';
import { checkProperties, checkTexts, refuse } from './refuse';
import { checkKeys, type Keyed, keysOfTable } from './table-rules';

/**
 * What {@link dynamodb} takes.
 *
 * @example
 * import { createTable, type DynamoDbMigrationProps, dynamodb } from 'cdk-migrations/authoring';
 *
 * const props: DynamoDbMigrationProps = {
 *   up: [createTable({ table: 'mealPlans', partitionKey: { name: 'userId', type: 'S' } })],
 * };
 * export default dynamodb(props);
 */
export interface DynamoDbMigrationProps {
  /**
   * What must be applied before: `1.0.0` for a migration of the same target, `other-target/1.0.0` for another's.
   * @default - nothing
   */
  readonly dependsOn?: readonly string[];
  /**
   * Repeats the name of the file, in words, so that a copied file is noticed: it is compared with the file's name.
   * @default - the name of the file
   */
  readonly name?: string;
  /**
   * Whether the migration cannot be undone. A deployment that contains such a migration cannot be rolled back past it.
   * @default false
   */
  readonly irreversible?: boolean;
  /**
   * Applied by a deployment, in this order. Undone by inverse operations, newest first, computed from what was observed
   * before each. May be empty if `contract` is not.
   */
  readonly up: readonly TableOperation[];
  /**
   * Applied only after the stack update has succeeded. The place for everything destructive.
   * @default - nothing
   */
  readonly contract?: readonly TableOperation[];
}

/**
 * What {@link dynamodb} returns, and a migration file exports: its properties, checked, and the kind of the migration.
 *
 * @example
 * import { createTable, type DynamoDbMigration, dynamodb } from 'cdk-migrations/authoring';
 *
 * const migration: DynamoDbMigration = dynamodb({
 *   up: [createTable({ table: 'mealPlans', partitionKey: { name: 'userId', type: 'S' } })],
 * });
 * export default migration;
 */
export interface DynamoDbMigration extends DynamoDbMigrationProps {
  /** Tells this kind of migration from the others. */
  readonly kind: 'dynamodb';
}

/**
 * A migration of DynamoDB tables, as declarative operations. The default export of its file.
 *
 * @param props the operations, and what must be applied before them
 * @returns `props` with the kind of the migration
 * @throws TypeError for an unknown property, or a value that DynamoDB would refuse
 * @example
 * import { addGlobalIndex, dynamodb } from 'cdk-migrations/authoring';
 *
 * export default dynamodb({
 *   dependsOn: ['1.0.0'],
 *   up: [addGlobalIndex({ table: 'mealPlans', name: 'byDiet', partitionKey: { name: 'diet', type: 'S' } })],
 * });
 */
export function dynamodb(props: DynamoDbMigrationProps): DynamoDbMigration {
  const properties = ['kind', 'dependsOn', 'name', 'irreversible', 'up', 'contract'];
  checkProperties('The argument of dynamodb()', props, properties);
  checkTexts('dependsOn', props.dependsOn ?? []);
  for (const phase of ['up', 'contract'] as const)
    checkOperations(phase, props[phase] ?? (phase === 'up' ? undefined : []));
  checkKeysOfTables([...props.up, ...(props.contract ?? [])]);
  return { ...props, kind: 'dynamodb' };
}

function checkOperations(phase: string, operations: readonly TableOperation[] | undefined): void {
  if (!Array.isArray(operations)) refuse(`Property ${phase}`, 'be a list of operations', operations);
  operations.forEach(checkOperation);
}

/** An attribute of a table has one type, whichever operation makes it a key. */
function checkKeysOfTables(operations: readonly TableOperation[]): void {
  const keys = new Map<string, Keyed[]>();
  for (const operation of operations) {
    const own = keys.get(operation.table) ?? [];
    if (operation.kind === 'createTable') own.push(...keysOfTable(operation));
    if (operation.kind === 'addGlobalIndex') own.push(operation.index);
    keys.set(operation.table, own);
  }
  for (const [table, keyed] of keys) checkKeys('dynamodb()', keyed, `of table ${table}`);
}
