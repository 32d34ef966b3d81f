import {
  BeginTransactionCommand,
  CommitTransactionCommand,
  ExecuteStatementCommand,
  type ExecuteStatementCommandOutput,
  type Field,
  RDSDataClient,
  type RDSDataClientConfig,
  RollbackTransactionCommand,
  type SqlParameter,
} from '@aws-sdk/client-rds-data';
import { MigrationError } from '../../../core/errors/index';
import type { SqlConnection, SqlResult, SqlRow } from '../../../core/ports';
import type { AuroraTargetProperties } from '../../../core/wire';
import { errorName, isAnswerLost, isRefusedForNow, isWorthRepeating, patiently } from '../retry';
import { sendingOptions } from '../sending-options';
import type { DatabaseErrors } from './database-errors';
import { mysqlErrors } from './mysql/errors';
import { withoutRows } from './redact';

/**
 * Milliseconds. The Data API itself ends a statement after 45 s (aws-facts RDS-1 and RDS-13): the socket must wait
 * longer.
 */
const socketTimeout = 60_000;

/** One attempt: the SDK would send a statement again whose answer was lost, and so run it twice (aws-facts RDS-13, G9). */
export function rdsDataClient(config: RDSDataClientConfig = {}): RDSDataClient {
  return new RDSDataClient({ ...sendingOptions(socketTimeout), ...config, maxAttempts: 1 });
}

/** Whether a cluster is known not to exist. False when that cannot be found out: absence of an answer proves nothing (G8). */
export type ClusterIsGone = (clusterArn: string) => Promise<boolean>;

const errorsOf: Readonly<Record<AuroraTargetProperties['DatabaseKind'], DatabaseErrors>> = {
  'aurora-postgresql': {
    read: (message) => ({ told: withoutRows(message), sqlState: sqlStateOf(message) }),
    saysGone: (message) => /SQLState: 3D000|database ".*" does not exist/.test(message),
  },
  'aurora-mysql': mysqlErrors,
};

/** PostgreSQL's own number for what went wrong. A lock that did not come has not always one. */
function sqlStateOf(message: string): string | undefined {
  if (/canceling statement due to lock timeout/.test(message)) return '55P03';
  return /SQLState: (\w{5})/.exec(message)?.[1];
}

/** One database through the RDS Data API: statements, transactions, and errors in our words. */
export class DataApi {
  constructor(
    private readonly client: RDSDataClient,
    private readonly properties: AuroraTargetProperties,
    private readonly clusterIsGone: ClusterIsGone,
  ) {}

  private get database() {
    const { ClusterArn, SecretArn, DatabaseName } = this.properties;
    return { resourceArn: ClusterArn, secretArn: SecretArn, database: DatabaseName };
  }

  get databaseName(): string {
    return this.properties.DatabaseName;
  }

  /** Another database of the same cluster. */
  of(database: string): DataApi {
    return new DataApi(this.client, { ...this.properties, DatabaseName: database }, this.clusterIsGone);
  }

  /** Executes a statement that may run twice, or that finds out that it has run. */
  execute(sql: string, parameters: Readonly<Record<string, unknown>> = {}): Promise<SqlResult> {
    const command = this.statement(sql, parameters);
    return this.translated(async () => toResult(await patiently(() => this.client.send(command), isWorthRepeating)));
  }

  /**
   * Executes a statement that must not run twice. Sent again only when it was surely not carried out.
   * @returns `lost` when nobody knows whether it ran, runs or will run
   */
  async executeOnce(sql: string): Promise<SqlResult | 'lost'> {
    const command = this.statement(sql, {});
    return this.translated(async () => {
      try {
        return toResult(await patiently(() => this.client.send(command), isRefusedForNow));
      } catch (error) {
        if (isAnswerLost(error)) return 'lost';
        throw error;
      }
    });
  }

  /** Asks something that is good to know, once: undefined when there is no answer. */
  async glance(sql: string, parameters: Readonly<Record<string, unknown>>): Promise<SqlResult | undefined> {
    try {
      return toResult(await this.client.send(this.statement(sql, parameters)));
    } catch {
      return undefined;
    }
  }

