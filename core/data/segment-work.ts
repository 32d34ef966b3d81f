import type { CodeLines } from '../bundle/bundle';
import type { DataAction } from '../bundle/data-action';
import type { DataFunctions } from '../ports/data-functions';
import type { Clock, HeldLease } from '../ports/index';
import type { Division, ItemSource, ItemTable } from '../ports/items';
import type { Pass, Segments } from '../ports/segments';
import type { LatencyBudgets } from './latency-budgets';

/** What a step works on. What cannot be written needs a destination. */
export type DataTables =
  | { readonly source: ItemTable; readonly destination?: undefined }
  | { readonly source: ItemSource; readonly destination: ItemTable };

/** The table that is changed. */
export function writtenTable(tables: DataTables): ItemTable {
  return tables.destination ? tables.destination : tables.source;
}

/** One segment of a pass, and all that it takes to work on it. */
export interface SegmentWork {
  readonly pass: Pass;
  readonly action: DataAction;
  readonly number: number;
  readonly of: number;
  /** How the table is divided that the pass reads. */
  readonly division?: Division;
  /** The request that the work is for: what fails, fails for it. */
  readonly attempt: string;
  /** What takes changes back is kept before they are made. */
  readonly keepsImages: boolean;
  /** Nobody else writes to the destination, and nothing was in it before, see `Observation`. */
  readonly isNewDestination: boolean;
  readonly functions: DataFunctions;
  /** The source file, and how lines of its compiled code lead to it. */
  readonly file: string;
  readonly codeLines: CodeLines;
  /** Opens the tables; their effects are guarded by this lease. */
  open(lease: HeldLease): Promise<DataTables>;
}

export interface WorkerPorts {
  readonly segments: Segments;
  readonly clock: Clock;
}

/**
 * Items read at once, unless they are so large that the database gives fewer: a segment of a table that is divided by itself, which
 * has about 1,500, is most often one page.
 */
export const usualPage = 1_650;

/** What the caller of a worker allows it. */
export interface WorkerLimits {
  /** Epoch milliseconds after which no further page begins. */
  readonly stopBy: number;
  /** Items of a page. */
  readonly pageSize: number;
  /** How many workers share the rate of the pass. */
  readonly workers: number;
  /** What this process knows of the latency of tables that it works on. Undefined: it works as fast as it can. */
  readonly budgets?: LatencyBudgets;
}

/**
 * Why a worker stopped. `busy`: another one has the segment, or it has ended. `lost`: another one took it over. `continue`: out
 * of time.
 */
export type SegmentResult = 'done' | 'failed' | 'continue' | 'paused' | 'cancelled' | 'busy' | 'lost';
