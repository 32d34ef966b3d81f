import type { CodeLines } from '../../bundle/bundle';
import { noCounts, sumCounts } from '../../data/counts';
import { openTables } from '../../data/open-tables';
import { runSegment } from '../../data/run-segment';
import type { DataTables, WorkerLimits } from '../../data/segment-work';
import { MigrationError } from '../../errors/index';
import type { AheadWork, DataFunctions, HeldLease, Pass, Ports, SegmentCounts } from '../../ports';
import type { TargetProperties } from '../../wire';
import { allSegments, throwFailure, unfinished } from '../pass-segments';
import { noLimit } from '../pass-work';
import { stopPass } from '../stop-pass';
import { tablesOf } from '../tables-of';

/** What a process takes to work ahead. */
export interface AheadTools {
  readonly scope: string;
  readonly file: string;
  readonly functions: DataFunctions;
  readonly codeLines: CodeLines;
  readonly targets: Readonly<Record<string, TargetProperties>>;
  /** Names this process, and its attempt; no two have the same. */
  readonly process: string;
  /** Its `workers` work on as many segments at the same time. */
  readonly limits: Omit<WorkerLimits, 'stopBy'>;
}

/** `taken-over`: a deployment applies the migration, and passes by what was done. */
export interface AheadResult {
  readonly state: 'done' | 'taken-over';
  readonly counts: SegmentCounts;
}

/** Milliseconds between two looks at a pass that waits for something. */
const pollInterval = 500;

export function aheadPass(scope: string, { deployment, key, step }: AheadWork, direction: Pass['direction']): Pass {
  return { scope, deployment, key, step, direction };
}

/**
 * Works on all segments that are not done, from where an earlier process left them, each under its lease. While the pass is
 * paused it waits.
 * @throws BACKFILL_CANCELLED, and what made a segment fail
 */
export async function workAhead(ports: Ports, work: AheadWork, tools: AheadTools): Promise<AheadResult> {
  const pass = aheadPass(tools.scope, work, 'forward');
  const all = allSegments(work.segments);
  for (;;) {
    // This process may have been stopped for as long as a deployment took.
    if (!(await isKept(ports, tools, work))) return { state: 'taken-over', counts: noCounts };
    const isOver = await workOn(ports, work, pass, all, tools);
    const counts = await countsOf(ports, pass);
    if (isOver) return { state: 'done', counts };
    if ((await ports.segments.control(pass)).state === 'cancelled') {
      const { migrations } = await ports.ledger.load(tools.scope);
      if (migrations.some(({ key }) => key === work.key)) return { state: 'taken-over', counts };
      throw cancelled(work);
    }
    await ports.clock.sleep(pollInterval);
  }
}

/** Takes back what was done ahead, which {@link beginUndoAhead} has recorded, from where an earlier process left it. */
export async function undoAhead(ports: Ports, work: AheadWork, tools: AheadTools): Promise<SegmentCounts> {
  const forward = aheadPass(tools.scope, work, 'forward');
  const pass = aheadPass(tools.scope, work, 'undo');
  for (;;) {
    const begun = await stopPass(ports, forward);
    const touched = begun === 'wait' ? [] : begun.map(({ number }) => number);
    if (begun !== 'wait' && (await workOn(ports, work, pass, touched, tools))) return countsOf(ports, pass);
    await ports.clock.sleep(pollInterval);
  }
}

/** Neither committed with its deployment nor taken back. */
async function isKept({ segments }: Ports, { scope }: AheadTools, work: AheadWork): Promise<boolean> {
  return (await segments.aheads(scope)).some(({ deployment }) => deployment === work.deployment);
}

async function countsOf({ segments }: Ports, pass: Pass): Promise<SegmentCounts> {
  return sumCounts((await segments.list(pass)).map(({ counts }) => counts));
}

/** Goes once through segments. Whether all are done. */
async function workOn(
  ports: Ports,
  work: AheadWork,
  pass: Pass,
  numbers: readonly number[],
  tools: AheadTools,
): Promise<boolean> {
  const left = [...unfinished(await ports.segments.list(pass), numbers)];
  if (left.length === 0) return true;
  // After an error of one worker, the others end with the page at hand.
  let stopBy = noLimit;
  const limits = {
    get stopBy() {
      return stopBy;
    },
    ...tools.limits,
  };
  const run = async (index: number) => {
    for (let number = left.shift(); number !== undefined && stopBy === noLimit; number = left.shift()) {
      try {
        const result = await runSegment(
          ports,
          segmentWork(ports, work, pass, number, tools),
          `${tools.process} ${index}`,
          limits,
        );
        if (result === 'failed' || result === 'paused' || result === 'cancelled') stopBy = 0;
      } catch (error) {
        stopBy = 0;
        throw error;
      }
    }
  };
  const ended = await Promise.allSettled(Array.from({ length: tools.limits.workers }, (_, index) => run(index)));
  for (const one of ended) if (one.status === 'rejected') throw one.reason;
  const known = await ports.segments.list(pass);
  throwFailure(known, { attempt: tools.process, file: tools.file });
  return unfinished(known, numbers).length === 0;
}

function segmentWork(ports: Ports, work: AheadWork, pass: Pass, number: number, tools: AheadTools) {
  const { action, segments: of, division } = work;
  const { file, functions, codeLines } = tools;
  return {
    ...{ pass, action, number, of, division, file, functions, codeLines, attempt: tools.process },
    // The application that is deployed may write there.
    isNewDestination: false,
    keepsImages: pass.direction === 'forward' && action.undo === 'before-image',
    open: (lease: HeldLease) => openKept(ports, work, tools, lease),
  };
}

/** The segment is held: what was done ahead is not forgotten as long as that is so. */
async function openKept(ports: Ports, work: AheadWork, tools: AheadTools, lease: HeldLease): Promise<DataTables> {
  if (!(await isKept(ports, tools, work))) {
    throw new MigrationError('LEASE_LOST', `What was done ahead of ${work.migration} was forgotten.`);
  }
  return openTables(work.action, tablesOf(ports, tools.targets, lease), () =>
    Promise.reject(new Error('Files are not worked on ahead, see ./begin-ahead.')),
  );
}

function cancelled({ migration }: AheadWork): MigrationError {
  return new MigrationError('BACKFILL_CANCELLED', `The work ahead on ${migration} was cancelled.`, {
    payload: { migration },
    hint: 'Start it again to go on where it was, or take back what was done with `migrations backfill undo`.',
  });
}
