import { isDeepStrictEqual } from 'node:util';
import { AwsError } from '../../aws-error';
import type { TableClient } from './table-client';
import {
  attributeDefinitions,
  encryptionInput,
  type IndexCapacity,
  type IndexSpec,
  type TableSpec,
  toTags,
} from './table-spec';

/** One thing an update may have to do, from the difference between the two templates. */
type Change = (table: TableClient, after: TableSpec, before: TableSpec) => Promise<void>;

/** In this order: a table that changes to provisioned needs its capacity before it gets an index. */
export const CHANGES: readonly Change[] = [
  updateSettings,
  updateStream,
  updateIndex,
  updateTimeToLive,
  updateRecovery,
  updateTags,
];

/** What CloudFormation refuses before it changes anything (aws-facts DDB-11). */
export function refuseIndexChanges(after: TableSpec, before: TableSpec): void {
  const edited = after.indexes.find((index) => {
    const old = find(before, index);
    return old && !isDeepStrictEqual(old.definition, index.definition);
  });
  if (edited) {
    throw new AwsError(
      'ValidationError',
      `Cannot update GSI's properties other than Provisioned Throughput and Contributor Insights Specification: ${edited.name}. ` +
        'You can create a new GSI with a different name.',
    );
  }
  const { created, deleted } = indexDifference(after, before);
  if (created.length + deleted.length <= 1) return;
  const names = [...created, ...deleted].map(({ name }) => name).join(', ');
  throw new AwsError(
    'ValidationError',
    `Cannot perform more than one GSI creation or deletion in a single update: ${names}. Deploy them one after the other.`,
  );
}

function indexDifference(after: TableSpec, before: TableSpec) {
  return {
    created: after.indexes.filter((index) => !find(before, index)),
    deleted: before.indexes.filter((index) => !find(after, index)),
  };
}

function find(spec: TableSpec, { name }: IndexSpec): IndexSpec | undefined {
  return spec.indexes.find((index) => index.name === name);
}

async function updateSettings(table: TableClient, after: TableSpec, before: TableSpec): Promise<void> {
  const { deletionProtection, tableClass, encryption } = after;
  const input = {
    ...capacityInput(after, before),
    ...(deletionProtection !== before.deletionProtection && { DeletionProtectionEnabled: deletionProtection }),
    ...(tableClass !== before.tableClass && { TableClass: tableClass }),
    ...(!isDeepStrictEqual(encryption, before.encryption) && {
      SSESpecification: encryptionInput(after) ?? { Enabled: false },
    }),
  };
  if (Object.keys(input).length > 0) await table.update(input);
}

function capacityInput(after: TableSpec, before: TableSpec) {
  const indexes = after.indexes.flatMap((index) => {
    const old = find(before, index);
    return old ? changedCapacity(index, old) : [];
  });
  const modeChanges = after.billingMode !== before.billingMode;
  const tableChanges = modeChanges || !isDeepStrictEqual(after.throughput, before.throughput);
  return {
    ...(modeChanges && { BillingMode: after.billingMode }),
    ...(tableChanges && after.throughput && { ProvisionedThroughput: after.throughput }),
    ...(indexes.length > 0 && {
      GlobalSecondaryIndexUpdates: indexes.map((index) => ({ Update: index })),
    }),
  };
}

function changedCapacity({ name, capacity }: IndexSpec, old: IndexSpec): readonly object[] {
  const changed = (Object.keys(capacity) as (keyof IndexCapacity)[]).filter(
    (member) => !isDeepStrictEqual(capacity[member], old.capacity[member]),
  );
  if (changed.length === 0) return [];
  return [{ IndexName: name, ...Object.fromEntries(changed.map((member) => [member, capacity[member]])) }];
}

/** The view of a stream cannot be edited: it is disabled, and another stream is enabled (aws-facts DDB-8). */
async function updateStream(table: TableClient, { streamView }: TableSpec, before: TableSpec): Promise<void> {
  if (streamView === before.streamView) return;
  const current = (await table.active()).StreamSpecification;
  const view = current?.StreamEnabled ? current.StreamViewType : undefined;
  if (view !== undefined && view !== streamView) await table.update({ StreamSpecification: { StreamEnabled: false } });
  if (streamView === undefined || view === streamView) return;
  await table.update({ StreamSpecification: { StreamEnabled: true, StreamViewType: streamView } });
}

/** A rollback after half an update finds the index already there, or already gone. */
async function updateIndex(table: TableClient, after: TableSpec, before: TableSpec): Promise<void> {
  const { created, deleted } = indexDifference(after, before);
  const existing = ((await table.active()).GlobalSecondaryIndexes ?? [])
    .filter(({ IndexStatus }) => IndexStatus !== 'DELETING')
    .map(({ IndexName }) => IndexName);
  for (const { name } of deleted.filter((index) => existing.includes(index.name))) {
    await table.update({ GlobalSecondaryIndexUpdates: [{ Delete: { IndexName: name } }] });
  }
  for (const index of created.filter(({ name }) => !existing.includes(name))) {
    const update = { GlobalSecondaryIndexUpdates: [{ Create: indexInput(index) }] };
    await table.update({ AttributeDefinitions: attributeDefinitions(after), ...update });
  }
}

export function indexInput({ name, definition, capacity }: IndexSpec) {
  return { IndexName: name, ...definition, ...capacity };
}

async function updateTimeToLive(table: TableClient, after: TableSpec, before: TableSpec): Promise<void> {
  if (after.timeToLive === before.timeToLive) return;
  if (before.timeToLive !== undefined) await setTimeToLive(table, before.timeToLive, false);
  if (after.timeToLive !== undefined) await setTimeToLive(table, after.timeToLive, true);
}

async function setTimeToLive(table: TableClient, attribute: string, enabled: boolean): Promise<void> {
  const { TimeToLiveDescription } = await table.call('DescribeTimeToLive');
  const { TimeToLiveStatus: status } = (TimeToLiveDescription ?? {}) as { readonly TimeToLiveStatus?: string };
  if ((status === 'ENABLED' || status === 'ENABLING') === enabled) return;
  await table.call('UpdateTimeToLive', { TimeToLiveSpecification: { Enabled: enabled, AttributeName: attribute } });
}

async function updateRecovery(table: TableClient, { recoveryDays }: TableSpec, before: TableSpec): Promise<void> {
  if (recoveryDays === before.recoveryDays) return;
  const specification =
    recoveryDays === undefined
      ? { PointInTimeRecoveryEnabled: false }
      : { PointInTimeRecoveryEnabled: true, RecoveryPeriodInDays: recoveryDays };
  await table.call('UpdateContinuousBackups', { PointInTimeRecoverySpecification: specification });
}

async function updateTags(table: TableClient, after: TableSpec, before: TableSpec): Promise<void> {
  if (isDeepStrictEqual(after.tags, before.tags)) return;
  const ResourceArn = (await table.active()).TableArn;
  const removed = Object.keys(before.tags).filter((key) => !(key in after.tags));
  if (removed.length > 0) await table.call('UntagResource', { ResourceArn, TagKeys: removed });
  if (Object.keys(after.tags).length > 0) await table.call('TagResource', { ResourceArn, Tags: toTags(after.tags) });
}
