import type { Pass } from '../ports/segments';

/** Segments that workers are to do, each by {@link workOnSegment} (./work-on-segment), any number at the same time. */
export interface PassWork {
  readonly pass: Pass;
  /** How many segments the pass has. */
  readonly of: number;
  /** Those that have not ended. */
  readonly segments: readonly number[];
  /** The request that the work is for. */
  readonly attempt: string;
  /** Epoch milliseconds after which no further page begins. */
  readonly until: number;
}

/** Epoch milliseconds after which nothing must end. */
export const noLimit = Number.MAX_SAFE_INTEGER;
