import { MigrationError } from '../errors/index';
import type { Deployment, MigrationRecord, UndoPlan } from '../ledger/state';
import type { SqlTarget, Target } from '../ports';
import { contextOf, event, journalStep, runJournal, untilSettled } from './apply-migration';
import { stepFor } from './kinds/index';
import type { Progress, Work } from './request-run';

/**
 * Takes one migration back with nothing but its run record. Whatever state an earlier process left it in, applied,
 * half applied or half undone, the steps find out by looking.
 */
export async function undoMigration(work: Work, deployment: Deployment, record: MigrationRecord): Promise<Progress> {
  if (record.adopted) return forget(work, deployment, record, 'migration-released');
  const run = await work.run(record.key);
  const target = await openUnlessGone(work, deployment, record);
  if (!target) return forget(work, deployment, record, 'target-gone');
  if (record.irreversible && (await hasRun(record, target))) throw irreversible(record, run);
  if (record.state !== 'undoing') {
    await work.record(deployment.id, [], { migration: { ...record, state: 'undoing' } });
  }
  const progress =
    target.engine === 'dynamodb'
      ? await invertSteps(work, deployment, record, target)
      : await undoSql(work, deployment, record, target);
  return progress === 'over' ? forget(work, deployment, record, 'migration-undone') : progress;
}

/** A migration whose transaction never committed leaves nothing that would have to be undone. */
async function hasRun(record: MigrationRecord, target: Target): Promise<boolean> {
  if (record.state !== 'applying' || target.engine !== 'aurora-postgresql') return true;
  const history = await target.history();
  return history.some(({ id, deployment }) => id === record.id && deployment === record.deployment);
}

/** A database that is gone has nothing left to undo, and must not keep a stack from going back. */
async function openUnlessGone(
  work: Work,
  deployment: Deployment,
  record: MigrationRecord,
): Promise<Target | undefined> {
  try {
    return await work.target(deployment, record.target);
  } catch (error) {
    if (error instanceof MigrationError && error.code === 'TARGET_GONE') return undefined;
    throw error;
  }
}

/** Table operations are inverted one by one, last first. Only those with a recorded intent can have happened. */
async function invertSteps(
  work: Work,
  deployment: Deployment,
  record: MigrationRecord,
  target: Target,
): Promise<Progress> {
  let run = await work.run(record.key);
  for (const [step, entry] of [...run.up.entries()].reverse()) {
    if (entry.state === 'pending' || !entry.before) continue;
    if (work.outOfTime) return 'continue';
    const { before } = entry;
    const kind = stepFor(entry.action);
    const context = contextOf(work, record, run, target, 'down', step, true);
    await work.session.guard();
    const result = await untilSettled(work, () => kind.invert!(entry.action, context, before), true);
    if (result === 'waiting') return 'waiting';
    run = await journalStep(work, deployment, run, 'up', step, { action: entry.action, state: 'pending' });
  }
  return 'over';
}

async function undoSql(
  work: Work,
  deployment: Deployment,
  record: MigrationRecord,
  target: SqlTarget,
): Promise<Progress> {
  let run = await work.run(record.key);
  const standalone = run.up.some(({ before }) => before !== undefined) || run.up.length > 1;
  if (standalone) {
    run = await clearDoubt(work, deployment, record, run, target);
    if (run.up.every(({ state }) => state === 'pending')) return 'over';
  }
  const progress = await runJournal(work, deployment, record, target, 'down');
  if (progress !== 'over') return progress;
  for (const step of run.up.keys()) {
    const mark = {
      id: record.id,
      phase: 'up' as const,
      step,
      checksum: record.checksum,
      deployment: record.deployment,
    };
    await target.transact('remove', mark, async () => undefined);
  }
  return 'over';
}

/** A statement outside a transaction that may or may not have run is taken back by itself, before `down` runs. */
async function clearDoubt(
  work: Work,
  deployment: Deployment,
  record: MigrationRecord,
  run: UndoPlan,
  target: SqlTarget,
): Promise<UndoPlan> {
  const step = run.up.findIndex(({ state }) => state === 'intent');
  const entry = run.up[step];
  if (!entry?.before) return run;
  const kind = stepFor(entry.action);
  const context = contextOf(work, record, run, target, 'down', step, true);
  await kind.invert!(entry.action, context, entry.before);
  return journalStep(work, deployment, run, 'up', step, { action: entry.action, state: 'pending' });
}

async function forget(work: Work, deployment: Deployment, record: MigrationRecord, type: string): Promise<Progress> {
  await work.record(deployment.id, [event(type, record)], { forget: record.key });
  return 'over';
}

function irreversible(record: MigrationRecord, run: UndoPlan): MigrationError {
  return new MigrationError('IRREVERSIBLE', `${record.id} (${run.file}) is declared irreversible and was applied.`, {
    hint: 'Restore the database from its backup, or take the change back by hand.',
  });
}
