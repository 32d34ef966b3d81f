import { MigrationError } from '../../errors/index';
import { type AppliedRevision, isTakenBackByDeletion } from '../../ledger/state';
import type { TakenClaim } from '../../ports';
import type { ClaimName } from '../../protocol/claim-names';
import { claimsOf } from '../../protocol/target-claims';
import type { TargetProperties } from '../../wire';
import type { RequestRun } from '../request-run';
import type { DeploymentPhase } from './deployment-phase';

/** At most one scope migrates a database (G4), whatever ledger each of them keeps. */
export const claims: DeploymentPhase = {
  async plan({ request, deployment }) {
    if (deployment.to === null) return;
    const { scope, stackId } = request.recorded;
    for (const [target, properties] of Object.entries(deployment.targets)) {
      const claim = { scope, stackId, since: request.now };
      const taken = await request.ports.claims.claim(claimsOf(properties), claim);
      if (taken) throw refused(target, properties, taken);
    }
  },

  /** A construct that is taken back owns nothing, also when it was kept and added again. */
  async 'roll-back'({ request, deployment }) {
    await releaseLeft(request, deployment.to, isTakenBackByDeletion(deployment) ? null : deployment.from);
  },
  async commit({ request, deployment }) {
    await releaseLeft(request, deployment.from, deployment.to);
  },
};

function refused(target: string, properties: TargetProperties, { name, owner }: TakenClaim): MigrationError {
  return new MigrationError(
    'TARGET_CLAIMED',
    `Target ${target} (${properties.Identity}) has been migrated by scope ${owner.scope} of stack ${owner.stackId} since ${owner.since}: it owns the ${name.kind} ${name.name}.`,
    {
      payload: { target },
      hint: 'Only one DatabaseMigrations construct can own a database. Remove the target here, or remove the other construct first. If its stack is gone, run `migrations unlock --claim`.',
    },
  );
}

/** What one revision owned and the next one does not may be claimed by others. */
async function releaseLeft(
  { ports, recorded }: RequestRun,
  left: AppliedRevision | null,
  entered: AppliedRevision | null,
): Promise<void> {
  const kept = new Set(entered?.claims?.map(idOf));
  await ports.claims.release(
    (left?.claims ?? []).filter((name) => !kept.has(idOf(name))),
    recorded,
  );
}

function idOf({ kind, name }: ClaimName): string {
  return `${kind} ${name}`;
}
