import type { ManifestEntry } from '../bundle/bundle';
import { MigrationError } from '../errors/index';
import type { AppliedRevision, MigrationRecord } from '../ledger/state';

/** The difference between what a bundle holds and what is applied. */
export interface Plan {
  /** To apply, in an order in which dependencies come first. */
  readonly pending: readonly ManifestEntry[];
  /** Applied, but not in the bundle: newest first. There are some if the bundle is older. */
  readonly surplus: readonly MigrationRecord[];
}

/**
 * Compares a bundle's migrations with the ones of an applied revision. Linear in both.
 * @throws CHECKSUM_MISMATCH when an applied migration's file is not what was applied (G5).
 */
export function plan(
  migrations: readonly ManifestEntry[],
  applied: readonly MigrationRecord[],
  revision: AppliedRevision,
): Plan {
  const here = applied.filter((record) => revision.identities[record.target] === record.identity);
  const byId = new Map(here.map((record) => [record.id, record]));
  const known = new Set(migrations.map(({ id }) => id));
  const edited = migrations.filter((migration) => isEdited(migration, byId.get(migration.id)));
  if (edited.length > 0) throw editedError(edited, byId);
  return {
    pending: migrations.filter(({ id }) => !byId.has(id)),
    surplus: here.filter(({ id }) => !known.has(id)).sort((a, b) => b.position - a.position),
  };
}

function isEdited(migration: ManifestEntry, record: MigrationRecord | undefined): boolean {
  return record !== undefined && record.checksum !== migration.checksum;
}

function editedError(edited: readonly ManifestEntry[], byId: ReadonlyMap<string, MigrationRecord>): MigrationError {
  const list = edited.map(
    ({ id, checksum }) => `${id} (applied ${short(byId.get(id)!.checksum)}, now ${short(checksum)})`,
  );
  return new MigrationError('CHECKSUM_MISMATCH', `Applied migrations were edited: ${list.join(', ')}.`, {
    payload: { migrations: edited.map(({ id }) => id) },
    hint: 'An applied migration must never change. Restore the file as it was, and add a new migration for the change.',
  });
}

function short(checksum: string): string {
  return checksum.slice(0, 12);
}
