import type { Bundle } from '../../core/bundle/bundle';
import { describe, MigrationError } from '../../core/errors/index';
import { didYouMean } from '../../core/errors/near-names';
import type { AppliedRevision, MigrationRecord, ScopeState } from '../../core/ledger/state';
import type { HeldLease, PlannedStatement, SchemaDatabase, SchemaPlanner } from '../../core/ports';
import { asApplied } from '../../core/schema/applied-migration';
import { compareSchema } from '../../core/schema/compare';
import type { AppliedMigration, Comparing } from '../../core/schema/comparing';
import type { SchemaDifference } from '../../core/schema/differences';
import { scratchName } from '../../core/schema/open-scratch';
import type { DatabaseKind, TargetProperties } from '../../core/wire';
import { deployedTargets } from '../deployed-targets';
import type { ScopeAccess } from '../ledger-access';
import { activityOf } from '../status/status';

/** What `migrations drift --json` prints of a target. */
export interface TargetDrift {
  readonly target: string;
  readonly databaseKind: DatabaseKind;
  readonly differences: readonly SchemaDifference[];
  /** With `--sql`, of a database for which statements can be planned. */
  readonly statements?: readonly PlannedStatement[];
}

export interface DriftOptions {
  /** Only this one. */
  readonly target?: string;
  /** Makes scratch databases for this kind elsewhere; undefined where they are made beside the live one. */
  readonly scratchServer?: (kind: DatabaseKind) => Promise<SchemaDatabase>;
  readonly planner?: SchemaPlanner;
  /** What is not compared, besides what the target says. */
  readonly ignore?: readonly string[];
  readonly say: (line: string) => void;
}

/** Compares each target of a scope with what its applied migrations make. Changes nothing but scratch databases of its own. */
export async function findDrift(access: ScopeAccess, options: DriftOptions): Promise<readonly TargetDrift[]> {
  const state = await access.ports.ledger.load(access.scope);
  const applied = atRest(state);
  const properties = await deployedTargets(access);
  const names = chosen(Object.keys(applied.identities).sort(), options.target);
  const bundle = await access.ports.bundles.load(applied.bundle);
  const drifts: TargetDrift[] = [];
  for (const target of names) {
    const records = state.migrations.filter((record) => {
      return record.target === target && record.identity === applied.identities[target];
    });
    const migrations = records.map((record) => appliedMigration(record, bundle));
    drifts.push(await driftOf(access, { target, properties: properties[target]!, migrations, applied, options }));
  }
  return drifts;
}

interface OneTarget {
  readonly target: string;
  readonly properties: TargetProperties;
  readonly migrations: readonly AppliedMigration[];
  readonly applied: AppliedRevision;
  readonly options: DriftOptions;
}

async function driftOf({ scope, ports }: ScopeAccess, one: OneTarget): Promise<TargetDrift> {
  const { target, properties, migrations, applied, options } = one;
  const opened = await ports.targets.open(target, properties, readersLease(scope, ports.clock.now()));
  const elsewhere = opened.schema && (await options.scratchServer?.(opened.databaseKind));
  const { databaseKind, traits, tables } = opened;
  const comparing: Comparing = {
    live: { databaseKind, traits, tables, schema: opened.schema && withScratch(opened.schema, elsewhere) },
    ...{ scope, target, migrations, purpose: 'drift', clock: ports.clock, stopBy: Number.MAX_SAFE_INTEGER },
    ...{ planner: options.planner, ignore: [...(properties.Ignore ?? []), ...(options.ignore ?? [])] },
    module: ({ id }) => ports.bundles.module(applied.bundle, id),
  };
  if (opened.schema) {
    const count = migrations.length === 1 ? '1 migration' : `${migrations.length} migrations`;
    const where = elsewhere ? 'on the server of --scratch' : 'beside the live one';
    options.say(`${target}: running ${count} in the scratch database ${scratchName(comparing)}, ${where} ...`);
  }
  for (;;) {
    const comparison = await compareSchema(comparing);
    if (comparison.state === 'done') {
      const { differences, statements } = comparison;
      return { target, databaseKind, differences, ...(statements && { statements }) };
    }
    // An earlier run that was ended is still at work in the scratch database.
    await ports.clock.sleep(2_000);
  }
}

/** On a server of their own scratch databases may be changed with all that is around them. */
export function withScratch(live: SchemaDatabase, elsewhere: SchemaDatabase | undefined): SchemaDatabase {
  if (!elsewhere) return live;
  return {
    snapshot: () => live.snapshot(),
    scratch: async (name) => elsewhere.scratch(name, await live.defaults?.()),
    reachesBeyond: () => undefined,
  };
}

/** Of nobody: what is live is only read. In a scratch database the later one wins. */
function readersLease(scope: string, now: number): HeldLease {
  return { scope, token: now, guard: async () => undefined };
}

function appliedMigration(record: MigrationRecord, { migrations }: Bundle): AppliedMigration {
  const migration = migrations.find(({ id }) => id === record.id);
  if (migration?.checksum !== record.checksum) {
    throw new MigrationError('CHECKSUM_MISMATCH', `The applied bundle has not the ${record.id} that was applied.`, {
      payload: { migrations: [record.id] },
      hint:
        migration === undefined && record.baselined
          ? '`migrations baseline` recorded it since the last deployment. Deploy its file, then compare.'
          : 'Deploy the bundle that has it as it was.',
    });
  }
  return asApplied(migration, record);
}

function chosen(known: readonly string[], target: string | undefined): readonly string[] {
  if (target === undefined) return known;
  if (known.includes(target)) return [target];
  throw new MigrationError('UNKNOWN_TARGET', describe({ what: 'Unknown target', seen: target, allowed: known }), {
    payload: { target, known },
    hint: didYouMean(target, known),
  });
}

/** @throws SCHEMA_CHANGING while a deployment changes it */
function atRest(state: ScopeState): AppliedRevision {
  const activity = activityOf(state);
  const isQuiet = activity === 'idle' || activity === 'awaiting-commit';
  const isCommitting = state.open.some((deployment) => deployment.state === 'committing');
  if (isQuiet && !isCommitting && state.applied) return state.applied;
  const what = state.applied ? `is ${isCommitting ? 'committing' : activity}` : 'has no applied migrations';
  throw new MigrationError(
    'SCHEMA_CHANGING',
    `The scope ${state.scope} ${what}, so there is nothing to compare with.`,
    {
      payload: { scope: state.scope },
      hint: 'See with `migrations status` what it is doing, and compare when it is done.',
    },
  );
}
