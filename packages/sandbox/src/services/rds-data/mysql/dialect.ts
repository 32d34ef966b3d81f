import { type AnswerOptions, limitedAnswer, limitedRecords, plain, refuseLongRow, uniqueLabels } from '../answer';
import type { RdsDataAssume } from '../assumptions';
import { parseDatabaseStatement } from '../database-statements';
import type { Prepared, SqlDialect } from '../dialect';
import { encodeJson } from '../encode-json';
import { refuser } from '../errors';
import type { Field, ResultSetOptions } from '../fields';
import { bind } from '../parameters';
import { mysqlError, refusedByMysql } from './errors';
import { mysqlMetadata, toMysqlField, typeOf } from './fields';
import { toLiteral } from './literals';
import type { MysqlResult } from './result';
import { hasSeveralStatements, partsOf } from './tokens';

const SHOWN: ResultSetOptions = { decimalReturnType: 'STRING', longReturnType: 'LONG' };

/** The Data API on MySQL (aws-facts RDS-16 to RDS-19). */
export function mysqlDialect(assume: RdsDataAssume): SqlDialect<MysqlResult, never> {
  const refuse = refuser(assume);
  const records = ({ columns, rows }: MysqlResult, options: ResultSetOptions): Field[][] => {
    const types = columns.map((column) => typeOf(column, assume));
    return rows.map((row) => row.map((value, index) => toMysqlField(value, types[index]!, options)));
  };
  return {
    prepare: (sql, parameters) => prepare(sql, parameters, refuse),
    answer: async (_session, result, options) => answer(result, records(result, options.resultSet), options, assume),
    shown: async (_session, result) => asObjects(result, records(result, SHOWN)),
    generatedFields,
    error: (error, shown) => mysqlError(error, assume, shown),
    missingDatabase: (name, when) =>
      when === 'connecting'
        ? refusedByMysql({ errno: 1049, sqlState: '42000', message: `Unknown database '${name}'` }, assume)
        : refusedByMysql(
            { errno: 1008, sqlState: 'HY000', message: `Can't drop database '${name}'; database doesn't exist` },
            assume,
          ),
    existingDatabase: (name) =>
      refusedByMysql(
        { errno: 1007, sqlState: 'HY000', message: `Can't create database '${name}'; database exists` },
        assume,
      ),
    databaseStatement: (sql) => parseDatabaseStatement(sql, 'backticks'),
  };
}

function prepare(sql: string, given: Parameters<typeof bind>[1], refuse: Parameters<typeof bind>[2]): Prepared<never> {
  const parts = partsOf(sql);
  // In the words of the documents (aws-facts RDS-9).
  if (hasSeveralStatements(parts)) throw refuse("Multistatements aren't supported.");
  const names = [...new Set(parts.flatMap(({ name }) => (name === undefined ? [] : [name])))];
  const values = bind(names, given, refuse);
  const literals = new Map(names.map((name, index) => [name, toLiteral(values[index]!)]));
  const text = parts.map((part) => (part.name === undefined ? part.text : literals.get(part.name)!)).join('');
  return { sql: text, parameters: [], position: (at) => at };
}

function answer(result: MysqlResult, records: Field[][], options: AnswerOptions, assume: RdsDataAssume): string {
  const updated = { numberOfRecordsUpdated: result.changed };
  if (result.columns.length === 0) return encodeJson({ generatedFields: generatedFields(result), ...updated });
  for (const row of result.rows) refuseLongRow(row.reduce((sum, value) => sum + (value?.length ?? 0), 0));
  if (options.json) {
    return limitedRecords(encodeJson({ formattedRecords: encodeJson(asObjects(result, records)), ...updated }));
  }
  const metadata = options.metadata ? { columnMetadata: mysqlMetadata(result.columns, assume) } : {};
  return limitedAnswer(encodeJson({ ...metadata, generatedFields: [], ...updated, records }));
}

function asObjects({ columns }: MysqlResult, records: Field[][]): readonly Record<string, unknown>[] {
  const labels = uniqueLabels(columns.map(({ name }) => name));
  return records.map((row) => Object.fromEntries(row.map((field, index) => [labels[index]!, plain(field)])));
}

/** One for an INSERT into a table with AUTO_INCREMENT. */
function generatedFields({ insertId }: MysqlResult): readonly Field[] {
  if (insertId === 0n) return [];
  return [{ longValue: insertId <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(insertId) : insertId }];
}
