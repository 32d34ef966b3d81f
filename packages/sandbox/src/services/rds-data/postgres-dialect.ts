import { executeAnswer, shownRecords } from './answer';
import type { RdsDataAssume } from './assumptions';
import { parseDatabaseStatement } from './database-statements';
import type { SqlDialect } from './dialect';
import type { SqlParameter, SqlResult } from './engine/sql-engine';
import { databaseError, refusedByDatabase, refuser } from './errors';
import { toPositional } from './named-parameters';
import { bind } from './parameters';
import { resolveShownTypes } from './resolve-types';

export function postgresDialect(assume: RdsDataAssume): SqlDialect<SqlResult, SqlParameter> {
  return {
    prepare(sql, parameters) {
      const positional = toPositional(sql);
      return {
        sql: positional.sql,
        parameters: bind(positional.names, parameters, refuser(assume)),
        position: positional.originalPosition,
      };
    },
    answer: (session, result, options) => executeAnswer(session, result, options, assume),
    shown: async (session, result) => shownRecords(result, await resolveShownTypes(session, result, assume), assume),
    // Not supported by Aurora PostgreSQL (aws-facts RDS-8): RETURNING has them.
    generatedFields: () => [],
    error: (error, shown) => databaseError(error, assume, shown?.position),
    missingDatabase: (name, when) =>
      refusedByDatabase(
        {
          ...(when === 'connecting' && { severity: 'FATAL' }),
          message: `database "${name}" does not exist`,
          code: '3D000',
        },
        assume,
      ),
    existingDatabase: (name) =>
      refusedByDatabase({ message: `database "${name}" already exists`, code: '42P04' }, assume),
    // In a transaction block the server refuses it, as it refuses CREATE INDEX CONCURRENTLY.
    databaseStatement: (sql) =>
      assume('concurrent-index-in-autocommit') === 'fails' ? undefined : parseDatabaseStatement(sql, 'double quotes'),
  };
}
