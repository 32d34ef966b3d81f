import type { BundledMigration } from '../bundle/bundle';
import type { Clock, MigrationModule, SchemaPlanner, Target } from '../ports';

/** A migration of which the live schema is to show all that it made. */
export interface AppliedMigration {
  readonly migration: BundledMigration;
  /** Its contract phase has run too. */
  readonly isContracted: boolean;
  /**
   * What applied it. Contract phases of one deployment run after the last migration of it; default: a deployment of its own.
   */
  readonly deployment?: string;
}

export interface Comparing {
  readonly live: Pick<Target, 'databaseKind' | 'traits' | 'schema' | 'tables'>;
  readonly scope: string;
  /** The logical name of the target. */
  readonly target: string;
  /** Those of this target, in the order of their application. */
  readonly migrations: readonly AppliedMigration[];
  /** What is not compared, see ./ignore; default: only what other tools keep for themselves. */
  readonly ignore?: readonly string[];
  /** What compares, in a word: two that compare at once need a scratch database each. */
  readonly purpose: string;
  /** The compiled module of a migration that runs code. */
  readonly module: (migration: BundledMigration) => Promise<MigrationModule>;
  /** Plans how the live schema could become what the migrations make; default: nobody asks. */
  readonly planner?: SchemaPlanner;
  readonly clock: Clock;
  /** Epoch milliseconds after which no further step begins. */
  readonly stopBy: number;
}
