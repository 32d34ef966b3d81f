import { actionsOf } from '../bundle/bundle';
import type { DataAction } from '../bundle/data-action';
import { type PhaseName, phases } from '../bundle/phases';
import { openTables } from '../data/open-tables';
import { runSegment } from '../data/run-segment';
import type { SegmentResult, WorkerLimits } from '../data/segment-work';
import { MigrationError } from '../errors/index';
import type { Observation } from '../ledger/observation';
import type { Division, Pass, Ports } from '../ports';
import { tablesOf } from './tables-of';

/** One of the segments that {@link PassWork} gives to workers. */
export interface SegmentTask {
  readonly pass: Pass;
  readonly number: number;
  /** How many segments the pass has. */
  readonly of: number;
  /** The request that the work is for, see `StepContext.attempt`. */
  readonly attempt: string;
}

/**
 * Works on a segment until it ends, something stops it, or this process runs out of time. Any process may do so at any time: the
 * ledger says what is to be done, and the segment's lease keeps others away.
 *
 * @param worker names this process; no two have the same name
 */
export async function workOnSegment(
  ports: Ports,
  { pass, number, of, attempt }: SegmentTask,
  worker: string,
  limits: WorkerLimits,
): Promise<SegmentResult> {
  const state = await ports.ledger.load(pass.scope);
  const deployment = state.open.find(({ id }) => id === pass.deployment);
  const record = state.migrations.find(({ key }) => key === pass.key);
  // What is over needs no workers any more.
  if (!deployment || !record) return 'cancelled';
  const [planned] = await ports.ledger.undoPlans(pass.scope, [pass.key]);
  const location = planned?.plan.bundle ?? deployment.bundle!;
  const bundle = await ports.bundles.load(location);
  const migration = bundle.migrations.find(({ id }) => id === record.id);
  const [phase, step] = pass.step.split('.') as [PhaseName, string];
  const action = migration && (actionsOf(migration, phase)[Number(step)] as DataAction | undefined);
  if (!migration || action?.type !== 'data') throw notThere(pass, record.id);
  const { codeLines, ...functions } = await ports.bundles.module(location, record.id);
  const isForward = action.pass === 'write' && pass.direction === 'forward';
  // Only before the application is updated: then it writes there, too.
  const isNewDestination =
    isForward && phase === 'backfill' && planned?.steps[pass.step]?.before?.isNewDestination === true;
  const isUndoneFromImages = action.undo === 'before-image' && phases[phase].undoneBy !== 'never' && !isNewDestination;
  return runSegment(
    ports,
    {
      ...{ pass, action, number, of, attempt, functions, codeLines, file: migration.file },
      division: divisionOf(planned?.steps[pass.step]?.before, pass, action),
      ...{ isNewDestination, keepsImages: isUndoneFromImages && isForward },
      open: (lease) =>
        openTables(action, tablesOf(ports, deployment.targets, lease), (seed, part) =>
          ports.bundles.seedPart(location, seed, part),
        ),
    },
    worker,
    limits,
  );
}

/** Of the table that the pass reads. */
function divisionOf(before: Observation | undefined, { direction }: Pass, action: DataAction): Division | undefined {
  return direction === 'undo' && action.destination ? before?.undoDivision : before?.division;
}

function notThere({ step }: Pass, migration: string): MigrationError {
  return new MigrationError('CODE_MISSING', `The bundle has no step ${step} of ${migration} that works in segments.`, {
    payload: { migration },
    hint: 'The bundle does not match the ledger: deploy the revision again that began the work.',
  });
}
