import type { Action, IndexDefinition, ManifestEntry, MigrationId } from '../bundle/bundle';
import type { Outcome } from '../request/request';
import type { BundleLocation, MigrationsProperties, TargetProperties } from '../wire';

/** What the ledger knows of a scope: enough to decide, small enough to read at every step. */
export interface ScopeState {
  readonly scope: string;
  /** Counts transitions. A transition based on an older count is refused. */
  readonly version: number;
  /** The stack that owns the scope; undefined before its first request. */
  readonly stackId?: string;
  /** Where the scope is: what is applied to which databases. Null before the first deployment and after it was undone. */
  readonly applied: AppliedRevision | null;
  /** Last link of the audit chain. */
  readonly eventCount: number;
  readonly lastHash: string;
  /** Deployments that are neither committed nor rolled back, oldest first. Usually none or one. */
  readonly open: readonly Deployment[];
  /** Migrations that are applied, or on their way. */
  readonly migrations: readonly MigrationRecord[];
}

/** A revision, applied to these databases. The same revision on a replaced database is another place. */
export interface AppliedRevision {
  readonly revision: string;
  /** Identity of the database behind each target name. */
  readonly identities: Readonly<Record<string, string>>;
  /** Where the revision's bundle lies; says nothing about whether two places are the same. */
  readonly bundle: BundleLocation;
}

/**
 * - `forward`: applying. `applied`: done, can still be rolled back, waits for the end of the stack update.
 * - `undoing`: going back. `committing`: past the point of no return, contract phases run.
 * - `failed`: going back or committing met an error that needs a person (`failure` says which).
 * - `rolled-back`, `committed`, `retained`: closed.
 */
export type DeploymentState =
  | 'forward'
  | 'applied'
  | 'undoing'
  | 'committing'
  | 'failed'
  | 'rolled-back'
  | 'committed'
  | 'retained';

/**
 * What a deployment is for. `downgrade` and `removal` take migrations away, which destroys, so all their work happens
 * when it is certain that no rollback can follow: at commit.
 */
export type DeploymentPurpose = 'deploy' | 'downgrade' | 'removal';

export interface Deployment {
  readonly id: string;
  readonly purpose: DeploymentPurpose;
  readonly from: AppliedRevision | null;
  /** Null for a removal. */
  readonly to: AppliedRevision | null;
  readonly state: DeploymentState;
  /** Key of the request that started it, see {@link RecordedRequest}. */
  readonly requestKey: string;
  readonly actor: string;
  /** How to reach the targets, as the request said. The rollback uses these, not its own request's. */
  readonly targets: Readonly<Record<string, TargetProperties>>;
  /** Where the code of its migrations lies. */
  readonly bundle?: BundleLocation;
  /** The migrations it applies (`deploy`, in order) or takes away (in order). */
  readonly plan: readonly MigrationId[];
  /** CloudFormation's time at which the stack operation began that this deployment belongs to; see core/evidence. */
  readonly operationStartedAt?: string;
  readonly startedAt: string;
  readonly appliedAt?: string;
  readonly endedAt?: string;
  /** Epoch milliseconds after which no further forward step starts. */
  readonly forwardDeadline: number;
  readonly failure?: Failure;
}

/** What went wrong, in words for a person. */
export interface Failure {
  readonly during: 'forward' | 'undo' | 'commit';
  readonly code: string;
  readonly message: string;
  readonly migration?: MigrationId;
  readonly file?: string;
  readonly line?: number;
  readonly statement?: string;
  readonly hint?: string;
  /** The request that met it: a repeated request gets the same answer, a new one tries again. */
  readonly requestKey: string;
}

export type MigrationState = 'applying' | 'applied' | 'undoing';

/** One applied migration. `key` keeps two databases behind one target name apart: see {@link migrationKey}. */
export interface MigrationRecord extends Omit<ManifestEntry, 'dependsOn'> {
  readonly key: string;
  /** Identity of the database it was applied to. */
  readonly identity: string;
  readonly state: MigrationState;
  /** The deployment that applied it. */
  readonly deployment: string;
  /** Order of application within the scope, from 1. */
  readonly position: number;
  readonly appliedAt?: string;
  readonly durationMs?: number;
  readonly contract: 'none' | 'pending' | 'done';
  /** It has no `up`, so the database's own history knows of it only after its contract phase. */
  readonly contractOnly?: boolean;
  /** Found already applied in the database by another deployment: never undone by this one. */
  readonly adopted?: boolean;
}

/**
 * Everything needed to undo or to contract a migration, written before its first step. CloudFormation puts the old
 * code back before it asks for the rollback, so nothing here may need the new code: SQL is text, table operations
 * are data, and code is named by the place and digest of the bundle that holds it.
 */
export interface UndoPlan {
  readonly key: string;
  readonly file: string;
  readonly up: readonly JournalEntry[];
  readonly down: readonly JournalEntry[];
  readonly contract: readonly JournalEntry[];
  /** Where compiled code lies, when an action runs code. */
  readonly bundle?: BundleLocation;
}

/** One step of a migration: what it does, and how far it came. */
export interface JournalEntry {
  readonly action: Action;
  readonly state: 'pending' | 'intent' | 'done';
  /** What was observed before acting, for steps that cannot share a transaction with their record. */
  readonly before?: Observation;
}

/** State of a table or index before a step touched it, or of a SQL index. */
export interface Observation {
  readonly exists: boolean;
  /** Definition of an index that the step removes. */
  readonly index?: IndexDefinition;
}

export interface AuditEvent {
  readonly seq: number;
  readonly at: string;
  /** Who: `cloudformation <stack> <logical id> <request id>` or `cli <user>@<host>`. */
  readonly actor: string;
  readonly deployment: string;
  readonly type: string;
  readonly target: string;
  readonly version: string;
  readonly detail: Readonly<Record<string, unknown>>;
  readonly previousHash: string;
  readonly hash: string;
}

/** An event before it has its place in the chain. */
export type NewEvent = Pick<AuditEvent, 'type'> & Partial<Pick<AuditEvent, 'target' | 'version' | 'detail'>>;

/** Everything that changes at once. */
export interface Transition {
  readonly stackId?: string;
  readonly applied?: AppliedRevision | null;
  readonly deployments?: readonly Deployment[];
  readonly migration?: MigrationRecord;
  readonly run?: UndoPlan;
  /** Key of a migration whose record and run record go. */
  readonly forget?: string;
  /** The answer to a request, recorded together with the state it reports. */
  readonly answer?: { readonly requestKey: string; readonly outcome: Outcome };
  readonly events: readonly AuditEvent[];
}

export function isOpen(deployment: Deployment): boolean {
  return !['rolled-back', 'committed', 'retained'].includes(deployment.state);
}

export function migrationKey(target: string, identity: string, version: string): string {
  return `${target}|${identity}|${version}`;
}

export function emptyState(scope: string): ScopeState {
  return { scope, version: 0, applied: null, eventCount: 0, lastHash: '', open: [], migrations: [] };
}

export function appliedRevisionOf(properties: MigrationsProperties): AppliedRevision {
  const targets = Object.entries(properties.Targets).map(([name, target]) => [name, target.Identity]);
  return { revision: properties.Revision, identities: Object.fromEntries(targets), bundle: properties.Bundle };
}

export function sameAppliedRevision(a: AppliedRevision | null, b: AppliedRevision | null): boolean {
  if (a === null || b === null) return a === b;
  const names = Object.keys(a.identities);
  return (
    a.revision === b.revision &&
    names.length === Object.keys(b.identities).length &&
    names.every((name) => a.identities[name] === b.identities[name])
  );
}
