import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CheckRequest } from '../../bundler/protocol';
import type { Bundle, BundledMigration } from '../../core/bundle/bundle';
import { describe, MigrationError } from '../../core/errors/index';
import type { ScopeState } from '../../core/ledger/state';
import type { TargetProperties } from '../../core/wire';
import { findConfig } from '../find-config';
import { pendingIn } from '../status/status';

export interface FolderOptions {
  readonly migrations: string;
  readonly config?: string;
  /** What is known of the targets; default: what the configuration file says. */
  readonly targets?: CheckRequest['targets'];
  /** The targets that are deployed, where no configuration file says what they are. The folder may have others. */
  readonly deployed?: Readonly<Record<string, Pick<TargetProperties, 'DatabaseKind'>>>;
}

/** The migrations of a folder in the working tree. */
export interface LocalMigrations {
  readonly bundle: Bundle;
  /** Where the rows of its seed files are. */
  readonly seedFolder: string;
}

/** Builds the bundle of a folder, as synth does, in a process of its own, and forgets it after the work. */
export async function withLocalMigrations<T>(
  { migrations: folder, config = findConfig(), targets, deployed = {} }: FolderOptions,
  work: (local: LocalMigrations) => Promise<T>,
): Promise<T> {
  const { buildBundleSync } = await import('../../bundler/build-sync.js');
  const outputFolder = mkdtempSync(join(tmpdir(), 'migrations-'));
  try {
    const known = config ?? writeConfig(outputFolder, deployed);
    const { file } = buildBundleSync({ folder, config: known, targets, outputFolder });
    return await work({ bundle: JSON.parse(readFileSync(file, 'utf8')) as Bundle, seedFolder: outputFolder });
  } finally {
    rmSync(outputFolder, { recursive: true, force: true });
  }
}

function writeConfig(folder: string, deployed: NonNullable<FolderOptions['deployed']>): string {
  const kinds = Object.entries(deployed).map(([name, { DatabaseKind }]) => [name, { databaseKind: DatabaseKind }]);
  const file = join(folder, 'deployed.config.json');
  writeFileSync(file, JSON.stringify({ targets: Object.fromEntries(kinds) }));
  return file;
}

/**
 * The data migration that is meant: the only pending one, unless it is named.
 * @param named its version, or its id
 * @throws DATA_MIGRATION_UNKNOWN
 */
export function chooseDataMigration({ migrations }: Bundle, state: ScopeState, named?: string): BundledMigration {
  const all = migrations.filter(({ kind }) => kind === 'data');
  const pending = new Set(pendingIn(state, migrations).map(({ id }) => id));
  const candidates = all.filter(({ id, version }) =>
    named === undefined ? pending.has(id) : id === named || version === named,
  );
  const [chosen, ...others] = candidates;
  if (chosen && others.length === 0) return chosen;
  throw unknown(chosen ? candidates : all, candidates.length, named);
}

function unknown(known: readonly BundledMigration[], count: number, named: string | undefined): MigrationError {
  const ids = known.map(({ id }) => id);
  const list = ids.length === 0 ? 'The folder has none' : `Those in the folder: ${ids.join(', ')}`;
  const what =
    named !== undefined
      ? describe({
          what: count > 1 ? 'Several data migrations have the version' : 'There is no data migration',
          seen: named,
        })
      : count > 1
        ? 'Several data migrations are pending.'
        : 'No data migration is pending.';
  return new MigrationError('DATA_MIGRATION_UNKNOWN', `${what} ${list}.`, {
    payload: { named, known: ids },
    hint:
      ids.length === 0
        ? 'Name the right folder with --migrations DIR.'
        : `Name one, for example --target-version ${ids[0]}.`,
  });
}
