import type { Input } from '../input';
import type { AnswerOptions } from './answer';
import type { DatabaseStatement } from './database-statements';
import type { SqlSession } from './engine/sql-engine';
import type { Field } from './fields';

/** What differs between the kinds of database that the Data API serves. */
export interface SqlDialect<Result, Parameter> {
  /** A call's statement with its parameters, as its database takes it. @throws AwsError for a call that is wrong in itself */
  prepare(sql: string, parameters: readonly Input[]): Prepared<Parameter>;
  /** The body of ExecuteStatement's answer. Runs on the statement's own session. */
  answer(session: SqlSession<Result, Parameter>, result: Result, options: AnswerOptions): Promise<string>;
  /** Rows as objects, for people. */
  shown(session: SqlSession<Result, Parameter>, result: Result): Promise<readonly Readonly<Record<string, unknown>>[]>;
  /** What a statement generated, as BatchExecuteStatement answers it. */
  generatedFields(result: Result): readonly Field[];
  /**
   * An error of Data API for what a session threw. `position` maps a position in the SQL that ran to one in the caller's SQL,
   * and `rename` says names of databases as the caller knows them.
   */
  error(error: unknown, shown?: ShownError): unknown;
  /** The errors of statements that the sandbox carries out itself. */
  missingDatabase(name: string, when: 'connecting' | 'dropping'): unknown;
  existingDatabase(name: string): unknown;
  /** A statement about whole databases; undefined for any other. */
  databaseStatement(sql: string): DatabaseStatement | undefined;
}

export interface ShownError {
  readonly position?: (at: number) => number;
  readonly rename?: (message: string) => string;
}

export interface Prepared<Parameter> {
  readonly sql: string;
  readonly parameters: readonly Parameter[];
  position(at: number): number;
}
