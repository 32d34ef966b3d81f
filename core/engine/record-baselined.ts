import { actionsOf, type BundledMigration } from '../bundle/bundle';
import { phases } from '../bundle/phases';
import { upTo } from '../bundle/version';
import type { MigrationRecord } from '../ledger/state';
import type { HistoryMark, Target } from '../ports';
import { changeHistory } from './change-history';
import type { DeploymentRun } from './deployment-run';
import { singleSteps } from './kinds/index';
import { eventOf } from './migration-event';
import type { Progress } from './progress';

/**
 * How many records are written ahead at once. With what became of as many before, and an event for each of those, a write
 * stays below the 100 items that a transaction of DynamoDB takes (aws-facts DDB-14).
 */
const batch = 24;

/**
 * Records the baselined migrations of a deployment as applied: in the ledger before and after, and in the history of their
 * database in between, with the very marks that running them would have left. So a process may die anywhere, and whoever
 * finds the history without this ledger passes by all of their steps.
 */
export async function recordBaselined(run: DeploymentRun): Promise<Progress> {
  const migrations = await baselinedOf(run);
  const left = migrations.filter((one) => run.request.state.migration(run.keyOf(one))?.state !== 'applied');
  for (let next = 0; next < left.length; next += batch) {
    const some = left.slice(next, next + batch);
    const fresh = some.filter((one) => !run.request.state.migration(run.keyOf(one)));
    for (const migration of fresh) run.defer([], { migrations: [recordOf(run, migration)] });
    await run.request.flush();
    for (const migration of some) {
      if (run.request.outOfTime) return 'continue';
      await mark(run, migration, await run.target(migration.target));
      const record = run.request.state.migration(run.keyOf(migration))!;
      const applied = { ...record, state: 'applied' as const, appliedAt: run.request.now };
      run.defer([eventOf('migration-baselined', applied)], { migrations: [applied] });
    }
  }
  return 'done';
}

async function baselinedOf(run: DeploymentRun): Promise<readonly BundledMigration[]> {
  const { baselines = {}, plan } = run.deployment;
  const names = Object.entries(baselines);
  if (names.length === 0) return [];
  const planned = await Promise.all(plan.map((id) => run.migration(id)));
  const ids = new Set(
    names.flatMap(([target, version]) =>
      upTo(
        planned.filter((migration) => migration.target === target),
        version,
      ).map(({ id }) => id),
    ),
  );
  return planned.filter(({ id }) => ids.has(id));
}

/** What its contract phase does is part of what was there. */
function recordOf(run: DeploymentRun, migration: BundledMigration): MigrationRecord {
  const { id, target, version, name, kind, checksum, irreversible } = migration;
  const hasContract = migration.phases.some((phase) => phases[phase.name].runs === 'commit');
  return {
    ...{ id, target, version, name, kind, checksum, irreversible },
    key: run.keyOf(migration),
    identity: run.deployment.targets[target]!.Identity,
    state: 'applying',
    baselined: true,
    deployment: run.id,
    position: run.request.state.nextPosition,
    contract: hasContract ? 'done' : 'none',
  };
}

/** Writes what the database's history would know, if it keeps one. */
async function mark(
  run: DeploymentRun,
  { id, checksum, ...migration }: BundledMigration,
  target: Target,
): Promise<void> {
  if (!target.sql) return;
  for (const place of placesOf(migration, target)) {
    const added = { ...place, id, checksum, deployment: run.id };
    await changeHistory(target.sql, 'add', added, run.request.recorded.key);
  }
}

/** One at least, by which the history knows the migration. */
function placesOf(
  migration: Pick<BundledMigration, 'phases'>,
  target: Target,
): readonly Pick<HistoryMark, 'phase' | 'step'>[] {
  const places = (['up', 'contract'] as const).flatMap((phase) =>
    singleSteps(actionsOf(migration, phase), target).map((_, step) => ({ phase, step })),
  );
  return places.some(({ phase }) => phase === 'up') ? places : [{ phase: 'up', step: 0 }, ...places];
}
