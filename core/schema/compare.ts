import type { BundledMigration } from '../bundle/bundle';
import { MigrationError } from '../errors/index';
import type { Clock, MigrationModule, Target } from '../ports';
import { differencesBetween, type SchemaDifference } from './differences';
import { openScratch } from './open-scratch';
import { runOnScratch } from './run-on-scratch';

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
  readonly live: Target;
  readonly scope: string;
  /** The logical name of the target. */
  readonly target: string;
  /** Those of this target, in the order of their application. */
  readonly migrations: readonly AppliedMigration[];
  /** What compares, in a word: two that compare at once need a scratch database each. */
  readonly purpose: string;
  /** The compiled module of a migration that runs code. */
  readonly module: (migration: BundledMigration) => Promise<MigrationModule>;
  readonly clock: Clock;
  /** Epoch milliseconds after which no further step begins. */
  readonly stopBy: number;
}

/** `running`: out of time, or the database is at work. The same call again goes on where this one stopped. */
export type Comparison =
  | { readonly state: 'running' }
  | { readonly state: 'done'; readonly differences: readonly SchemaDifference[] };

/**
 * Compares a live schema with what its migrations make of an empty database. The live database is read and nothing else: the
 * migrations run in a scratch database, whose own history knows how far earlier calls came, and which is dropped at the end.
 *
 * @throws SCRATCH_REFUSED, SCRATCH_FAILED, SCHEMA_NOT_COMPARABLE
 */
export async function compareSchema(comparing: Comparing): Promise<Comparison> {
  const { schema } = comparing.live;
  if (!schema) throw notComparable(comparing);
  const opened = await openScratch(schema, comparing);
  const scratch = opened && (await runOnScratch(opened, schema, comparing));
  if (!scratch || scratch === 'running') return { state: 'running' };
  const expected = await scratch.target.schema.snapshot();
  const differences = differencesBetween(expected, await schema.snapshot());
  await scratch.drop();
  return { state: 'done', differences };
}

function notComparable({ target, live: { databaseKind } }: Comparing): MigrationError {
  return new MigrationError('SCHEMA_NOT_COMPARABLE', `The schema of ${databaseKind} cannot be compared.`, {
    payload: { target, databaseKind },
  });
}
