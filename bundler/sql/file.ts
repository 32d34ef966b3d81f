import type { SqlAction, Statement } from '../../core/bundle/bundle';
import { MigrationError } from '../../core/errors/index';
import { type Draft, phaseList, verification } from '../draft';
import type { MigrationFile } from '../folder';
import type { ReportError, Warn } from '../report';
import type { SqlDialect } from './dialect';
import { readHeaders, type SqlHeaders } from './headers';
import { readLayout, type SectionName, type SqlLayout } from './layout';
import type { ParsedSection } from './parsed-section';
import { parseSection } from './section';
import type { SqlStatement } from './statement';

type Sections = ReadonlyMap<SectionName, ParsedSection | undefined>;

/** Reads a SQL migration. Reports what is wrong with it, and returns what could be read all the same. */
export function readSqlFile(file: MigrationFile, dialect: SqlDialect, report: ReportError, warn: Warn): Draft {
  let isWellFormed = true;
  const layout = readLayout(file.source, file.location.file, (error) => {
    isWellFormed = false;
    report(error);
  });
  const headers = readHeaders(layout.headers, file, report);
  const parsed: Sections = new Map(
    [...layout.sections].map(([name, section]) => [name, parseSection(name, section, dialect, report, warn)]),
  );
  for (const { body } of layout.sections.values()) dialect.checkNames(body, report, warn);
  // A section that a misspelt marker hides is not missing.
  if (isWellFormed) checkCompleteness(file, layout, headers, parsed, report);
  const action = (name: SectionName) => toActions(parsed.get(name));
  return {
    file,
    kind: 'sql',
    ...headers,
    phases: phaseList({
      up: action('up'),
      verify: verification((parsed.get('verify')?.statements ?? []).map(toStatement)),
      contract: action('contract'),
      down: action('down'),
    }),
    sections: new Map([...parsed].flatMap(([name, section]) => (section ? [[name, section] as const] : []))),
  };
}

/** A migration must change something, and either say how to undo it or that it cannot be undone. */
function checkCompleteness(
  file: MigrationFile,
  { sections }: SqlLayout,
  { irreversible }: SqlHeaders,
  parsed: Sections,
  report: ReportError,
): void {
  // None if the file lacks the section, undefined if it cannot be parsed.
  const statementsOf = (name: SectionName) => (sections.has(name) ? parsed.get(name)?.statements : []);
  const [up, down, contract] = [statementsOf('up'), statementsOf('down'), statementsOf('contract')];
  const upAt = sections.get('up')?.location ?? file.location;
  if (up?.length === 0 && contract?.length === 0) {
    const hint = down?.length
      ? 'Write the statements that down undoes below -- migrate:up.'
      : 'Write the statements below -- migrate:up, or delete the file if it was never applied.';
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

function toActions(section: ParsedSection | undefined): SqlAction[] {
  if (!section || section.statements.length === 0) return [];
  return [{ type: 'sql', transaction: section.transaction, statements: section.statements.map(toStatement) }];
}

function toStatement({ text, location: { line, column } }: SqlStatement): Statement {
  return { text, line, column };
}
