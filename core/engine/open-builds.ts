import type { BundledMigration } from '../bundle/bundle';
import { canonicalJson } from '../bundle/checksum';
import { isPassing, MigrationError } from '../errors/index';
import type { OpenBuild } from '../ledger/observation';
import type { MigrationRecord } from '../ledger/state';
import { longerOrLess } from './deadline';
import type { DeploymentRun } from './deployment-run';
import { look } from './journal';
import { eventOf } from './migration-event';
import { MigrationRun } from './migration-run';
import type { Progress } from './progress';

/**
 * What databases go on with after a migration, such as the build of an index that takes longer than CloudFormation waits.
 * Nothing completes the record by itself: every deployment and every commit of the scope looks again.
 */

export function anyIsBuilt(run: DeploymentRun): boolean {
  return openRecords(run).length > 0;
}

/** Looks at all that is still built, and records what is complete. What cannot be looked at now is left to a later time. */
export async function lookAtBuilds(run: DeploymentRun): Promise<void> {
  for (const record of openRecords(run)) {
    try {
      await lookAt(run, record);
    } catch (error) {
      if (!(error instanceof MigrationError) || isPassing(error)) throw error;
    }
  }
}

/**
 * Lets a migration wait for what it depends on, and for what is built in the tables that it changes.
 * @throws FORWARD_TIMEOUT when it may wait no longer
 */
export async function awaitBuilds(
  run: DeploymentRun,
  migration: BundledMigration,
  during: 'forward' | 'commit',
): Promise<Progress> {
  for (const record of openRecords(run).filter((one) => blocks(one, migration))) {
    const open = await lookAt(run, record);
    if (open.length === 0) continue;
    const { deployment, request } = run;
    if (during === 'forward' && request.ports.clock.now() > deployment.forwardDeadline) {
      throw new MigrationError(
        'FORWARD_TIMEOUT',
        `The time limit for applying migrations expired before ${migration.id}, which waits for ${record.id}: ${whatOf(open)}.`,
        { hint: `Deploy again when it is built. ${longerOrLess}` },
      );
    }
    return 'wait';
  }
  return 'done';
}

/** The open builds of records, for messages. */
function whatOf(open: readonly OpenBuild[]): string {
  return open.map(({ what }) => what).join('; ');
}

function openRecords(run: DeploymentRun): readonly MigrationRecord[] {
  const { targets } = run.deployment;
  return run.request.state.building.filter(({ target, identity }) => targets[target]?.Identity === identity);
}

function blocks({ id, target, building = [] }: MigrationRecord, migration: BundledMigration): boolean {
  if (migration.dependsOn.includes(id)) return true;
  const tables = migration.phases.flatMap(({ actions }) =>
    actions.flatMap((action) => (action.type === 'table' ? [action.operation.table] : [])),
  );
  return migration.target === target && building.some(({ table }) => tables.includes(table));
}

async function lookAt(run: DeploymentRun, record: MigrationRecord): Promise<readonly OpenBuild[]> {
  const migration = await MigrationRun.resume(run, await run.target(record.target), record);
  const steps = migration.steps(['up', 'contract']);
  const open: OpenBuild[] = [];
  for (const build of record.building ?? []) {
    const step = steps.find(({ id }) => id === build.step)!;
    if ((await look(migration, step)) === 'done') continue;
    open.push({ ...build, what: migration.waitOf(step)?.what ?? build.what });
  }
  if (canonicalJson(open) === canonicalJson(record.building)) return open;
  const building = open.length > 0 ? open : undefined;
  const events = building ? [] : [eventOf('migration-built', record)];
  run.defer(events, { migrations: [{ ...run.request.state.migration(record.key)!, building }] });
  return open;
}
