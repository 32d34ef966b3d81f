import type { SqlAction, Statement } from '../core/bundle/bundle';
import { findUnsafeChanges } from '../core/bundle/safety';
import { migrationId } from '../core/bundle/version';
import { MigrationError } from '../core/errors/index';
import { type Draft, phaseList, type ReportError, verification } from './draft';
import type { MigrationFile } from './folder';
import type { ParsedStatement, PostgresParser } from './postgres';
import { changesOf } from './sql-changes';
import { readHeaders, type SqlHeaders } from './sql-headers';
import { readLayout, type Section, type SectionName, type SqlLayout } from './sql-layout';
import { checkStatement, checkVerify } from './sql-rules';

type Statements = Readonly<Record<SectionName, readonly ParsedStatement[] | undefined>>;

/** Reads a SQL migration. Reports what is wrong with it, and returns what could be read all the same. */
export function readSqlFile(file: MigrationFile, postgres: PostgresParser, report: ReportError): Draft {
  let isWellFormed = true;
  const layout = readLayout(file.source, file.location.file, (error) => {
    isWellFormed = false;
    report(error);
  });
  const headers = readHeaders(layout.headers, file, report);
  const parse = (name: SectionName) => parseSection(name, layout.sections.get(name), postgres, report);
  const statements = { up: parse('up'), down: parse('down'), contract: parse('contract'), verify: parse('verify') };
  // A section that a misspelt marker hides is not missing.
  if (isWellFormed) checkCompleteness(file, layout, headers, statements, report);
  const changes = (statements.up ?? []).flatMap(changesOf);
  findUnsafeChanges({ ...headers, id: migrationId(file.target, file.version), changes }).forEach(report);
  const action = (name: SectionName) => toActions(statements[name], layout.sections.get(name));
  return {
    file,
    kind: 'sql',
    ...headers,
    phases: phaseList({
      up: action('up'),
      verify: verification((statements.verify ?? []).map(toStatement)),
      contract: action('contract'),
      down: action('down'),
    }),
  };
}

/** The statements of a section; none if the file lacks it, undefined if it cannot be parsed. */
function parseSection(
  name: SectionName,
  section: Section | undefined,
  postgres: PostgresParser,
  report: ReportError,
): readonly ParsedStatement[] | undefined {
  if (!section) return [];
  try {
    const statements = postgres.parse(section.body);
    for (const statement of statements) {
      checkStatement(statement, section.transaction).forEach(report);
      if (name === 'verify') checkVerify(statement).forEach(report);
    }
    return statements;
  } catch (error) {
    if (!(error instanceof MigrationError)) throw error;
    report(error);
    return undefined;
  }
}

/** A migration must change something, and either say how to undo it or that it cannot be undone. */
function checkCompleteness(
  file: MigrationFile,
  { sections }: SqlLayout,
  { irreversible }: SqlHeaders,
  { up, down, contract }: Statements,
  report: ReportError,
): void {
  const upAt = sections.get('up')?.location ?? file.location;
  if (up?.length === 0 && contract?.length === 0) {
    const hint = 'Write the statements below -- migrate:up, or delete the file if it was never applied.';
    report(
      new MigrationError('EMPTY_MIGRATION', 'The migration has no statement in up or contract.', {
        hint,
        location: upAt,
      }),
    );
  } else if (up?.length && down?.length === 0 && !irreversible) {
    const location = sections.get('down')?.location ?? upAt;
    const message = sections.has('down') ? 'Section down is empty.' : 'The migration has no section down.';
    const hint =
      'Write the statements that undo up below -- migrate:down, or -- irreversible: true at the top if nothing can undo it.';
    report(new MigrationError('MISSING_DOWN', message, { hint, location }));
  } else if (down?.length && irreversible) {
    const location = sections.get('down')?.location;
    const message = 'The migration is irreversible, but has a section down, which would never run.';
    report(new MigrationError('INVALID_HEADER', message, { hint: 'Remove one of the two.', location }));
  }
}

function toActions(statements: readonly ParsedStatement[] | undefined, section: Section | undefined): SqlAction[] {
  if (!statements?.length || !section) return [];
  return [{ type: 'sql', transaction: section.transaction, statements: statements.map(toStatement) }];
}

function toStatement({ text, location: { line, column } }: ParsedStatement): Statement {
  return { text, line, column };
}
