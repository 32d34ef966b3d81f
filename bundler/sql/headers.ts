import { describe, type ErrorLocation, MigrationError } from '../../core/errors/index';
import { nearNames } from '../../core/errors/near-names';
import { checkName, type Dependency, distinctDependencies, parseDependency } from '../draft';
import type { MigrationFile } from '../folder';
import type { ReportError } from '../report';
import { checkDialectHeader } from './dialect-header';
import type { HeaderLine } from './layout';
import { refuseInHead } from './permissions';

export interface SqlHeaders {
  readonly dependsOn: readonly Dependency[];
  readonly irreversible: boolean;
}

interface Header {
  readonly key: string;
  readonly value: string;
  readonly location: Required<ErrorLocation>;
  /** Column of the value. */
  readonly valueColumn: number;
}

const known = ['migration', 'depends-on', 'irreversible', 'dialect'];

/**
 * Reads the header lines `-- key: value` of a SQL migration. Other comments are ignored, as in dbmate; but one that looks
 * like a misspelt header is refused, because a dependency that is silently ignored costs more than rewording a comment.
 */
export function readHeaders(lines: readonly HeaderLine[], file: MigrationFile, report: ReportError): SqlHeaders {
  for (const { text, line } of lines)
    refuseInHead(text, { file: file.location.file, line, column: text.search(/\S/) + 1 }, report);
  const headers = lines.flatMap((line) => readHeader(line, file.location.file));
  for (const header of headers) checkKey(header, report);
  const valuesOf = (key: string) => headers.filter((header) => header.key === key);
  for (const header of valuesOf('migration')) checkMigration(header, file, report);
  for (const { value, location, valueColumn } of valuesOf('dialect'))
    checkDialectHeader(value, { ...location, column: valueColumn }, report);
  for (const key of ['migration', 'irreversible', 'dialect']) {
    for (const header of valuesOf(key).slice(1)) report(invalid(header, `The header ${key} is repeated with`));
  }
  const dependsOn = valuesOf('depends-on').flatMap((header) => readDependencies(header, file.target, report));
  return {
    dependsOn: distinctDependencies(dependsOn, report),
    irreversible: valuesOf('irreversible').some((header) => readFlag(header, report)),
  };
}

function readHeader({ text, line }: HeaderLine, file: string): Header[] {
  const parts = /^(\s*--\s*)([A-Za-z][A-Za-z_-]*)(\s*:\s*)(.*?)\s*$/.exec(text);
  if (!parts) return [];
  const [, before = '', key = '', between = '', value = ''] = parts;
  const column = before.length + 1;
  return [{ key, value, location: { file, line, column }, valueColumn: column + key.length + between.length }];
}

function checkKey({ key, location }: Header, report: ReportError): void {
  if (known.includes(key)) return;
  const plain = key.toLowerCase().replaceAll('_', '-');
  const near =
    nearNames(plain, known)[0] ?? known.find((name) => /^(depend|irrevers)/.test(plain) && sharesWord(name, plain));
  if (near === undefined) return;
  report(
    new MigrationError('UNKNOWN_HEADER', describe({ what: 'Unknown header', seen: key, allowed: known }), {
      hint: `Did you mean ${near}? Write an ordinary comment without a colon after its first word.`,
      location,
    }),
  );
}

function sharesWord(name: string, key: string): boolean {
  return name.split('-').some((word) => word.length > 2 && key.includes(word.slice(0, 6)));
}

function checkMigration(header: Header, file: MigrationFile, report: ReportError): void {
  const [, version = '', name = ''] = /^(\S*)\s*(.*)$/.exec(header.value)!;
  const location = { ...header.location, column: header.valueColumn };
  if (version !== file.version) {
    report(
      new MigrationError(
        'HEADER_MISMATCH',
        describe({ what: 'The version differs from the name of the file:', seen: version, allowed: file.version }),
        { hint: 'Correct the one that is wrong. A migration that was applied must keep its version.', location },
      ),
    );
  }
  if (name !== '')
    checkName(name, file, { ...location, column: header.valueColumn + header.value.indexOf(name) }, report);
}

function readDependencies(header: Header, target: string, report: ReportError): Dependency[] {
  const { value, location, valueColumn } = header;
  if (value === '') report(invalid(header, 'The header depends-on must name a migration, got'));
  return Array.from(value.matchAll(/[^,\s]+/g)).flatMap((match) =>
    parseDependency(match[0], target, { ...location, column: valueColumn + match.index }, report),
  );
}

function readFlag(header: Header, report: ReportError): boolean {
  if (header.value !== 'true' && header.value !== 'false')
    report(invalid(header, 'The header irreversible must be true or false, got'));
  return header.value === 'true';
}

const forms: Readonly<Record<string, string>> = {
  migration: '-- migration: 1.1.0 add user analytics',
  'depends-on': '-- depends-on: 1.0.0, other-target/1.2.0',
  irreversible: '-- irreversible: true',
  dialect: '-- dialect: mysql',
};

function invalid({ key, value, location, valueColumn }: Header, what: string): MigrationError {
  return new MigrationError('INVALID_HEADER', describe({ what, seen: value }), {
    hint: `Write it once, for example ${forms[key]}`,
    location: { ...location, column: valueColumn },
  });
}
