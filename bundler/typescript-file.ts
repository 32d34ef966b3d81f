import { type DynamoDbMigration, dynamodb, type SqlMigration, sql } from '../authoring';
import type { Action, CodeAction, Statement, TableAction } from '../core/bundle/bundle';
import { tableChange, unsafeChange, unsafeChanges } from '../core/bundle/safety';
import type { TableOperation } from '../core/bundle/table-operations';
import { migrationId } from '../core/bundle/version';
import { type ErrorLocation, MigrationError, withDetails } from '../core/errors/index';
import { codeLinesOf, compileToBundle, compileToEvaluate } from './compile';
import { checkName, type Draft, distinctDependencies, parseDependency, phaseList, verification } from './draft';
import { evaluateDefaultExport } from './evaluate';
import type { MigrationFile } from './folder';
import type { ReportError, Warn } from './report';
import { SourceText } from './source-text';
import type { SqlDialect } from './sql/dialect';
import { unusedPermission } from './sql/permissions';

/**
 * Reads a TypeScript migration: compiles it, runs it to see its declaration, and for `sql()` compiles its functions
 * for the bundle. Reports what is wrong with the declaration.
 * @throws MigrationError if there is no declaration: `COMPILE_FAILED`, `LOAD_FAILED`, `INVALID_EXPORT`
 */
export async function readTypeScriptFile(
  file: MigrationFile,
  dialect: () => Promise<SqlDialect>,
  report: ReportError,
  warn: Warn,
): Promise<Draft> {
  const declared = evaluateDefaultExport(await compileToEvaluate(file), file);
  const place = new Places(file);
  const migration = checkDeclaration(declared, place);
  if (migration.name !== undefined) checkName(migration.name, file, place.ofText(migration.name), report);
  const common = {
    file,
    dependsOn: distinctDependencies(
      (migration.dependsOn ?? []).flatMap((text) => parseDependency(text, file.target, place.ofText(text), report)),
      report,
    ),
    irreversible: migration.irreversible === true,
  };
  if (migration.kind === 'dynamodb') return { ...common, ...readTables(migration, file, place, report) };
  if (!migration.down && !migration.irreversible) report(missingDown(place));
  if (migration.down && migration.irreversible) report(needlessDown(place));
  const compiled = await compileToBundle(file);
  const verify = migration.verify?.length ? readVerify(migration.verify, await dialect(), place, report, warn) : [];
  const phases = phaseList({
    up: call('up'),
    verify: verification(verify),
    contract: migration.contract ? call('contract') : [],
    down: migration.down ? call('down') : [],
  });
  return { ...common, kind: 'sql', phases, code: compiled.code, codeLines: codeLinesOf(compiled, file) };
}

/** A value that was made without the builders passes through them here, so that everything is checked. */
function checkDeclaration(declared: unknown, place: Places): DynamoDbMigration | SqlMigration {
  const migration = declared as DynamoDbMigration | SqlMigration;
  try {
    if (migration?.kind === 'dynamodb') return dynamodb(migration);
    if (migration?.kind === 'sql') return sql(migration);
  } catch (error) {
    throw new MigrationError('INVALID_EXPORT', (error as Error).message, {
      hint: 'Correct the declaration; dynamodb() and sql() of cdk-migrations/authoring check it in the editor too.',
      location: place.ofExport(),
      cause: error,
    });
  }
  throw new MigrationError('INVALID_EXPORT', 'The default export is not a migration.', {
    hint: 'Write export default dynamodb({ ... }) or export default sql({ ... }), with the function from cdk-migrations/authoring.',
    location: place.ofExport(),
  });
}

type Tables = Pick<Draft, 'kind' | 'phases'>;

function readTables(migration: DynamoDbMigration, file: MigrationFile, place: Places, report: ReportError): Tables {
  const { up, contract = [], irreversible = false } = migration;
  if (up.length + contract.length === 0) {
    const hint = 'Add the operations to up, or delete the file if it was never applied.';
    const message = 'The migration has no operation in up or contract.';
    report(new MigrationError('EMPTY_MIGRATION', message, { hint, location: place.ofExport() }));
  }
  for (const operation of [...up, ...contract]) {
    if (operation.kind === 'rebuildTable')
      report(switchingNotAvailable(operation.table, place.ofText(operation.table)));
  }
  const changes = up.flatMap((operation) => {
    const change = tableChange(operation);
    return change ? [[change, operation] as const] : [];
  });
  const operationOf = new Map(changes);
  const unsafe = unsafeChanges([...operationOf.keys()]);
  for (const change of unsafe) {
    const operation = operationOf.get(change)!;
    const hint = hintForTables(operation, irreversible);
    if (hint === undefined) continue;
    report(unsafeChange(migrationId(file.target, file.version), { ...change, location: place.ofExport() }, hint));
  }
  const needReason = new Set(unsafe.map((change) => operationOf.get(change)));
  for (const operation of [...up, ...contract]) {
    if (!('allowDestructive' in operation) || needReason.has(operation)) continue;
    report(unusedPermission('allowDestructive', operation.kind, place.ofText(operation.allowDestructive ?? '')));
  }
  return {
    kind: 'dynamodb',
    phases: phaseList({ up: up.map(toAction), contract: contract.map(toAction) }),
  };
}

/** What is missing before a destructive operation may stay in `up`; undefined when nothing is. */
function hintForTables(operation: TableOperation, irreversible: boolean): string | undefined {
  const hasReason = 'allowDestructive' in operation && operation.allowDestructive !== undefined;
  const isFinal = operation.kind === 'deleteTable';
  if (hasReason && (irreversible || !isFinal)) return undefined;
  if (hasReason) return 'Move it to the contract phase, or declare the migration irreversible too.';
  return isFinal
    ? 'Move it to the contract phase, or give the operation a reason in allowDestructive and declare the migration irreversible.'
    : 'Move it to the contract phase, or give the operation a reason in allowDestructive.';
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

/** A copy, so that nothing of the context in which the file was evaluated stays in the bundle. */
function toAction(operation: TableOperation): TableAction {
  return { type: 'table', operation: structuredClone(operation) };
}

function call(name: CodeAction['function']): readonly Action[] {
  return [{ type: 'code', function: name }];
}

function switchingNotAvailable(table: string, location: ErrorLocation): MigrationError {
  return new MigrationError(
    'SWITCHING_NOT_AVAILABLE',
    `rebuildTable ${table} copies the table and switches its readers and writers over, which this version cannot do yet.`,
    {
      payload: { table },
      hint: 'Create a table with the new keys under another name, fill it, and point the application to it in a later release.',
      location,
    },
  );
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

/** Finds the parts of a declaration in the text of its file. A mere search: a computed text is not found. */
class Places {
  readonly #source: SourceText;

  constructor(file: MigrationFile) {
    this.#source = new SourceText(file.source.replaceAll('\r\n', '\n'), file.location.file);
  }

  ofExport(): Required<ErrorLocation> {
    return this.#source.locate(Math.max(0, this.#source.text.search(/^export\s+default\b/m)));
  }

  ofText(text: string): Required<ErrorLocation> {
    const found = ["'", '"', '`']
      .map((quote) => this.#source.text.indexOf(`${quote}${text}${quote}`))
      .find((index) => index >= 0);
    return found === undefined ? this.ofExport() : this.#source.locate(found + 1);
  }
}
