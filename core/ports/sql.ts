import type { MigrationId } from '../bundle/bundle';
import type { MigrationError } from '../errors/index';

/**
 * A row of a result, by the names of its columns.
 *
 * @example
 * import { type SqlRow, sql } from 'cdk-migrations/authoring';
 *
 * const email = (row: SqlRow) => String(row['email']).trim();
 * export default sql({
 *   up: async (db) => {
 *     const { rows } = await db.execute('select id, email from users');
 *     for (const row of rows) {
 *       await db.execute('update users set email = :email where id = :id', { id: row['id'], email: email(row) });
 *     }
 *   },
 *   irreversible: true,
 * });
 */
export interface SqlRow {
  /**
   * The value of a column, as the RDS Data API returns it: a string, number, boolean, null, bytes (`Uint8Array`), or an
   * array of them. Types that it does not have, such as `timestamp`, `numeric` and `json`, come as strings.
   */
  readonly [column: string]: unknown;
}

/**
 * What a statement returned.
 *
 * @example
 * import { type SqlResult, sql } from 'cdk-migrations/authoring';
 *
 * export default sql({
 *   up: async (db) => {
 *     const updated: SqlResult = await db.execute('update users set diet = :diet', { diet: 'any' });
 *     if (updated.rowCount === 0) throw new Error('There are no users.');
 *   },
 *   irreversible: true,
 * });
 */
export interface SqlResult {
  /** The rows that the statement returned; none for one that returns nothing. */
  readonly rows: readonly SqlRow[];
  /** How many rows the statement returned or changed. */
  readonly rowCount: number;
}

/**
 * A connection to the database of a SQL migration, inside the transaction of its phase.
 *
 * @example
 * import { type SqlConnection, sql } from 'cdk-migrations/authoring';
 *
 * const lowerCase = (db: SqlConnection, column: 'email' | 'name') =>
 *   db.execute(`update users set ${column} = lower(${column})`);
 * export default sql({
 *   up: async (db) => {
 *     await lowerCase(db, 'email');
 *   },
 *   irreversible: true,
 * });
 */
export interface SqlConnection {
  /**
   * Executes one statement.
   *
   * @param statement SQL, in which parameters are written as `:name`
   * @param parameters the values of these parameters, by name without the colon: strings, numbers, booleans, bigints,
   *   dates (UTC), bytes, null; other objects are passed as JSON
   * @throws MigrationError `STATEMENT_FAILED` if the database refuses the statement
   */
  execute(statement: string, parameters?: Readonly<Record<string, unknown>>): Promise<SqlResult>;
}

/** One row of the history that a SQL database keeps, written in the transaction of the change it records. */
export interface HistoryMark {
  readonly id: MigrationId;
  readonly phase: 'up' | 'contract' | 'down';
  /** Number of the step within its phase. */
  readonly step: number;
  readonly checksum: string;
  readonly deployment: string;
}

/** `add` inserts the mark; `remove` deletes all marks that the migration has of the same deployment. */
export type HistoryChange = 'add' | 'remove';

/** Statements that are one transaction with their change of the history. */
export interface Section {
  readonly change: HistoryChange;
  readonly mark: HistoryMark;
  readonly statements: readonly string[];
  /** Questions asked in the same transaction, after the statements: each must return one row that begins with true. */
  readonly verify: readonly string[];
  /**
   * Which attempt this is. A section whose call was lost or took too long reports its failure to the next call of the
   * same attempt; another attempt runs it again.
   */
  readonly attempt: string;
}

/**
 * - `done`: it ran. `already`: the history says that it ran before, or, to remove, that there is nothing to remove.
 * - `foreign`: another deployment did it. `edited`: so it did, with another checksum.
 * - `failed`, `unverified`: nothing of it stays; `statement` counts the statements and then the verify statements, from 0.
 * - `locked`: nothing of it stays either, because others held a lock that it needs for too long. It may be tried again.
 */
export type SectionResult =
  | { readonly outcome: 'done' | 'already' | 'foreign' }
  | { readonly outcome: 'edited'; readonly checksum: string }
  | ({ readonly outcome: 'failed'; readonly statement: number; readonly message: string } & ErrorNumbers)
  | { readonly outcome: 'locked'; readonly statement: number; readonly wait: LockWait }
  | { readonly outcome: 'unverified'; readonly statement: number; readonly returned: string };

/** What is known of a lock that a section did not get in time. */
export interface LockWait {
  /** Milliseconds since a call of the same attempt did not get a lock for the first time. */
  readonly waited: number;
  /** Milliseconds that one call waits for a lock. */
  readonly timeout: number;
  /** Who held it; empty when that could not be found out. */
  readonly holders: readonly LockHolder[];
}

