import type { Bundle } from '../bundle/bundle';
import { isPassing, MigrationError } from '../errors/index';
import type { AppliedRevision, Deployment, MigrationRecord } from '../ledger/state';
import { appliedRevisionOf } from '../ledger/state';
import type { StackView } from '../ports';
import { failedOutcome } from '../protocol/decide';
import { operationStart } from '../protocol/evidence';
import { type Plan, plan } from '../protocol/plan';
import { reasonForRefusal } from '../protocol/reason';
import type { MigrationsRequest } from '../request/request';
import type { Progress, Work } from './request-run';

/** Plans a deployment and records it. Whatever speaks against it is found here, before anything is changed. */
export async function start(work: Work, view: StackView | undefined): Promise<Progress> {
  const request = work.recorded.request as MigrationsRequest;
  const place = appliedRevisionOf(request.properties);
  try {
    refuseWhenOver(view);
    const bundle = await work.ports.bundles.load(request.properties.Bundle);
    const difference = plan(bundle.migrations, work.state.migrations, place);
    checkDirection(difference, bundle, request);
    await claimTargets(work, place);
    const deployment = newDeployment(work, request, difference, view);
    await checkHistory(work, deployment);
    await record(work, deployment);
  } catch (error) {
    if (!(error instanceof MigrationError) || isPassing(error)) throw error;
    await refuse(work, error, request);
  }
  return 'over';
}

/** A request can be delivered after CloudFormation gave up on it; applying now would outlive the stack operation. */
function refuseWhenOver(view: StackView | undefined): void {
  if (!view || !/ROLLBACK|DELETE/.test(view.status)) return;
  throw new MigrationError(
    'SUPERSEDED',
    `The stack is ${view.status}: CloudFormation no longer waits for this deployment.`,
  );
}

function checkDirection({ pending, surplus }: Plan, bundle: Bundle, request: MigrationsRequest): void {
  if (surplus.length === 0) return;
  const names = surplus.map(({ id }) => id).join(', ');
  if (pending.length > 0) {
    throw new MigrationError(
      'DIVERGED_REVISION',
      `Applied migrations are not in this revision: ${names}. It also brings new ones: ${pending.map(({ id }) => id).join(', ')}.`,
      {
        hint: 'Bring both lines of development together in one bundle, then deploy.',
      },
    );
  }
  if (request.properties.OnOlderRevision === 'refuse') {
    throw new MigrationError('OLDER_REVISION', `This is an older revision: it lacks the applied ${names}.`, {
      hint: 'Deploy a revision that has them, or allow it with onOlderRevision: OlderRevisionPolicy.DOWNGRADE.',
    });
  }
  const final = surplus.filter(({ irreversible, contract }) => irreversible || contract === 'done');
  if (final.length === 0) return;
  throw new MigrationError('CANNOT_DOWNGRADE', `No way back from ${final.map(describeFinal).join(', ')}.`, {
    hint: `Write a new migration that restores what this revision needs (it has ${bundle.migrations.length}).`,
  });
}

function describeFinal({ id, irreversible }: MigrationRecord): string {
  return `${id} (${irreversible ? 'irreversible' : 'its contract phase has run'})`;
}

/** At most one scope migrates a database (G4), whatever ledger each of them keeps. */
async function claimTargets(work: Work, place: AppliedRevision): Promise<void> {
  const { scope, stackId } = work.recorded;
  for (const [target, identity] of Object.entries(place.identities)) {
    const owner = await work.ports.claims.claim(identity, { scope, stackId, since: work.now });
    if (!owner) continue;
    throw new MigrationError(
      'TARGET_CLAIMED',
      `Target ${target} (${identity}) is migrated by scope ${owner.scope} of stack ${owner.stackId} since ${owner.since}.`,
      {
        hint: 'One DatabaseMigrations construct owns a database. Remove the target here, or remove the other construct first.',
      },
    );
  }
}

/**
 * A database that does not know what the ledger says was applied to it was replaced or restored behind our back:
 * applying more to it would go wrong in ways that no rollback repairs.
 */
async function checkHistory(work: Work, deployment: Deployment): Promise<void> {
  // Only databases that will be changed: the others may sleep on.
  const names = new Set(deployment.plan.map((id) => id.split('/')[0]!));
  for (const name of names) {
    const target = await work.target(deployment, name);
    if (target.engine !== 'aurora-postgresql') continue;
    const identity = deployment.targets[name]!.Identity;
    const applied = work.state.migrations.filter(
      (record) => record.identity === identity && record.state === 'applied',
    );
    const known = new Set((await target.history()).map(({ id }) => id));
    const missing = applied.filter(({ id, contractOnly }) => !contractOnly && !known.has(id)).map(({ id }) => id);
    if (missing.length === 0) continue;
    throw new MigrationError(
      'HISTORY_MISSING',
      `The database of target ${name} has no record of ${missing.join(', ')}, which the ledger says was applied to it.`,
      {
        hint: 'It was replaced, restored or edited. Restore it, or point the target to the right database.',
      },
    );
  }
}

function newDeployment(
  work: Work,
  request: MigrationsRequest,
  { pending, surplus }: Plan,
  view: StackView | undefined,
): Deployment {
  const { properties } = request;
  const { receivedAt, key, actor } = work.recorded;
  const shared = {
    id: deploymentId(work),
    from: work.state.applied,
    to: appliedRevisionOf(properties),
    requestKey: key,
    actor,
    targets: properties.Targets,
    bundle: properties.Bundle,
    operationStartedAt: operationStart(view),
    startedAt: work.now,
    forwardDeadline: receivedAt + Number(properties.ForwardSeconds) * 1000,
  };
  // Going to an older revision destroys, so it waits for the commit: until then there is nothing to do or to undo.
  return surplus.length > 0
    ? { ...shared, purpose: 'downgrade', state: 'applied', plan: surplus.map(({ id }) => id) }
    : { ...shared, purpose: 'deploy', state: 'forward', plan: pending.map(({ id }) => id) };
}

async function record(work: Work, deployment: Deployment): Promise<void> {
  const detail = {
    purpose: deployment.purpose,
    from: deployment.from?.revision ?? null,
    to: deployment.to?.revision ?? null,
    plan: deployment.plan.slice(0, 50),
    migrations: deployment.plan.length,
  };
  await work.record(deployment.id, [{ type: 'deployment-started', detail }], {
    stackId: work.recorded.stackId,
    deployments: [deployment],
    applied: deployment.state === 'applied' ? deployment.to : undefined,
  });
}

async function refuse(work: Work, error: MigrationError, request: MigrationsRequest): Promise<void> {
  if (work.state.applied === null) {
    for (const { Identity } of Object.values(request.properties.Targets)) {
      await work.ports.claims.release(Identity, work.recorded);
    }
  }
  const outcome = failedOutcome(work.recorded, reasonForRefusal(error));
  await work.record('', [{ type: 'deployment-refused', detail: { code: error.code, message: error.message } }], {
    answer: { requestKey: work.recorded.key, outcome },
  });
}

/** Sorts by time, and tells apart what begins in one second. */
export function deploymentId(work: Work): string {
  const time = work.now.replace(/[-:]/g, '').replace(/\.\d+Z$/, 'Z');
  return `${time}-${work.state.eventCount + 1}`;
}
