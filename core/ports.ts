import type { Bundle, CodeLines, CreateTable, IndexDefinition, MigrationId } from './bundle/bundle';
import type { AuditEvent, ScopeState, Transition, UndoPlan } from './ledger/state';
import type { Outcome, RecordedRequest } from './request/request';
import type { BundleLocation, TargetProperties } from './wire';

/** Everything the engine needs of the world. Implementations: core/memory, lambda/aws. */
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
  undoPlan(scope: string, key: string): Promise<UndoPlan | undefined>;
  /**
   * Records a transition in one atomic write, refused when the lease is no longer this session's (LEASE_LOST) or
   * somebody else changed the state since it was read (STATE_CHANGED). Returns the new state.
   */
  write(session: HeldLease, base: ScopeState, transition: Transition): Promise<ScopeState>;
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
  open(name: string, properties: TargetProperties, session: HeldLease): Promise<Target>;
}

export type Target = SqlTarget | TableTarget;

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

/** One row of the history that a SQL target keeps, written in the transaction of the change it records. */
export interface HistoryMark {
  readonly id: MigrationId;
  readonly phase: 'up' | 'contract';
  /** Number of the action within its phase. */
  readonly step: number;
  readonly checksum: string;
  readonly deployment: string;
}

export type TransactionResult = 'done' | 'already' | 'foreign';

export interface SqlTarget {
  readonly engine: 'aurora-postgresql';
  /** Makes the history tables when missing, and raises the fence: transactions of holders with a lower token fail from now on. */
  prepare(): Promise<void>;
  /** The marks of this scope. */
  history(): Promise<readonly HistoryMark[]>;
  /**
   * Runs `work` in one transaction with the fence check and the history row: `add` inserts it, `remove` deletes it.
   * Answers `already` without running `work` when the history already says so, and `foreign` when the row to add was
   * written by another deployment.
   */
  transact(
    change: 'add' | 'remove',
    mark: HistoryMark,
    work: (connection: SqlConnection) => Promise<void>,
  ): Promise<TransactionResult>;
  /** One statement on its own, outside any transaction. */
  execute(statement: string): Promise<SqlResult>;
  /** Removes the history tables when no row is left in them, so that undoing a first deployment leaves no trace. */
  cleanUp(): Promise<void>;
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
export interface TableTarget {
  readonly engine: 'dynamodb';
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
