import type { ManifestEntry } from '../bundle/bundle';
import { upTo } from '../bundle/version';
import { MigrationError } from '../errors/index';
import type { MigrationRecord } from '../ledger/state';
import type { TargetProperties } from '../wire';

/** What the baseline of one target means for a deployment. */
export interface TargetBaseline<T extends Pick<ManifestEntry, 'id'>> {
  readonly target: string;
  readonly version: string;
  /** The migrations that it is about, in the order in which they are applied. */
  readonly migrations: readonly T[];
}

export interface Baselines<T extends Pick<ManifestEntry, 'id'>> {
  /** To be recorded without running, if the database has them. */
  readonly inForce: readonly TargetBaseline<T>[];
  /** Their databases have been migrated since, so a baseline says nothing any more: these will run. */
  readonly ignored: readonly TargetBaseline<T>[];
}

/** A baseline is about databases to which the scope has applied nothing yet: from then on the ledger knows what they have. */
export function baselinesOf<T extends ManifestEntry>(
  targets: Readonly<Record<string, TargetProperties>>,
  pending: readonly T[],
  applied: readonly MigrationRecord[],
): Baselines<T> {
  const migrated = new Set(applied.map(({ target, identity }) => `${target} ${identity}`));
  const all = Object.entries(targets).flatMap(([target, { Identity, Baseline: version }]) => {
    if (version === undefined) return [];
    const migrations = upTo(
      pending.filter((migration) => migration.target === target),
      version,
    );
    return migrations.length === 0
      ? []
      : [{ target, version, migrations, isMigrated: migrated.has(`${target} ${Identity}`) }];
  });
  return {
    inForce: all.filter(({ isMigrated }) => !isMigrated),
    ignored: all.filter(({ isMigrated }) => isMigrated),
  };
}

/** Migrations up to a version that depend on a later one of the same target: the version is no state of the database. */
export function splitDependencies(
  { target, version, migrations }: TargetBaseline<ManifestEntry>,
  applied: ReadonlySet<string> = new Set(),
): readonly string[] {
  const known = new Set(migrations.map(({ id }) => id));
  return migrations.flatMap(({ id, dependsOn }) =>
    dependsOn
      .filter((needed) => needed.startsWith(`${target}/`) && !known.has(needed) && !applied.has(needed))
      .map((needed) => `${id} depends on ${needed}, which is later than the baseline ${version}`),
  );
}

/** @throws BASELINE_SPLIT */
export function refuseSplit(baseline: TargetBaseline<ManifestEntry>, applied?: ReadonlySet<string>): void {
  const split = splitDependencies(baseline, applied);
  if (split.length === 0) return;
  throw new MigrationError('BASELINE_SPLIT', `${split.join('; ')}.`, {
    payload: { target: baseline.target, baseline: baseline.version },
    hint: 'Choose as baseline a version that has all that its migrations depend on.',
  });
}
