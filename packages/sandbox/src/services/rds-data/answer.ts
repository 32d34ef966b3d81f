import { AwsError } from '../../aws-error';
import type { RdsDataAssume } from './assumptions';
import { columnMetadata } from './column-metadata';
import type { ColumnType } from './column-types';
import { encodeJson } from './encode-json';
import type { SqlResult, SqlSession } from './engine/sql-engine';
import { refuser } from './errors';
import { type Field, type ResultSetOptions, toField } from './fields';
import { resolveTypes } from './resolve-types';

const MAX_ROW_BYTES = 64 * 1024;
const MAX_RESPONSE_BYTES = 1024 * 1024;
/** formatRecordsAs=JSON has a limit of its own for the string (aws-facts RDS-7). */
const MAX_JSON_BYTES = 10 * 1024 * 1024;

export interface AnswerOptions {
  readonly resultSet: ResultSetOptions;
  readonly metadata: boolean;
  readonly json: boolean;
}

const ROW_COUNTING = ['INSERT', 'UPDATE', 'DELETE', 'MERGE'];

/** The body of ExecuteStatement's answer. Runs on the statement's own session: types may need a look at the catalog. */
export async function executeAnswer(
  session: SqlSession,
  result: SqlResult,
  options: AnswerOptions,
  assume: RdsDataAssume,
): Promise<string> {
  const updated = { numberOfRecordsUpdated: recordsUpdated(result, assume) };
  if (result.columns.length === 0) return encodeJson({ generatedFields: [], ...updated });
  refuseLongRows(result);
  const types = await resolveTypes(session, result, assume);
  if (options.json) {
    const formattedRecords = encodeJson(jsonRecords(result, types, assume));
    return limitedRecords(encodeJson({ formattedRecords, ...updated }));
  }
  const records = result.rows.map((row) => row.map((value, index) => toField(value, types[index]!, options.resultSet)));
  const metadata = options.metadata ? { columnMetadata: await columnMetadata(session, result, types) } : {};
  return limitedAnswer(encodeJson({ ...metadata, generatedFields: [], ...updated, records }));
}

function recordsUpdated(result: SqlResult, assume: RdsDataAssume): number {
  if (!ROW_COUNTING.includes(result.command)) return 0;
  const returning = result.columns.length > 0;
  return returning && assume('returning-counts-updated') === 'no' ? 0 : result.rowCount;
}

/** Rows as objects by column label. */
function jsonRecords(result: SqlResult, types: readonly ColumnType[], assume: RdsDataAssume) {
  const labels = result.columns.map((column) => column.name);
  const twice = labels.find((label, index) => labels.indexOf(label) !== index);
  if (twice !== undefined) {
    throw refuser(assume)(`The result has more than one column '${twice}'. Give each an alias to read it as JSON.`);
  }
  const resultSet = shownResultSet(assume);
  return result.rows.map((row) =>
    Object.fromEntries(row.map((value, index) => [labels[index]!, plain(toField(value, types[index]!, resultSet))])),
  );
}

function shownResultSet(assume: RdsDataAssume): ResultSetOptions {
  return {
    decimalReturnType: assume('json-records-decimal') === 'number' ? 'DOUBLE_OR_LONG' : 'STRING',
    longReturnType: 'LONG',
  };
}

/**
 * The same for people: no result is refused. What the Data API cannot answer, and an integer that JavaScript cannot hold, is
 * PostgreSQL's text of it.
 */
export function shownRecords(result: SqlResult, types: readonly (ColumnType | undefined)[], assume: RdsDataAssume) {
  const labels = uniqueLabels(result.columns.map((column) => column.name));
  const show = (value: string | null, type: ColumnType | undefined): unknown => {
    if (type === undefined) return value;
    try {
      const shown = plain(toField(value, type, shownResultSet(assume)));
      return typeof shown === 'bigint' ? value : shown;
    } catch (error) {
      if (error instanceof AwsError && error.code === 'UnsupportedResultException') return value;
      throw error;
    }
  };
  return result.rows.map((row) =>
    Object.fromEntries(row.map((value, index) => [labels[index] ?? '', show(value, types[index])])),
  );
}

/** `id`, `id_2`: a join has columns of the same name. */
export function uniqueLabels(labels: readonly string[]): readonly string[] {
  return labels.map((label, index) => {
    const before = labels.slice(0, index).filter((other) => other === label).length;
    return before === 0 ? label : `${label}_${before + 1}`;
  });
}

export function plain(field: Field): unknown {
  const [member, value] = Object.entries(field)[0]!;
  if (member === 'isNull') return null;
  return member === 'arrayValue' ? Object.values(value as Field)[0] : value;
}

function refuseLongRows({ rows }: SqlResult): void {
  for (const row of rows) refuseLongRow(row.reduce((sum, value) => sum + Buffer.byteLength(value ?? ''), 0));
}

/** @param bytes of a row of the result */
export function refuseLongRow(bytes: number): void {
  if (bytes <= MAX_ROW_BYTES) return;
  throw new AwsError(
    'UnsupportedResultException',
    'Packet for query is too large: a row of the result has more than 64 KB. Select fewer or shorter columns.',
  );
}

/** An answer with records. */
export function limitedAnswer(body: string): string {
  return limited(body, MAX_RESPONSE_BYTES);
}

/** An answer with records as JSON text. */
export function limitedRecords(body: string): string {
  return limited(body, MAX_JSON_BYTES);
}

function limited(body: string, bytes: number): string {
  if (Buffer.byteLength(body) <= bytes) return body;
  throw new AwsError(
    'UnsupportedResultException',
    `Database response exceeded size limit: ${Buffer.byteLength(body)} bytes of ${bytes}. Read in parts with LIMIT.`,
  );
}
