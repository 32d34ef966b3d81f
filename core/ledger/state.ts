import type { ManifestEntry, MigrationId, Phase } from '../bundle/bundle';
import type { ClaimName } from '../protocol/claim-names';
import type { StrategyName } from '../protocol/strategies';
import { claimsOfAll } from '../protocol/target-claims';
import type { Outcome } from '../request/request';
import type { BundleLocation, MigrationsProperties, TargetProperties } from '../wire';
import type { Observation, OpenBuild } from './observation';

/** The one item of a scope that every transition changes. */
export interface ScopeHead {
  readonly scope: string;
  /** Counts transitions. A transition based on an older count is refused. */
  readonly version: number;
  /** The stack that owns the scope; undefined before its first request. */
  readonly stackId?: string;
  /** What is applied to which databases. Null before the first deployment and after it was rolled back. */
  readonly applied: AppliedRevision | null;
  /** Last link of the audit chain. */
  readonly eventCount: number;
  readonly lastHash: string;
}

/** What the ledger knows of a scope: enough to decide, small enough to read at every tick. */
export interface ScopeState extends ScopeHead {
  /** Deployments that are neither committed nor rolled back, oldest first. Usually none or one. */
  readonly open: readonly Deployment[];
  /** Migrations that are applied, or on their way, in the order of their application. */
  readonly migrations: readonly MigrationRecord[];
}

/** A revision, applied to these databases. The same revision on a replaced database is another one. */
export interface AppliedRevision {
  readonly revision: string;
  /** Identity of the database behind each target name. */
  readonly identities: Readonly<Record<string, string>>;
  /** What the scope owned for it, see core/protocol/target-claims. */
  readonly claims?: readonly ClaimName[];
  /** Where the revision's bundle is stored; says nothing about whether two applied revisions are the same. */
  readonly bundle: BundleLocation;
}

/**
 * - `forward`: applying. `applied`: done, can still be rolled back, waits for the end of the stack update.
 * - `rolling-back`: undoing what it applied. `committing`: past the point of no return, contract phases run.
 * - `failed`: the rollback or the commit met an error that an operator must resolve (`failure` says which).
 * - `rolled-back`, `committed`, `retained`: closed.
 */
type DeploymentState =
  | 'forward'
  | 'applied'
  | 'rolling-back'
  | 'committing'
  | 'failed'
  | 'rolled-back'
  | 'committed'
  | 'retained';

/**
 * What a deployment is for. `downgrade` and `removal` undo migrations for good, which destroys data, so all their work
 * happens when it is certain that no rollback can follow: at commit.
 */
type DeploymentPurpose = 'deploy' | 'downgrade' | 'removal';

export interface Deployment {
  readonly id: string;
  readonly purpose: DeploymentPurpose;
  /** Which phases it has, see core/protocol/strategies. */
  readonly strategy: StrategyName;
  readonly from: AppliedRevision | null;
  /** Null for a removal. */
  readonly to: AppliedRevision | null;
  readonly state: DeploymentState;
  /** Key of the request that started it, see {@link RecordedRequest}. */
  readonly requestKey: string;
  /** What that request was. Of a scope that was kept and added again, even the first deployment has a `from`. */
  readonly startedBy?: 'Create' | 'Update' | 'Delete';
  readonly actor: string;
  /** How to reach the targets, as the request said. The rollback uses these, not its own request's. */
  readonly targets: Readonly<Record<string, TargetProperties>>;
  /** Where the code of its migrations is stored. */
  readonly bundle?: BundleLocation;
  /** The migrations it applies (`deploy`, in order) or undoes (in order). */
  readonly plan: readonly MigrationId[];
  /** Of targets whose database was there before: the version up to which migrations are recorded without running. */
  readonly baselines?: Readonly<Record<string, string>>;
  /** CloudFormation's time at which the stack operation began that this deployment belongs to; see core/evidence. */
  readonly operationStartedAt?: string;
  /** CloudFormation rolls nothing back when the operation fails, because the stack says so. */
  readonly rollbackDisabled?: boolean;
  readonly startedAt: string;
  readonly appliedAt?: string;
  readonly endedAt?: string;
  /** Epoch milliseconds after which no further forward step starts. */
  readonly forwardDeadline: number;
  readonly failure?: Failure;
  /** What its rollback undoes. */
  readonly undoes?: NamedMigrations;
  /** How many items its rollback left, because somebody else had changed them. */
  readonly itemsLeft?: number;
  /** Sentences that the answer tells besides what was applied. */
  readonly notes?: readonly string[];
}

/** Migrations for a reason: the first names, and how many there are. */
export interface NamedMigrations {
  readonly first: readonly MigrationId[];
  readonly count: number;
}

/** What went wrong, for messages. */
export interface Failure {
  readonly during: 'forward' | 'roll-back' | 'commit';
  readonly code: string;
  readonly message: string;
  readonly migration?: MigrationId;
  readonly file?: string;
  readonly line?: number;
  readonly statement?: string;
  readonly hint?: string;
  /** What is undone because of it, for the reason. */
  readonly undone?: NamedMigrations;
  /** The request that met it: a repeated request gets the same answer, a new one tries again. */
  readonly requestKey: string;
}

/**
 * - `planned`: its undo plan is recorded. Whether it has begun since then, only its database says.
 * - `applying`, `applied`, `undoing`: as they say, although the database may be one state further.
 */
