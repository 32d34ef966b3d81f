import type { Assumption } from '../assumption';

/** What no document settles about the Data API (docs/aws-facts.md), and its time limits, shortened for tests. */
export const RDS_DATA_ASSUMPTIONS = [
  {
    name: 'concurrent-index-in-autocommit',
    default: 'works',
    values: ['works', 'fails'],
    sentence: 'Whether CREATE INDEX CONCURRENTLY (and VACUUM, CREATE DATABASE) works in a call without a transaction.',
  },
  {
    name: 'continue-after-timeout-in-transaction',
    default: 'stops',
    values: ['stops', 'continues'],
    sentence: 'Whether continueAfterTimeout keeps a statement running that is part of a transaction.',
  },
  {
    name: 'batch-is-atomic',
    default: 'no',
    values: ['no', 'yes'],
    sentence: 'Whether a BatchExecuteStatement without a transaction undoes all its sets when one fails.',
  },
  {
    name: 'database-error-text',
    default: 'sql-state',
    values: ['sql-state', 'position-only'],
    sentence:
      "Layout of a database error: 'ERROR: text; Position: n; SQLState: 42P01', or 'ERROR: text' with the position on a line of its own and no SQLSTATE.",
  },
  {
    name: 'mysql-error-text',
    default: 'database-error-code',
    values: ['database-error-code', 'sql-state', 'message-only'],
    sentence:
      "Layout of an error of MySQL: 'Database error code: 1146. Message: text', or 'text; Error code: 1146; SQLState: 42S02', or the text alone.",
  },
  {
    name: 'mysql-tinyint-1',
    default: 'boolean',
    values: ['boolean', 'long'],
    sentence: 'Whether a TINYINT(1) column of MySQL is answered as a boolean.',
  },
  {
    name: 'bad-request-error',
    default: 'BadRequestException',
    values: ['BadRequestException', 'ValidationException'],
    sentence: 'Name of the error for a call that is wrong in itself (several statements, an unknown parameter).',
  },
  {
    name: 'unknown-cluster-error',
    default: 'HttpEndpointNotEnabledException',
    values: ['HttpEndpointNotEnabledException', 'BadRequestException', 'DatabaseNotFoundException'],
    sentence: 'Name of the error for a cluster that does not exist (any more).',
  },
  {
    name: 'void-results',
    default: 'empty-string',
    values: ['empty-string', 'unsupported'],
    sentence: 'How a column of type void is answered, as in SELECT pg_advisory_xact_lock(1).',
  },
  {
    name: 'returning-counts-updated',
    default: 'no',
    values: ['no', 'yes'],
    sentence: 'Whether numberOfRecordsUpdated counts the rows of a statement with RETURNING.',
  },
  {
    name: 'json-records-decimal',
    default: 'string',
    values: ['string', 'number'],
    sentence: 'How formatRecordsAs=JSON writes a NUMERIC column.',
  },
  {
    name: 'paused-clusters',
    default: '0',
    values: ['<number>'],
    sentence: 'How many calls a new cluster answers with DatabaseResumingException, as one that was paused does.',
  },
  {
    name: 'statement-timeout-ms',
    default: '45000',
    values: ['<number>'],
    sentence: 'How long a call may take; AWS documents 45 seconds. For tests.',
  },
  {
    name: 'transaction-idle-ms',
    default: '180000',
    values: ['<number>'],
    sentence: 'How long a transaction lives without a call; AWS documents 3 minutes. For tests.',
  },
] as const satisfies readonly Assumption[];

type RdsDataAssumption = (typeof RDS_DATA_ASSUMPTIONS)[number]['name'];

/** Reads the chosen value of an assumption. */
export type RdsDataAssume = (name: RdsDataAssumption) => string;
