import { closeSync, openSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { actionsOf, type Bundle, type BundledMigration } from '../../core/bundle/bundle';
import { createdTables } from '../../core/bundle/created-tables';
import { type DataAction, type DataPlace, sourceName } from '../../core/bundle/data-action';
import type { SeedPart, SeedSource } from '../../core/bundle/seed';
import { type DryRun, dryRun } from '../../core/data/dry-run';
import { openTables } from '../../core/data/open-tables';
import { describe, hasCode, MigrationError, withDetails } from '../../core/errors/index';
import type { HeldLease, ItemTable } from '../../core/ports';
import { seedFileName, type TargetProperties } from '../../core/wire';
import { deployedTargets } from '../deployed-targets';
import type { ScopeAccess } from '../ledger-access';
import { evaluateHere } from '../ledger-ports';
import { pendingIn } from '../status/status';
import { chooseDataMigration, type LocalMigrations } from './local-migrations';

/** What a data migration of the working tree would do with the first items. */
export interface DryRunReport extends DryRun {
  readonly migration: string;
  readonly source: string;
  /** The logical name of the table that would be written to. */
  readonly table: string;
  /** How many items may fail. */
  readonly mayFail: number;
}

/** Tries a data migration of the working tree on what the deployed tables have now. Writes nothing. */
export async function dryRunOf(
  access: ScopeAccess,
  local: LocalMigrations,
  named: string | undefined,
  limit: number,
): Promise<DryRunReport> {
  const state = await access.ports.ledger.load(access.scope);
  const migration = chooseDataMigration(local.bundle, state, named);
  const action = writeOf(migration);
  const { codeLines: _, ...functions } = await evaluateHere(migration);
  const targets = await deployedTargets(access);
  const creators = creatorsOf(local.bundle, new Set(pendingIn(state, local.bundle.migrations).map(({ id }) => id)));
  const open = (place: DataPlace) => openTable(access, place, targets, creators);
  const tables = await openTables(action, open, async (seed, part) => readPart(local.seedFolder, seed, part));
  return {
    ...(await dryRun(tables, { action, functions, isNewDestination: false }, limit)),
    migration: migration.id,
    source: sourceName(action),
    table: action.destination?.table ?? sourceName(action),
    mayFail: action.mayFail,
  };
}

function writeOf(migration: BundledMigration): DataAction {
  const actions = (['backfill', 'contract'] as const).flatMap((phase) => actionsOf(migration, phase));
  return actions.find((action) => action.type === 'data' && action.pass === 'write') as DataAction;
}

function readPart(folder: string, seed: SeedSource, { at, bytes }: SeedPart): Uint8Array {
  const file = openSync(join(folder, seedFileName(seed)), 'r');
  try {
    const part = new Uint8Array(bytes);
    readSync(file, part, 0, bytes, at);
    return part;
  } finally {
    closeSync(file);
  }
}

/** Whoever asks for it is about to write. */
function noLease(scope: string): HeldLease {
  return { scope, token: 0, guard: () => Promise.reject(new Error('A dry run writes nothing.')) };
}

async function openTable(
  { ports, scope }: ScopeAccess,
  { target, table }: DataPlace,
  targets: Readonly<Record<string, TargetProperties>>,
  creators: ReadonlyMap<string, string>,
): Promise<ItemTable> {
  const properties = targets[target];
  if (!properties) throw notDeployed(target, Object.keys(targets));
  const { items } = await ports.targets.open(target, properties, noLease(scope));
  try {
    return await items!.table(table);
  } catch (error) {
    const creator = creators.get(`${target} ${table}`);
    if (!hasCode(error, 'TABLE_MISSING') || creator === undefined) throw error;
    throw withDetails(error as MigrationError, {
      hint: `${creator}, which is pending too, creates it. Deploy that one first, then see what this one would do.`,
    });
  }
}

/** By target and table, the pending migrations that create them. */
function creatorsOf({ migrations }: Bundle, pending: ReadonlySet<string>): ReadonlyMap<string, string> {
  return new Map(
    migrations
      .filter(({ id }) => pending.has(id))
      .flatMap((migration) =>
        createdTables(migration).map((table) => [`${migration.target} ${table}`, migration.id] as const),
      ),
  );
}

function notDeployed(target: string, known: readonly string[]): MigrationError {
  const message = describe({ what: 'The stack that is deployed has no target', seen: target, allowed: known });
  return new MigrationError('UNKNOWN_TARGET', message, {
    payload: { target, known },
    hint: 'Deploy the target first. There is nothing yet that the migration could be tried on.',
  });
}
