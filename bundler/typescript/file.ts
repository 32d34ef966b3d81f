import { type DataMigration, type DynamoDbMigration, data, dynamodb, type SqlMigration, sql } from '../../authoring';
import { MigrationError } from '../../core/errors/index';
import { codeLinesOf, compileToBundle, compileToEvaluate } from '../compile';
import { checkName, type Draft, distinctDependencies, parseDependency } from '../draft';
import { evaluateDefaultExport } from '../evaluate';
import type { MigrationFile } from '../folder';
import type { ReportError, Warn } from '../report';
import type { SeedFiles } from '../seed/seed-files';
import type { SqlDialect } from '../sql/dialect';
import { readData } from './data';
import { Places } from './places';
import { readSql } from './sql';
import { readTables } from './tables';

/**
 * Reads a TypeScript migration: compiles it, runs it to see its declaration, and compiles the functions of
 * `sql()` and `data()` for the bundle. Reports what is wrong with the declaration.
 * @throws MigrationError if there is no declaration: `COMPILE_FAILED`, `LOAD_FAILED`, `INVALID_EXPORT`
 */
export async function readTypeScriptFile(
  file: MigrationFile,
  { dialect, seeds }: { readonly dialect: () => Promise<SqlDialect>; readonly seeds: SeedFiles },
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
  const read =
    migration.kind === 'sql'
      ? await readSql(migration, dialect, place, report, warn)
      : await readData(migration, file, place, seeds, report, warn);
  const compiled = await compileToBundle(file);
  return { ...common, ...read, code: compiled.code, codeLines: codeLinesOf(compiled, file) };
}

type Migration = DataMigration | DynamoDbMigration | SqlMigration;

/** A value that was made without the builders passes through them here, so that everything is checked. */
function checkDeclaration(declared: unknown, place: Places): Migration {
  const migration = declared as Migration;
  try {
    if (migration?.kind === 'dynamodb') return dynamodb(migration);
    if (migration?.kind === 'sql') return sql(migration);
    if (migration?.kind === 'data') return data(migration);
  } catch (error) {
    throw new MigrationError('INVALID_EXPORT', (error as Error).message, {
      hint: `Correct the declaration; ${builders} of cdk-migrations/authoring check it in the editor too.`,
      location: place.ofExport(),
      cause: error,
    });
  }
  throw new MigrationError('INVALID_EXPORT', 'The default export is not a migration.', {
    hint: `Write export default with one of ${builders} of cdk-migrations/authoring.`,
    location: place.ofExport(),
  });
}

const builders = 'data(), dynamodb() and sql()';
