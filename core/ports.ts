import type { Bundle, CodeLines, CreateTable, IndexDefinition, MigrationId } from './bundle/bundle';
import type { DatabaseTraits } from './bundle/database-kinds';
import type { MigrationError } from './errors/index';
import type {
  AuditEvent,
  Deployment,
  PlannedUndo,
  ScopeHead,
  ScopeState,
  SegmentRecord,
  Transition,
} from './ledger/state';
import type { Outcome, RecordedRequest } from './request/request';
import type { BundleLocation, DatabaseKind, TargetProperties } from './wire';

/** Everything the engine needs of the world. lambda/aws implements it; tests have it in memory (test/support/memory). */
export interface Ports {
  readonly ledger: Ledger;
  readonly leases: Leases;
  readonly requests: Requests;
  readonly targets: Targets;
  readonly bundles: Bundles;
  readonly stacks: Stacks;
  readonly claims: Claims;
  readonly clock: Clock;
}

export interface Ledger {
  /** The scope's state; {@link emptyState} when nothing was ever recorded. */
  load(scope: string): Promise<ScopeState>;
  /**
   * The undo plans of these migrations with the states of their steps, in any order; nothing for a migration that has
   * none. Asked for many at once, so that undoing takes few calls.
   */
  undoPlans(scope: string, keys: readonly string[]): Promise<readonly PlannedUndo[]>;
  /** Segments of a migration's steps in one deployment, by step and number. */
  segments(scope: string, deployment: string, key: string): Promise<readonly SegmentRecord[]>;
  /** All deployments of the scope, closed ones too, oldest first. */
  deployments(scope: string): Promise<readonly Deployment[]>;
  /**
   * Records a transition in one atomic write, refused when the lease is no longer this holder's (LEASE_LOST) or the
   * state was changed since `head` was read (STATE_CHANGED). Returns the new head.
   */
  write(lease: HeldLease, head: ScopeHead, transition: Transition): Promise<ScopeHead>;
  /** All audit events, oldest first. */
  events(scope: string): Promise<readonly AuditEvent[]>;
}

/** A holder's right to write, as every write presents it. Tokens only grow: a later holder's is greater. */
export interface HeldLease {
  readonly scope: string;
  readonly token: number;
  /**
   * To be called right before every effect on a target: renews the lease when it runs low and throws LEASE_LOST when
   * it is over or another request asked us to stop. The clock is looked at after any pause of this process.
   */
  guard(): Promise<void>;
}

export interface LeaseHolder {
  /** Who, so that the same one may take it again after a crash: the execution. */
  readonly id: string;
  /** For people: what it is doing. */
  readonly description: string;
}

export interface LeaseInfo {
  readonly holder: LeaseHolder;
  readonly token: number;
  readonly acquiredAt: string;
  /** Epoch milliseconds. */
  readonly expiresAt: number;
  /** Another request waits for the holder to stop. */
  readonly stopRequested: boolean;
}

export interface Leases {
  /**
   * Takes the lease when it is free, expired or already this holder's (with a greater token each time). When it is
   * somebody else's, answers who holds it, and with `stop` asks that holder to stop at its next step.
   */
  acquire(scope: string, holder: LeaseHolder, stop: boolean): Promise<HeldLease | LeaseInfo>;
  /** Gives the lease back. A session that lost it already changes nothing. */
  release(session: HeldLease): Promise<void>;
  inspect(scope: string): Promise<LeaseInfo | undefined>;
  /** Takes it away from the holder with this token, for `migrations unlock --force`. False when that token is not the holder's. */
  revoke(scope: string, token: number): Promise<boolean>;
}

export interface Requests {
  /** Keeps a request unless one with its key is there. True when it was new. */
  record(request: RecordedRequest): Promise<boolean>;
  find(scope: string, key: string): Promise<RecordedRequest | undefined>;
  /** Sets the outcome of a request that has none yet, for answers that change no other state. */
  setOutcome(scope: string, key: string, outcome: Outcome): Promise<void>;
  /** Answers FAILED to every older request of the same resource that has no outcome: CloudFormation gave up on them. */
  supersede(by: RecordedRequest, outcome: Outcome): Promise<void>;
  /** Marks it answered and forgets its response URL. */
  answered(scope: string, key: string): Promise<void>;
}

export interface Targets {
  /** @throws TARGET_GONE when the database, its secret or its cluster does not exist any more. */
  open(name: string, properties: TargetProperties, lease: HeldLease): Promise<Target>;
}

/**
 * A database that migrations change. Every kind has the same life cycle; where a database needs nothing of it, the
 * method does nothing. What a step can do with it is in `sql` or `tables`.
 */
export interface Target {
  readonly databaseKind: DatabaseKind;
  readonly traits: DatabaseTraits;
  /** For databases that take statements. */
  readonly sql?: SqlDatabase;
  /** For databases of tables without a schema. */
  readonly tables?: TableDatabase;
  /** Makes what the protocol needs in the database, and raises the fence: holders of lower tokens can write no more. */
  prepare(): Promise<void>;
  /** What the database itself knows of this scope's migrations; undefined when it keeps no history. */
  history(): Promise<readonly HistoryMark[] | undefined>;
  /** Removes what `prepare` made, unless a migration of any scope is still recorded there. */
  cleanUp(): Promise<void>;
}

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

