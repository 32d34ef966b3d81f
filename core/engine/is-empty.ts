import type { BundledMigration } from '../bundle/bundle';
import { createdTables } from '../bundle/created-tables';
import type { Target } from '../ports';
import { isForeign } from '../schema/ignore';

/** What a new database has, or is given by whoever makes it: nothing that a migration would meet with data in it. */
const ofNewDatabases: readonly string[] = ['schema', 'extension', 'grant', 'revoked', 'default privileges', 'comment'];

/**
 * Whether a database is a new one: nothing in it is a user's but what is ignored. Where a target is a set of tables, none of those that the
 * migrations create is there.
 */
export async function isEmpty(
  target: Target,
  migrations: readonly BundledMigration[],
  ignore?: readonly string[],
): Promise<boolean> {
  const { schema, tables } = target;
  if (schema) {
    const { objects } = await schema.snapshot();
    return objects.every((object) => ofNewDatabases.includes(object.kind) || isForeign(object, ignore));
  }
  if (!tables) return false;
  const created = new Set(migrations.flatMap(createdTables));
  if (created.size === 0) return false;
  for (const table of created) {
    if (await tables.describe(table)) return false;
  }
  return true;
}
