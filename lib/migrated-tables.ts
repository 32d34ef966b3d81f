import type { Bundle, BundledMigration } from '../core/bundle/bundle';
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
  const errors = migrations.flatMap((migration) => {
    const target = targets.get(migration.target)!;
    return operations(migration).flatMap((operation) => tableError(migration, operation, target));
  });
  return [...new Set(errors)];
}

function operations({ phases }: BundledMigration): TableOperation[] {
  const actions = phases.flatMap((phase) => phase.actions);
  return actions.flatMap((action) => (action.type === 'table' ? [action.operation] : []));
}

function tableError(
  { file, ...migration }: BundledMigration,
  { kind, table }: TableOperation,
  target: TargetBinding,
): string[] {
  if (target.tableName(table) === undefined) {
    return [
      `${file} uses table '${table}', which target '${migration.target}' does not have. ` +
        `Its tables: ${target.tables.join(', ')}. Add it to \`tables\`, or set \`tableNamePrefix\`.`,
    ];
  }
  const verb = { createTable: 'creates', deleteTable: 'deletes' }[kind as string];
  if (verb === undefined || !target.tables.includes(table)) return [];
  return [
    `${file} ${verb} table '${table}', which is in \`tables\` of target '${migration.target}' and therefore exists ` +
      'outside of the migrations. Remove the operation, or choose another logical name.',
  ];
}
