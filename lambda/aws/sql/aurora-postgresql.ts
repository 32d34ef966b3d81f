import { MigrationError } from '../../../core/errors/index';
import type {
  HeldLease,
  HistoryMark,
  SqlConnection,
  SqlResult,
  SqlTarget,
  TransactionResult,
} from '../../../core/ports';
import { isPassing, patiently } from '../retry';
import type { DataApi } from './data-api';

/** Kept in a schema of its own, so that nothing of ours stands among the user's tables. */
const schema = 'cdk_migrations';

const createTables = [
  `CREATE SCHEMA IF NOT EXISTS ${schema}`,
  `CREATE TABLE IF NOT EXISTS ${schema}.history (
     scope text NOT NULL, id text NOT NULL, phase text NOT NULL, step integer NOT NULL,
     checksum text NOT NULL, deployment text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now(),
     PRIMARY KEY (scope, id, phase, step))`,
  `CREATE TABLE IF NOT EXISTS ${schema}.fence (scope text PRIMARY KEY, token bigint NOT NULL)`,
];

/** SQLSTATEs of a missing schema and a missing table. */
const missing = ['3F000', '42P01'];

/** An Aurora PostgreSQL database. */
export class AuroraPostgresql implements SqlTarget {
  readonly engine = 'aurora-postgresql';

  constructor(
    private readonly api: DataApi,
    private readonly session: HeldLease,
  ) {}

  async prepare(): Promise<void> {
    await this.session.guard();
    try {
      await this.raiseFence();
    } catch (error) {
      if (!isMissing(error)) throw error;
      for (const statement of createTables) {
        await this.session.guard();
        await this.api.execute(statement);
      }
      await this.raiseFence();
    }
  }

  async history(): Promise<readonly HistoryMark[]> {
    const { rows } = await this.api.execute(
      `SELECT id, phase, step, checksum, deployment FROM ${schema}.history WHERE scope = :scope`,
      { scope: this.session.scope },
    );
    return rows as unknown as HistoryMark[];
  }

  /**
   * A transaction that a passing error broke off is run again: the history row tells whether the first one was
   * committed after all.
   */
  transact(
    change: 'add' | 'remove',
    mark: HistoryMark,
    work: (connection: SqlConnection) => Promise<void>,
  ): Promise<TransactionResult> {
    return patiently(
      () => this.once(change, mark, work),
      (error) => isPassing(error) || isLostTransaction(error),
    );
  }

  async execute(statement: string): Promise<SqlResult> {
    await this.session.guard();
    return this.api.execute(statement);
  }

  async cleanUp(): Promise<void> {
    await this.session.guard();
    await this.api.transaction(async (connection) => {
      await connection.execute(`LOCK TABLE ${schema}.history IN ACCESS EXCLUSIVE MODE`);
      const { rows } = await connection.execute(`SELECT 1 AS one FROM ${schema}.history LIMIT 1`);
      if (rows.length === 0) await connection.execute(`DROP SCHEMA ${schema} CASCADE`);
    });
  }

  private async once(
    change: 'add' | 'remove',
    mark: HistoryMark,
    work: (connection: SqlConnection) => Promise<void>,
  ): Promise<TransactionResult> {
    await this.session.guard();
    return this.api.transaction(async (connection) => {
      await this.checkFence(connection);
      const settled = await (change === 'add' ? this.add(connection, mark) : this.remove(connection, mark));
      if (settled === 'done') await work(connection);
      return settled;
    });
  }

  /** Locks the row, so that nobody raises the fence before this transaction is over. */
  private async checkFence(connection: SqlConnection): Promise<void> {
    const { rows } = await unlessLocked(() =>
      connection.execute(`SELECT token FROM ${schema}.fence WHERE scope = :scope FOR UPDATE NOWAIT`, {
        scope: this.session.scope,
      }),
    );
    if (Number(rows[0]?.token) !== this.session.token) throw this.fenced();
  }

  /** The inner query is refused at once while a transaction of an earlier holder is still open; see DATABASE_BUSY. */
  private async raiseFence(): Promise<void> {
    const { rowCount } = await unlessLocked(() =>
      this.api.execute(
        `INSERT INTO ${schema}.fence AS fence (scope, token)
         SELECT :scope, :token FROM (
           SELECT count(*) FROM (SELECT 1 FROM ${schema}.fence WHERE scope = :scope FOR UPDATE NOWAIT) AS locked
         ) AS free
         ON CONFLICT (scope) DO UPDATE SET token = EXCLUDED.token WHERE fence.token <= EXCLUDED.token`,
        { scope: this.session.scope, token: this.session.token },
      ),
    );
    if (rowCount !== 1) throw this.fenced();
  }

  private fenced(): MigrationError {
    return new MigrationError(
      'LEASE_LOST',
      `A later holder than token ${this.session.token} writes to this database now.`,
    );
  }

  private async add(connection: SqlConnection, mark: HistoryMark): Promise<TransactionResult> {
    const values = { scope: this.session.scope, id: mark.id, phase: mark.phase, step: mark.step };
    const added = await connection.execute(
      `INSERT INTO ${schema}.history (scope, id, phase, step, checksum, deployment)
       VALUES (:scope, :id, :phase, :step, :checksum, :deployment) ON CONFLICT DO NOTHING`,
      { ...values, checksum: mark.checksum, deployment: mark.deployment },
    );
    if (added.rowCount === 1) return 'done';
    const { rows } = await connection.execute(
      `SELECT deployment FROM ${schema}.history WHERE scope = :scope AND id = :id AND phase = :phase AND step = :step`,
      values,
    );
    return rows[0]?.deployment === mark.deployment ? 'already' : 'foreign';
  }

  private async remove(connection: SqlConnection, mark: HistoryMark): Promise<TransactionResult> {
    const { rowCount } = await connection.execute(
      `DELETE FROM ${schema}.history WHERE scope = :scope AND id = :id AND phase = :phase AND step = :step`,
      { scope: this.session.scope, id: mark.id, phase: mark.phase, step: mark.step },
    );
    return rowCount === 1 ? 'done' : 'already';
  }
}

/**
 * A process that died leaves its transaction open until the Data API ends it, three minutes after its last call
 * (aws-facts RDS-2). Until then its locks stand in the way, and the only thing to do is to come back later.
 */
async function unlessLocked<T>(execute: () => Promise<T>): Promise<T> {
  try {
    return await execute();
  } catch (error) {
    if (!(error instanceof MigrationError) || !isLocked(error)) throw error;
    throw new MigrationError('DATABASE_BUSY', 'A transaction of an earlier process is still open in the database.', {
      hint: 'The RDS Data API ends it three minutes after its last statement.',
      cause: error,
    });
  }
}

/** PostgreSQL's lock_not_available; and a Data API that waited in vain. */
function isLocked({ code, payload, message }: MigrationError): boolean {
  return payload.sqlState === '55P03' || /could not obtain lock/.test(message) || code === 'STATEMENT_TIMEOUT';
}

function isMissing(error: unknown): boolean {
  if (!(error instanceof MigrationError)) return false;
  // The layout of the Data API's messages is not documented, so the words count where the SQLSTATE is not given.
  return missing.includes(String(error.payload.sqlState)) || /(relation|schema) .* does not exist/.test(error.message);
}

/** The transaction was ended behind our back, without an error of ours (aws-facts RDS-2). */
function isLostTransaction(error: unknown): boolean {
  return error instanceof Error && error.name === 'TransactionNotFoundException';
}