/** A session that holds a lock, or is before us in the queue for it. */
export interface LockHolder {
  readonly pid: number;
  readonly user: string;
  readonly application: string;
  /** In the database's words: `active`, `idle in transaction`. */
  readonly state: string;
  /** Seconds since its transaction began. */
  readonly seconds: number;
  /** The beginning of its last statement, without literals (G6). */
  readonly query: string;
}

/** How databases tell errors apart: by a SQLSTATE, and where that is too coarse by a number of their own. */
export interface ErrorNumbers {
  readonly sqlState?: string;
  readonly errorNumber?: number;
}

/** Neighbours among the statements of a section: one transaction, or one statement that commits what is open. */
export interface StatementUnit {
  readonly transactional: boolean;
  /** How many statements it has. */
  readonly statements: number;
}

export interface SqlDatabase {
  /** How the statements of a section can be run, in order. Where schema changes are transactional that is one unit. */
  units(statements: readonly string[]): readonly StatementUnit[];
  /** Whether a value that a verify statement returned is true, as the database has it. */
  isTrue(value: unknown): boolean;
  /** @throws DATABASE_BUSY while an earlier call for this scope still runs, LEASE_LOST for a later holder's fence. */
  runSection(section: Section): Promise<SectionResult>;
  /**
   * As {@link runSection}, for work that is code. It may be called again, as if it had never run.
   * @param attempt see {@link Section.attempt}; default: one for each deployment
   */
  transact(
    change: HistoryChange,
    mark: HistoryMark,
    work: (connection: SqlConnection) => Promise<void>,
    attempt?: string,
  ): Promise<SectionResult>;
  /** A question outside any transaction. */
  query(statement: string): Promise<SqlResult>;
  readonly standalone: StandaloneStatements;
}

/**
 * What the database shows of a statement's effect: of an index that it makes, whether it is there as the statement says
 * (`present`) or otherwise (`different`), and usable.
 */
export type StandaloneEffect = 'absent' | 'present' | 'different' | 'building' | 'broken';

export type StandaloneRun =
  | 'done'
  | 'instantly'
  | 'running'
  | { readonly missing: MigrationError }
  | { readonly locked: LockWait };

/** A statement that the database would refuse because of what is there, or is not, before a migration begins. */
export interface StatementConflict {
  /** Its number among those that were asked about. */
  readonly statement: number;
  /** What it makes or removes, with its kind: `column users.age`. */
  readonly object: string;
  readonly is: 'there' | 'missing';
}

/** Statements that run outside transactions, so that only a look at the database tells whether they took effect. */
export interface StandaloneStatements {
  /**
   * Whether a statement cannot run inside a function or a transaction. One that can is better run as a section, which
   * runs exactly once. `maybe`: that depends on what it calls, and the database says so with {@link mustRunAlone}.
   */
  runsAlone(statement: string): 'yes' | 'no' | 'maybe';
  /** Whether a section failed only because its statement cannot run in one. */
  mustRunAlone(sqlState: string | undefined): boolean;
  /** Whether a section failed because what its statement is about does not exist. */
  saysMissing(error: ErrorNumbers): boolean;
  /** Undefined when nothing in the database tells, because the statement makes nothing that could be looked up. */
  look(statement: string): Promise<StandaloneEffect | undefined>;
  /**
   * The first of these statements, which run one after the other, that makes what is there already, or removes what is not. Undefined
   * when there is none, or it cannot be foreseen.
   */
  conflict(statements: readonly string[]): Promise<StatementConflict | undefined>;
  /**
   * A digest of what the statement changes, as the database describes it at the moment: a statement that took effect has
   * changed it. Undefined when the database describes nothing of it.
   */
  fingerprint(statement: string): Promise<string | undefined>;
  /** The statement without what has its effect already, such as the drop of a column that is gone; undefined when nothing is left. */
  remainder(statement: string): Promise<string | undefined>;
  /** Running it twice is the same as running it once. */
  isRepeatable(statement: string): boolean;
  /**
   * Runs a statement at most once. `instantly`: so that no row was touched, which nothing turns back but the opposite
   * change. `running`: the call ended before the statement did, or its answer was lost, so the
   * statement may run, may have run, or may not. `missing`: what the statement is about does not exist, and nothing
   * happened. `locked`: nothing happened either, because others held a lock that it needs for too long.
   * @param tag tells this run apart from all others, see {@link isRunning}
   */
  run(statement: string, tag: string): Promise<StandaloneRun>;
  /** Whether the database still runs a statement that was begun with this tag, by whichever process. */
  isRunning(tag: string): Promise<boolean>;
  /** Asks the database to stop a statement that was begun with this tag. Does not wait until it has. */
  stop(tag: string): Promise<void>;
  /** Removes what the statement made, whole or broken, if it is there. `running`: not yet, and it is to be asked again. */
  discard(statement: string, tag: string): Promise<'done' | 'running'>;
}
