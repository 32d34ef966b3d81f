import type { MigrationKind } from '../core/bundle/bundle';
import { databaseKinds, databaseKindsFor } from '../core/bundle/database-kinds';
import { describe, MigrationError } from '../core/errors/index';
import { didYouMean } from '../core/errors/near-names';
import type { DatabaseKind } from '../core/wire';
import type { Draft, UsedTable } from './draft';
import type { MigrationFile } from './folder';
import type { ReportError } from './report';

export interface DeclaredTarget {
  readonly name: string;
  readonly databaseKind: DatabaseKind;
  /**
   * The version of the database's engine, such as 16.4, when the app says it.
   * @default - syntax is not compared with it
   */
  readonly engineVersion?: string;
}

/** By name; undefined where nothing tells what a target is. */
type KnownTargets = ReadonlyMap<string, DatabaseKind | undefined>;

/**
 * Reports migrations of targets that the app does not have, or whose databases cannot run them.
 * @param kinds what the targets are as far as it is known without an app
 */
export function checkTargets(
  files: readonly MigrationFile[],
  drafts: ReadonlyMap<MigrationFile, Draft>,
  kinds: ReadonlyMap<string, DatabaseKind>,
  targets: readonly DeclaredTarget[] | undefined,
  report: ReportError,
): void {
  const known = new Map<string, DatabaseKind | undefined>(
    targets?.map(({ name, databaseKind }) => [name, databaseKind]) ?? kinds,
  );
  for (const file of files) {
    const { target } = file;
    const kind = drafts.get(file)?.kind;
    if (targets && !known.has(target)) {
      report(unknownTarget(file, [...known.keys()]));
      known.set(target, undefined);
    }
    // A data migration runs on every kind, so it tells nothing.
    if (!targets && !known.get(target))
      known.set(target, kind && kind !== 'data' ? databaseKindsFor(kind)[0] : undefined);
    const databaseKind = known.get(target);
    if (kind && databaseKind && !databaseKinds[databaseKind].migrationKinds.includes(kind))
      report(wrongKind(file, kind, databaseKind));
  }
  for (const [file, { tables = [] }] of drafts) {
    for (const table of tables) if (table.target !== file.target) checkUsedTable(table, known, report);
  }
}

/** A data migration may use the tables of other targets. */
function checkUsedTable({ target, location }: UsedTable, known: KnownTargets, report: ReportError): void {
  if (known.has(target)) return;
  const names = [...known.keys()];
  report(
    new MigrationError('UNKNOWN_TARGET', describe({ what: 'Unknown target', seen: target, allowed: names }), {
      payload: { target, known: names },
      hint: didYouMean(target, names) ?? 'Add the target to the construct, or correct the name.',
      location,
    }),
  );
}

function unknownTarget({ target, location }: MigrationFile, known: readonly string[]): MigrationError {
  const message = describe({ what: 'There are migrations for an unknown target', seen: target, allowed: known });
  return new MigrationError('UNKNOWN_TARGET', message, {
    payload: { target, known },
    hint:
      didYouMean(target, known) ?? 'Add the target to the construct, or rename the folder to the target that is meant.',
    location: { file: location.file.slice(0, location.file.lastIndexOf(target) + target.length) },
  });
}

const howToWrite: Readonly<Record<MigrationKind, string>> = {
  sql: 'Write SQL, or export default sql({ ... }).',
  dynamodb: 'Write export default dynamodb({ ... }) in a .ts file.',
  data: 'Write export default data({ ... }) in a .ts file.',
};

function wrongKind(
  { target, location }: MigrationFile,
  kind: MigrationKind,
  databaseKind: DatabaseKind,
): MigrationError {
  const message = `A ${kind} migration cannot run on target ${target}, which is ${databaseKind}.`;
  return new MigrationError('WRONG_KIND', message, {
    payload: { target, kind, databaseKind },
    hint: databaseKinds[databaseKind].migrationKinds.map((possible) => howToWrite[possible]).join(' '),
    location,
  });
}
