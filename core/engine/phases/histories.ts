import { MigrationError } from '../../errors/index';
import type { MigrationRecord } from '../../ledger/state';
import type { HistoryMark } from '../../ports';
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
  const applied = run.request.state.migrations.filter((record) => record.identity === identity);
  refuseMissing(name, history, applied);
  // Only a deployment forward finds its migrations in its bundle.
  const ids = run.deployment.purpose === 'deploy' ? run.deployment.plan.filter((id) => id.startsWith(`${name}/`)) : [];
  const planned = await Promise.all(ids.map((id) => run.migration(id)));
  refuseEdited(name, history, [...applied, ...planned]);
}

function refuseMissing(name: string, history: readonly HistoryMark[], applied: readonly MigrationRecord[]): void {
  const known = new Set(history.map(({ id }) => id));
  const missing = applied
    // The ledger alone knows of data migrations.
    .filter((record) => record.state === 'applied' && !record.contractOnly && record.kind !== 'data')
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

/** The database may know migrations that this ledger does not, from another deployment: then their files count too (G5). */
function refuseEdited(
  name: string,
  history: readonly HistoryMark[],
  migrations: readonly Pick<MigrationRecord, 'id' | 'checksum'>[],
): void {
  const checksums = new Map(migrations.map(({ id, checksum }) => [id, checksum]));
  const edited = history.filter(({ id, checksum }) => (checksums.get(id) ?? checksum) !== checksum);
  if (edited.length === 0) return;
  const ids = [...new Set(edited.map(({ id }) => id))];
  throw new MigrationError(
    'CHECKSUM_MISMATCH',
    `The database of target ${name} has a record of ${ids.join(', ')} with another checksum: ${ids.length === 1 ? 'its file was' : 'their files were'} edited after ${ids.length === 1 ? 'it was' : 'they were'} applied.`,
    {
      payload: { migrations: ids },
      hint: 'An applied migration must never change. Restore the file as it was, and add a new migration for the change.',
    },
  );
}
