import type {
  AttributeDefinition,
  TableDescription as AwsTable,
  CreateGlobalSecondaryIndexAction,
  GlobalSecondaryIndex,
  GlobalSecondaryIndexDescription,
  KeySchemaElement,
  ProvisionedThroughput,
} from '@aws-sdk/client-dynamodb';
import type { KeyAttribute, KeyType } from '../../core/bundle/bundle';
import type { Capacity, TableIndex } from '../../core/ledger/table-index';

/** Global secondary indexes, translated between our words and DynamoDB's. */

/** An index of a new table, which is on-demand. */
export function toIndex({ projection = 'ALL', ...index }: TableIndex): GlobalSecondaryIndex {
  const named = typeof projection === 'string' ? { ProjectionType: projection } : undefined;
  return {
    IndexName: index.name,
    KeySchema: keySchema(partitionKeysOf(index), sortKeysOf(index)),
    Projection: named ?? { ProjectionType: 'INCLUDE', NonKeyAttributes: [...projection] },
  };
}

/**
 * An index to add to a table. The table may have changed its mode since the index was described: an on-demand one takes
 * no throughput, and a provisioned one takes no limit and needs throughput, for which its own is the natural start.
 */
export function indexToAdd(index: TableIndex, table: AwsTable | undefined): CreateGlobalSecondaryIndexAction {
  const { provisioned, limit, warm } = index;
  const provisionedMode = table !== undefined && isProvisioned(table);
  return {
    ...toIndex(index),
    ProvisionedThroughput: provisionedMode ? (toThroughput(provisioned) ?? ownThroughput(table)) : undefined,
    OnDemandThroughput:
      limit && !provisionedMode ? { MaxReadRequestUnits: limit.read, MaxWriteRequestUnits: limit.write } : undefined,
    WarmThroughput: warm && { ReadUnitsPerSecond: warm.read, WriteUnitsPerSecond: warm.write },
  };
}

/** An index as `indexToAdd` needs it to make the same one again. */
export function fromIndex(index: GlobalSecondaryIndexDescription, table: AwsTable): TableIndex {
  const types = new Map(
    (table.AttributeDefinitions ?? []).map(({ AttributeName, AttributeType }) => [AttributeName, AttributeType]),
  );
  const keys = (type: string): KeyAttribute[] =>
    (index.KeySchema ?? [])
      .filter(({ KeyType }) => KeyType === type)
      .map(({ AttributeName = '' }) => ({ name: AttributeName, type: (types.get(AttributeName) ?? 'S') as KeyType }));
  const [[partitionKey, ...furtherPartitionKeys], [sortKey, ...furtherSortKeys]] = [keys('HASH'), keys('RANGE')];
  const { ProjectionType = 'ALL', NonKeyAttributes = [] } = index.Projection ?? {};
  const provisioned = isProvisioned(table) ? capacity(units(index.ProvisionedThroughput)) : undefined;
  return withoutUndefined({
    name: index.IndexName ?? '',
    partitionKey: partitionKey!,
    furtherPartitionKeys: furtherPartitionKeys.length > 0 ? furtherPartitionKeys : undefined,
    sortKey,
    furtherSortKeys: furtherSortKeys.length > 0 ? furtherSortKeys : undefined,
    projection: ProjectionType === 'INCLUDE' ? NonKeyAttributes : ProjectionType,
    provisioned,
    limit: capacity({
      read: index.OnDemandThroughput?.MaxReadRequestUnits,
      write: index.OnDemandThroughput?.MaxWriteRequestUnits,
    }),
    warm: warmedUp(index, provisioned ?? warmOnDemand),
  });
}

export function keySchema(
  partitionKeys: readonly KeyAttribute[],
  sortKeys: readonly KeyAttribute[],
): KeySchemaElement[] {
  return [
    ...partitionKeys.map(({ name }) => ({ AttributeName: name, KeyType: 'HASH' as const })),
    ...sortKeys.map(({ name }) => ({ AttributeName: name, KeyType: 'RANGE' as const })),
  ];
}

export function keysOf(index: TableIndex): readonly KeyAttribute[] {
  return [...partitionKeysOf(index), ...sortKeysOf(index)];
}

export function attributeDefinitions(keys: readonly KeyAttribute[]): AttributeDefinition[] {
  const types = new Map(keys.map((key) => [key.name, key.type]));
  return [...types].map(([AttributeName, AttributeType]) => ({ AttributeName, AttributeType }));
}

/** A table that has never been on-demand has no summary of its billing mode. */
export function isProvisioned({ BillingModeSummary }: AwsTable): boolean {
  return BillingModeSummary?.BillingMode !== 'PAY_PER_REQUEST';
}

/** What an index of an on-demand table can take from the start; a provisioned one can take its throughput (aws-facts DDB-16). */
const warmOnDemand: Capacity = { read: 12_000, write: 4_000 };

/**
 * Undefined for what every new index can take: DynamoDB shows it of each, and asking for it may cost money. Each of the
 * two is compared, so that one is not paid for because of the other. While it is raised, what DynamoDB shows is taken.
 */
function warmedUp({ WarmThroughput }: GlobalSecondaryIndexDescription, atFirst: Capacity): Capacity | undefined {
  const { ReadUnitsPerSecond: read = 0, WriteUnitsPerSecond: write = 0 } = WarmThroughput ?? {};
  return capacity({
    read: read > (atFirst.read ?? 0) ? read : undefined,
    write: write > (atFirst.write ?? 0) ? write : undefined,
  });
}

function partitionKeysOf({ partitionKey, furtherPartitionKeys = [] }: TableIndex): readonly KeyAttribute[] {
  return [partitionKey, ...furtherPartitionKeys];
}

function sortKeysOf({ sortKey, furtherSortKeys = [] }: TableIndex): readonly KeyAttribute[] {
  return sortKey ? [sortKey, ...furtherSortKeys] : [];
}

function toThroughput({ read, write }: Capacity = {}): ProvisionedThroughput | undefined {
  return read === undefined || write === undefined ? undefined : { ReadCapacityUnits: read, WriteCapacityUnits: write };
}

function ownThroughput({ ProvisionedThroughput }: AwsTable): ProvisionedThroughput | undefined {
  return toThroughput(capacity(units(ProvisionedThroughput)));
}

function units(throughput: GlobalSecondaryIndexDescription['ProvisionedThroughput']): Capacity {
  return { read: throughput?.ReadCapacityUnits, write: throughput?.WriteCapacityUnits };
}

/** Without what is not set, which DynamoDB writes as nothing, 0 or -1; undefined when neither is set. */
function capacity({ read = 0, write = 0 }: Capacity): Capacity | undefined {
  if (read <= 0 && write <= 0) return undefined;
  return { ...(read > 0 && { read }), ...(write > 0 && { write }) };
}

function withoutUndefined<T extends object>(value: { [Name in keyof T]: T[Name] | undefined }): T {
  return Object.fromEntries(Object.entries(value).filter(([, member]) => member !== undefined)) as T;
}
