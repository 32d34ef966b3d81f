import type { PhaseName } from '../bundle/phases';
import type { MigrationRecord } from '../ledger/state';
import type { Pass } from '../ports';
import type { DeploymentRun } from './deployment-run';
import { refuseImpossible, runPhases } from './journal';
import { MigrationRun } from './migration-run';
import { anyIsBuilt, awaitBuilds } from './open-builds';
import type { Progress } from './progress';

/** Applies one migration, from wherever an earlier process left it. */
export async function applyMigration(run: DeploymentRun, id: string, phases: readonly PhaseName[]): Promise<Progress> {
  const { clock } = run.request.ports;
  const bundled = await run.migration(id);
  // Asked of the state at hand: a later process passes by all that earlier ones applied.
  const known = run.request.state.migration(run.keyOf(bundled));
  if (known?.state === 'applied') return 'done';
  const ready = await awaitBuilds(run, bundled, 'forward');
  if (ready !== 'done') return ready;
  const migration = await MigrationRun.begin(run, bundled);
  // What it does after the commit counts too: it would fail when nothing can be rolled back any more.
  if (!migration.isBegun) await refuseImpossible(migration, [...phases, 'contract']);
  const progress = await runPhases(migration, phases);
  if (progress !== 'done') return progress;
  const { begunAt } = migration.record;
  const durationMs = begunAt === undefined ? undefined : clock.now() - Date.parse(begunAt);
  const type = migration.record.adopted ? 'migration-adopted' : 'migration-applied';
  const { building } = migration;
  const applied = { state: 'applied', appliedAt: run.request.now, durationMs } as const;
  migration.updateLater(building.length > 0 ? { ...applied, building } : applied, type, { durationMs });
  return 'done';
}

/** Runs what a migration left for the commit. */
export async function contractMigration(
  run: DeploymentRun,
  record: MigrationRecord,
  phases: readonly PhaseName[],
): Promise<Progress> {
  if (anyIsBuilt(run)) {
    const ready = await awaitBuilds(run, await run.migration(record.id), 'commit');
    if (ready !== 'done') return ready;
  }
  const migration = await MigrationRun.resume(run, await run.target(record.target), record);
  const progress = await runPhases(migration, phases);
  if (progress !== 'done') return progress;
  if (!(await forgetImages(migration))) return 'continue';
  const { building } = migration;
  const contracted = { contract: 'done' } as const;
  migration.updateLater(building.length > 0 ? { ...contracted, building } : contracted, 'migration-contracted');
  return 'done';
}

/** Nothing is taken back after the commit. False when this process has no time for all of it. */
async function forgetImages(migration: MigrationRun): Promise<boolean> {
  const { request, id: deployment } = migration.run;
  const { scope } = request.recorded;
  for (const { id: step, action } of migration.steps(['backfill'])) {
    if (action.type !== 'data') continue;
    const pass: Pass = { scope, deployment, key: migration.plan.key, step, direction: 'forward' };
    if (!(await request.ports.segments.forgetImages(pass, request.limits.stopBy))) return false;
  }
  return forgetAhead(migration);
}

/** What was done ahead is part of what the migration did. */
async function forgetAhead({ run: { request }, plan: { key }, record }: MigrationRun): Promise<boolean> {
  if (record.kind !== 'data') return true;
  const { segments } = request.ports;
  const { scope } = request.recorded;
  const found = (await segments.aheads(scope)).find((work) => work.key === key);
  return !found || segments.forgetAhead(scope, found, request.limits.stopBy);
}
