import { sha256 } from '../../../core/bundle/checksum';
import { databaseKinds } from '../../../core/bundle/database-kinds';
import { hasCode, MigrationError } from '../../../core/errors/index';
import type {
  HeldLease,
  HistoryChange,
  HistoryMark,
  ItemDatabase,
  LockHolder,
  SchemaDatabase,
  Section,
  SectionResult,
  SqlConnection,
  SqlDatabase,
  SqlResult,
  SqlRow,
  StandaloneStatements,
  StatementUnit,
  Target,
} from '../../../core/ports';
import { isAnswerLost, isPassing, patiently } from '../retry';
import { createOnce } from './create-once';
import type { DataApi } from './data-api';
import { postgresqlFence, postgresqlItems } from './items/postgresql-items';
import { sqlItems } from './items/sql-items';
import { LockWatch } from './lock-holders';
import { PostgresqlSchema } from './postgresql/schema';
import { unlessBusy } from './postgresql-fence';
import { applySection, lockWait, protocolStatements, raiseFence, schema } from './postgresql-protocol';
import { PostgresqlStandalone } from './postgresql-standalone';
import { FencedTransaction } from './postgresql-transaction';
import { withoutRows } from './redact';
import { busy, fenced, isLostTransaction, runInCalls } from './sections';

/** Bytes of statements that one call carries: the body of a request may have 4 MiB (aws-facts RDS-14). */
const largestSection = 3_500_000;

/** Milliseconds. Whoever comes after a section in the queue for a lock waits as long. */
const defaultLockTimeout = 5_000;

/** Milliseconds, at most, before a section that got no lock is tried again: at random, so that it keeps step with nothing. */
const longestPause = 500;

/** SQLSTATEs of a missing schema, table and function. */
const missing = ['3F000', '42P01', '42883'];

/** An Aurora PostgreSQL database. */
export class AuroraPostgresql implements Target, SqlDatabase {
  readonly databaseKind = 'aurora-postgresql';
  readonly traits = databaseKinds['aurora-postgresql'];
  readonly sql: SqlDatabase = this;
  readonly standalone: StandaloneStatements;
  readonly items: ItemDatabase;
  readonly schema: SchemaDatabase;
  private readonly locks: LockWatch;
  private readonly fencedTransaction: FencedTransaction;

  /** @param lockTimeout milliseconds that a section waits for a lock */
  constructor(
    private readonly api: DataApi,
    private readonly lease: HeldLease,
    private readonly lockTimeout = defaultLockTimeout,
  ) {
    this.standalone = new PostgresqlStandalone(api, lease);
    this.items = sqlItems(api, lease, postgresqlItems, postgresqlFence);
    this.schema = new PostgresqlSchema(api, (other) => new AuroraPostgresql(other, lease, lockTimeout));
    this.locks = new LockWatch(api, lockTimeout);
    this.fencedTransaction = new FencedTransaction(api, lease, lockTimeout);
  }

  /** A database that can raise the fence has all of the protocol: that function is made last. */
  async prepare(): Promise<void> {
    await this.lease.guard();
    try {
      await this.raiseFence();
    } catch (error) {
      if (!isMissing(error)) throw error;
      for (const statement of protocolStatements) {
        await this.lease.guard();
        await createOnce(this.api, statement);
      }
      await this.raiseFence();
    }
  }

  async history(): Promise<readonly HistoryMark[]> {
    const { rows } = await this.api.execute(
      `SELECT id, phase, step, checksum, deployment FROM ${schema}.history WHERE scope = :scope`,
      { scope: this.lease.scope },
    );
    return rows as unknown as HistoryMark[];
  }

  async cleanUp(): Promise<void> {
    await this.lease.guard();
    await this.api.transaction(async (connection) => {
      await connection.execute(`LOCK TABLE ${schema}.history IN ACCESS EXCLUSIVE MODE`);
      const { rows } = await connection.execute(`SELECT 1 AS one FROM ${schema}.history LIMIT 1`);
      if (rows.length === 0) await connection.execute(`DROP SCHEMA ${schema} CASCADE`);
    });
  }

  /** A call that is sent again finds the history row, so a call that a passing error broke off may be. */
  async runSection(section: Section): Promise<SectionResult> {
    const { statements, verify } = section;
    const values = { statements: JSON.stringify(statements), verify: JSON.stringify(verify) };
    const isLarge = Buffer.byteLength(values.statements) + Buffer.byteLength(values.verify) > largestSection;
    if (isLarge) return this.runsInCalls(section);
    await this.lease.guard();
    const { result: row, holders } = await this.call(section, values);
    if (row.outcome === 'unsupported') return this.runsInCalls(section);
    if (row.outcome === 'locked') return this.locked(Number(row.statement), Number(row.message), holders);
    return this.toResult(row);
  }

