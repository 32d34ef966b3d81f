import { isPassing, MigrationError } from '../errors/index';
import type { AppliedRevision, Deployment, Failure, MigrationRecord, Transition } from '../ledger/state';
import { failedOutcome, successOutcome } from '../protocol/decide';
import { byId } from '../protocol/plan';
import { failureOf, reasonForCommit, reasonForRolledBack, reasonForStuck } from '../protocol/reason';
import type { MigrationsRequest } from '../request/request';
import type { MigrationsProperties } from '../wire';
import { applyMigration, event, runJournal } from './apply-migration';
import type { Progress, Work } from './request-run';
import { deploymentId } from './start';
import { undoMigration } from './undo-migration';

/** Applies what a deployment planned. An error turns it round: it is taken back before anybody is answered. */
export async function forward(work: Work, deployment: Deployment): Promise<Progress> {
  const progress = await eachOf(work, deployment, 'forward', deployment.plan, async (id) => {
    const bundle = byId(await work.ports.bundles.load(deployment.bundle!));
    return applyMigration(work, deployment, bundle.get(id)!);
  });
  if (progress !== 'over' || work.current(deployment).state !== 'forward') return progress;
  const count = deployment.plan.length;
  const reason = `Applied ${count} migration${count === 1 ? '' : 's'}.`;
  await work.record(deployment.id, [{ type: 'deployment-applied', detail: { migrations: count } }], {
    deployments: [{ ...deployment, state: 'applied', appliedAt: work.now }],
    applied: deployment.to,
    answer: { requestKey: work.recorded.key, outcome: successOutcome(work.recorded, deployment.to, reason) },
  });
  return 'over';
}

/** Takes back what a deployment did, newest first, and closes it. */
export async function undo(work: Work, deployment: Deployment): Promise<Progress> {
  const undoing = await enter(work, deployment, 'undoing', 'rollback-started');
  const records = recordsOf(work, undoing).sort((a, b) => b.position - a.position);
  const progress = await eachOf(work, undoing, 'undo', records, (record) => undoMigration(work, undoing, record));
  if (progress !== 'over' || work.current(undoing).state !== 'undoing') return progress;
  await leaveNoTrace(work, undoing);
  await closeUndone(work, undoing);
  return 'over';
}

/** Does what waited for the end of the stack update: contract phases, or the way down to an older revision. */
export async function commit(work: Work, deployment: Deployment): Promise<Progress> {
  const committing = await enter(work, deployment, 'committing', 'commit-started');
  const progress = await (committing.purpose === 'deploy' ? contract(work, committing) : takeAway(work, committing));
  if (progress !== 'over' || work.current(committing).state !== 'committing') return progress;
  await releaseLeft(work, committing.from, committing.to);
  await work.record(
    committing.id,
    [{ type: 'deployment-committed', detail: { revision: committing.to?.revision ?? null } }],
    {
      deployments: [{ ...committing, state: 'committed', failure: undefined, endedAt: work.now }],
      applied: committing.purpose === 'removal' ? null : undefined,
    },
  );
  return 'over';
}

/** The construct leaves its stack: what is open is closed as it stands, and the databases may be claimed by others. */
export async function retain(work: Work): Promise<Progress> {
  const { open } = work.state;
  const { properties } = work.recorded.request as MigrationsRequest;
  await releaseClaims(work, properties);
  const reason = 'The databases are kept as they are.';
  await work.record(
    open.at(-1)?.id ?? '',
    [{ type: 'scope-retained', detail: { migrations: work.state.migrations.length } }],
    {
      deployments: open.map((deployment) => ({ ...deployment, state: 'retained', endedAt: work.now })),
      answer: { requestKey: work.recorded.key, outcome: successOutcome(work.recorded, work.state.applied, reason) },
    },
  );
  return 'over';
}

/** CloudFormation finished its rollback without asking for ours (the resource was skipped). */
export async function flag(work: Work, deployment: Deployment): Promise<Progress> {
  const error = new MigrationError(
    'ROLLBACK_SKIPPED',
    'CloudFormation ended its rollback without asking for the rollback of these migrations.',
    {
      hint: 'Run `migrations repair` to take the database back to where the stack is; the next deployment does it too.',
    },
  );
  const failure = failureOf(error, 'undo', work.recorded.key);
  await work.record(deployment.id, [{ type: 'rollback-skipped', detail: { code: error.code } }], {
    deployments: [{ ...deployment, state: 'failed', failure }],
    answer: {
      requestKey: work.recorded.key,
      outcome: failedOutcome(work.recorded, `${failure.message} ${failure.hint}`),
    },
  });
  return 'over';
}

/** The construct leaves its stack, and what it applied goes with it: there is no rollback from here. */
export async function remove(work: Work): Promise<Progress> {
  const { properties } = work.recorded.request as MigrationsRequest;
  const records = [...work.state.migrations].sort((a, b) => b.position - a.position);
  const removal: Deployment = {
    id: deploymentId(work),
    purpose: 'removal',
    from: work.state.applied,
    to: null,
    state: 'committing',
    requestKey: work.recorded.key,
    actor: work.recorded.actor,
    targets: properties.Targets,
    bundle: properties.Bundle,
    plan: records.map(({ id }) => id),
    startedAt: work.now,
    forwardDeadline: 0,
  };
  const closed = work.state.open.map((deployment) => ({
    ...deployment,
    state: 'retained' as const,
    endedAt: work.now,
  }));
  await work.record(removal.id, [{ type: 'removal-started', detail: { migrations: records.length } }], {
    deployments: [...closed, removal],
  });
  return 'over';
}

