import type { SeedSource } from './seed';

/**
 * Works through all items of a table or of a seed file, in segments. The functions are in the migration's compiled module.
 *
 * - `write`: transforms each item, and writes what differs.
 * - `check`: changes nothing, and counts what a `write` would change, and what `validate` refuses.
 */
export interface DataAction {
  readonly type: 'data';
  readonly pass: 'write' | 'check';
  readonly source: DataPlace | SeedSource;
  /** Where the results go, for a seed file always. Undefined: back to where they came from. */
  readonly destination?: DataPlace;
  /** What is done with an item of the destination that is there already. */
  readonly existing: 'keep' | 'replace' | 'combine';
  /** How a `write` is undone: from copies of what it changed, by the migration's function `undo`, or not at all. */
  readonly undo: 'before-image' | 'function' | 'nothing';
  /** Into how many segments the source is divided. Undefined: by its size. */
  readonly segments?: number;
  /**
   * Of a check: items that have not been transformed are counted and let pass, because the former release of the application still
   * writes them, and a sweep follows.
   */
  readonly letsFormerPass?: boolean;
  /**
   * By how many percent the slowest requests of the application may become slower. Undefined: by as many as usual, see
   * core/data/latency-budget.
   */
  readonly latencyBudget?: number | 'none';
  /** How many items may fail before the step does. */
  readonly mayFail: number;
  /** `application`: a deployment waits for it. `background`: it may end after the answer, before what waits for the commit. */
  readonly finish: 'application' | 'background';
}

/** The tables that an action works on: what it reads, unless that is a file, and where its results go. */
export function placesOf({ source, destination }: DataAction): readonly DataPlace[] {
  return [...('file' in source ? [] : [source]), ...(destination ? [destination] : [])];
}

/** A table of a target. */
export interface DataPlace {
  readonly target: string;
  /** Its logical name. */
  readonly table: string;
}

/** What people call the source: a table, or a file. */
export function sourceName({ source }: Pick<DataAction, 'source'>): string {
  return 'file' in source ? source.file : source.table;
}
