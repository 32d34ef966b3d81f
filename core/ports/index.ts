import type { Bundle, CodeLines, MigrationId } from '../bundle/bundle';
import type { SeedPart, SeedSource } from '../bundle/seed';
import type { AuditEvent, Deployment, PlannedUndo, ScopeHead, ScopeState, Transition } from '../ledger/state';
import type { ClaimName } from '../protocol/claim-names';
import type { Outcome, RecordedRequest } from '../request/request';
import type { BundleLocation, TargetProperties } from '../wire';
import type { DataFunctions } from './data-functions';
import type { Pass, Segments } from './segments';
import type { SqlConnection } from './sql';
import type { Target } from './target';

export type * from './data-functions';
export type * from './items';
export type * from './schema';
export type * from './segments';
export type * from './sql';
export type * from './tables';
export type * from './target';

/** Everything the engine needs of the world. lambda/aws implements it; tests have it in memory (test/support/memory). */
export interface Ports {
  readonly ledger: Ledger;
  readonly leases: Leases;
  readonly requests: Requests;
  readonly targets: Targets;
  readonly bundles: Bundles;
  readonly stacks: Stacks;
  readonly claims: Claims;
  /** Progress of work in segments. */
  readonly segments: Segments;
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
   * it has ended or another request asked us to stop. The clock is looked at after any pause of this process.
   */
  guard(): Promise<void>;
  /** Of a worker: what it holds rather than the scope. Its token is that of the segment. */
  readonly segment?: { readonly pass: Pass; readonly number: number };
}

export interface LeaseHolder {
  /** Who, so that the same one may take it again after a crash: the execution. */
  readonly id: string;
  /** For messages: what it is doing. */
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
   * Takes the lease when it is free, expired or already this holder's (with a greater token each time). When another
   * holder has it, answers who that is, and with `stop` asks that holder to stop at its next step.
   */
  acquire(scope: string, holder: LeaseHolder, stop: boolean): Promise<HeldLease | LeaseInfo>;
  /** Releases the lease. Without effect for a holder that has already lost it. */
  release(session: HeldLease): Promise<void>;
  inspect(scope: string): Promise<LeaseInfo | undefined>;
  /** Revokes it from the holder with this token, for `migrations unlock --force`. False when that token is not the holder's. */
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
  /** @throws TARGET_GONE when the database is known not to exist, TARGET_UNREACHABLE when that is not known. */
  open(name: string, properties: TargetProperties, lease: HeldLease): Promise<Target>;
}

/** The evaluated module of a migration that runs code. */
export interface MigrationModule extends DataFunctions {
  /** Leads from a line of a stack trace back to the source file. */
  readonly codeLines: CodeLines;
  /** What `sql()` declares. */
  readonly up?: (connection: SqlConnection) => Promise<void> | void;
  readonly down?: (connection: SqlConnection) => Promise<void> | void;
  readonly contract?: (connection: SqlConnection) => Promise<void> | void;
}

export interface Bundles {
  /** @throws BUNDLE_DIGEST_MISMATCH when the bytes are not those the location names, BUNDLE_MISSING when there are none. */
  load(location: BundleLocation): Promise<Bundle>;
  module(location: BundleLocation, migration: MigrationId): Promise<MigrationModule>;
  /** A part of a seed file. @throws BUNDLE_DIGEST_MISMATCH, BUNDLE_MISSING as `load` */
  seedPart(location: BundleLocation, seed: SeedSource, part: SeedPart): Promise<Uint8Array>;
}

/** What CloudFormation says of a stack. */
export interface StackView {
  readonly status: string;
  /** The stack was created with rollback disabled: a failed operation leaves it as it is. */
  readonly rollbackDisabled?: boolean;
  /** ARN of the role with which CloudFormation deploys the stack; undefined when it uses that of whoever deploys. */
  readonly serviceRole?: string;
  /** Status changes of the stack itself, oldest first, at least back to the start of its current or last operation. */
  readonly history: readonly { readonly status: string; readonly at: string }[];
}

export interface Stacks {
  /** Undefined when CloudFormation cannot be asked: then nothing that destroys is decided. `since`: how far back history must reach. */
  view(stackId: string, since?: string): Promise<StackView | undefined>;
  /**
   * Whether the running operation of a stack made a database reachable that was there before: rolled back, it closes the
   * way in before the migrations are asked to be undone. False also when CloudFormation does not show it.
   */
  opensTarget(stackId: string, properties: TargetProperties): Promise<boolean>;
}

export interface Claim {
  readonly scope: string;
  readonly stackId: string;
  readonly since: string;
  /** Of a former owner: the table of its ledger, which was kept. */
  readonly ledger?: string;
}

/** What is owned, and by whom. */
export interface TakenClaim {
  readonly name: ClaimName;
  readonly owner: Claim;
  /** The owner left it: nobody owns it now. */
  readonly isFormer?: boolean;
}

/** Who may migrate what, in an account and region. Claims that clash (core/protocol/claim-names) have one owner. */
export interface Claims {
  /** Takes all of these, or none and answers whose one of them is. Taking one's own again succeeds. */
  claim(names: readonly ClaimName[], claim: Claim): Promise<TakenClaim | undefined>;
  /** Releases those that are this owner's. */
  release(names: readonly ClaimName[], owner: Pick<Claim, 'scope' | 'stackId'>): Promise<void>;
  /** All claims, for people, and what former owners left. */
  list(): Promise<readonly TakenClaim[]>;
  /** Remembers who owned these, and where its ledger is, after it was removed and left them. */
  noteFormer(names: readonly ClaimName[], owner: Claim): Promise<void>;
  /** Who last owned one of these and left it. */
  former(names: readonly ClaimName[]): Promise<Claim | undefined>;
  forgetFormer(names: readonly ClaimName[]): Promise<void>;
}

export interface Clock {
  /** Epoch milliseconds. */
  now(): number;
  sleep(milliseconds: number): Promise<void>;
  /**
   * A moment, in milliseconds with fractions, and for how many of them until then this process was busy itself. Undefined: no
   * clock is so exact.
   */
  mark?(): { readonly at: number; readonly busy: number };
}