/** `add` inserts the mark; `remove` deletes all marks that the migration has. */
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
 */
export type SectionResult =
  | { readonly outcome: 'done' | 'already' | 'foreign' }
  | { readonly outcome: 'edited'; readonly checksum: string }
  | { readonly outcome: 'failed'; readonly statement: number; readonly message: string; readonly sqlState?: string }
  | { readonly outcome: 'unverified'; readonly statement: number; readonly returned: string };

export interface SqlDatabase {
  /** @throws DATABASE_BUSY while an earlier call for this scope still runs, LEASE_LOST for a later holder's fence. */
  runSection(section: Section): Promise<SectionResult>;
  /** As {@link runSection}, for work that is code. It may be called again, as if it had never run. */
  transact(
    change: HistoryChange,
    mark: HistoryMark,
    work: (connection: SqlConnection) => Promise<void>,
  ): Promise<SectionResult>;
  /** A question outside any transaction. */
  query(statement: string): Promise<SqlResult>;
  readonly standalone: StandaloneStatements;
}

/** What the database shows of a statement's effect: of an index, whether it is there and usable. */
export type StandaloneEffect = 'absent' | 'present' | 'building' | 'broken';

/** Statements that run outside transactions, so that only a look at the database tells whether they took effect. */
export interface StandaloneStatements {
  /** Undefined when nothing in the database tells, because the statement makes nothing that could be looked up. */
  look(statement: string): Promise<StandaloneEffect | undefined>;
  /** Running it twice is the same as running it once. */
  isRepeatable(statement: string): boolean;
  /**
   * `running`: the call ended before the statement did. `missing`: what the statement is about does not exist, and
   * nothing happened.
   */
  run(statement: string): Promise<'done' | 'running' | { readonly missing: MigrationError }>;
  /** Removes what the statement made, whole or broken, if it is there. */
  discard(statement: string): Promise<void>;
}

export type TableStatus = 'CREATING' | 'UPDATING' | 'DELETING' | 'ACTIVE' | 'OTHER';

export interface TableDescription {
  readonly status: TableStatus;
  readonly indexes: readonly (IndexDefinition & {
    readonly status: 'CREATING' | 'UPDATING' | 'DELETING' | 'ACTIVE' | 'OTHER';
    /** True in the second phase of an index build, in which the index may be deleted. */
    readonly backfilling: boolean;
  })[];
}

/** Tables by logical name. Each function sends one request and does not wait: the engine observes. */
export interface TableDatabase {
  /** The physical name. @throws UNKNOWN_TABLE when the target has no such table and no prefix for new ones. */
  physicalName(table: string): string;
  describe(table: string): Promise<TableDescription | undefined>;
  createTable(operation: CreateTable): Promise<void>;
  /**
   * `gone` when DynamoDB says that there is no such table. It knows that better than `describe`, which may not see a
   * table yet that was created a moment ago.
   */
  deleteTable(table: string): Promise<'asked' | 'gone'>;
  addIndex(table: string, index: IndexDefinition): Promise<void>;
  removeIndex(table: string, index: string): Promise<void>;
}

/** The evaluated module of a migration that runs code. */
export interface MigrationModule {
  /** Leads from a line of a stack trace back to the source file. */
  readonly codeLines: CodeLines;
  readonly up?: (connection: SqlConnection) => Promise<void> | void;
  readonly down?: (connection: SqlConnection) => Promise<void> | void;
  readonly contract?: (connection: SqlConnection) => Promise<void> | void;
}

export interface Bundles {
  /** @throws BUNDLE_DIGEST when the bytes are not those the location names, BUNDLE_MISSING when there are none. */
  load(location: BundleLocation): Promise<Bundle>;
  module(location: BundleLocation, migration: MigrationId): Promise<MigrationModule>;
}

/** What CloudFormation says of a stack. */
export interface StackView {
  readonly status: string;
  /** Status changes of the stack itself, oldest first, at least back to the start of its current or last operation. */
  readonly history: readonly { readonly status: string; readonly at: string }[];
}

export interface Stacks {
  /** Undefined when CloudFormation cannot be asked: then nothing that destroys is decided. `since`: how far back history must reach. */
  view(stackId: string, since?: string): Promise<StackView | undefined>;
}

export interface Claim {
  readonly scope: string;
  readonly stackId: string;
  readonly since: string;
}

/** Who may migrate a database. One claim per database identity in an account and region. */
export interface Claims {
  /** Takes the claim, or answers whose it is. Taking one's own again succeeds. */
  claim(identity: string, claim: Claim): Promise<Claim | undefined>;
  /** Gives it back if it is this stack's. */
  release(identity: string, owner: Pick<Claim, 'scope' | 'stackId'>): Promise<void>;
}

export interface Clock {
  /** Epoch milliseconds. */
  now(): number;
  sleep(milliseconds: number): Promise<void>;
}
