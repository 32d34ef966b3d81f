import type { CreateTableCommandInput, LocalSecondaryIndex, SSESpecification } from '@aws-sdk/client-dynamodb';
import type { LocalIndexDefinition } from '../../core/bundle/table-definitions';
import type { CreateTable } from '../../core/bundle/table-operations';
import type { Encryption } from '../../core/bundle/table-settings';
import { tableIndexOf } from '../../core/ledger/table-index';
import {
  attributeDefinitions,
  indexToAdd,
  keySchema,
  keysOf,
  type Paid,
  toProjection,
  toThroughput,
} from './table-indexes';

/** What CreateTable takes of a new table. It has no point-in-time recovery, time to live, insights or auto scaling. */
export function createTableInput(operation: CreateTable, name: string): CreateTableCommandInput {
  const { partitionKey, localIndexes = [], tags = {}, stream, resourcePolicy } = operation;
  const indexes = (operation.globalIndexes ?? []).map(tableIndexOf);
  const sortKeys = operation.sortKey ? [operation.sortKey] : [];
  const ofIndexes = [...localIndexes.map(({ sortKey }) => sortKey), ...indexes.flatMap(keysOf)];
  const ProvisionedThroughput = toThroughput(operation.throughput);
  const isProvisioned = operation.billingMode === 'provisioned';
  const paid: Paid = isProvisioned
    ? { ProvisionedThroughput }
    : { BillingModeSummary: { BillingMode: 'PAY_PER_REQUEST' } };
  return {
    TableName: name,
    BillingMode: isProvisioned ? 'PROVISIONED' : 'PAY_PER_REQUEST',
    ProvisionedThroughput,
    KeySchema: keySchema([partitionKey], sortKeys),
    AttributeDefinitions: attributeDefinitions([partitionKey, ...sortKeys, ...ofIndexes]),
    LocalSecondaryIndexes:
      localIndexes.length > 0 ? localIndexes.map((index) => toLocalIndex(index, operation)) : undefined,
    GlobalSecondaryIndexes: indexes.length > 0 ? indexes.map((index) => indexToAdd(index, paid)) : undefined,
    StreamSpecification: stream && { StreamEnabled: true, StreamViewType: stream },
    SSESpecification: toEncryption(operation.encryption),
    TableClass: operation.tableClass,
    DeletionProtectionEnabled: operation.deletionProtection,
    Tags: Object.keys(tags).length > 0 ? Object.entries(tags).map(([Key, Value]) => ({ Key, Value })) : undefined,
    ResourcePolicy: resourcePolicy && JSON.stringify(resourcePolicy),
  };
}

function toLocalIndex(index: LocalIndexDefinition, { partitionKey }: CreateTable): LocalSecondaryIndex {
  return {
    IndexName: index.name,
    KeySchema: keySchema([partitionKey], [index.sortKey]),
    Projection: toProjection(index.projection),
  };
}

function toEncryption(encryption: Encryption = 'aws-owned'): SSESpecification | undefined {
  if (encryption === 'aws-owned') return undefined;
  if (encryption === 'aws-managed') return { Enabled: true, SSEType: 'KMS' };
  return { Enabled: true, SSEType: 'KMS', KMSMasterKeyId: encryption.keyArn };
}
