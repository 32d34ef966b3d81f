import { phases } from '../bundle/phases';
import { MigrationError } from '../errors/index';
import type { MigrationRecord } from '../ledger/state';
import type { Target } from '../ports';
import { migrationPhases } from '../protocol/strategies';
import { changeHistory } from './change-history';
import type { DeploymentRun } from './deployment-run';
import { invert, runPhases } from './journal';
import { kindOf } from './kinds/index';
import { eventOf } from './migration-event';
import { MigrationRun, type Step } from './migration-run';
import type { Progress } from './progress';

/**
 * Undoes one migration with nothing but its undo plan. Whatever state an earlier process left it in, applied, half
 * applied or half undone, the steps find out by looking.
 */
export async function undoMigration(run: DeploymentRun, record: MigrationRecord): Promise<Progress> {
  await run.request.flushWhenDue();
  if (record.adopted) return forget(run, record, 'migration-released');
  const target = await run.targetUnlessGone(record.target);
  if (!target) return forget(run, record, 'target-gone');
  if (record.baselined) {
    await unmark(run, target, record);
    return forget(run, record, 'migration-released');
  }
  const migration = await MigrationRun.resume(run, target, record);
  if (record.irreversible && (await hasRun(record, target))) throw irreversible(migration);
  run.defer([], { migrations: [{ ...record, state: 'undoing' }] });
  const progress = await undoSteps(migration);
  return progress === 'done' ? forget(run, record, 'migration-undone') : progress;
}

/** Undoes the steps that were begun, newest first; `down` undoes all those at once whose kind leaves it to `down`. */
async function undoSteps(migration: MigrationRun): Promise<Progress> {
  let needsDown = false;
  for (const step of undoable(migration).reverse()) {
    const kind = kindOf(step.action);
    const state = migration.stateOf(step)?.state;
    const wasBegun = kind.durability === 'transaction' || state === 'intent' || state === 'done';
    if (!wasBegun || kind.undoneBy === 'nothing') continue;
    // A step in doubt is inverted by itself, so that `down` finds either all of it or nothing.
    if (kind.undoneBy === 'down' && state !== 'intent') needsDown = true;
    else if (kind.durability !== 'transaction') {
      const progress = await invert(migration, step);
      if (progress === 'happened') needsDown = true;
      else if (progress !== 'done') return progress;
    }
  }
  return needsDown ? runDown(migration) : 'done';
}

/** The steps of phases that are undone by `down`, or step by step. */
function undoable(migration: MigrationRun): Step[] {
  const names = migrationPhases(migration.run.deployment.strategy, 'forward');
  return [...migration.steps(names.filter((name) => phases[name].undoneBy === 'down'))];
}

/**
 * Runs `down` and removes the migration from the database's history. A single transaction does both in one. Otherwise
 * the marks go last: they say that there is something to undo.
 */
async function runDown(migration: MigrationRun): Promise<Progress> {
  const steps = migration.steps(['down']);
  const isOneTransaction = steps.length === 1 && kindOf(steps[0]!.action).durability === 'transaction';
  if (isOneTransaction) return runPhases(migration, ['down']);
  if (!(await isInHistory(migration.record, migration.target))) return 'done';
  const progress = await runPhases(migration, ['down']);
  if (progress !== 'done') return progress;
  await unmark(migration.run, migration.target, migration.record);
  return 'done';
}

/** Removes from the database's history what this deployment recorded there of the migration. */
async function unmark(run: DeploymentRun, { sql }: Target, record: MigrationRecord): Promise<void> {
  const { id, checksum, deployment } = record;
  const mark = { id, phase: 'up', step: 0, checksum, deployment } as const;
  if (sql) await changeHistory(sql, 'remove', mark, run.request.recorded.key);
}

/** Of a database that keeps no history, the undo plan alone says what was begun. */
async function isInHistory(record: MigrationRecord, target: Target): Promise<boolean> {
  // The ledger alone knows of data migrations.
  const history = record.kind === 'data' ? undefined : await target.history();
  if (!history) return true;
  return history.some(({ id, deployment }) => id === record.id && deployment === record.deployment);
}

/** A migration whose transaction never committed, or that still waits for the commit, leaves nothing to be undone. */
async function hasRun(record: MigrationRecord, target: Target): Promise<boolean> {
  if (record.contractOnly && record.contract === 'pending') return false;
  if (record.state !== 'planned' && record.state !== 'applying') return true;
  return isInHistory(record, target);
}

async function forget(run: DeploymentRun, record: MigrationRecord, type: string): Promise<Progress> {
  run.defer([eventOf(type, record)], { forget: [record.key] });
  return 'done';
}

function irreversible({ record, plan }: MigrationRun): MigrationError {
  return new MigrationError('IRREVERSIBLE', `${record.id} (${plan.file}) is declared irreversible and was applied.`, {
    payload: { migration: record.id },
    hint: 'Restore the database from its backup, or undo the change by hand.',
  });
}
