import type { Bundle, BundledMigration, ManifestEntry, MigrationId } from './bundle';
import { heads } from './graph';

/** What is in a bundle, without the content of the migrations. */
export interface Manifest {
  readonly revision: string;
  /** Per target, the migrations on which no other of the same target depends. In the bundle's order. */
  readonly heads: readonly MigrationId[];
  /** In the bundle's order. */
  readonly migrations: readonly ManifestEntry[];
}

export function manifestOf(bundle: Bundle, revision: string): Manifest {
  return {
    revision,
    heads: heads(bundle.migrations).map(({ id }) => id),
    migrations: bundle.migrations.map(manifestEntry),
  };
}

function manifestEntry(migration: BundledMigration): ManifestEntry {
  const { id, target, version, name, kind, checksum, dependsOn, irreversible } = migration;
  return { id, target, version, name, kind, checksum, dependsOn, irreversible };
}
