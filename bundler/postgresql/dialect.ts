import type { SqlDialect } from '../sql/dialect';
import { checkIdentifiers } from './identifiers';
import { loadPostgresParser } from './parser';
import { reviewSql } from './review';
import { checkStatement, checkVerify } from './rules';

/** The SQL of PostgreSQL, read by PostgreSQL's own parser. */
export async function loadPostgresql(): Promise<SqlDialect> {
  const parser = await loadPostgresParser();
  return {
    databaseKind: 'aurora-postgresql',
    read(source, { transaction, verify }, report) {
      const statements = parser.parse(source);
      for (const statement of statements) {
        checkStatement(statement, transaction).forEach(report);
        if (verify) checkVerify(statement).forEach(report);
      }
      return statements;
    },
    comments: (source) => parser.comments(source),
    checkNames: (source, report, warn) => checkIdentifiers(source, parser, report, warn),
    review: reviewSql,
  };
}