  private call({ change, mark, attempt }: Section, values: Readonly<Record<string, string>>) {
    const { scope, token } = this.lease;
    const { id, phase, step, checksum, deployment } = mark;
    // It comes first: the list of sessions shows the beginning of long statements only.
    const marker = `cdk_migrations ${sha256([scope, id, phase, step, attempt].join(' ')).slice(0, 24)}`;
    const lockTimeout = String(this.lockTimeout);
    return this.locks.during(
      () => ({ marker }),
      async (): Promise<SqlRow> => {
        const { rows } = await unlessBusy(() =>
          this.api.execute(
            `/* ${marker} */ SELECT * FROM ${applySection}(:scope, :token, :id, :phase, CAST(:step AS integer), ` +
              ':checksum, :deployment, :attempt, :change, :lockTimeout, CAST(:statements AS jsonb), CAST(:verify AS jsonb))',
            { scope, token, id, phase, step, checksum, deployment, attempt, change, lockTimeout, ...values },
          ),
        );
        return rows[0]!;
      },
    );
  }

  /** @param waited milliseconds since the first time */
  private async locked(statement: number, waited: number, holders: readonly LockHolder[]): Promise<SectionResult> {
    await new Promise((resolve) => setTimeout(resolve, Math.random() * longestPause));
    return { outcome: 'locked', statement, wait: { waited, timeout: this.lockTimeout, holders } };
  }

  private toResult({ outcome, statement, code, message }: SqlRow): SectionResult {
    const text = String(message);
    switch (outcome) {
      case 'done':
      case 'already':
      case 'foreign':
        return { outcome };
      case 'edited':
        return { outcome, checksum: text };
      case 'failed':
        return {
          outcome,
          statement: Number(statement),
          message: withoutRows(`ERROR: ${text}; SQLState: ${code}`),
          sqlState: String(code),
        };
      case 'unverified':
        return { outcome, statement: Number(statement), returned: text };
      case 'busy':
        throw busy();
      case 'fenced':
        throw fenced(this.lease.token);
      default:
        throw new Error(`${applySection} answered with the unknown outcome ${String(outcome)}.`);
    }
  }

  /** A section of several calls in one transaction: too large for one, or with a statement that no function can run. */
  private runsInCalls(section: Section): Promise<SectionResult> {
    const { change, mark, attempt } = section;
    return runInCalls(section, (work) => this.transact(change, mark, work, attempt), this.isTrue);
  }

  /**
   * A transaction that a passing error broke off is run again: the history row tells whether the first one was
   * committed after all.
   */
  async transact(
    change: HistoryChange,
    mark: HistoryMark,
    work: (connection: SqlConnection) => Promise<void>,
    attempt = mark.deployment,
  ): Promise<SectionResult> {
    let pid: number | undefined;
    const transaction = async (): Promise<SectionResult | undefined> => {
      try {
        return await patiently(
          () => this.fencedTransaction.run(change, mark, work, (own) => (pid = own)),
          (error) => isPassing(error) || isAnswerLost(error) || isLostTransaction(error),
        );
      } catch (error) {
        if (!hasCode(error, 'LOCK_NOT_AVAILABLE')) throw error;
        return undefined;
      }
    };
    const { result, holders } = await this.locks.during(() => (pid === undefined ? undefined : { pid }), transaction);
    return result ?? this.locked(-1, await this.lockWait(mark, attempt), holders);
  }

  private async lockWait({ id, phase, step }: HistoryMark, attempt: string): Promise<number> {
    const { rows } = await this.api.execute(
      `SELECT ${lockWait}(:scope, :id, :phase, CAST(:step AS integer), :attempt) AS waited`,
      { scope: this.lease.scope, id, phase, step, attempt },
    );
    return Number(rows[0]?.waited);
  }

  units(statements: readonly string[]): readonly StatementUnit[] {
    return [{ transactional: true, statements: statements.length }];
  }

  isTrue(value: unknown): boolean {
    return value === true;
  }

  query(statement: string): Promise<SqlResult> {
    return this.api.execute(statement);
  }

  private async raiseFence(): Promise<void> {
    const { scope, token } = this.lease;
    const { rows } = await unlessBusy(() =>
      this.api.execute(`SELECT ${raiseFence}(:scope, :token) AS outcome`, { scope, token }),
    );
    const outcome = rows[0]?.outcome;
    if (outcome === 'busy') throw busy();
    if (outcome !== 'raised') throw fenced(this.lease.token);
  }
}

function isMissing(error: unknown): boolean {
  if (!(error instanceof MigrationError)) return false;
  // The layout of the Data API's messages is not documented, so the words count where the SQLSTATE is not given.
  return (
    missing.includes(String(error.payload.sqlState)) ||
    /(relation|schema|function) .* does not exist/.test(error.message)
  );
}
