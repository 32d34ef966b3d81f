import { MigrationError } from '../../errors/index';
import type { DeploymentRun } from '../deployment-run';
import type { DeploymentPhase } from './deployment-phase';

/**
 * A database that does not know what the ledger says was applied to it was replaced or restored without the ledger:
 * applying more to it would go wrong in ways that no rollback repairs.
 */
export const histories: DeploymentPhase = {
  async plan(run) {
    // Only databases that will be changed: a paused one is not woken.
    const names = new Set(run.deployment.plan.map((id) => id.split('/')[0]!));
    for (const name of names) await check(run, name);
  },

  /** After the first deployment was rolled back, the databases are as they were before us. */
  async 'roll-back'(run) {
    if (run.deployment.from !== null) return;
    for (const name of Object.keys(run.deployment.targets)) await (await run.targetUnlessGone(name))?.cleanUp();
  },
};

async function check(run: DeploymentRun, name: string): Promise<void> {
  const history = await (await run.target(name)).history();
  if (!history) return;
  const identity = run.deployment.targets[name]!.Identity;
  const known = new Set(history.map(({ id }) => id));
  const missing = run.request.state.migrations
    .filter((record) => record.identity === identity && record.state === 'applied' && !record.contractOnly)
    .filter(({ id }) => !known.has(id));
  if (missing.length === 0) return;
  throw new MigrationError(
    'HISTORY_MISSING',
    `The database of target ${name} has no record of ${missing.map(({ id }) => id).join(', ')}, although the ledger says that ${missing.length === 1 ? 'it was' : 'they were'} applied to it.`,
    {
      payload: { target: name },
      hint: 'The database was replaced, restored or edited. Restore it, or point the target to the right database.',
    },
  );
}
