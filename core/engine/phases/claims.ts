import { MigrationError } from '../../errors/index';
import { type AppliedRevision, isTakenBackByDeletion } from '../../ledger/state';
import type { DeploymentRun } from '../deployment-run';
import type { DeploymentPhase } from './deployment-phase';

/** At most one scope migrates a database (G4), whatever ledger each of them keeps. */
export const claims: DeploymentPhase = {
  plan: (run) => claim(run, run.deployment.to),
  'roll-back': ({ request, deployment }) =>
    // A construct that is taken back owns no database, also when it was kept and added again.
    releaseLeft({ request }, deployment.to, isTakenBackByDeletion(deployment) ? null : deployment.from),
  commit: ({ request, deployment }) => releaseLeft({ request }, deployment.from, deployment.to),
};

async function claim({ request }: DeploymentRun, revision: AppliedRevision | null): Promise<void> {
  const { scope, stackId } = request.recorded;
  for (const [target, identity] of Object.entries(revision?.identities ?? {})) {
    const owner = await request.ports.claims.claim(identity, { scope, stackId, since: request.now });
    if (!owner) continue;
    throw new MigrationError(
      'TARGET_CLAIMED',
      `Target ${target} (${identity}) has been migrated by scope ${owner.scope} of stack ${owner.stackId} since ${owner.since}.`,
      {
        payload: { target },
        hint: 'Only one DatabaseMigrations construct can own a database. Remove the target here, or remove the other construct first.',
      },
    );
  }
}

/** Databases that one revision had and the next one does not may be claimed by others. */
async function releaseLeft(
  { request }: Pick<DeploymentRun, 'request'>,
  left: AppliedRevision | null,
  entered: AppliedRevision | null,
): Promise<void> {
  const kept = new Set(Object.values(entered?.identities ?? {}));
  for (const identity of Object.values(left?.identities ?? {})) {
    if (!kept.has(identity)) await request.ports.claims.release(identity, request.recorded);
  }
}
