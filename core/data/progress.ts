import type { Segment, SegmentCounts } from '../ports/segments';
import { sumCounts } from './counts';

/** How far a pass is. */
export interface PassProgress {
  readonly segments: { readonly of: number; readonly done: number; readonly running: number; readonly failed: number };
  /** Of its segments that are done, 0 to 100. */
  readonly percent: number;
  readonly counts: SegmentCounts;
  /** Items a second since it began; 0 before. */
  readonly rate: number;
  /** Seconds that it still takes, if it goes on so; undefined when nothing tells. */
  readonly secondsLeft?: number;
}

/** @param now epoch milliseconds */
export function progressOf(known: readonly Segment[], of: number, now: number): PassProgress {
  const count = (matches: (segment: Segment) => boolean) => known.filter(matches).length;
  const done = count(({ state }) => state === 'done');
  const counts = sumCounts(known.map((segment) => segment.counts));
  const began = Math.min(...known.map(({ startedAt }) => Date.parse(startedAt)));
  const ended = done === of ? Math.max(...known.map(({ endedAt = '' }) => Date.parse(endedAt) || now)) : now;
  const seconds = Math.max(0, ended - began) / 1000;
  return {
    segments: {
      ...{ of, done },
      running: count(
        ({ state, worker, leaseUntil }) => state === 'running' && worker !== undefined && leaseUntil > now,
      ),
      failed: count(({ state }) => state === 'failed'),
    },
    percent: Math.floor((done / of) * 100),
    counts,
    rate: seconds > 0 && Number.isFinite(seconds) ? Math.round((counts.read + counts.restored) / seconds) : 0,
    ...(done > 0 && done < of && { secondsLeft: Math.ceil((seconds / done) * (of - done)) }),
  };
}
