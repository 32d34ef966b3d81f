import type { Json, Properties } from '../../cloudformation/resource-type';
import { flag, list, object, objects, optionalNumber, optionalText, text } from '../properties';

/** What both table types come down to, in the members that DynamoDB's API has. */
export interface TableSpec {
  readonly keySchema: readonly Json[];
  readonly attributes: Readonly<Record<string, string>>;
  readonly localIndexes: readonly Json[];
  readonly indexes: readonly IndexSpec[];
  readonly billingMode: string;
  readonly throughput?: Throughput;
  readonly tableClass: string;
  readonly encryption?: Properties;
  readonly streamView?: string;
  readonly timeToLive?: string;
  /** Days of point-in-time recovery; undefined when it is off. */
  readonly recoveryDays?: number;
  readonly deletionProtection: boolean;
  readonly tags: Readonly<Record<string, string>>;
}

export interface IndexSpec {
  readonly name: string;
  /** Cannot be changed once the index exists. */
  readonly definition: { readonly KeySchema: Json; readonly Projection: Json };
  readonly capacity: IndexCapacity;
}

/** What an index can take, which can be changed. */
export interface IndexCapacity {
  readonly ProvisionedThroughput?: Throughput;
  readonly OnDemandThroughput?: OnDemandThroughput;
  readonly WarmThroughput?: Json;
}

export type OnDemandThroughput = { readonly MaxReadRequestUnits?: number; readonly MaxWriteRequestUnits?: number };

export type Throughput = { readonly ReadCapacityUnits: number; readonly WriteCapacityUnits: number };

const DEFAULT_RECOVERY_DAYS = 35;

/** What AWS::DynamoDB::Table and AWS::DynamoDB::GlobalTable write alike. */
export function commonSpec(properties: Properties) {
  const billingMode = optionalText(properties, 'BillingMode') ?? 'PROVISIONED';
  const encryption = object(properties, 'SSESpecification');
  const timeToLive = object(properties, 'TimeToLiveSpecification');
  return {
    keySchema: list(properties, 'KeySchema'),
    attributes: Object.fromEntries(
      objects(properties, 'AttributeDefinitions').map((item) => [
        text(item, 'AttributeName'),
        text(item, 'AttributeType'),
      ]),
    ),
    localIndexes: list(properties, 'LocalSecondaryIndexes'),
    billingMode,
    encryption: flag(encryption, 'SSEEnabled') ? encryption : undefined,
    timeToLive: flag(timeToLive, 'Enabled') ? text(timeToLive, 'AttributeName') : undefined,
  };
}

export function indexSpec(
  index: Properties,
  throughput: Throughput | undefined,
  onDemand: OnDemandThroughput = {},
): IndexSpec {
  const definition = { KeySchema: list(index, 'KeySchema'), Projection: object(index, 'Projection') };
  const limits = Object.entries(onDemand).filter(([, value]) => value !== undefined);
  const warm = object(index, 'WarmThroughput');
  const capacity = {
    ...(throughput && { ProvisionedThroughput: throughput }),
    ...(limits.length > 0 && { OnDemandThroughput: Object.fromEntries(limits) }),
    ...(Object.keys(warm).length > 0 && { WarmThroughput: warm }),
  };
  return { name: text(index, 'IndexName'), definition, capacity };
}

export function recoveryDays(specification: Properties): number | undefined {
  if (!flag(specification, 'PointInTimeRecoveryEnabled')) return undefined;
  return optionalNumber(specification, 'RecoveryPeriodInDays') ?? DEFAULT_RECOVERY_DAYS;
}

export function tags(properties: Properties): Readonly<Record<string, string>> {
  return Object.fromEntries(objects(properties, 'Tags').map((tag) => [text(tag, 'Key'), text(tag, 'Value')]));
}

export function attributeDefinitions({ attributes }: TableSpec) {
  return Object.entries(attributes).map(([AttributeName, AttributeType]) => ({ AttributeName, AttributeType }));
}

export function toTags(values: Readonly<Record<string, string>>) {
  return Object.entries(values).map(([Key, Value]) => ({ Key, Value }));
}

/** DynamoDB calls `Enabled` what CloudFormation calls `SSEEnabled`. */
export function encryptionInput({ encryption }: TableSpec) {
  if (!encryption) return undefined;
  const { SSEEnabled: _enabled, ...rest } = encryption;
  return { Enabled: true, ...rest };
}
