import type { BundledMigration } from '../bundle/bundle';
import { MigrationError } from '../errors/index';
import { type Deployment, deploymentId } from '../ledger/state';
import type { MigrationModule, SchemaDatabase } from '../ports';
import { type BaselineRequest, chooseBaseline, refused } from '../protocol/choose-baseline';
import { compareSchema } from '../schema/compare';
import type { SchemaDifference } from '../schema/differences';
import type { DatabaseKind } from '../wire';
import { notComparable } from './baseline-errors';
import { DeploymentRun } from './deployment-run';
import { isEmpty } from './is-empty';
import { recordBaselined } from './record-baselined';
import type { RequestRun } from './request-run';
import { rollBack } from './run-deployment';

export interface BaselineComparison {
  /** To be recorded, in order. */
  readonly fresh: readonly BundledMigration[];
  readonly differences: readonly SchemaDifference[];
}

const elsewhere = 'Or compare with --scratch and the URL of a server of your own.';

/** What a comparison takes besides. */
export interface BaselineTools {
  /** The compiled module of a migration that runs code. */
  readonly module: (migration: BundledMigration) => Promise<MigrationModule>;
  /** The same schema, with scratch databases that are made elsewhere. */
  readonly withScratch?: (live: SchemaDatabase, kind: DatabaseKind) => Promise<SchemaDatabase>;
  /** What is not compared, besides what the target says. */
  readonly ignore?: readonly string[];
}

/**
 * Compares the database of a deployed target with what its migrations up to a version make, applied ones included.
 * @throws BASELINE_REFUSED when there is nothing to record, or something is in the way
 */
export async function compareBaseline(
  request: RequestRun,
  asked: BaselineRequest,
  { module, withScratch, ignore: more = [] }: BaselineTools,
): Promise<BaselineComparison> {
  const { ports, recorded, limits, lease, state } = request;
  const { fresh, whole } = chooseBaseline(state, asked);
  const { target, properties } = asked;
  const ignore = [...(properties.Ignore ?? []), ...more];
  const live = await request.target(target, properties);
  if (await isEmpty(live, fresh, ignore)) {
    throw refused(
      asked,
      `The database of target ${target} is empty.`,
      'A new database needs no baseline: deploy to it.',
    );
  }
  const { databaseKind, traits, tables } = live;
  const schema = live.schema && withScratch ? await withScratch(live.schema, databaseKind) : live.schema;
  for (;;) {
    const comparison = await compareSchema({
      live: { databaseKind, traits, tables, schema },
      ...{ target, module, migrations: whole, ignore, purpose: 'baseline' },
      scope: recorded.scope,
      clock: ports.clock,
      stopBy: limits.stopBy,
    }).catch((error: unknown) => Promise.reject(notComparable(error, asked, elsewhere)));
    if (comparison.state === 'done') return { fresh, differences: comparison.differences };
    if (request.outOfTime) throw outOfTime('The comparison');
    await ports.clock.sleep(limits.pollInterval);
    await lease.guard();
  }
}

/**
 * Records migrations that were compared as applied, in a deployment of its own that leaves the applied revision as it is. When
 * its process dies, the next request for the scope takes back what it recorded.
 */
export async function recordBaseline(
  request: RequestRun,
  { target, properties, version, migrations }: BaselineRequest,
  fresh: readonly BundledMigration[],
): Promise<void> {
  const { state, now, recorded, ports } = request;
  const deployment: Deployment = {
    id: deploymentId(state, now),
    purpose: 'deploy',
    strategy: 'direct',
    from: state.applied,
    to: state.applied,
    state: 'forward',
    requestKey: recorded.key,
    actor: recorded.actor,
    targets: { [target]: properties },
    plan: fresh.map(({ id }) => id),
    baselines: { [target]: version },
    startedAt: now,
    forwardDeadline: ports.clock.now(),
  };
  const run = new DeploymentRun(request, deployment, migrations);
  const detail = { purpose: 'baseline', baselines: deployment.baselines, migrations: fresh.length };
  await run.update({}, [{ type: 'deployment-started', detail }]);
  try {
    if ((await recordBaselined(run)) !== 'done') throw outOfTime('Recording the migrations');
  } catch (error) {
    // If that fails too, the next request for the scope does it, and what went wrong first is what counts.
    await rollBack(run).catch(() => undefined);
    throw error;
  }
  await run.update({ state: 'committed', appliedAt: request.now, endedAt: request.now }, [
    { type: 'deployment-committed', detail: { revision: state.applied?.revision ?? null } },
  ]);
}

function outOfTime(what: string): MigrationError {
  return new MigrationError('FORWARD_TIMEOUT', `${what} took too long.`, {
    hint: 'Run the command again: it goes on where it stopped.',
  });
}
