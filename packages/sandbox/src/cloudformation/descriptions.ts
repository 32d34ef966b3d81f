import type { StackEvent, StackResult } from '../api';
import type {
  ResourceStatus,
  RollbackConfiguration,
  StackOutput,
  StackRecord,
  StackStatus,
} from './stack/stack-record';
import { isTrue } from './template/parameters';
import type { Template } from './template/template';

/** A stack as DescribeStacks and GetTemplate show it. */
export interface StackDescription {
  readonly id: string;
  readonly name: string;
  readonly status: StackStatus;
  readonly reason: string;
  readonly createdAt: string;
  readonly updatedAt?: string;
  readonly deletedAt?: string;
  /** As given; `****` for NoEcho. */
  readonly parameters: Readonly<Record<string, string>>;
  readonly outputs: readonly StackOutput[];
  readonly rollback: RollbackConfiguration;
  readonly disableRollback: boolean;
  readonly parentId?: string;
  /** During a rollback, the one that is rolled back to. */
  readonly template: Template;
}

export interface ResourceDescription {
  readonly logicalId: string;
  readonly physicalId: string;
  readonly type: string;
  readonly status: ResourceStatus;
  readonly reason: string;
}

export function describeStack(record: StackRecord): StackDescription {
  const { id, name, status, reason, createdAt, updatedAt, deletedAt, outputs, rollback, template } = record;
  const parameters = Object.entries(record.parameters).map(([key, value]) => {
    return [key, isTrue(template.Parameters?.[key]?.NoEcho) ? '****' : value];
  });
  return {
    ...{ id, name, status, reason, createdAt, updatedAt, deletedAt, outputs, rollback, template },
    parameters: Object.fromEntries(parameters),
    disableRollback: record.attempt?.disableRollback ?? false,
    parentId: record.parent?.stackId,
  };
}

export function describeResources({ resources }: StackRecord): readonly ResourceDescription[] {
  return Object.values(resources).map(({ logicalId, physicalId, type, status, reason }) => {
    return { logicalId, physicalId, type, status, reason };
  });
}

/** `events` are those of the operation, nested stacks included, oldest first. */
export function stackResult(record: StackRecord, events: readonly StackEvent[], unchanged: boolean): StackResult {
  return {
    stack: record.name,
    status: record.status,
    reason: outcomeReason(record, events),
    events,
    outputs: Object.fromEntries(record.outputs.map(({ key, value }) => [key, value])),
    unchanged,
  };
}

/** The last event of a rollback has no reason; the first one has. */
function outcomeReason({ name, reason }: StackRecord, events: readonly StackEvent[]): string {
  if (reason !== '') return reason;
  const rollback = events.find((event) => event.logicalId === name && event.status.endsWith('ROLLBACK_IN_PROGRESS'));
  return rollback?.reason ?? '';
}
