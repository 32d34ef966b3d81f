import { MigrationError } from '../errors/index';
import type { Change } from '../ledger/pending';
import {
  type Deployment,
  type Failure,
  type MigrationRecord,
  type NamedMigrations,
  wasThereBefore,
} from '../ledger/state';
import {
  failureOf,
  firstOf,
  listed,
  reasonForApplied,
  reasonForCommit,
  reasonForRolledBack,
  reasonForStuck,
  wordsOnItemsLeft,
} from '../protocol/reason';
import { forwardStages, migrationPhases } from '../protocol/strategies';
import { failedOutcome, successOutcome } from '../request/outcome';
import { applyMigration, contractMigration } from './apply-migration';
import type { DeploymentRun } from './deployment-run';
import { lookAtBuilds } from './open-builds';
import { isToBeWaitedOut, patienceOf } from './patience';
import { deploymentPhasesAt, runDeploymentPhase } from './phases/index';
import type { Progress } from './progress';
import { planRefusal } from './refuse-plan';
import { undoMigration } from './undo-migration';

/**
 * Applies what a deployment planned: each migration in turn (./apply-migration), each of its steps as core/engine/journal
 * makes it durable. After an error the deployment is rolled back before the request is answered.
 */
export async function forward(run: DeploymentRun): Promise<Progress> {
  const { plan, strategy } = run.deployment;
  // An earlier process may have left some that it began, or wrote ahead.
  run.undoPlans.expect(run.records.filter(({ state }) => state !== 'applied'));
  await lookAtBuilds(run);
  for (const stage of forwardStages(strategy)) {
    if (stage.level === 'migration') {
      const possible = await each(run, 'forward', plan, planRefusal(run), (id) => id);
      if (possible !== 'done' || run.deployment.state !== 'forward') return possible;
    }
    const progress = await (stage.level === 'deployment'
      ? each(run, 'forward', [stage.phase], (name) => runDeploymentPhase(run, name, 'forward'))
      : each(
          run,
          'forward',
          plan,
          (id) => applyMigration(run, id, stage.phases),
          (id) => id,
        ));
    if (progress !== 'done' || run.deployment.state !== 'forward') return progress;
  }
  const { recorded, now } = run.request;
  const { to } = run.deployment;
  const reason = [reasonForApplied(run.deployment, run.records), ...(run.deployment.notes ?? [])].join(' ');
  const outcome = successOutcome(recorded, to, reason);
  await run.update(
    { state: 'applied', appliedAt: now },
    [{ type: 'deployment-applied', detail: { migrations: plan.length } }],
    { applied: to, outcome: { requestKey: recorded.key, outcome } },
  );
  return 'done';
}

/** Undoes what a deployment did, newest migration first, and closes it. */
export async function rollBack(run: DeploymentRun): Promise<Progress> {
  await enter(run, 'rolling-back', 'rollback-started');
  const records = [...run.records].sort(newestFirst);
  const progress = await undoAll(run, 'roll-back', records);
  if (progress !== 'done' || run.deployment.state !== 'rolling-back') return progress;
  const phases = await runPhases(run, 'roll-back');
  if (phases !== 'done' || run.deployment.state !== 'rolling-back') return phases;
  const { deployment, request } = run;
  request.done.push(...tell('Undid', deployment.undoes), ...wordsOnItemsLeft(deployment.itemsLeft ?? 0));
  await run.update(
    { state: 'rolled-back', endedAt: request.now },
    [{ type: 'deployment-rolled-back', detail: { to: deployment.from?.revision ?? null } }],
    { applied: deployment.from, ...failureAnswer(run, deployment) },
  );
  return 'done';
}

/** Does what waited for the end of the stack update: contract phases, or undoing what an older revision lacks. */
export async function commit(run: DeploymentRun): Promise<Progress> {
  await enter(run, 'committing', 'commit-started');
  if (run.deployment.purpose === 'deploy') await lookAtBuilds(run);
  const records = run.deployment.purpose === 'deploy' ? pendingContracts(run) : plannedUndos(run);
  const progress = await (run.deployment.purpose === 'deploy'
    ? contract(run, records)
    : undoAll(run, 'commit', records));
  if (progress !== 'done' || run.deployment.state !== 'committing') return progress;
  const phases = await runPhases(run, 'commit');
  if (phases !== 'done' || run.deployment.state !== 'committing') return phases;
  const { purpose, to } = run.deployment;
  const worked = records.filter((record) => !wasThereBefore(record));
  run.request.done.push(...tell(purpose === 'deploy' ? 'Ran the contract phase of' : 'Undid', namesOf(worked)));
  await run.update(
    { state: 'committed', failure: undefined, endedAt: run.request.now },
    [{ type: 'deployment-committed', detail: { revision: to?.revision ?? null } }],
    purpose === 'removal' ? { applied: null } : {},
  );
  return 'done';
}

/** What whole deployments do after their migrations. Its errors are failures like those of a migration. */
function runPhases(run: DeploymentRun, moment: 'roll-back' | 'commit'): Promise<Progress> {
  return each(run, moment, deploymentPhasesAt(run, moment), (name) => runDeploymentPhase(run, name, moment));
}

