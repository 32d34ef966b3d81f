import { databaseKinds } from '../../../core/bundle/database-kinds';
import { MigrationError } from '../../../core/errors/index';
import type {
  HeldLease,
  HistoryChange,
  HistoryMark,
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
import type { DataApi } from './data-api';
import { applySection, protocolStatements, raiseFence, schema } from './postgresql-protocol';
import { PostgresqlStandalone } from './postgresql-standalone';
import { withoutRows } from './redact';
import { busy, fenced, isLostTransaction, runInCalls, unlessBusy } from './sections';

/** Bytes of statements that one call carries: the body of a request may have 4 MiB (aws-facts RDS-14). */
const largestSection = 3_500_000;

/** SQLSTATEs of a missing schema, table and function. */
const missing = ['3F000', '42P01', '42883'];

/** An Aurora PostgreSQL database. */
export class AuroraPostgresql implements Target, SqlDatabase {
  readonly databaseKind = 'aurora-postgresql';
  readonly traits = databaseKinds['aurora-postgresql'];
  readonly sql: SqlDatabase = this;
  readonly standalone: StandaloneStatements;

  constructor(
    private readonly api: DataApi,
    private readonly lease: HeldLease,
  ) {
    this.standalone = new PostgresqlStandalone(api, lease);
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
        await this.api.execute(statement);
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
    const row = await this.call(section, values);
    return row.outcome === 'unsupported' ? this.runsInCalls(section) : this.toResult(row);
  }

  private async call({ change, mark, attempt }: Section, values: Readonly<Record<string, string>>): Promise<SqlRow> {
    const { scope, token } = this.lease;
    const { id, phase, step, checksum, deployment } = mark;
    const { rows } = await unlessBusy(
      () =>
        this.api.execute(
          `SELECT * FROM ${applySection}(:scope, :token, :id, :phase, CAST(:step AS integer), :checksum, :deployment, ` +
            ':attempt, :change, CAST(:statements AS jsonb), CAST(:verify AS jsonb))',
          { scope, token, id, phase, step, checksum, deployment, attempt, change, ...values },
        ),
      isLocked,
    );
    return rows[0]!;
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
    const { change, mark } = section;
    return runInCalls(section, (work) => this.transact(change, mark, work), this.isTrue);
  }

  /**
   * A transaction that a passing error broke off is run again: the history row tells whether the first one was
   * committed after all.
   */
  transact(
    change: HistoryChange,
    mark: HistoryMark,
    work: (connection: SqlConnection) => Promise<void>,
  ): Promise<SectionResult> {
    return patiently(
      () => this.transactOnce(change, mark, work),
      (error) => isPassing(error) || isAnswerLost(error) || isLostTransaction(error),
    );
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

  private async transactOnce(
    change: HistoryChange,
    mark: HistoryMark,
    work: (connection: SqlConnection) => Promise<void>,
  ): Promise<SectionResult> {
    await this.lease.guard();
    return this.api.transaction(async (connection) => {
      await this.checkFence(connection);
      const settled = await (change === 'add' ? this.add(connection, mark) : this.remove(connection, mark));
      if (settled.outcome === 'done') await work(connection);
      return settled;
    });
  }

  /** Locks the row, so that the fence is not raised before this transaction is over. */
  private async checkFence(connection: SqlConnection): Promise<void> {
    const { rows } = await unlessBusy(
      () =>
        connection.execute(`SELECT token FROM ${schema}.fence WHERE scope = :scope FOR UPDATE NOWAIT`, {
          scope: this.lease.scope,
        }),
      isLocked,
    );
    if (Number(rows[0]?.token) !== this.lease.token) throw fenced(this.lease.token);
  }

  private async raiseFence(): Promise<void> {
    const { scope, token } = this.lease;
    const { rows } = await unlessBusy(
      () => this.api.execute(`SELECT ${raiseFence}(:scope, :token) AS outcome`, { scope, token }),
      isLocked,
    );
    const outcome = rows[0]?.outcome;
    if (outcome === 'busy') throw busy();
    if (outcome !== 'raised') throw fenced(this.lease.token);
  }

  private async add(connection: SqlConnection, mark: HistoryMark): Promise<SectionResult> {
    const values = { scope: this.lease.scope, id: mark.id, phase: mark.phase, step: mark.step };
    const added = await connection.execute(
      `INSERT INTO ${schema}.history (scope, id, phase, step, checksum, deployment)
       VALUES (:scope, :id, :phase, :step, :checksum, :deployment) ON CONFLICT DO NOTHING`,
      { ...values, checksum: mark.checksum, deployment: mark.deployment },
    );
    if (added.rowCount === 1) return { outcome: 'done' };
    const { rows } = await connection.execute(
      `SELECT deployment, checksum FROM ${schema}.history WHERE scope = :scope AND id = :id AND phase = :phase AND step = :step`,
      values,
    );
    const checksum = String(rows[0]?.checksum);
    if (checksum !== mark.checksum) return { outcome: 'edited', checksum };
    return { outcome: rows[0]?.deployment === mark.deployment ? 'already' : 'foreign' };
  }

  private async remove(connection: SqlConnection, mark: HistoryMark): Promise<SectionResult> {
    const { rowCount } = await connection.execute(
      `DELETE FROM ${schema}.history WHERE scope = :scope AND id = :id AND deployment = :deployment`,
      { scope: this.lease.scope, id: mark.id, deployment: mark.deployment },
    );
    return { outcome: rowCount > 0 ? 'done' : 'already' };
  }
}

/** PostgreSQL's lock_not_available. */
function isLocked({ payload, message }: MigrationError): boolean {
  return payload.sqlState === '55P03' || /could not obtain lock/.test(message);
}

function isMissing(error: unknown): boolean {
  if (!(error instanceof MigrationError)) return false;
  // The layout of the Data API's messages is not documented, so the words count where the SQLSTATE is not given.
  return (
    missing.includes(String(error.payload.sqlState)) ||
    /(relation|schema|function) .* does not exist/.test(error.message)
  );
}
