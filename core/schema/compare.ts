import { MigrationError } from '../errors/index';
import type { PlannedStatement, SchemaDatabase } from '../ports';
import type { Comparing } from './comparing';
import { differencesBetween, type SchemaDifference } from './differences';
import { withoutIgnored } from './ignore';
import { openScratch } from './open-scratch';
import { refuseBeyond } from './refuse-beyond';
import { runOnScratch } from './run-on-scratch';
import { compareTables } from './tables/compare-tables';

/** `running`: out of time, or the database is at work. The same call again goes on where this one stopped. */
export type Comparison =
  | { readonly state: 'running' }
  | {
      readonly state: 'done';
      readonly differences: readonly SchemaDifference[];
      /** What a planner planned; undefined where there was none, or nothing that it could read. */
      readonly statements?: readonly PlannedStatement[];
    };

/**
 * Compares a live schema with what its migrations make of an empty database. The live database is read and nothing else: the
 * migrations run in a scratch database, whose own history knows how far earlier calls came, and which is dropped at the end.
 *
 * @throws SCRATCH_REFUSED, SCRATCH_FAILED, SCHEMA_NOT_COMPARABLE
 */
export async function compareSchema(comparing: Comparing): Promise<Comparison> {
  const { schema, tables } = comparing.live;
  if (tables) {
    const differences = await compareTables(comparing.migrations, tables);
    return { state: 'done', differences: withoutIgnored(differences, comparing.ignore) };
  }
  if (!schema) throw notComparable(comparing);
  refuseBeyond(comparing, schema);
  const opened = await openScratch(schema, comparing);
  const scratch = opened && (await runOnScratch(opened, schema, comparing));
  if (!scratch || scratch === 'running') return { state: 'running' };
  try {
    return { state: 'done', ...(await compared(schema, scratch.target.schema, comparing)) };
  } finally {
    await scratch.drop();
  }
}

async function compared(live: SchemaDatabase, scratch: SchemaDatabase, { planner, ignore }: Comparing) {
  const differences = withoutIgnored(differencesBetween(await scratch.snapshot(), await live.snapshot()), ignore);
  const canPlan = live.read !== undefined && scratch.read !== undefined;
  const statements = canPlan ? await planner?.(live, scratch) : undefined;
  return { differences, ...(statements && { statements }) };
}

function notComparable({ target, live: { databaseKind } }: Comparing): MigrationError {
  return new MigrationError('SCHEMA_NOT_COMPARABLE', `The schema of ${databaseKind} cannot be compared.`, {
    payload: { target, databaseKind },
  });
}
