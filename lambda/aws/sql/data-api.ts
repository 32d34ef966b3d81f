import {
  BeginTransactionCommand,
  CommitTransactionCommand,
  ExecuteStatementCommand,
  type ExecuteStatementCommandOutput,
  type Field,
  RDSDataClient,
  RollbackTransactionCommand,
  type SqlParameter,
} from '@aws-sdk/client-rds-data';
import { MigrationError } from '../../../core/errors/index';
import type { SqlConnection, SqlResult, SqlRow } from '../../../core/ports';
import type { AuroraTargetProperties } from '../../../core/wire';
import { errorName, patiently } from '../retry';
import { sendingOptions } from '../sending-options';

/**
 * Milliseconds. The Data API itself ends a statement after 45 s (aws-facts RDS-1 and RDS-13): the socket must wait
 * longer.
 */
const socketTimeout = 60_000;

export function rdsDataClient(): RDSDataClient {
  return new RDSDataClient(sendingOptions(socketTimeout));
}

/** One database through the RDS Data API: statements, transactions, and errors in our words. */
export class DataApi {
  constructor(
    private readonly client: RDSDataClient,
    private readonly properties: AuroraTargetProperties,
  ) {}

  private get database() {
    const { ClusterArn, SecretArn, DatabaseName } = this.properties;
    return { resourceArn: ClusterArn, secretArn: SecretArn, database: DatabaseName };
  }

  async execute(
    sql: string,
    parameters: Readonly<Record<string, unknown>> = {},
    transactionId?: string,
  ): Promise<SqlResult> {
    const command = new ExecuteStatementCommand({
      ...this.database,
      sql,
      parameters: Object.entries(parameters).map(([name, value]) => toParameter(name, value)),
      transactionId,
      includeResultMetadata: true,
      // DDL that outlives the call's 45 s continues, rather than being aborted halfway (aws-facts RDS-1).
      continueAfterTimeout: transactionId === undefined,
    });
    const send = () => this.client.send(command);
    return toResult(await this.translated(() => (transactionId === undefined ? patiently(send) : send())));
  }

  /** Commits what `work` did, or rolls it back when it throws. */
  async transaction<T>(work: (connection: SqlConnection) => Promise<T>): Promise<T> {
    const begin = new BeginTransactionCommand(this.database);
    const { transactionId } = await this.translated(() => patiently(() => this.client.send(begin)));
    const end = { resourceArn: this.database.resourceArn, secretArn: this.database.secretArn, transactionId };
    let result: T;
    try {
      result = await work({ execute: (sql, parameters) => this.execute(sql, parameters, transactionId) });
    } catch (error) {
      await this.rollback(end);
      throw error;
    }
    await this.translated(() => this.client.send(new CommitTransactionCommand(end)));
    return result;
  }

  /**
   * After an error PostgreSQL has ended the transaction itself; then there is nothing to roll back (aws-facts RDS-3).
   */
  private async rollback(end: {
    resourceArn: string;
    secretArn: string;
    transactionId: string | undefined;
  }): Promise<void> {
    try {
      await this.client.send(new RollbackTransactionCommand(end));
    } catch (error) {
      if (errorName(error) === 'TransactionNotFoundException') return;
      console.warn(
        JSON.stringify({
          message: 'Rolling back a transaction failed; the database ends it by itself',
          error: String(error),
        }),
      );
    }
  }

  private async translated<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw this.translate(error);
    }
  }

  private translate(error: unknown): unknown {
    const message = error instanceof Error ? error.message : String(error);
    const name = errorName(error);
    const { ClusterArn, DatabaseName } = this.properties;
    if (gone.includes(name) || /SQLState: 3D000|database ".*" does not exist/.test(message)) {
      return new MigrationError(
        'TARGET_GONE',
        `Database ${DatabaseName} of ${ClusterArn} cannot be reached: ${message}`,
        {
          cause: error,
          hint: 'Check that the cluster, its instance, its Data API and its secret exist.',
        },
      );
    }
    if (name === 'StatementTimeoutException') {
      return new MigrationError('STATEMENT_TIMEOUT', `${message} The RDS Data API waits 45 s for a statement.`, {
        cause: error,
      });
    }
    if (!statementErrors.includes(name)) return error;
    const sqlState = /SQLState: (\w{5})/.exec(message)?.[1];
    return new MigrationError('STATEMENT_FAILED', message, { payload: { sqlState }, cause: error });
  }
}

/** SQL errors: v2 of the Data API says DatabaseErrorException, v1 BadRequestException (aws-facts RDS-5). */
const statementErrors: readonly string[] = [
  'DatabaseErrorException',
  'BadRequestException',
  'UnsupportedResultException',
];

const gone: readonly string[] = [
  'DatabaseNotFoundException',
  'NotFoundException',
  'SecretsErrorException',
  'InvalidSecretException',
  'HttpEndpointNotEnabledException',
];

function toParameter(name: string, value: unknown): SqlParameter {
  if (value === null || value === undefined) return { name, value: { isNull: true } };
  switch (typeof value) {
    case 'string':
      return { name, value: { stringValue: value } };
    case 'boolean':
      return { name, value: { booleanValue: value } };
    case 'number':
      return { name, value: Number.isSafeInteger(value) ? { longValue: value } : { doubleValue: value } };
    case 'bigint':
      return { name, value: { stringValue: String(value) }, typeHint: 'DECIMAL' };
    default:
      return toObjectParameter(name, value);
  }
}

function toObjectParameter(name: string, value: object): SqlParameter {
  if (value instanceof Uint8Array) return { name, value: { blobValue: value } };
  if (!(value instanceof Date)) return { name, value: { stringValue: JSON.stringify(value) }, typeHint: 'JSON' };
  const stringValue = value.toISOString().replace('T', ' ').replace('Z', '');
  return { name, value: { stringValue }, typeHint: 'TIMESTAMP' };
}

function toResult(output: ExecuteStatementCommandOutput): SqlResult {
  const names = (output.columnMetadata ?? []).map(({ label, name }) => label ?? name ?? '');
  const rows = (output.records ?? []).map((record) => toRow(names, record));
  return {
    rows,
    rowCount: output.records
      ? rows.length || (output.numberOfRecordsUpdated ?? 0)
      : (output.numberOfRecordsUpdated ?? 0),
  };
}

function toRow(names: readonly string[], record: readonly Field[]): SqlRow {
  return Object.fromEntries(names.map((name, index) => [name, toValue(record[index])]));
}

function toValue(field: Field | undefined): unknown {
  if (!field || field.isNull) return null;
  const { arrayValue } = field;
  if (arrayValue) return Object.values(arrayValue).find((values) => values !== undefined) ?? [];
  return field.stringValue ?? field.longValue ?? field.doubleValue ?? field.booleanValue ?? field.blobValue ?? null;
}
