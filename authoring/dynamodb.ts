import type { TableOperation } from '../core/bundle/bundle';
import { checkOperation } from './operation-rules';
import { checkProperties, checkTexts, refuse } from './refuse';

export interface DynamoDbMigrationProps {
  /**
   * What must be applied before: `1.0.0` of this target, or `other-target/1.0.0`.
   * @default - nothing
   */
  readonly dependsOn?: readonly string[];
  /**
   * Repeats the name of the file, in words. Checked against it.
   * @default - the name of the file
   */
  readonly name?: string;
  /**
   * There is no way back. A deployment that contains it cannot be rolled back past it.
   * @default false
   */
  readonly irreversible?: boolean;
  /**
   * The reason why `up` may remove an index, or delete a table (needs `irreversible` too), before commit.
   * @default - destructive operations in `up` are refused
   */
  readonly allowDestructive?: string;
  /**
   * Applied by a deployment, in order. Undone by inverses that are computed from what was observed.
   * May be empty when `contract` is not.
   */
  readonly up: readonly TableOperation[];
  /**
   * Applied only after the stack update succeeded. The place for everything destructive.
   * @default - nothing
   */
  readonly contract?: readonly TableOperation[];
}

export interface DynamoDbMigration extends DynamoDbMigrationProps {
  readonly kind: 'dynamodb';
}

/**
 * A migration of DynamoDB tables, as declarative operations. The default export of its file.
 * @example
 * export default dynamodb({
 *   dependsOn: ['1.0.0'],
 *   up: [addGlobalIndex({ table: 'mealPlans', name: 'byDiet', partitionKey: { name: 'diet', type: 'S' } })],
 * });
 * @throws TypeError for a property or an operation that is not right
 */
export function dynamodb(props: DynamoDbMigrationProps): DynamoDbMigration {
  const known = ['kind', 'dependsOn', 'name', 'irreversible', 'allowDestructive', 'up', 'contract'];
  checkProperties('dynamodb()', props, known);
  checkTexts('dependsOn', props.dependsOn ?? []);
  if (props.allowDestructive !== undefined) checkReason(props.allowDestructive);
  for (const phase of ['up', 'contract'] as const)
    checkOperations(phase, props[phase] ?? (phase === 'up' ? undefined : []));
  return { ...props, kind: 'dynamodb' };
}

function checkOperations(phase: string, operations: readonly TableOperation[] | undefined): void {
  if (!Array.isArray(operations)) refuse(`${phase} is`, operations, 'a list of operations');
  operations.forEach(checkOperation);
}

function checkReason(reason: unknown): void {
  if (typeof reason !== 'string' || reason.trim() === '') refuse('allowDestructive is', reason, 'a reason, in words');
}