export type MigrationState = 'planned' | 'applying' | 'applied' | 'undoing';

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
  /** When its first step began, in whichever process. */
  readonly begunAt?: string;
  readonly appliedAt?: string;
  /** From then until it was applied. */
  readonly durationMs?: number;
  readonly contract: 'none' | 'pending' | 'done';
  /** It has no `up`, so the database's own history knows of it only after its contract phase. */
  readonly contractOnly?: boolean;
  /** Found already applied in the database by another deployment: never undone by this one. */
  readonly adopted?: boolean;
  /** Recorded as applied because its database had it before: it never ran, and is never undone. */
  readonly baselined?: boolean;
  /** What the database goes on with by itself since the migration was applied. */
  readonly building?: readonly OpenBuild[];
}

/**
 * Everything needed to undo or to contract a migration, written before its first step. CloudFormation puts the old
 * code back before it asks for the rollback, so nothing here may need the new code: SQL is text, table operations
 * are data, and code is named by the location and digest of the bundle that holds it.
 */
export interface UndoPlan {
  /** Key of the migration, see {@link migrationKey}. */
  readonly key: string;
  readonly file: string;
  /** What each phase does; undefined when that is too large for the ledger and is left in `bundle`, see `digest`. */
  readonly phases?: readonly Phase[];
  /** Where compiled code is stored, and the phases that are too large for the ledger. */
  readonly bundle?: BundleLocation;
  /** SHA-256 (hex) of the canonical JSON of phases that are left in the bundle. */
  readonly digest?: string;
}

/** `<phase>.<number>`: the number of a step within its phase, from 0. */
export type StepId = string;

/** How far a journalled step came. A step without a state was never begun. */
export interface StepState {
  /** `intent`: begun, and how far it came is unknown. `undone`: inverted. */
  readonly state: 'intent' | 'done' | 'undone';
  /** What was observed before acting. */
  readonly before?: Observation;
  /** When it was begun, in epoch milliseconds. */
  readonly since?: number;
}

/** The states of a migration's journalled steps. */
export type StepStates = Readonly<Record<StepId, StepState>>;

/** A change of one step. */
export interface StepChange extends StepState {
  /** Key of the migration. */
  readonly key: string;
  readonly step: StepId;
}

/** An undo plan with the states of its steps. */
export interface PlannedUndo {
  readonly plan: UndoPlan;
  readonly steps: StepStates;
}

export interface AuditEvent {
  readonly seq: number;
  readonly at: string;
  /**
   * Who: `cloudformation <stack> <logical id> <request id>`, `eventbridge <stack> <status>`, or
   * `cli <user>@<host> <ARN that STS says>`.
   */
  readonly actor: string;
  readonly deployment: string;
  readonly type: string;
  readonly target: string;
  readonly version: string;
  readonly detail: Readonly<Record<string, unknown>>;
  readonly previousHash: string;
  readonly hash: string;
}

/** An event before it is linked into the chain. */
export interface NewEvent {
  readonly type: string;
  readonly target?: string;
  readonly version?: string;
  readonly detail?: Readonly<Record<string, unknown>>;
  /** When it happened, when that was before it is recorded. */
  readonly at?: string;
}

/** Everything that changes at once. No record may be named twice. */
export interface Transition {
  readonly stackId?: string;
  readonly applied?: AppliedRevision | null;
  readonly deployments?: readonly Deployment[];
  readonly migrations?: readonly MigrationRecord[];
  readonly undoPlans?: readonly UndoPlan[];
  readonly steps?: readonly StepChange[];
  /** Keys of migrations whose record, undo plan and steps go. */
  readonly forget?: readonly string[];
  /** The outcome of a request, recorded together with the state it reports. */
  readonly outcome?: { readonly requestKey: string; readonly outcome: Outcome };
  readonly events: readonly AuditEvent[];
}

/** What the migration changes was there before its deployment, and stays when the deployment is rolled back. */
export function wasThereBefore({ adopted, baselined }: Pick<MigrationRecord, 'adopted' | 'baselined'>): boolean {
  return adopted === true || baselined === true;
}

export function isOpen(deployment: Deployment): boolean {
  return !['rolled-back', 'committed', 'retained'].includes(deployment.state);
}

/** Whether CloudFormation takes the deployment back by deleting the resource: it does so with what an operation added. */
export function isTakenBackByDeletion({ from, startedBy }: Deployment): boolean {
  return from === null || startedBy === 'Create';
}

/** Sorts by time, and tells apart what begins in one second. @param now ISO 8601 */
export function deploymentId({ eventCount }: Pick<ScopeHead, 'eventCount'>, now: string): string {
  const time = now.replace(/[-:]/g, '').replace(/\.\d+Z$/, 'Z');
  return `${time}-${eventCount + 1}`;
}

/** What work that is done ahead has in place of a deployment: no deployment has such an id. */
export function aheadId(head: Pick<ScopeHead, 'eventCount'>, now: string): string {
  return `${aheadPrefix}${deploymentId(head, now)}`;
}

/** Of the ids of work that is done ahead. */
export const aheadPrefix = 'ahead-';

export function migrationKey(target: string, identity: string, version: string): string {
  return `${target}|${identity}|${version}`;
}

export function emptyState(scope: string): ScopeState {
  return { scope, version: 0, applied: null, eventCount: 0, lastHash: '', open: [], migrations: [] };
}

export function appliedRevisionOf(properties: MigrationsProperties): AppliedRevision {
  const targets = Object.entries(properties.Targets).map(([name, target]) => [name, target.Identity]);
  return {
    revision: properties.Revision,
    identities: Object.fromEntries(targets),
    claims: claimsOfAll(properties.Targets),
    bundle: properties.Bundle,
  };
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
