import type { BundledMigration } from '../../bundle/bundle';
import { MigrationError } from '../../errors/index';
import { baselinesOf, refuseSplit, type TargetBaseline } from '../../protocol/baseline';
import { compareSchema } from '../../schema/compare';
import { baselineDiffers, notComparable } from '../baseline-errors';
import { longerOrLess } from '../deadline';
import type { DeploymentRun } from '../deployment-run';
import { isEmpty } from '../is-empty';
import type { Progress } from '../progress';
import { recordBaselined } from '../record-baselined';
import type { DeploymentPhase } from './deployment-phase';

type Baseline = TargetBaseline<BundledMigration>;

/**
 * A database that was there before its first deployment already has what the migrations up to its baseline make. They are
 * recorded as applied, if it is so: what would be applied and undone on top of anything else goes wrong later.
 */
export const baseline: DeploymentPhase = {
  async plan(run) {
    const { deployment, request } = run;
    if (deployment.purpose !== 'deploy') return 'done';
    if (Object.values(deployment.targets).every(({ Baseline }) => Baseline === undefined)) return 'done';
    const pending = await Promise.all(deployment.plan.map((id) => run.migration(id)));
    const { inForce, ignored } = baselinesOf(deployment.targets, pending, request.state.migrations);
    for (const one of ignored)
      run.findings.push(finding('baseline-ignored', one, 'the target has been migrated since'));
    const adopted: Baseline[] = [];
    for (const one of inForce) {
      refuseSplit(one);
      const { Ignore } = deployment.targets[one.target]!;
      if (await isEmpty(await run.target(one.target), one.migrations, Ignore)) {
        run.findings.push(finding('baseline-ignored', one, 'the database is empty'));
        continue;
      }
      if ((await agree(run, one)) !== 'done') return 'continue';
      adopted.push(one);
    }
    if (adopted.length > 0) run.plan(withBaselines(adopted, pending));
    return 'done';
  },

  forward: recordBaselined,
};

/** What is recorded comes before what runs, so that it is taken back after it. */
function withBaselines(baselines: readonly Baseline[], pending: readonly BundledMigration[]) {
  const baselined = new Set(baselines.flatMap(({ migrations }) => migrations));
  const first = pending.filter((migration) => baselined.has(migration));
  const rest = pending.filter((migration) => !baselined.has(migration));
  return {
    plan: [...first, ...rest].map(({ id }) => id),
    baselines: Object.fromEntries(baselines.map(({ target, version }) => [target, version])),
  };
}

const compared = 'baseline-compared';

/**
 * Compares a database with what its baseline says of it. That can take more than one process: each goes on where the last one
 * stopped, and passes by the targets that were compared for the same request.
 * @throws BASELINE_DIFFERS
 */
async function agree(run: DeploymentRun, one: Baseline): Promise<Progress> {
  const { request, deployment } = run;
  const { ports, recorded, limits } = request;
  if (await isCompared(run, one)) return 'done';
  const comparison = await compareSchema({
    live: await run.target(one.target),
    scope: recorded.scope,
    target: one.target,
    migrations: one.migrations.map((migration) => ({ migration, isContracted: true })),
    ignore: deployment.targets[one.target]!.Ignore,
    purpose: 'baseline',
    module: ({ id }) => ports.bundles.module(deployment.bundle!, id),
    clock: ports.clock,
    stopBy: limits.stopBy,
  }).catch((error: unknown) => Promise.reject(notComparable(error, one)));
  if (comparison.state === 'running') {
    if (ports.clock.now() <= deployment.forwardDeadline) return 'continue';
    throw new MigrationError(
      'FORWARD_TIMEOUT',
      `The time limit for applying migrations expired while the database of target ${one.target} was compared with its baseline ${one.version}.`,
      { hint: longerOrLess },
    );
  }
  const { differences } = comparison;
  if (differences.length > 0) throw baselineDiffers(one, differences);
  const detail = { ...detailOf(one), requestKey: recorded.key };
  await request.record('', [{ type: compared, target: one.target, version: one.version, detail }]);
  return 'done';
}

async function isCompared({ request }: DeploymentRun, { target, version }: Baseline): Promise<boolean> {
  const { ports, recorded } = request;
  const events = await ports.ledger.events(recorded.scope);
  return events.some(
    (event) =>
      event.type === compared &&
      event.detail['requestKey'] === recorded.key &&
      event.target === target &&
      event.version === version,
  );
}

function finding(type: string, one: Baseline, because: string) {
  return { type, target: one.target, version: one.version, detail: { because, ...detailOf(one) } };
}

function detailOf({ migrations }: Baseline) {
  return { first: migrations[0]!.id, last: migrations.at(-1)!.id, migrations: migrations.length };
}
