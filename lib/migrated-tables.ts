import { Token } from 'aws-cdk-lib';
import type { Action, Bundle, BundledMigration } from '../core/bundle/bundle';
import { type DataPlace, placesOf } from '../core/bundle/data-action';
import type { TableOperation } from '../core/bundle/table-operations';
import type { TargetBinding } from './target-binding';

/** Logical names of the tables that migrations of this target create. */
export function createdTables({ migrations }: Bundle, target: string): string[] {
  return migrations
    .filter((migration) => migration.target === target)
    .flatMap(operations)
    .filter(({ kind }) => kind === 'createTable')
    .map(({ table }) => table);
}

/** What is wrong with the tables that migrations name, compared with those that the targets have. */
export function tableErrors({ migrations }: Bundle, targets: ReadonlyMap<string, TargetBinding>): string[] {
  const errors = migrations.flatMap((migration) => [
    ...operations(migration).flatMap((operation) => operationError(migration, operation, targets)),
    ...places(migration).flatMap((place) => missingTable(migration, place, targets)),
  ]);
  return [...new Set(errors)];
}

function operations(migration: BundledMigration): TableOperation[] {
  return actions(migration).flatMap((action) => (action.type === 'table' ? [action.operation] : []));
}

/** The tables whose items a migration works on. */
function places(migration: BundledMigration): DataPlace[] {
  return actions(migration).flatMap((action) => (action.type === 'data' ? placesOf(action) : []));
}

function actions({ phases }: BundledMigration): Action[] {
  return phases.flatMap((phase) => phase.actions);
}

/** Characters of the name of a table. */
const longestName = 255;

function operationError(
  migration: BundledMigration,
  { kind, table }: TableOperation,
  targets: ReadonlyMap<string, TargetBinding>,
): string[] {
  const missing = missingTable(migration, { target: migration.target, table }, targets);
  if (missing.length > 0) return missing;
  if (kind === 'createTable') {
    const name = targets.get(migration.target)!.tableName(table)!;
    if (!Token.isUnresolved(name) && name.length > longestName) {
      return [
        `${migration.file} creates table '${table}', whose name with the tableNamePrefix of target '${migration.target}' has ` +
          `${name.length} characters; DynamoDB allows ${longestName}. Shorten one of the two.`,
      ];
    }
  }
  const verb = { createTable: 'creates', deleteTable: 'deletes' }[kind as string];
  if (verb === undefined || !targets.get(migration.target)!.tables.includes(table)) return [];
  return [
    `${migration.file} ${verb} table '${table}', which is in \`tables\` of target '${migration.target}' and therefore exists ` +
      'outside of the migrations. Remove the operation, or choose another logical name.',
  ];
}

function missingTable(
  { file }: BundledMigration,
  { target, table }: DataPlace,
  targets: ReadonlyMap<string, TargetBinding>,
): string[] {
  const binding = targets.get(target)!;
  // Only the database knows the tables of a SQL target.
  if (binding.databaseKind !== 'dynamodb' || binding.tableName(table) !== undefined) return [];
  return [
    `${file} uses table '${table}', which target '${target}' does not have. ` +
      `Its tables: ${binding.tables.join(', ')}. Add it to \`tables\`, or set \`tableNamePrefix\`.`,
  ];
}
