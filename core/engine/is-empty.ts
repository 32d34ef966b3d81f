import type { BundledMigration } from '../bundle/bundle';
import { createdTables } from '../bundle/created-tables';
import type { Target } from '../ports';

/** What a new database has, or is given by whoever makes it: nothing that a migration would meet with data in it. */
const ofNewDatabases: readonly string[] = ['schema', 'extension', 'grant', 'revoked', 'default privileges', 'comment'];

/**
 * Whether a database is a new one: nothing in it is a user's. Where a target is a set of tables, none of those that the
 * migrations create is there.
 */
export async function isEmpty(target: Target, migrations: readonly BundledMigration[]): Promise<boolean> {
  const { schema, tables } = target;
  if (schema) return (await schema.snapshot()).objects.every(({ kind }) => ofNewDatabases.includes(kind));
  if (!tables) return false;
  const created = new Set(migrations.flatMap(createdTables));
  if (created.size === 0) return false;
  for (const table of created) {
    if (await tables.describe(table)) return false;
  }
  return true;
}
