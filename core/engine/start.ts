import type { Bundle } from '../bundle/bundle';
import { MigrationError } from '../errors/index';
import { appliedRevisionOf, type Deployment, deploymentId, type MigrationRecord } from '../ledger/state';
import type { StackView } from '../ports';
import { operationStart } from '../protocol/evidence';
import { type Plan, plan } from '../protocol/plan';
import { reasonForRefusal } from '../protocol/reason';
import { claimsOfAll } from '../protocol/target-claims';
import { failedOutcome } from '../request/outcome';
import type { MigrationsRequest } from '../request/request';
import { DeploymentRun } from './deployment-run';
import { isToBeWaitedOut, patienceToStart } from './patience';
import { deploymentPhasesAt, runDeploymentPhase } from './phases/index';
import type { Progress } from './progress';
import type { RequestRun } from './request-run';

/** Plans a deployment and records it. Every reason to refuse it is found here, before anything is changed. */
export async function start(request: RequestRun, view: StackView | undefined): Promise<Progress> {
  const asked = request.recorded.request as MigrationsRequest;
  try {
    refuseWhenOver(view);
    refuseWhenMoved(asked);
    const bundle = await request.ports.bundles.load(asked.properties.Bundle);
    const difference = plan(bundle.migrations, request.state.migrations, appliedRevisionOf(asked.properties));
    checkDirection(difference, bundle, asked);
    const run = new DeploymentRun(request, newDeployment(request, asked, difference, view));
    for (const name of deploymentPhasesAt(run, 'plan')) {
      const progress = await runDeploymentPhase(run, name, 'plan');
      if (progress !== 'done') return progress;
    }
    await record(run, view?.serviceRole);
  } catch (error) {
    if (!(error instanceof MigrationError) || isToBeWaitedOut(error, request, patienceToStart(request))) throw error;
    await refuse(request, error, asked);
  }
  return 'done';
}

/** A request can be delivered after CloudFormation gave up on it; applying now would outlive the stack operation. */
function refuseWhenOver(view: StackView | undefined): void {
  if (!view || !/ROLLBACK|DELETE/.test(view.status)) return;
  throw new MigrationError(
    'SUPERSEDED',
    `CloudFormation is no longer waiting for this deployment: the stack is ${view.status}.`,
  );
}

/**
 * What an update moves to another ledger or scope is rolled back by the old engine, which looks into the old ledger and
 * finds nothing to do.
 */
function refuseWhenMoved({ type, properties, previous }: MigrationsRequest): void {
  if (type !== 'Update' || !previous) return;
  const moved = [
    ...(previous.Scope === properties.Scope ? [] : [`the scope from ${previous.Scope} to ${properties.Scope}`]),
    ...(previous.Ledger === undefined || properties.Ledger === undefined || previous.Ledger === properties.Ledger
      ? []
      : [`the ledger table from ${previous.Ledger} to ${properties.Ledger}`]),
  ];
  if (moved.length === 0) return;
  throw new MigrationError(
    'SCOPE_MOVED',
    `This update changes ${moved.join(' and ')}. If it failed, its migrations could not be undone.`,
    {
      payload: { scope: properties.Scope, previousScope: previous.Scope },
      hint: 'Keep the path of the construct and its ledgerTable. To move on purpose, remove the construct in one deployment (its databases are kept), and add it again in the next.',
    },
  );
}

function checkDirection({ pending, surplus }: Plan, bundle: Bundle, request: MigrationsRequest): void {
  if (surplus.length === 0) return;
  const lacking = surplus.map(({ id }) => id);
  const names = lacking.join(', ');
  if (pending.length > 0) {
    throw new MigrationError(
      'DIVERGED_REVISION',
      `This revision lacks the applied migrations ${names}, and also brings new ones: ${pending.map(({ id }) => id).join(', ')}.`,
      {
        payload: { surplus: lacking, pending: pending.map(({ id }) => id) },
        hint: 'Merge both lines of development into one migrations folder, then deploy.',
      },
    );
  }
  if (request.properties.OnOlderRevision === 'refuse') {
    throw new MigrationError('OLDER_REVISION', `This is an older revision: it lacks the applied migrations ${names}.`, {
      payload: { surplus: lacking },
      hint: 'Deploy a revision that has them, or allow the downgrade with onOlderRevision: OlderRevisionPolicy.DOWNGRADE.',
    });
  }
  const final = surplus.filter(
    ({ irreversible, contract, baselined }) => irreversible || baselined || contract === 'done',
  );
  if (final.length === 0) return;
  throw new MigrationError(
    'CANNOT_DOWNGRADE',
    `These migrations cannot be undone: ${final.map(describeFinal).join(', ')}.`,
    {
      payload: { migrations: final.map(({ id }) => id) },
      hint: `Write a new migration that restores what this revision needs (it has ${bundle.migrations.length}).`,
    },
  );
}

function describeFinal({ id, irreversible, baselined }: MigrationRecord): string {
  const why = baselined ? 'baselined: it never ran' : irreversible ? 'irreversible' : 'its contract phase has run';
  return `${id} (${why})`;
}

function newDeployment(
  run: RequestRun,
  request: MigrationsRequest,
  { pending, surplus }: Plan,
  view: StackView | undefined,
): Deployment {
  const { properties } = request;
  const { receivedAt, key, actor } = run.recorded;
  const shared = {
    id: deploymentId(run.state, run.now),
    strategy: 'direct' as const,
    from: run.state.applied,
    to: appliedRevisionOf(properties),
    requestKey: key,
    startedBy: request.type,
    actor,
    targets: properties.Targets,
    bundle: properties.Bundle,
    operationStartedAt: operationStart(view),
    ...(view?.rollbackDisabled && { rollbackDisabled: true }),
    startedAt: run.now,
    forwardDeadline: receivedAt + Number(properties.ForwardSeconds) * 1000,
  };
  // A downgrade destroys data, so it waits for the commit: until then there is nothing to do or to undo.
  return surplus.length > 0
    ? { ...shared, purpose: 'downgrade', state: 'applied', plan: surplus.map(({ id }) => id) }
    : { ...shared, purpose: 'deploy', state: 'forward', plan: pending.map(({ id }) => id) };
}

async function record(run: DeploymentRun, serviceRole: string | undefined): Promise<void> {
  const { deployment, request } = run;
  const detail = {
    purpose: deployment.purpose,
    from: deployment.from?.revision ?? null,
    to: deployment.to?.revision ?? null,
    plan: deployment.plan.slice(0, 50),
    migrations: deployment.plan.length,
    ...(deployment.baselines && { baselines: deployment.baselines }),
    // CloudFormation does not tell a custom resource whose session deploys: CloudTrail knows it, by the request's time.
    ...(serviceRole !== undefined && { serviceRole }),
  };
  await run.update({}, [{ type: 'deployment-started', detail }, ...run.findings], {
    stackId: request.recorded.stackId,
    ...(deployment.state === 'applied' && { applied: deployment.to }),
  });
}

async function refuse(request: RequestRun, error: MigrationError, asked: MigrationsRequest): Promise<void> {
  if (request.state.applied === null) {
    await request.cleanUp();
    await request.ports.claims.release(claimsOfAll(asked.properties.Targets), request.recorded);
  }
  const outcome = failedOutcome(request.recorded, reasonForRefusal(error));
  await request.record('', [{ type: 'deployment-refused', detail: { code: error.code, message: error.message } }], {
    outcome: { requestKey: request.recorded.key, outcome },
  });
}
