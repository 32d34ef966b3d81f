import { AwsError } from '../../../aws-error';
import type { RdsDataAssume } from '../assumptions';
import type { ShownError } from '../dialect';

interface Refusal {
  readonly errno: number;
  readonly sqlState: string;
  readonly message: string;
}

/** What mysql2 throws for what the server refused; a connection that broke has no SQLSTATE. */
interface DriverError {
  readonly errno?: number;
  readonly sqlState?: string;
  readonly sqlMessage?: string;
  readonly message?: string;
}

export function mysqlError(
  error: unknown,
  assume: RdsDataAssume,
  { rename = (text) => text }: ShownError = {},
): unknown {
  if (error instanceof AwsError) return error;
  const { errno, sqlState, sqlMessage, message } = error as DriverError;
  if (errno === undefined || sqlState === undefined || sqlMessage === undefined) {
    return new AwsError('DatabaseUnavailableException', `The database ended the connection: ${message ?? error}`, 504);
  }
  return refusedByMysql({ errno, sqlState: sqlState.replace('#', ''), message: rename(sqlMessage) }, assume);
}

export function refusedByMysql(refusal: Refusal, assume: RdsDataAssume): AwsError {
  return new AwsError('DatabaseErrorException', LAYOUTS[assume('mysql-error-text')]!(refusal));
}

const LAYOUTS: Readonly<Record<string, (refusal: Refusal) => string>> = {
  // Seen in the field (aws-facts RDS-17).
  'database-error-code': ({ errno, message }) => `Database error code: ${errno}. Message: ${message}`,
  'sql-state': ({ errno, sqlState, message }) => `${message}; Error code: ${errno}; SQLState: ${sqlState}`,
  'message-only': ({ message }) => message,
};
