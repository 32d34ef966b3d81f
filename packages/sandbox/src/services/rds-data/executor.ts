import type { AwsError } from '../../aws-error';
import type { Input } from '../input';
import type { AnswerOptions } from './answer';
import type { RdsDataAssume } from './assumptions';
import { type Cluster, physicalDatabase } from './clusters';
import type { Databases } from './databases';
import type { Prepared, SqlDialect } from './dialect';
import type { SqlEngine, SqlSession } from './engine/sql-engine';
import { StatementTimeout } from './errors';
import type { Field } from './fields';
import type { Deadline, TimeLimits } from './time-limits';
import type { Transactions } from './transactions';

/** Where a call runs: in a transaction, or (without one) in a session of its own that is committed at once. */
export interface Target {
  readonly cluster: Cluster;
  readonly database: string;
  readonly transactionId?: string;
  readonly continueAfterTimeout: boolean;
}

/** What an executor uses. */
interface Parts<Result, Parameter> {
  readonly engine: SqlEngine<Result, Parameter>;
  readonly dialect: SqlDialect<Result, Parameter>;
  readonly databases: Databases;
  readonly transactions: Transactions<Result, Parameter>;
  readonly limits: TimeLimits;
  readonly assume: RdsDataAssume;
  /** What a statement returns that returns nothing. */
  readonly noRows: Result;
}

/** Runs the statements of one kind of database. */
export class Executor<Result, Parameter> {
  constructor(private readonly parts: Parts<Result, Parameter>) {}

  /** The body of ExecuteStatement's answer. */
  execute(target: Target, sql: string, parameters: readonly Input[], options: AnswerOptions): Promise<string> {
    const { dialect } = this.parts;
    const statement = dialect.prepare(sql, parameters);
    return this.perform(target, sql, false, async (session, limit) =>
      dialect.answer(session, await this.run(session, statement, target, limit), options),
    );
  }

  /** Runs the statement once per set (aws-facts RDS-11). Returns what each time generated. */
  batch(target: Target, sql: string, sets: readonly (readonly Input[])[]): Promise<readonly (readonly Field[])[]> {
    const { dialect, assume } = this.parts;
    const statements = (sets.length > 0 ? sets : [[]]).map((parameters) => dialect.prepare(sql, parameters));
    const atomic = assume('batch-is-atomic') === 'yes';
    return this.perform(target, sql, atomic, async (session, limit) => {
      const generated: (readonly Field[])[] = [];
      for (const statement of statements) {
        generated.push(dialect.generatedFields(await this.run(session, statement, target, limit)));
      }
      return generated;
    });
  }

  /** Rows as objects, for the host. */
  rows(target: Target, sql: string): Promise<readonly Readonly<Record<string, unknown>>[]> {
    const statement: Prepared<Parameter> = { sql, parameters: [], position: (at) => at };
    return this.perform(target, sql, false, async (session, limit) =>
      this.parts.dialect.shown(session, await this.run(session, statement, target, limit)),
    );
  }

  private async perform<T>(
    target: Target,
    sql: string,
    atomic: boolean,
    work: (session: SqlSession<Result, Parameter>, limit: Deadline) => Promise<T>,
  ): Promise<T> {
    const { cluster, transactionId } = target;
    const { limits, transactions, databases } = this.parts;
    const limited = (session: SqlSession<Result, Parameter>) => work(session, limits.deadline());
    if (transactionId !== undefined) return transactions.run(transactionId, cluster.arn, limited);
    const database = databases.locate(cluster, target.database);
    if (await databases.perform(cluster, sql)) return limited(this.nothingToRun());
    return this.autocommit(database, target, atomic || this.inBlock(), limited);
  }

  /** Whether a call without a transaction gets one of its own all the same (aws-facts RDS-10). */
  private inBlock(): boolean {
    return this.parts.assume('concurrent-index-in-autocommit') === 'fails';
  }

  private async autocommit<T>(
    database: string,
    target: Target,
    inBlock: boolean,
    work: (session: SqlSession<Result, Parameter>) => Promise<T>,
  ): Promise<T> {
    const { engine, limits } = this.parts;
    const session = await limits.open(engine, database).catch((error) => {
      throw this.translated(error, target);
    });
    let busy: Promise<unknown> | undefined;
    try {
      if (inBlock) await session.query('BEGIN');
      const outcome = await work(session);
      if (inBlock) await session.query('COMMIT');
      return outcome;
    } catch (error) {
      busy = error instanceof StatementTimeout ? error.continuing : undefined;
      throw this.translated(error, target);
    } finally {
      if (busy) void busy.then(() => session.release());
      else await session.release();
    }
  }

  private async run(
    session: SqlSession<Result, Parameter>,
    statement: Prepared<Parameter>,
    target: Target,
    limit: Deadline,
  ): Promise<Result> {
    const { limits, assume } = this.parts;
    const mayContinue =
      target.transactionId === undefined || assume('continue-after-timeout-in-transaction') === 'continues';
    try {
      return await limits.run(
        session,
        () => session.query(statement.sql, statement.parameters),
        limit,
        target.continueAfterTimeout && mayContinue,
      );
    } catch (error) {
      throw this.translated(error, target, statement.position) as AwsError;
    }
  }

  private translated(error: unknown, { cluster, database }: Target, position?: (at: number) => number): unknown {
    const physical = physicalDatabase(cluster, database);
    const rename = (message: string) => message.replaceAll(physical, database);
    return this.parts.dialect.error(error, { position, rename });
  }

  /** In place of a session, for a statement that the sandbox carried out itself, such as CREATE DATABASE. */
  private nothingToRun(): SqlSession<Result, Parameter> {
    return {
      query: async () => this.parts.noRows,
      cancel: async () => {},
      inTransaction: () => false,
      release: async () => {},
    };
  }
}
