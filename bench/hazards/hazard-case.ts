/** A migration, and whether running it on a big table that is in use is a hazard. */
export interface HazardCase {
  /** The statements of its section. */
  readonly sql: string;
  /** Migrations that were applied before. */
  readonly before?: readonly string[];
  /** Default: up. */
  readonly section?: 'down' | 'contract';
  /** With `transaction:false`. */
  readonly alone?: true;
  /** What ours must say: the name of a rule, or a code; `none` when running it is no hazard. */
  readonly expected: string;
  /** Why it is a hazard, or why it is none. */
  readonly why: string;
  /** Who says so. */
  readonly source: string;
}