async function contract(work: Work, deployment: Deployment): Promise<Progress> {
  const pending = recordsOf(work, deployment).filter(({ contract }) => contract === 'pending');
  return eachOf(work, deployment, 'commit', pending, async (record) => {
    const target = await work.target(deployment, record.target);
    const progress = await runJournal(work, deployment, record, target, 'contract');
    if (progress !== 'over') return progress;
    const contracted: MigrationRecord = { ...record, contract: 'done' };
    await work.record(deployment.id, [event('migration-contracted', record)], { migration: contracted });
    return 'over';
  });
}

function takeAway(work: Work, deployment: Deployment): Promise<Progress> {
  const records = deployment.plan.flatMap((id) =>
    work.state.migrations.filter((record) => record.id === id && isReached(record, deployment)),
  );
  return eachOf(work, deployment, 'commit', records, (record) => undoMigration(work, deployment, record));
}

/** Works through items in order. An error of an item is recorded, so that the next decision can be made from the ledger. */
async function eachOf<T extends string | MigrationRecord>(
  work: Work,
  deployment: Deployment,
  during: Failure['during'],
  items: readonly T[],
  perform: (item: T) => Promise<Progress>,
): Promise<Progress> {
  for (const item of items) {
    try {
      const progress = await perform(item);
      if (progress !== 'over') return progress;
    } catch (error) {
      if (!(error instanceof MigrationError) || isPassing(error)) throw error;
      await fail(
        work,
        deployment,
        failureOf(error, during, work.recorded.key, typeof item === 'string' ? item : item.id),
      );
      return 'over';
    }
  }
  return 'over';
}

async function fail(work: Work, deployment: Deployment, failure: Failure): Promise<void> {
  const { during, code, message, migration, file, line, statement } = failure;
  const [target = '', version = ''] = migration?.split('/') ?? [];
  const type = { forward: 'deployment-failed', undo: 'rollback-failed', commit: 'commit-failed' }[during];
  await work.record(deployment.id, [{ type, target, version, detail: { code, message, file, line, statement } }], {
    deployments: [
      {
        ...deployment,
        state: during === 'forward' ? 'undoing' : 'failed',
        failure: withReason(work, deployment, failure),
      },
    ],
  });
}

/** The message of a failure that a person must act on is the whole reason. */
function withReason(work: Work, deployment: Deployment, failure: Failure): Failure {
  if (failure.during === 'forward') return failure;
  const { logicalId } = work.recorded;
  const message =
    failure.during === 'commit' ? reasonForCommit(failure) : reasonForStuck(failure, deployment, work.state, logicalId);
  return { ...failure, message };
}

async function enter(
  work: Work,
  deployment: Deployment,
  state: 'undoing' | 'committing',
  type: string,
): Promise<Deployment> {
  if (deployment.state === state) return deployment;
  // An own failure keeps its reason for the answer; a failed way back is tried anew.
  const failure = deployment.failure?.during === 'forward' ? deployment.failure : undefined;
  const entered: Deployment = { ...deployment, state, failure };
  await work.record(deployment.id, [{ type, detail: { revision: deployment.from?.revision ?? null } }], {
    deployments: [entered],
  });
  return entered;
}

async function closeUndone(work: Work, deployment: Deployment): Promise<void> {
  const { failure, requestKey } = deployment;
  // A deployment that fails is answered when it is undone. One that CloudFormation gave up on has been answered already.
  const answer = failure && requestKey === work.recorded.key ? answerFailure(work, deployment, failure) : undefined;
  await work.record(
    deployment.id,
    [{ type: 'deployment-rolled-back', detail: { to: deployment.from?.revision ?? null } }],
    {
      deployments: [{ ...deployment, state: 'rolled-back', endedAt: work.now }],
      applied: deployment.from,
      answer,
    },
  );
}

function answerFailure(work: Work, deployment: Deployment, failure: Failure): Transition['answer'] {
  const failedAt = deployment.plan.indexOf(failure.migration ?? '');
  const undone = deployment.plan.slice(0, Math.max(0, failedAt));
  const outcome = failedOutcome(work.recorded, reasonForRolledBack(failure, undone));
  return { requestKey: deployment.requestKey, outcome };
}

/** After the first deployment was taken back, the databases are nobody's again. */
async function leaveNoTrace(work: Work, deployment: Deployment): Promise<void> {
  await releaseLeft(work, deployment.to, deployment.from);
  if (deployment.from !== null) return;
  for (const name of Object.keys(deployment.targets)) {
    const target = await work.target(deployment, name).catch(ignoreGone);
    if (target?.engine === 'aurora-postgresql') await target.cleanUp();
  }
}

function ignoreGone(error: unknown): undefined {
  if (error instanceof MigrationError && error.code === 'TARGET_GONE') return undefined;
  throw error;
}

/** Databases that one place had and the next one does not may be claimed by others. */
async function releaseLeft(work: Work, left: AppliedRevision | null, entered: AppliedRevision | null): Promise<void> {
  const kept = new Set(Object.values(entered?.identities ?? {}));
  for (const identity of Object.values(left?.identities ?? {})) {
    if (!kept.has(identity)) await work.ports.claims.release(identity, work.recorded);
  }
}

async function releaseClaims(work: Work, { Targets }: Pick<MigrationsProperties, 'Targets'>): Promise<void> {
  for (const { Identity } of Object.values(Targets)) await work.ports.claims.release(Identity, work.recorded);
}

function isReached(record: MigrationRecord, deployment: Deployment): boolean {
  return deployment.targets[record.target]?.Identity === record.identity;
}

function recordsOf(work: Work, deployment: Deployment): MigrationRecord[] {
  return work.state.migrations.filter((record) => record.deployment === deployment.id);
}
