import { DatabaseError } from 'pg';
import { AwsError } from '../../aws-error';
import type { RdsDataAssume } from './assumptions';

/** Makes the error for a call that is wrong in itself (aws-facts RDS-5). */
export type Refuse = (message: string) => AwsError;

export const refuser =
  (assume: RdsDataAssume): Refuse =>
  (message) =>
    new AwsError(assume('bad-request-error'), message);

export const notFound = (transactionId: string, cause: string): AwsError =>
  new AwsError('TransactionNotFoundException', `Transaction ${transactionId} is not found. ${cause}`, 404);

/** A statement ran, or waited for its turn, longer than a call may take. */
export class StatementTimeout extends AwsError {
  constructor(
    message: string,
    /** Present when the statement continues without its caller (`continueAfterTimeout`): settles when it is done. */
    readonly continuing?: Promise<unknown>,
  ) {
    super('StatementTimeoutException', message, 400, { dbConnectionId: 0 });
  }
}

const SYNTAX_ERROR = '42601';

/** Translates what a session threw. `position` maps a position in the SQL that ran to one in the caller's SQL. */
export function databaseError(error: unknown, assume: RdsDataAssume, position = (at: number) => at): unknown {
  if (error instanceof AwsError) return error;
  if (!(error instanceof DatabaseError)) {
    return new AwsError('DatabaseUnavailableException', `The database ended the connection: ${message(error)}`, 504);
  }
  if (error.code === SYNTAX_ERROR && error.message.includes('multiple commands')) {
    // In the words of the documents (aws-facts RDS-9).
    return refuser(assume)("Multistatements aren't supported.");
  }
  const at = error.position === undefined ? undefined : position(Number(error.position));
  return refusedByDatabase({ ...error, message: error.message, position: at }, assume);
}

interface DatabaseRefusal {
  readonly severity?: string;
  readonly message: string;
  /** SQLSTATE. */
  readonly code?: string;
  readonly detail?: string;
  readonly hint?: string;
  readonly position?: number;
}

export function refusedByDatabase(refusal: DatabaseRefusal, assume: RdsDataAssume): AwsError {
  return new AwsError('DatabaseErrorException', LAYOUTS[assume('database-error-text')]!(refusal));
}

/** Seen in the field: "ERROR: operator does not exist: uuid = text; Hint: No ...; Position: 54; SQLState: 42883". */
const LAYOUTS: Readonly<Record<string, (refusal: DatabaseRefusal) => string>> = {
  'sql-state': (refusal) => [...parts(refusal), `SQLState: ${refusal.code}`].join('; '),
  'position-only': (refusal) => parts(refusal).join('\n  '),
};

function parts({ severity = 'ERROR', message, detail, hint, position }: DatabaseRefusal): readonly string[] {
  return [
    `${severity}: ${message}`,
    ...(detail === undefined ? [] : [`Detail: ${detail}`]),
    ...(hint === undefined ? [] : [`Hint: ${hint}`]),
    ...(position === undefined ? [] : [`Position: ${position}`]),
  ];
}

function message(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
