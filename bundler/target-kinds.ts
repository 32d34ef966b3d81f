import { MigrationError } from '../core/errors/index';
import type { DatabaseKind } from '../core/wire';
import type { MigrationFile } from './folder';
import type { ReportError } from './report';
import { type DialectHeader, findDialectHeader } from './sql/dialect-header';

/** The kinds of database that somebody names for targets: the app, or a file without an app. */
export interface NamedKinds {
  readonly kinds: ReadonlyMap<string, DatabaseKind>;
  /** Who names them, for messages: `the app`. */
  readonly by: string;
}

/**
 * The kind of each target's database: as named, or else as a header `-- dialect:` of one of its files says. Reports
 * headers that contradict that, or each other. The result lacks targets of which nothing says it.
 */
export function kindsOfTargets(
  files: readonly MigrationFile[],
  named: NamedKinds,
  report: ReportError,
): ReadonlyMap<string, DatabaseKind> {
  const kinds = new Map(named.kinds);
  const saidBy = new Map<string, string>();
  for (const file of files.filter(({ language }) => language === 'sql')) {
    const header = findDialectHeader(file.source, file.location.file);
    if (!header) continue;
    const known = kinds.get(file.target);
    if (known === undefined) {
      kinds.set(file.target, header.databaseKind);
      saidBy.set(file.target, file.location.file);
    } else if (known !== header.databaseKind) {
      report(mismatch(file.target, header, known, saidBy.get(file.target) ?? named.by));
    }
  }
  return kinds;
}

function mismatch(target: string, header: DialectHeader, databaseKind: DatabaseKind, by: string): MigrationError {
  const message = `The header says ${header.databaseKind}, but target ${target} is ${databaseKind}, says ${by}.`;
  return new MigrationError('DIALECT_MISMATCH', message, {
    payload: { target, databaseKind, header: header.databaseKind },
    hint: 'Correct the one that is wrong; a target has one database, so one header for it is enough.',
    location: header.location,
  });
}
