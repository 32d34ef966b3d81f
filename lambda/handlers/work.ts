import { LatencyBudgets } from '../../core/data/latency-budgets';
import { type SegmentResult, usualPage } from '../../core/data/segment-work';
import { type SegmentTask, workOnSegment } from '../../core/engine/work-on-segment';
import type { Ports } from '../../core/ports';
import { log } from '../log';

export interface WorkEvent extends SegmentTask {
  readonly action: 'work';
  /** How many invocations share the rate of the pass. */
  readonly workers: number;
  /** See `PassWork.until`. */
  readonly until: number;
}

/** Milliseconds for which an invocation works on a segment, at most; the next one continues (core/data/run-segment). */
const sliceTime = 240_000;

/** Milliseconds kept for the page at hand, before Lambda ends the invocation. */
const timeToEnd = 30_000;

/** Kept while this process waits for the next segment. It works on one at a time. */
const budgets = new LatencyBudgets(1);

/** Works on one segment of a data migration for a while. */
export async function work(
  event: WorkEvent,
  ports: Ports,
  invocation: { readonly id: string; readonly remaining: number },
): Promise<{ readonly result: SegmentResult }> {
  const { pass, number, of, attempt, workers, until } = event;
  const slice = ports.clock.now() + Math.min(sliceTime, invocation.remaining - timeToEnd);
  const stopBy = Math.min(slice, until);
  const result = await workOnSegment(ports, { pass, number, of, attempt }, invocation.id, {
    stopBy,
    pageSize: usualPage,
    workers,
    budgets,
  });
  log('work', { migration: pass.key, step: pass.step, segment: number, result });
  return { result };
}