  private statement(
    sql: string,
    parameters: Readonly<Record<string, unknown>>,
    transactionId?: string,
  ): ExecuteStatementCommand {
    return new ExecuteStatementCommand({
      ...this.database,
      sql,
      parameters: Object.entries(parameters).map(([name, value]) => toParameter(name, value)),
      transactionId,
      includeResultMetadata: true,
      // DDL that outlives the call's 45 s continues, rather than being aborted halfway (aws-facts RDS-1).
      continueAfterTimeout: transactionId === undefined,
    });
  }

  /** Commits what `work` did, or rolls it back when it throws. */
  async transaction<T>(work: (connection: SqlConnection) => Promise<T>): Promise<T> {
    const begin = new BeginTransactionCommand(this.database);
    // A transaction whose answer was lost is empty, and ends by itself.
    const { transactionId } = await this.translated(() => patiently(() => this.client.send(begin), isWorthRepeating));
    const end = { resourceArn: this.database.resourceArn, secretArn: this.database.secretArn, transactionId };
    let result: T;
    try {
      result = await work({
        execute: (sql, parameters = {}) =>
          this.translated(async () => toResult(await this.client.send(this.statement(sql, parameters, transactionId)))),
      });
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
      throw await this.translate(error);
    }
  }

  private async translate(error: unknown): Promise<unknown> {
    const message = error instanceof Error ? error.message : String(error);
    const name = errorName(error);
    const errors = errorsOf[this.properties.DatabaseKind];
    if (errors.saysGone(message, this.properties.DatabaseName)) return this.gone(message, error);
    if (unreachable.includes(name) || /HttpEndpoint is not enabled/i.test(message)) {
      return (await this.clusterIsGone(this.properties.ClusterArn))
        ? this.gone(message, error)
        : this.unreachable(`${name}: ${message}`, error);
    }
    if (name === 'StatementTimeoutException') {
      return new MigrationError('STATEMENT_TIMEOUT', `${message} The RDS Data API waits 45 s for a statement.`, {
        cause: error,
      });
    }
    if (!statementErrors.includes(name)) return error;
    const { told, ...numbers } = errors.read(message);
    if (numbers.sqlState === '55P03')
      return new MigrationError('LOCK_NOT_AVAILABLE', told, { payload: { sqlState: '55P03' } });
    // Without the error itself: whoever prints causes would print what the message must not say.
    return new MigrationError('STATEMENT_FAILED', told, { payload: numbers });
  }

  private gone(message: string, cause: unknown): MigrationError {
    const { ClusterArn, DatabaseName } = this.properties;
    return new MigrationError('TARGET_GONE', `Database ${DatabaseName} of ${ClusterArn} does not exist: ${message}`, {
      cause,
      hint: 'Check the names of the cluster and the database.',
    });
  }

  private unreachable(message: string, cause: unknown): MigrationError {
    const { ClusterArn, DatabaseName } = this.properties;
    return new MigrationError(
      'TARGET_UNREACHABLE',
      `Database ${DatabaseName} of ${ClusterArn} cannot be reached: ${message}`,
      {
        cause,
        hint: 'Check that the cluster has an instance, that its Data API is on, and that its secret can be read; then try again.',
      },
    );
  }
}

/**
 * Errors that say that the database was not reached, but not that it is gone: the first cause that AWS documents for
 * SecretsErrorException is a secret that could not be read in time (aws-facts RDS-15).
 */
const unreachable: readonly string[] = [
  'DatabaseNotFoundException',
  'NotFoundException',
  'SecretsErrorException',
  'InvalidSecretException',
  'InvalidResourceStateException',
  'HttpEndpointNotEnabledException',
];

/** SQL errors: v2 of the Data API says DatabaseErrorException, v1 BadRequestException (aws-facts RDS-5). */
const statementErrors: readonly string[] = [
  'DatabaseErrorException',
  'BadRequestException',
  'UnsupportedResultException',
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
