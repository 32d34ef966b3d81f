import type { Action, BundledMigration } from '../bundle/bundle';
import { MigrationError } from '../errors/index';
import { type Deployment, type JournalEntry, type MigrationRecord, migrationKey, type UndoPlan } from '../ledger/state';
import type { Target } from '../ports';
import { type StepContext, singleSteps, stepFor, verifySql } from './kinds/index';
import type { Progress, Work } from './request-run';

/** Applies one migration, from wherever an earlier process left it. */
export async function applyMigration(
  work: Work,
  deployment: Deployment,
  migration: BundledMigration,
): Promise<Progress> {
  const record = await begin(work, deployment, migration);
  if (record.state === 'applied') return 'over';
  const startedAt = work.ports.clock.now();
  const target = await work.target(deployment, migration.target);
  const progress = await runJournal(work, deployment, record, target, 'up');
  if (progress !== 'over') return progress;
  const adopted = work.state.migrations.find(({ key }) => key === record.key)?.adopted === true;
  await verifySql(migration.phases.verify, contextOf(work, record, await work.run(record.key), target, 'up', 0, false));
  const durationMs = (record.durationMs ?? 0) + work.ports.clock.now() - startedAt;
  const applied: MigrationRecord = { ...record, adopted, state: 'applied', appliedAt: work.now, durationMs };
  await work.record(
    deployment.id,
    [event(adopted ? 'migration-adopted' : 'migration-applied', applied, { durationMs })],
    {
      migration: applied,
    },
  );
  return 'over';
}

/** Writes the run record before the first step, so that there is always a way back. */
async function begin(work: Work, deployment: Deployment, migration: BundledMigration): Promise<MigrationRecord> {
  const identity = deployment.targets[migration.target]!.Identity;
  const key = migrationKey(migration.target, identity, migration.version);
  const existing = work.state.migrations.find((candidate) => candidate.key === key);
  if (existing) return existing;
  const { id, target, version, name, kind, checksum, irreversible, phases } = migration;
  const record: MigrationRecord = {
    ...{ key, identity, id, target, version, name, kind, checksum, irreversible },
    state: 'applying',
    deployment: deployment.id,
    position: Math.max(0, ...work.state.migrations.map(({ position }) => position)) + 1,
    contract: phases.contract.length > 0 ? 'pending' : 'none',
    contractOnly: phases.up.length === 0 || undefined,
  };
  const run: UndoPlan = {
    key,
    file: migration.file,
    up: journal(phases.up),
    down: journal(phases.down),
    contract: journal(phases.contract),
    bundle: migration.code === undefined ? undefined : deployment.bundle,
  };
  await work.record(deployment.id, [event('migration-started', record)], { migration: record, run });
  return record;
}

function journal(actions: readonly Action[]): JournalEntry[] {
  return singleSteps(actions).map((action) => ({ action, state: 'pending' }));
}

/** Performs the steps of one phase that are not done yet. */
export async function runJournal(
  work: Work,
  deployment: Deployment,
  record: MigrationRecord,
  target: Target,
  phase: 'up' | 'down' | 'contract',
): Promise<Progress> {
  let run = await work.run(record.key);
  for (const [step, entry] of run[phase].entries()) {
    if (entry.state === 'done') continue;
    if (phase === 'up') checkDeadline(work, deployment, record);
    if (work.outOfTime) return 'continue';
    const context = contextOf(work, record, run, target, phase, step, entry.state === 'intent');
    const kind = stepFor(entry.action);
    let { before } = entry;
    if (!context.resumed) {
      before = (await kind.observe(entry.action, context)) ?? undefined;
      if (before) run = await journalStep(work, deployment, run, phase, step, { ...entry, before, state: 'intent' });
    }
    const result = await untilSettled(
      work,
      (resumed) => kind.apply(entry.action, { ...context, resumed }, before),
      context.resumed,
    );
    if (result === 'waiting') return 'waiting';
    if (result === 'foreign') await adopt(work, deployment, record);
    // A step that shares a transaction with its history row needs no second record.
    if (before) run = await journalStep(work, deployment, run, phase, step, { ...entry, before, state: 'done' });
  }
  return 'over';
}

/** Milliseconds. */
const firstPollInterval = 50;

/** Repeats a step while it waits for something, as long as this process has time. */
export async function untilSettled<R extends string>(
  work: Work,
  attempt: (resumed: boolean) => Promise<R | 'waiting'>,
  resumed: boolean,
): Promise<R | 'waiting'> {
  let result = await attempt(resumed);
  for (let looks = 0; result === 'waiting' && !work.outOfTime; looks += 1) {
    // What takes moments is seen soon; what takes hours is not asked about all the time.
    await work.ports.clock.sleep(Math.min(firstPollInterval * 2 ** looks, work.limits.pollInterval));
    await work.session.guard();
    result = await attempt(true);
  }
  return result;
}

export async function journalStep(
  work: Work,
  deployment: Deployment,
  run: UndoPlan,
  phase: 'up' | 'down' | 'contract',
  step: number,
  entry: JournalEntry,
): Promise<UndoPlan> {
  const changed = { ...run, [phase]: run[phase].map((old, index) => (index === step ? entry : old)) };
  await work.record(deployment.id, [], { run: changed });
  return changed;
}

async function adopt(work: Work, deployment: Deployment, record: MigrationRecord): Promise<void> {
  await work.record(deployment.id, [], { migration: { ...record, adopted: true } });
}

function checkDeadline(work: Work, deployment: Deployment, record: MigrationRecord): void {
  if (work.ports.clock.now() <= deployment.forwardDeadline) return;
  const done = deployment.plan.indexOf(record.id);
  throw new MigrationError(
    'FORWARD_TIMEOUT',
    `The time for going forward is over: ${done} of ${deployment.plan.length} migrations were done when ${record.id} was next.`,
    {
      hint: 'Give the construct a longer `forwardTimeout` (and `timeout`), or deploy the migrations in smaller portions.',
    },
  );
}

export function contextOf(
  work: Work,
  migration: MigrationRecord,
  run: UndoPlan,
  target: Target,
  phase: StepContext['phase'],
  step: number,
  resumed: boolean,
): StepContext {
  const module = () => work.ports.bundles.module(run.bundle!, migration.id);
  return { migration, file: run.file, target, phase, step, resumed, module };
}

export function event(type: string, record: MigrationRecord, detail: Readonly<Record<string, unknown>> = {}) {
  return { type, target: record.target, version: record.version, detail: { name: record.name, ...detail } };
}