function contract(run: DeploymentRun, pending: readonly MigrationRecord[]): Promise<Progress> {
  const names = migrationPhases(run.deployment.strategy, 'commit');
  run.undoPlans.expect(pending);
  return each(run, 'commit', pending, (record) => contractMigration(run, record, names), idOf);
}

function pendingContracts(run: DeploymentRun): readonly MigrationRecord[] {
  return run.records.filter((record) => record.contract === 'pending');
}

/** A downgrade or a removal undoes the migrations that it planned, on the databases that it reaches. */
function plannedUndos(run: DeploymentRun): readonly MigrationRecord[] {
  const { plan, targets } = run.deployment;
  const order = new Map(plan.map((id, index) => [id, index]));
  return run.request.state.migrations
    .filter(({ id, target, identity }) => order.has(id) && targets[target]?.Identity === identity)
    .sort((a, b) => order.get(a.id)! - order.get(b.id)!);
}

/** A sentence for the answer, or none. */
function tell(what: string, { first, count }: NamedMigrations = { first: [], count: 0 }): readonly string[] {
  return count === 0 ? [] : [`${what} ${listed(first, count)}`];
}

function namesOf(records: readonly MigrationRecord[]): NamedMigrations {
  return { first: firstOf(records.map(idOf)), count: records.length };
}

function undoAll(
  run: DeploymentRun,
  during: Failure['during'],
  records: readonly MigrationRecord[],
): Promise<Progress> {
  run.undoPlans.expect(records);
  return each(run, during, records, (record) => undoMigration(run, record), idOf);
}

/** Works through items in order. An error of an item is recorded, so that the next decision is made from the ledger. */
async function each<T>(
  run: DeploymentRun,
  during: Failure['during'],
  items: readonly T[],
  perform: (item: T) => Promise<Progress>,
  migrationOf?: (item: T) => string,
): Promise<Progress> {
  for (const item of items) {
    try {
      const progress = await perform(item);
      if (progress !== 'done') return progress;
    } catch (error) {
      const until = patienceOf(during, run.request, run.deployment.forwardDeadline);
      if (!(error instanceof MigrationError) || isToBeWaitedOut(error, run.request, until)) throw error;
      await fail(run, failureOf(error, during, run.request.recorded.key, migrationOf?.(item)));
      return 'done';
    }
  }
  return 'done';
}

async function fail(run: DeploymentRun, failure: Failure): Promise<void> {
  const { during, code, message, migration, file, line, statement } = failure;
  const [target = '', version = ''] = migration?.split('/') ?? [];
  const type = { forward: 'deployment-failed', 'roll-back': 'rollback-failed', commit: 'commit-failed' }[during];
  const detail = { code, message, file, line, statement };
  const state = during === 'forward' ? 'rolling-back' : 'failed';
  // They have not begun, so there is nothing to undo.
  const forget = [...run.ahead.keys()];
  run.ahead.clear();
  const undoes = state === 'rolling-back' ? { undoes: toBeUndone(run) } : {};
  await run.update({ state, failure: withReason(run, failure), ...undoes }, [{ type, target, version, detail }], {
    forget,
  });
}

/** The message of a failure that needs help from outside is the whole reason. */
function withReason({ deployment, records, request }: DeploymentRun, failure: Failure): Failure {
  if (failure.during === 'forward') {
    // What another deployment applied stays; of the migration that failed, nothing does.
    const undone = records.filter((record) => record.state === 'applied' && !wasThereBefore(record));
    return { ...failure, undone: namesOf(undone) };
  }
  const { logicalId } = request.recorded;
  const message =
    failure.during === 'commit'
      ? reasonForCommit(failure, deployment)
      : reasonForStuck(failure, deployment, request.state, logicalId);
  return { ...failure, message };
}

async function enter(run: DeploymentRun, state: 'rolling-back' | 'committing', type: string): Promise<void> {
  const { deployment } = run;
  if (deployment.state === state) return;
  // An own failure keeps its reason for the answer; a rollback that failed is tried again.
  const failure = deployment.failure?.during === 'forward' ? deployment.failure : undefined;
  const undoes = state === 'rolling-back' ? { undoes: toBeUndone(run) } : {};
  await run.update({ state, failure, ...undoes }, [{ type, detail: { revision: deployment.from?.revision ?? null } }]);
}

/** To be kept: they are forgotten one by one, and the process that forgets the last one may not be the first. */
function toBeUndone(run: DeploymentRun): NamedMigrations {
  return namesOf([...run.records].sort(newestFirst).filter((record) => !wasThereBefore(record)));
}

/** A deployment that fails is answered when it is rolled back. One that CloudFormation gave up on has been answered. */
function failureAnswer({ request }: DeploymentRun, { failure, requestKey, itemsLeft }: Deployment): Change {
  if (!failure || requestKey !== request.recorded.key) return {};
  return { outcome: { requestKey, outcome: failedOutcome(request.recorded, reasonForRolledBack(failure, itemsLeft)) } };
}

function newestFirst(a: MigrationRecord, b: MigrationRecord): number {
  return b.position - a.position;
}

function idOf({ id }: MigrationRecord): string {
  return id;
}
