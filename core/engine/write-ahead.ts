import { actionsOf, type BundledMigration } from '../bundle/bundle';
import { phases } from '../bundle/phases';
import type { MigrationRecord, UndoPlan } from '../ledger/state';
import type { Target } from '../ports';
import type { Ahead, DeploymentRun } from './deployment-run';
import { kindOf, singleSteps } from './kinds/index';
import { eventOf } from './migration-event';
import { seal } from './seals';
import { undoPlanFor } from './undo-plans';

/**
 * How many undo plans are in hand, including that of the migration that begins. With what became of as many migrations
 * before, a write stays below the 100 items that a transaction of DynamoDB takes (aws-facts DDB-14).
 */
const mostAhead = 16;

/** Characters of JSON: a transaction of DynamoDB takes 4 MB (aws-facts DDB-14), and a large one is slow. */
const largestWrite = 200_000;

/**
 * Writes the undo plan of a migration that begins now, and with the same call those of the migrations that follow it on
 * the same database, as long as they are transactional. Their database says which of them ran, so nothing depends on
 * the ledger knowing it at once: many small migrations cost few writes.
 */
export async function writeUndoPlans(run: DeploymentRun, first: BundledMigration, target: Target): Promise<UndoPlan> {
  const { record, plan } = planned(run, first);
  const begun = { ...record, state: 'applying' as const, begunAt: run.request.now };
  run.defer([seal([plan]), eventOf('migration-started', begun)], { migrations: [begun], undoPlans: [plan] });
  if (isTransactional(first, target)) await extend(run, first, target);
  await run.request.flush();
  return plan;
}

/**
 * The undo plan of a migration that begins now, when this process wrote it ahead and the ledger holds it. Once half of
 * those ahead are used up, more are written while migrations run.
 */
export async function takeAhead(run: DeploymentRun, key: string, target: Target): Promise<UndoPlan | undefined> {
  const taken = run.ahead.get(key);
  if (!taken) return undefined;
  run.ahead.delete(key);
  if (run.ahead.size <= mostAhead / 2) {
    const last = [...run.ahead.values()].at(-1) ?? taken;
    await extend(run, last.migration, target);
  }
  await taken.written;
  return taken.plan;
}

/** Begins to write the undo plans of migrations that follow this one. */
async function extend(run: DeploymentRun, last: BundledMigration, target: Target): Promise<void> {
  const next: Omit<Ahead, 'written'>[] = [];
  let size = 0;
  for (const migration of await run.following(last)) {
    if (run.ahead.size + next.length >= mostAhead - 1 || migration.target !== last.target) break;
    if (!isTransactional(migration, target) || run.request.state.migration(run.keyOf(migration))) break;
    const { record, plan } = planned(run, migration);
    size += JSON.stringify(plan).length;
    if (size > largestWrite) break;
    run.defer([], { migrations: [record], undoPlans: [plan] });
    next.push({ migration, plan });
  }
  if (next.length === 0) return;
  run.defer([seal(next.map(({ plan }) => plan))], {});
  const written = run.request.flush();
  for (const one of next) run.ahead.set(one.plan.key, { ...one, written });
}

function hasForwardWork({ phases: all }: BundledMigration): boolean {
  return all.some(({ name }) => phases[name].undoneBy === 'down');
}

/** What takes items back is kept until the commit. */
function hasWorkAtCommit({ phases: all }: BundledMigration): boolean {
  return all.some(({ name }) => phases[name].runs === 'commit' || name === 'backfill');
}

interface Planned {
  readonly record: MigrationRecord;
  readonly plan: UndoPlan;
}

/** All that would have to be undone is done in transactions that also record it in the database. */
function isTransactional(migration: BundledMigration, target: Target): boolean {
  const names = migration.phases.map(({ name }) => name).filter((name) => phases[name].undoneBy === 'down');
  const steps = names.flatMap((name) => singleSteps(actionsOf(migration, name), target));
  return steps.length > 0 && steps.every((step) => kindOf(step).durability === 'transaction');
}

function planned(run: DeploymentRun, migration: BundledMigration): Planned {
  const { id, target, version, name, kind, checksum, irreversible } = migration;
  const key = run.keyOf(migration);
  const identity = run.deployment.targets[target]!.Identity;
  const record: MigrationRecord = {
    ...{ key, identity, id, target, version, name, kind, checksum, irreversible },
    state: 'planned',
    deployment: run.id,
    position: run.request.state.nextPosition,
    contract: hasWorkAtCommit(migration) ? 'pending' : 'none',
    contractOnly: !hasForwardWork(migration) || undefined,
  };
  return { record, plan: undoPlanFor(key, migration, run.deployment.bundle!) };
}
