import { databaseKinds } from '../../../core/bundle/database-kinds';
import { hasCode, MigrationError } from '../../../core/errors/index';
import type {
  HeldLease,
  HistoryChange,
  HistoryMark,
  ItemDatabase,
  SchemaDatabase,
  Section,
  SectionResult,
  SqlConnection,
  SqlDatabase,
  SqlResult,
  StandaloneStatements,
  StatementUnit,
  Target,
} from '../../../core/ports';
import { isAnswerLost, isPassing, patiently } from '../retry';
import { createOnce } from './create-once';
import type { DataApi } from './data-api';
import { mysqlFence, mysqlItems } from './items/mysql-items';
import { sqlItems } from './items/sql-items';
import { saysContended, saysMissing } from './mysql/errors';
import { MysqlSchema } from './mysql/schema';
import { isTransactional, unitsOf } from './mysql/units';
import {
  addMark,
  changeHistory,
  fence,
  history,
  lockFence,
  protocolStatements,
  raiseFence,
  segmentFence,
} from './mysql-protocol';
import { MysqlStandalone } from './mysql-standalone';
import { fenced, isLostTransaction, runInCalls } from './sections';

/** Milliseconds. */
const defaultLockTimeout = 5_000;

/**
 * An Aurora MySQL database. Statements that change rows run in transactions that lock the fence; statements that change the
 * schema commit by themselves (aws-facts RDS-16), so nothing but a look at the fence right before keeps a late one out.
 */
export class AuroraMysql implements Target, SqlDatabase {
  readonly databaseKind = 'aurora-mysql';
  readonly traits = databaseKinds['aurora-mysql'];
  readonly sql: SqlDatabase = this;
  readonly standalone: StandaloneStatements;
  readonly items: ItemDatabase;
  readonly schema: SchemaDatabase;

  /** @param lockTimeout milliseconds that a change of the schema waits for others to be done with its table */
  constructor(
    private readonly api: DataApi,
    private readonly lease: HeldLease,
    lockTimeout = defaultLockTimeout,
  ) {
    this.standalone = new MysqlStandalone(api, lease, lockTimeout);
    this.items = sqlItems(api, lease, mysqlItems, mysqlFence);
    this.schema = new MysqlSchema(api, (other) => new AuroraMysql(other, lease, lockTimeout));
  }

  async prepare(): Promise<void> {
    await this.lease.guard();
    try {
      await this.raiseFence();
    } catch (error) {
      if (!isMissingTable(error)) throw error;
      for (const statement of protocolStatements) {
        await this.lease.guard();
        await createOnce(this.api, statement);
      }
      await this.raiseFence();
    }
  }

  private raiseFence(): Promise<void> {
    return patiently(
      () => this.api.transaction((connection) => raiseFence(connection, this.lease)),
      // Two that insert the row at once: one of them is refused, and finds the row the next time.
      (error) => isWorthAnother(error) || (hasCode(error, 'STATEMENT_FAILED') && error.payload.errorNumber === 1062),
    );
  }

  async history(): Promise<readonly HistoryMark[]> {
    const { rows } = await this.api.execute(
      `SELECT id, phase, step, checksum, deployment FROM ${history} WHERE scope = :scope`,
      { scope: this.lease.scope },
    );
    return rows as unknown as HistoryMark[];
  }

  async cleanUp(): Promise<void> {
    await this.lease.guard();
    const { rows } = await this.api.execute(`SELECT 1 AS one FROM ${history} LIMIT 1`);
    if (rows.length === 0) await this.api.execute(`DROP TABLE IF EXISTS ${fence}, ${history}, ${segmentFence}`);
  }

  units(statements: readonly string[]): readonly StatementUnit[] {
    return unitsOf(statements);
  }

  /** MySQL's booleans are numbers (aws-facts RDS-18). */
  isTrue(value: unknown): boolean {
    return value === true || value === 1;
  }

  async runSection(section: Section): Promise<SectionResult> {
    const { change, mark, statements, verify } = section;
    if (change === 'add' && statements.length + verify.length === 0) {
      await this.lease.guard();
      const isAdded = await patiently(() => addMark(this.api, this.lease, mark), isWorthAnother);
      if (isAdded) return { outcome: 'done' };
    }
    return runInCalls(section, (work) => this.transact(change, mark, work), this.isTrue);
  }

  /**
   * A transaction that a passing error or the locks of others broke off is run again: the history row tells whether the first
   * one was committed after all.
   */
  transact(
    change: HistoryChange,
    mark: HistoryMark,
    work: (connection: SqlConnection) => Promise<void>,
  ): Promise<SectionResult> {
    return patiently(() => this.transactOnce(change, mark, work), isWorthAnother);
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
      if ((await lockFence(connection, this.lease)) !== this.lease.token) throw fenced(this.lease.token);
      const settled = await changeHistory(connection, this.lease, change, mark);
      if (settled.outcome === 'done') await transactionally(connection, work);
      return settled;
    });
  }
}

/** Keeps the transaction whole: code may neither commit it with a statement, nor hide that it was broken off. */
async function transactionally(
  connection: SqlConnection,
  work: (connection: SqlConnection) => Promise<void>,
): Promise<void> {
  let brokenOff: { readonly error: unknown } | undefined;
  const guarded: SqlConnection = {
    async execute(statement, parameters) {
      if (!isTransactional(statement)) throw wouldCommit();
      try {
        return await connection.execute(statement, parameters);
      } catch (error) {
        if (isContended(error)) brokenOff ??= { error };
        throw error;
      }
    },
  };
  try {
    await work(guarded);
  } catch (error) {
    throw brokenOff ? brokenOff.error : error;
  }
  if (brokenOff) throw brokenOff.error;
}

function wouldCommit(): MigrationError {
  return new MigrationError(
    'IMPLICIT_COMMIT',
    'A statement of sql() code would commit its transaction: on MySQL code may only read and change rows.',
    { hint: 'Put statements that change the schema into a SQL file, where each of them is a step of its own.' },
  );
}

function isWorthAnother(error: unknown): boolean {
  return isPassing(error) || isAnswerLost(error) || isLostTransaction(error) || isContended(error);
}

function isContended(error: unknown): boolean {
  return hasCode(error, 'STATEMENT_FAILED') && saysContended(error.payload);
}

function isMissingTable(error: unknown): boolean {
  return hasCode(error, 'STATEMENT_FAILED') && saysMissing(error.payload);
}
