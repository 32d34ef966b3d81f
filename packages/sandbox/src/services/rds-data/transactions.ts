import { randomBytes } from 'node:crypto';
import { AwsError } from '../../aws-error';
import type { Timer } from '../clock';
import type { SqlDialect } from './dialect';
import type { SqlEngine, SqlSession } from './engine/sql-engine';
import { notFound, StatementTimeout } from './errors';
import type { TimeLimits } from './time-limits';

const REMEMBERED = 1000;

const ENDED = {
  unknown: 'It was not created by a BeginTransaction call of this cluster.',
  idle: 'Transaction may be expired: each call must come within 3 minutes of the one before.',
  old: 'Transaction may be expired: a transaction lives 24 hours at most.',
  finished: 'The transaction was already ended by a CommitTransaction or RollbackTransaction call.',
  sql: 'The transaction was already ended by a COMMIT or ROLLBACK statement in an earlier call.',
  aborted: 'Transaction has been aborted due to an error from a previous call.',
};

interface Transaction<Result, Parameter> {
  readonly id: string;
  readonly cluster: string;
  readonly database: string;
  /** Taken at the first statement, not before: until then it would only hold up others. */
  session?: SqlSession<Result, Parameter>;
  running: boolean;
  idle?: Timer;
  readonly old: Timer;
}

/**
 * Transactions and how they end (aws-facts RDS-2 and RDS-3). They live in memory: none outlives the sandbox's process.
 */
export class Transactions<Result, Parameter> {
  readonly #engine: SqlEngine<Result, Parameter>;
  readonly #limits: TimeLimits;
  readonly #dialect: SqlDialect<Result, Parameter>;
  readonly #open = new Map<string, Transaction<Result, Parameter>>();
  readonly #ended = new Map<string, string>();

  constructor(engine: SqlEngine<Result, Parameter>, limits: TimeLimits, dialect: SqlDialect<Result, Parameter>) {
    this.#engine = engine;
    this.#limits = limits;
    this.#dialect = dialect;
  }

  begin(cluster: string, database: string): string {
    const id = randomBytes(132).toString('base64');
    const old = this.#limits.whenOld(() => void this.#end(id, ENDED.old));
    const transaction: Transaction<Result, Parameter> = { id, cluster, database, running: false, old };
    this.#open.set(id, transaction);
    this.#watchIdle(transaction);
    return id;
  }

  /** The database that a call in the transaction is for. */
  database(id: string, cluster: string): string {
    return this.#find(id, cluster).database;
  }

  /** Runs a statement's work in the transaction. After an error the transaction is dead. */
  async run<T>(id: string, cluster: string, work: (session: SqlSession<Result, Parameter>) => Promise<T>): Promise<T> {
    const transaction = this.#take(id, cluster);
    try {
      transaction.session ??= await this.#start(transaction.database);
      const outcome = await work(transaction.session);
      if (transaction.session.inTransaction()) this.#free(transaction);
      else await this.#end(id, ENDED.sql);
      return outcome;
    } catch (error) {
      const continuing = error instanceof StatementTimeout ? error.continuing : undefined;
      if (continuing) void continuing.then(() => this.#free(transaction));
      else await this.#end(id, ENDED.aborted);
      throw error;
    }
  }

  commit(id: string, cluster: string): Promise<void> {
    return this.#finish(id, cluster, 'COMMIT');
  }

  rollback(id: string, cluster: string): Promise<void> {
    return this.#finish(id, cluster, 'ROLLBACK');
  }

  /** Stops and rolls back what is open, on one cluster or (at the end of the sandbox) on all. */
  async close(cluster?: string): Promise<void> {
    const open = [...this.#open.values()].filter((candidate) => cluster === undefined || candidate.cluster === cluster);
    await Promise.all(
      open.map(async ({ id, running, session }) => {
        if (running) await session?.cancel();
        await this.#end(id, ENDED.aborted);
      }),
    );
  }

  async #start(database: string): Promise<SqlSession<Result, Parameter>> {
    let session: SqlSession<Result, Parameter> | undefined;
    try {
      session = await this.#limits.open(this.#engine, database);
      await session.query('BEGIN');
      return session;
    } catch (error) {
      await session?.release();
      throw this.#dialect.error(error);
    }
  }

  async #finish(id: string, cluster: string, statement: 'COMMIT' | 'ROLLBACK'): Promise<void> {
    const transaction = this.#take(id, cluster);
    try {
      await transaction.session?.query(statement);
    } catch (error) {
      throw this.#dialect.error(error);
    } finally {
      await this.#end(id, ENDED.finished);
    }
  }

  #find(id: string, cluster: string): Transaction<Result, Parameter> {
    const transaction = this.#open.get(id);
    if (transaction?.cluster === cluster) return transaction;
    throw notFound(id, this.#ended.get(id) ?? ENDED.unknown);
  }

  /** Marks it as running. A second call at the same time is refused at once, it does not wait (aws-facts RDS-4). */
  #take(id: string, cluster: string): Transaction<Result, Parameter> {
    const transaction = this.#find(id, cluster);
    if (transaction.running) throw new AwsError('DatabaseErrorException', 'Transaction is still running a query');
    transaction.idle?.cancel();
    transaction.running = true;
    return transaction;
  }

  #free(transaction: Transaction<Result, Parameter>): void {
    if (!this.#open.has(transaction.id)) return;
    transaction.running = false;
    this.#watchIdle(transaction);
  }

  #watchIdle(transaction: Transaction<Result, Parameter>): void {
    transaction.idle = this.#limits.whenIdle(() => void this.#end(transaction.id, ENDED.idle));
  }

  /** Rolls back what was not committed (releasing a session does) and remembers why for later calls. */
  async #end(id: string, cause: string): Promise<void> {
    const transaction = this.#open.get(id);
    if (!transaction) return;
    this.#open.delete(id);
    this.#ended.set(id, cause);
    const oldest = this.#ended.keys().next();
    if (this.#ended.size > REMEMBERED && !oldest.done) this.#ended.delete(oldest.value);
    transaction.idle?.cancel();
    transaction.old.cancel();
    await transaction.session?.release();
  }
}
