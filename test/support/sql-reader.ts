import type { Draft } from '../../bundler/draft';
import type { MigrationFile } from '../../bundler/folder';
import { loadPostgresql } from '../../bundler/postgresql/dialect';
import type { ReviewedTarget, SqlDialect } from '../../bundler/sql/dialect';
import { readSqlFile } from '../../bundler/sql/file';
import { flattenErrors, type MigrationError } from '../../core/errors/index';

interface SqlReading {
  /** Of the last source. */
  readonly draft: Draft;
  readonly errors: readonly MigrationError[];
  readonly warnings: readonly MigrationError[];
}

/** Reads sources as the files of one target, one after the other. */
export type SqlReader = (source: string | readonly string[], target?: ReviewedTarget) => SqlReading;

/** The bundler's way with SQL files, without files; those of PostgreSQL. */
export async function sqlReader(): Promise<SqlReader> {
  return readerOf(await loadPostgresql());
}

export function readerOf(dialect: SqlDialect): SqlReader {
  return (source, target = {}) => {
    const errors: MigrationError[] = [];
    const warnings: MigrationError[] = [];
    const report = (error: MigrationError) => void errors.push(...flattenErrors(error));
    const warn = (warning: MigrationError) => void warnings.push(warning);
    const drafts = [source].flat().map((text, index) => readSqlFile(fileOf(text, index), dialect, report, warn));
    dialect.review(drafts, target, report, warn);
    return { draft: drafts.at(-1)!, errors, warnings };
  };
}

function fileOf(source: string, index: number): MigrationFile {
  const version = `1.${index + 1}.0`;
  return {
    target: 'users',
    version,
    name: 'add user analytics',
    language: 'sql',
    file: `users/${version}_add_user_analytics.sql`,
    absolutePath: `/migrations/users/${version}_add_user_analytics.sql`,
    location: { file: index === 0 ? 'sample.sql' : `sample-${index}.sql`, line: 1, column: 1 },
    source,
  };
}
