import { actionsOf, type BundledMigration } from '../bundle/bundle';
import type { PhaseName } from '../bundle/phases';
import type { TableOperation } from '../bundle/table-operations';
import { isPassing, MigrationError, withDetails } from '../errors/index';
import { wasThereBefore } from '../ledger/state';
import type { DeploymentRun } from './deployment-run';
import { refuseBeyondLimits } from './kinds/table/limits';
import type { Progress } from './progress';

/**
 * Looks at everything that a deployment is to do to tables before any of it is done: limits hold for all its migrations
 * together, and what the first ones did would have to be undone because of the last.
 * @returns refuses a migration of the plan; asked in their order. @throws as {@link refuseBeyondLimits}
 */
export function planRefusal(run: DeploymentRun): (id: string) => Promise<Progress> {
  if (run.records.some((record) => !wasThereBefore(record))) return async () => 'done';
  const isFine = new Map<string, Promise<boolean>>();
  return async (id) => {
    const migration = await run.migration(id);
    const { target, file } = migration;
    if (isRecorded(run, migration) || operationsOf(migration, 'up').length === 0) return 'done';
    if (!isFine.has(target))
      isFine.set(
        target,
        passes(() => refuseUntil(run, target, undefined)),
      );
    if (await isFine.get(target)) return 'done';
    try {
      await refuseUntil(run, target, id);
    } catch (error) {
      if (!(error instanceof MigrationError) || isPassing(error)) throw error;
      throw withDetails(error, { location: { file } });
    }
    return 'done';
  };
}

/** @param last of the plan, or all of it */
async function refuseUntil(run: DeploymentRun, name: string, last: string | undefined): Promise<void> {
  const { plan } = run.deployment;
  const ids = last === undefined ? plan : plan.slice(0, plan.indexOf(last) + 1);
  const all = await Promise.all(ids.map((id) => run.migration(id)));
  const own = all.filter((migration) => migration.target === name && !isRecorded(run, migration));
  // After the commit come the contract phases of all of them.
  const before = own.flatMap((migration) => operationsOf(migration, 'up'));
  const after = own.flatMap((migration) => operationsOf(migration, 'contract'));
  const { tables } = await run.target(name);
  if (!tables) return;
  const isFinal = (operation: TableOperation) => after.includes(operation);
  await refuseBeyondLimits([...before, ...after], tables, run.request.ports.clock.now(), isFinal);
}

/** Of a database that was there before its migrations, some are recorded without running. */
function isRecorded(run: DeploymentRun, migration: BundledMigration): boolean {
  return run.request.state.migration(run.keyOf(migration)) !== undefined;
}

async function passes(refuse: () => Promise<void>): Promise<boolean> {
  try {
    await refuse();
    return true;
  } catch (error) {
    if (!(error instanceof MigrationError) || isPassing(error)) throw error;
    return false;
  }
}

function operationsOf(migration: BundledMigration, phase: PhaseName): readonly TableOperation[] {
  return actionsOf(migration, phase).flatMap((action) => (action.type === 'table' ? [action.operation] : []));
}
