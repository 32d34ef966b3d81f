import type { SqlMigration } from '../../authoring';
import type { Action, CodeAction, Statement } from '../../core/bundle/bundle';
import { type ErrorLocation, MigrationError, withDetails } from '../../core/errors/index';
import { type Draft, phaseList, verification } from '../draft';
import type { ReportError, Warn } from '../report';
import { SourceText } from '../source-text';
import type { SqlDialect } from '../sql/dialect';
import type { Places } from './places';

/** Reads what `sql()` declares, but for its compiled code. */
export async function readSql(
  migration: SqlMigration,
  dialect: () => Promise<SqlDialect>,
  place: Places,
  report: ReportError,
  warn: Warn,
): Promise<Pick<Draft, 'kind' | 'phases'>> {
  if (!migration.down && !migration.irreversible) report(missingDown(place));
  if (migration.down && migration.irreversible) report(needlessDown(place));
  const verify = migration.verify?.length ? readVerify(migration.verify, await dialect(), place, report, warn) : [];
  const phases = phaseList({
    up: call('up'),
    verify: verification(verify),
    contract: migration.contract ? call('contract') : [],
    down: migration.down ? call('down') : [],
  });
  return { kind: 'sql', phases };
}

function readVerify(
  texts: readonly string[],
  dialect: SqlDialect,
  place: Places,
  report: ReportError,
  warn: Warn,
): Statement[] {
  return texts.flatMap((text) => {
    const location = place.ofText(text);
    const fail = (error: MigrationError) => report(moved(error, location));
    try {
      const source = new SourceText(text, location.file);
      const statements = dialect.read(source, { transaction: true, verify: true }, fail, warn);
      if (statements.length === 0)
        fail(new MigrationError('VERIFY_NOT_SELECT', 'A verify statement is empty.', { hint: 'Remove it.' }));
      return statements.map((statement) => ({ text: statement.text, line: location.line, column: location.column }));
    } catch (error) {
      if (!(error instanceof MigrationError)) throw error;
      fail(error);
      return [];
    }
  });
}

/** A place inside a string of the file is not a place in the file: escapes and indentation differ. */
function moved(error: MigrationError, location: ErrorLocation): MigrationError {
  return withDetails(error, { location });
}

function call(name: CodeAction['function']): readonly Action[] {
  return [{ type: 'code', function: name }];
}

function missingDown(place: Places): MigrationError {
  return new MigrationError('MISSING_DOWN', 'The migration has no down function.', {
    hint: 'Add down: async (db) => { ... } to undo up, or set irreversible: true if nothing can undo it.',
    location: place.ofExport(),
  });
}

function needlessDown(place: Places): MigrationError {
  return new MigrationError(
    'INVALID_EXPORT',
    'The migration is irreversible, but has a down function, which would never run.',
    {
      hint: 'Remove one of the two.',
      location: place.ofExport(),
    },
  );
}
