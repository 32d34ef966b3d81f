import type { AwsError } from '../../aws-error';
import type { Input } from '../input';
import { type AnswerOptions, executeAnswer, shownRecords } from './answer';
import type { RdsDataAssume } from './assumptions';
import type { Cluster } from './clusters';
import type { Databases } from './databases';
import type { SqlEngine, SqlParameter, SqlResult, SqlSession } from './engine/sql-engine';
import { databaseError, refuser, StatementTimeout } from './errors';
import { toPositional } from './named-parameters';
import { bind } from './parameters';
import { resolveShownTypes } from './resolve-types';
import type { Deadline, TimeLimits } from './time-limits';
import type { Transactions } from './transactions';

/** Where a call runs: in a transaction, or (without one) in a session of its own that is committed at once. */
export interface Target {
  readonly cluster: Cluster;
  readonly database: string;
  readonly transactionId?: string;
  readonly continueAfterTimeout: boolean;
}

const NO_ROWS: SqlResult = { command: '', rowCount: 0, columns: [], rows: [] };

export class Executor {
  readonly #engine: SqlEngine;
  readonly #databases: Databases;
  readonly #transactions: Transactions;
  readonly #limits: TimeLimits;
  readonly #assume: RdsDataAssume;

  constructor(
    engine: SqlEngine,
    databases: Databases,
    transactions: Transactions,
    limits: TimeLimits,
    assume: RdsDataAssume,
  ) {
    this.#engine = engine;
    this.#databases = databases;
    this.#transactions = transactions;
    this.#limits = limits;
    this.#assume = assume;
  }

  /** The body of ExecuteStatement's answer. */
  execute(target: Target, sql: string, parameters: readonly Input[], options: AnswerOptions): Promise<string> {
    const statement = this.#prepare(sql, parameters);
    return this.#perform(target, sql, false, (session, limit) =>
      this.#run(session, statement, target, limit).then((result) => this.#answer(session, result, options)),
    );
  }

  /** Runs the statement once per set (aws-facts RDS-11). Returns how often it ran. */
  batch(target: Target, sql: string, sets: readonly (readonly Input[])[]): Promise<number> {
    const statements = (sets.length > 0 ? sets : [[]]).map((parameters) => this.#prepare(sql, parameters));
    const atomic = this.#assume('batch-is-atomic') === 'yes';
    return this.#perform(target, sql, atomic, async (session, limit) => {
      for (const statement of statements) await this.#run(session, statement, target, limit);
      return statements.length;
    });
  }

  /** Rows as objects, for the host. */
  rows(target: Target, sql: string): Promise<readonly Record<string, unknown>[]> {
    const statement: Prepared = { sql, parameters: [], position: (at) => at };
    return this.#perform(target, sql, false, async (session, limit) => {
      const result = await this.#run(session, statement, target, limit);
      return shownRecords(result, await resolveShownTypes(session, result, this.#assume), this.#assume);
    });
  }

  #prepare(sql: string, parameters: readonly Input[]): Prepared {
    const positional = toPositional(sql);
    return {
      sql: positional.sql,
      parameters: bind(positional.names, parameters, refuser(this.#assume)),
      position: positional.originalPosition,
    };
  }

  async #perform<T>(
    target: Target,
    sql: string,
    atomic: boolean,
    work: (session: SqlSession, limit: Deadline) => Promise<T>,
  ): Promise<T> {
    const { cluster, transactionId } = target;
    const limited = (session: SqlSession) => work(session, this.#limits.deadline());
    if (transactionId !== undefined) return this.#transactions.run(transactionId, cluster.arn, limited);
    const database = this.#databases.locate(cluster, target.database);
    if (await this.#databases.perform(cluster, sql)) return limited(NOTHING_TO_RUN);
    return this.#autocommit(database, atomic || this.#inBlock(), limited);
  }

  /** Whether a call without a transaction gets one of its own all the same (aws-facts RDS-10). */
  #inBlock(): boolean {
    return this.#assume('concurrent-index-in-autocommit') === 'fails';
  }

  async #autocommit<T>(database: string, inBlock: boolean, work: (session: SqlSession) => Promise<T>): Promise<T> {
    const session = await this.#limits.open(this.#engine, database).catch((error) => {
      throw databaseError(error, this.#assume);
    });
    let busy: Promise<unknown> | undefined;
    try {
      if (inBlock) await session.query('BEGIN');
      const outcome = await work(session);
      if (inBlock) await session.query('COMMIT');
      return outcome;
    } catch (error) {
      busy = error instanceof StatementTimeout ? error.continuing : undefined;
      throw databaseError(error, this.#assume);
    } finally {
      if (busy) void busy.then(() => session.release());
      else await session.release();
    }
  }

  async #run(session: SqlSession, statement: Prepared, target: Target, limit: Deadline): Promise<SqlResult> {
    const mayContinue =
      target.transactionId === undefined || this.#assume('continue-after-timeout-in-transaction') === 'continues';
    try {
      return await this.#limits.run(
        session,
        () => session.query(statement.sql, statement.parameters),
        limit,
        target.continueAfterTimeout && mayContinue,
      );
    } catch (error) {
      throw databaseError(error, this.#assume, statement.position) as AwsError;
    }
  }

  #answer(session: SqlSession, result: SqlResult, options: AnswerOptions): Promise<string> {
    return executeAnswer(session, result, options, this.#assume);
  }
}

interface Prepared {
  readonly sql: string;
  readonly parameters: readonly SqlParameter[];
  position(at: number): number;
}

/** In place of a session, for a statement that the sandbox carried out itself, such as CREATE DATABASE. */
const NOTHING_TO_RUN: SqlSession = {
  query: async () => NO_ROWS,
  cancel: async () => {},
  inTransaction: () => false,
  release: async () => {},
};
