import { describe, type ErrorLocation, MigrationError } from '../../core/errors/index';
import { didYouMean } from '../../core/errors/near-names';
import type { DatabaseKind } from '../../core/wire';
import type { ReportError } from '../report';

/** What a header calls the dialects. */
const kindOf = {
  mysql: 'aurora-mysql',
  postgresql: 'aurora-postgresql',
} as const satisfies Readonly<Record<string, DatabaseKind>>;

const names = Object.keys(kindOf);

/** The kind of database that a file is written for, as its header says. */
export interface DialectHeader {
  readonly databaseKind: DatabaseKind;
  /** Where its value is. */
  readonly location: Required<ErrorLocation>;
}

/**
 * The header `-- dialect: mysql` above the first section of a SQL file, which has to be known before the file is read.
 * One that is wrong is reported by {@link checkDialectHeader}.
 */
export function findDialectHeader(source: string, file: string): DialectHeader | undefined {
  const [head = ''] = source.split(/^--[^\S\n]*migrate:/m, 1);
  for (const [index, line] of head.split('\n').entries()) {
    const [, before = '', value = ''] = /^\uFEFF?(\s*--\s*dialect\s*:\s*)(\S*)\s*$/.exec(line) ?? [];
    if (!isName(value)) continue;
    return { databaseKind: kindOf[value], location: { file, line: index + 1, column: before.length + 1 } };
  }
  return undefined;
}

/** Reports the value of a header that names no dialect. */
export function checkDialectHeader(value: string, location: ErrorLocation, report: ReportError): void {
  if (isName(value)) return;
  const message = describe({ what: 'Unknown dialect', seen: value, allowed: names });
  const hint = didYouMean(value, names) ?? 'For example -- dialect: mysql';
  report(new MigrationError('INVALID_HEADER', message, { hint, location }));
}

function isName(value: string): value is keyof typeof kindOf {
  return names.includes(value);
}
