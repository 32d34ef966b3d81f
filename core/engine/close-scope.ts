import { MigrationError } from '../errors/index';
import { type Deployment, deploymentId } from '../ledger/state';
import { failureOf } from '../protocol/reason';
import { claimsOfAll } from '../protocol/target-claims';
import { failedOutcome, successOutcome } from '../request/outcome';
import type { MigrationsRequest } from '../request/request';
import type { Progress } from './progress';
import type { RequestRun } from './request-run';

/** The construct leaves its stack: open deployments are closed as they are, and others may claim the databases. */
export async function retain(request: RequestRun): Promise<Progress> {
  const { open, migrations, applied } = request.state;
  const { properties } = request.recorded.request as MigrationsRequest;
  const names = claimsOfAll(properties.Targets);
  if (migrations.length > 0) {
    const { scope, stackId } = request.recorded;
    await request.ports.claims.noteFormer(names, { scope, stackId, since: request.now, ledger: properties.Ledger });
  }
  await request.ports.claims.release(names, request.recorded);
  const outcome = successOutcome(request.recorded, applied, 'The databases are kept as they are.');
  await request.record(open.at(-1)?.id ?? '', [{ type: 'scope-retained', detail: { migrations: migrations.length } }], {
    deployments: open.map((deployment) => ({ ...deployment, state: 'retained', endedAt: request.now })),
    outcome: { requestKey: request.recorded.key, outcome },
  });
  return 'done';
}

/** The construct leaves its stack, and its migrations are undone; this cannot be rolled back. */
export async function remove(request: RequestRun): Promise<Progress> {
  const { properties } = request.recorded.request as MigrationsRequest;
  const { state, recorded, now } = request;
  const records = [...state.migrations].sort((a, b) => b.position - a.position);
  const removal: Deployment = {
    id: deploymentId(state, now),
    purpose: 'removal',
    strategy: 'direct',
    from: state.applied,
    to: null,
    state: 'committing',
    requestKey: recorded.key,
    startedBy: 'Delete',
    actor: recorded.actor,
    targets: properties.Targets,
    bundle: properties.Bundle,
    plan: records.map(({ id }) => id),
    startedAt: now,
    forwardDeadline: 0,
  };
  const closed = state.open.map((deployment) => ({ ...deployment, state: 'retained' as const, endedAt: now }));
  await request.record(removal.id, [{ type: 'removal-started', detail: { migrations: records.length } }], {
    deployments: [...closed, removal],
  });
  return 'done';
}

/** CloudFormation finished its rollback without asking for ours (the resource was skipped). */
export async function flag(request: RequestRun, deployment: Deployment): Promise<Progress> {
  const { recorded } = request;
  const error = new MigrationError(
    'ROLLBACK_SKIPPED',
    'CloudFormation finished its rollback without rolling back these migrations.',
    {
      hint: 'Run `migrations repair` to roll the databases back to the revision of the stack; the next deployment also does so.',
    },
  );
  const failure = failureOf(error, 'roll-back', recorded.key);
  const outcome = failedOutcome(recorded, `${failure.message} ${failure.hint}`);
  await request.record(deployment.id, [{ type: 'rollback-skipped', detail: { code: error.code } }], {
    deployments: [{ ...deployment, state: 'failed', failure }],
    outcome: { requestKey: recorded.key, outcome },
  });
  return 'done';
}
