import { actionsOf, type BundledMigration } from '../../bundle/bundle';
import { type DataAction, type DataPlace, placesOf, sourceName } from '../../bundle/data-action';
import { describe, MigrationError } from '../../errors/index';
import { aheadId, migrationKey } from '../../ledger/state';
import type { AheadWork, ItemTable } from '../../ports';
import type { TargetProperties } from '../../wire';
import { segmentsFor } from '../kinds/data';
import type { RequestRun } from '../request-run';
import { refuseChanged } from './refuse-changed';
import { aheadPass } from './work-ahead';

export interface AheadRequest {
  readonly migration: BundledMigration;
  /** How the deployments of the scope reach their databases. */
  readonly targets: Readonly<Record<string, TargetProperties>>;
  /** How many segments, instead of what was asked for or what the migration says. */
  readonly segments?: number;
  /** As `Control.rate`, `auto` for none. Undefined: as it was, or as was asked for before. */
  readonly rate?: number | 'auto';
}

/**
 * Records that a data migration is worked on ahead of its deployment, or finds that it is. To be called under the scope's lease,
 * so that no deployment begins at the same time.
 * @throws CANNOT_START_AHEAD, AHEAD_CHANGED, AHEAD_UNDOING
 */
export async function beginAhead(run: RequestRun, request: AheadRequest): Promise<AheadWork> {
  const { segments } = run.ports;
  const { scope } = run.recorded;
  const work = await beginOrFind(run, request);
  const pass = aheadPass(scope, work, 'forward');
  const { rate = (await segments.control(pass)).rate ?? (await segments.asked(scope, work.migration)).rate } = request;
  await segments.setControl(pass, { state: 'running', ...(typeof rate === 'number' && { rate }) });
  return work;
}

async function beginOrFind(run: RequestRun, { migration, targets, segments }: AheadRequest): Promise<AheadWork> {
  const { ports, recorded } = run;
  const known = (await ports.segments.aheads(recorded.scope)).find((work) => work.migration === migration.id);
  const action = refuseUnfit(run, migration, targets, known !== undefined);
  if (known) {
    refuseChanged(known, migration, targets);
    if (segments !== undefined && segments !== known.segments) throw fixed(known);
    return known;
  }
  const open = async ({ target, table }: DataPlace): Promise<ItemTable> =>
    (await run.target(target, targets[target]!)).items!.table(table);
  const places = placesOf(action);
  const [table] = await Promise.all(places.map(open));
  const asked = await ports.segments.asked(recorded.scope, migration.id);
  const count = segments ?? asked.segments ?? action.segments ?? segmentsFor(await table!.estimate());
  const division = await table!.divide(count);
  const { id, version, target, checksum } = migration;
  const work: AheadWork = {
    ...{ migration: id, version, checksum, step: writeStep, action, segments: count, actor: recorded.actor },
    deployment: aheadId(run.state, run.now),
    key: migrationKey(target, targets[target]!.Identity, version),
    ...(division && { division }),
    identities: Object.fromEntries(places.map((place) => [place.target, targets[place.target]!.Identity])),
    startedAt: run.now,
  };
  const detail = { table: sourceName(action), segments: count, checksum };
  // Before the work itself is kept: this write is refused when the lease is lost.
  await run.record(work.deployment, [{ type: 'ahead-started', target, version, detail }]);
  await ports.segments.keepAhead(recorded.scope, work);
  return work;
}

/** The one step of a data migration that writes before the application is updated. */
const writeStep = 'backfill.0';

/** @throws CANNOT_START_AHEAD */
function refuseUnfit(
  { state }: RequestRun,
  migration: BundledMigration,
  targets: Readonly<Record<string, TargetProperties>>,
  isKnown: boolean,
): DataAction {
  const { id, dependsOn } = migration;
  const refuse = (message: string, hint: string): never => {
    throw new MigrationError('CANNOT_START_AHEAD', `${id} cannot be started ahead: ${message}.`, {
      payload: { migration: id },
      hint,
    });
  };
  if (state.migrations.some((record) => record.id === id))
    refuse('it is applied, or being applied', 'Name one that is pending.');
  // What is applied now may be rolled back, and work that was begun goes on beside the work of other migrations.
  const begun = state.open.find(({ plan }) => !isKnown || plan.includes(id));
  if (begun) refuse(`deployment ${begun.id} has not ended`, 'Wait until `migrations status` says idle.');
  const applied = new Set(state.migrations.map((record) => record.id));
  const missing = dependsOn.filter((needed) => !applied.has(needed));
  if (missing.length > 0)
    refuse(`${missing.join(', ')} must be applied before`, 'Deploy that first, without this one.');
  const action = actionsOf(migration, 'backfill').find((one) => one.type === 'data');
  if (!action) return refuse('it is irreversible, and runs after the commit', 'Let the deployment do it.');
  if ('file' in action.source) refuse('its source is a file', 'A file is short work: let the deployment do it.');
  if (!migration.phases.some(({ name }) => name === 'sweep')) {
    refuse(
      'it is not swept, so what the application writes after the start would be missed',
      action.destination ? 'Give it sweep: true.' : 'Leave out sweep: false.',
    );
  }
  if (action.destination && action.undo === 'function') {
    refuse(
      'its function undo takes back all of the destination, also what was done ahead',
      "Let the deployment do it, with finish: 'background' if it is long.",
    );
  }
  const unknown = placesOf(action).find(({ target }) => targets[target] === undefined);
  if (unknown || targets[migration.target] === undefined) {
    const allowed = Object.keys(targets);
    refuse(
      describe({ what: 'no such target is deployed', seen: unknown?.target ?? migration.target, allowed }).replace(
        /\.$/,
        '',
      ),
      'Deploy the target first.',
    );
  }
  return action;
}

function fixed({ migration, segments }: AheadWork): MigrationError {
  return new MigrationError('CANNOT_START_AHEAD', `${migration} was started ahead with ${segments} segments.`, {
    payload: { migration },
    hint: 'Start it without --segments: it goes on where it was.',
  });
}
