import type { BundledMigration } from '../bundle/bundle';
import type { MigrationRecord } from '../ledger/state';
import type { AppliedMigration } from './comparing';

/**
 * A migration as its record says that it was applied. One that was baselined came with no deployment: what its database had was
 * made over the years, and its contract phase came before the next migration.
 */
export function asApplied(
  migration: BundledMigration,
  { contract, deployment, baselined }: Pick<MigrationRecord, 'contract' | 'deployment' | 'baselined'>,
): AppliedMigration {
  const isContracted = contract !== 'pending';
  return baselined ? { migration, isContracted } : { migration, isContracted, deployment };
}
