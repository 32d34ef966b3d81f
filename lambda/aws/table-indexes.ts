import type {
  AttributeDefinition,
  Projection as AwsProjection,
  TableDescription as AwsTable,
  CreateGlobalSecondaryIndexAction,
  GlobalSecondaryIndexDescription,
  KeySchemaElement,
  OnDemandThroughput,
  ProvisionedThroughput,
} from '@aws-sdk/client-dynamodb';
import type { KeyAttribute, KeyType, Projection } from '../../core/bundle/table-definitions';
import type { Capacity } from '../../core/bundle/table-settings';
import type { TableIndex } from '../../core/ledger/table-index';

/** Global secondary indexes, translated between our words and DynamoDB's. */

/** What of a table decides what its indexes can take. */
export type Paid = Pick<AwsTable, 'ProvisionedThroughput' | 'BillingModeSummary'>;

export function toProjection(projection: Projection = 'ALL'): AwsProjection {
  if (isName(projection)) return { ProjectionType: projection };
  return { ProjectionType: 'INCLUDE', NonKeyAttributes: [...projection] };
}

function isName(projection: Projection): projection is 'ALL' | 'KEYS_ONLY' {
  return typeof projection === 'string';
}

/**
 * An index to add to a table. The table may have changed its mode since the index was described: an on-demand one takes
 * no throughput, and a provisioned one takes no limit and needs throughput, for which its own is the natural start.
 */
export function indexToAdd(index: TableIndex, table: Paid | undefined): CreateGlobalSecondaryIndexAction {
  const { provisioned, limit, warm } = index;
  const provisionedMode = table !== undefined && isProvisioned(table);
  return {
    IndexName: index.name,
    KeySchema: keySchema(partitionKeysOf(index), sortKeysOf(index)),
    Projection: toProjection(index.projection),
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
    limit: limitOf(index.OnDemandThroughput),
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
export function isProvisioned({ BillingModeSummary }: Paid): boolean {
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

export function toThroughput({ read, write }: Capacity = {}): ProvisionedThroughput | undefined {
  return read === undefined || write === undefined ? undefined : { ReadCapacityUnits: read, WriteCapacityUnits: write };
}

function ownThroughput({ ProvisionedThroughput }: Paid): ProvisionedThroughput | undefined {
  return toThroughput(capacity(units(ProvisionedThroughput)));
}

export function units(throughput: GlobalSecondaryIndexDescription['ProvisionedThroughput']): Capacity {
  return { read: throughput?.ReadCapacityUnits, write: throughput?.WriteCapacityUnits };
}

/** Without what is not set, which DynamoDB writes as nothing, 0 or -1; undefined when neither is set. */
export function capacity({ read = 0, write = 0 }: Capacity): Capacity | undefined {
  if (read <= 0 && write <= 0) return undefined;
  return { ...(read > 0 && { read }), ...(write > 0 && { write }) };
}

/** The most that may be asked for; undefined for no limit. */
export function limitOf(limit: OnDemandThroughput | undefined): Capacity | undefined {
  return capacity({ read: limit?.MaxReadRequestUnits, write: limit?.MaxWriteRequestUnits });
}

function withoutUndefined<T extends object>(value: { [Name in keyof T]: T[Name] | undefined }): T {
  return Object.fromEntries(Object.entries(value).filter(([, member]) => member !== undefined)) as T;
}
