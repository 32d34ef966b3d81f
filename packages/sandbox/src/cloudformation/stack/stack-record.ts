import type { StackEvent } from '../../api';
import type { Properties } from '../resource-type';
import type { Template } from '../template/template';

/** All that a stack can have (aws-facts CFN-1). */
export type StackStatus =
  | 'CREATE_IN_PROGRESS'
  | 'CREATE_COMPLETE'
  | 'CREATE_FAILED'
  | 'ROLLBACK_IN_PROGRESS'
  | 'ROLLBACK_COMPLETE'
  | 'ROLLBACK_FAILED'
  | 'UPDATE_IN_PROGRESS'
  | 'UPDATE_COMPLETE_CLEANUP_IN_PROGRESS'
  | 'UPDATE_COMPLETE'
  | 'UPDATE_FAILED'
  | 'UPDATE_ROLLBACK_IN_PROGRESS'
  | 'UPDATE_ROLLBACK_FAILED'
  | 'UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS'
  | 'UPDATE_ROLLBACK_COMPLETE'
  | 'DELETE_IN_PROGRESS'
  | 'DELETE_COMPLETE'
  | 'DELETE_FAILED';

export type ResourceStatus =
  | `${'CREATE' | 'UPDATE' | 'DELETE'}_${'IN_PROGRESS' | 'COMPLETE' | 'FAILED'}`
  | 'DELETE_SKIPPED';

export type DeletionPolicy = 'Delete' | 'Retain' | 'RetainExceptOnCreate' | 'Snapshot';

/** What happens to a physical resource that the stack stops using. */
export type DisposalPolicy = Exclude<DeletionPolicy, 'RetainExceptOnCreate'>;

/** One resource of a stack, as CloudFormation remembers it. */
export interface ResourceRecord {
  readonly logicalId: string;
  readonly type: string;
  /** Empty until it is known. */
  readonly physicalId: string;
  /** What `Ref` returns, when that is not the physical id. */
  readonly ref?: string;
  readonly attributes: Properties;
  /** Values of `GetAtt` must not be shown (`NoEcho` of a custom resource's answer). */
  readonly noEcho: boolean;
  /** As last sent to the resource. */
  readonly properties: Properties;
  /** The same before dynamic references were resolved, when there are any. */
  readonly declared?: Properties;
  /** Logical ids it refers to; the order of deletes and of the rollback follows from them. */
  readonly dependsOn: readonly string[];
  readonly deletionPolicy: DeletionPolicy;
  readonly updateReplacePolicy: DisposalPolicy;
  readonly status: ResourceStatus;
  readonly reason: string;
}

/** A physical resource that the stack no longer uses, to be deleted when the operation's outcome is certain. */
export interface Obsolete {
  readonly resource: ResourceRecord;
  readonly policy: DisposalPolicy;
}

export interface StackOutput {
  readonly key: string;
  readonly value: string;
  readonly description?: string;
  readonly exportName?: string;
}

export interface RollbackConfiguration {
  readonly alarms: readonly string[];
  readonly monitoringSeconds: number;
}

/** The last complete state, which a rollback restores. */
export interface StableState {
  readonly status: StackStatus;
  readonly template: Template;
  readonly parameters: Readonly<Record<string, string>>;
  readonly outputs: readonly StackOutput[];
  readonly imports: readonly string[];
  readonly rollback: RollbackConfiguration;
  readonly resources: Readonly<Record<string, ResourceRecord>>;
}

/** What an unfinished operation has done so far. It outlives the process, and a failed operation until it is settled. */
export interface Attempt {
  /** Missing while the stack was never complete. */
  readonly previous?: StableState;
  /** Resources whose update was begun and not undone. */
  readonly touched: readonly string[];
  readonly obsolete: readonly Obsolete[];
  /** Resources whose own rollback failed: only these may be skipped (aws-facts CFN-13). */
  readonly rollbackFailed: readonly string[];
  /** Resources that ContinueUpdateRollback was told to leave as they are. */
  readonly skipped: readonly string[];
  readonly disableRollback: boolean;
  /** OnFailure=DELETE of a create. */
  readonly deletesOnFailure?: boolean;
  /** Why it failed, once it did. */
  readonly failure?: string;
}

export interface StackRecord {
  readonly id: string;
  readonly name: string;
  readonly status: StackStatus;
  readonly reason: string;
  readonly createdAt: string;
  readonly updatedAt?: string;
  readonly deletedAt?: string;
  readonly template: Template;
  /** As given; NoEcho values too: they are needed for the next update. */
  readonly parameters: Readonly<Record<string, string>>;
  readonly outputs: readonly StackOutput[];
  /** Names of the exports of other stacks that this stack uses. */
  readonly imports: readonly string[];
  readonly rollback: RollbackConfiguration;
  /** By logical id. */
  readonly resources: Readonly<Record<string, ResourceRecord>>;
  readonly events: readonly StackEvent[];
  /** The stack and resource that a nested stack belongs to. */
  readonly parent?: { readonly stackId: string; readonly logicalId: string };
  readonly attempt?: Attempt;
  /** ClientRequestToken of the last operation; empty when none was given. */
  readonly token: string;
}

/** What CloudFormation compares to find changes: a dynamic reference whose value changed is none. */
export function declaredBy({ declared, properties }: Pick<ResourceRecord, 'declared' | 'properties'>): Properties {
  return declared ?? properties;
}

export const noAttempt: Attempt = {
  touched: [],
  obsolete: [],
  rollbackFailed: [],
  skipped: [],
  disableRollback: false,
};

export function isInProgress(record: StackRecord): boolean {
  return record.status.endsWith('_IN_PROGRESS');
}

/** The parts of a record that a rollback restores. */
export function stableState(record: StackRecord): StableState {
  const { status, template, parameters, outputs, imports, rollback, resources } = record;
  return { status, template, parameters, outputs, imports, rollback, resources };
}

/** What becomes of a resource that leaves its stack: RetainExceptOnCreate means Retain here (aws-facts CFN-16). */
export function disposal(resource: ResourceRecord): Obsolete {
  const { deletionPolicy } = resource;
  return { resource, policy: deletionPolicy === 'RetainExceptOnCreate' ? 'Retain' : deletionPolicy };
}

/** The same when the operation that created the resource is rolled back: then RetainExceptOnCreate does not retain. */
export function disposalOfCreated(resource: ResourceRecord): Obsolete {
  const { deletionPolicy } = resource;
  return { resource, policy: deletionPolicy === 'RetainExceptOnCreate' ? 'Delete' : deletionPolicy };
}

/** Divides the resources of a stack into those that stay in it and those that leave. */
export function partition(
  resources: StackRecord['resources'],
  stays: (resource: ResourceRecord) => boolean,
): { readonly kept: StackRecord['resources']; readonly dropped: readonly ResourceRecord[] } {
  const entries = Object.entries(resources);
  return {
    kept: Object.fromEntries(entries.filter(([, resource]) => stays(resource))),
    dropped: entries.map(([, resource]) => resource).filter((resource) => !stays(resource)),
  };
}
