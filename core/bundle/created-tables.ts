import { actionsOf, type BundledMigration } from './bundle';

/** Logical names of the tables that a migration makes before the application is updated. */
export function createdTables(migration: Pick<BundledMigration, 'phases'>): readonly string[] {
  return actionsOf(migration, 'up').flatMap((action) =>
    action.type === 'table' && action.operation.kind === 'createTable' ? [action.operation.table] : [],
  );
}
