import type { Throughput } from './table-definitions';

/**
 * How a table is paid for: by request (`on-demand`), or by the throughput that it has, used or not (`provisioned`).
 *
 * @example
 * import { type BillingMode, dynamodb, setBillingMode } from 'cdk-migrations/authoring';
 *
 * const billingMode: BillingMode = 'on-demand';
 * export default dynamodb({ up: [setBillingMode({ table: 'mealPlans', billingMode })] });
 */
export type BillingMode = 'on-demand' | 'provisioned';

/**
 * What a stream tells of each change: the keys of the item, the item after it, before it, or both.
 *
 * @example
 * import { dynamodb, setStream, type StreamView } from 'cdk-migrations/authoring';
 *
 * const view: StreamView = 'NEW_AND_OLD_IMAGES';
 * export default dynamodb({ up: [setStream({ table: 'mealPlans', view })] });
 */
export type StreamView = 'KEYS_ONLY' | 'NEW_IMAGE' | 'OLD_IMAGE' | 'NEW_AND_OLD_IMAGES';

/**
 * What storage and requests cost: `STANDARD_INFREQUENT_ACCESS` stores for less and is read for more.
 *
 * @example
 * import { dynamodb, setTableClass, type TableClass } from 'cdk-migrations/authoring';
 *
 * const tableClass: TableClass = 'STANDARD_INFREQUENT_ACCESS';
 * export default dynamodb({ up: [setTableClass({ table: 'mealPlans', tableClass })] });
 */
export type TableClass = 'STANDARD' | 'STANDARD_INFREQUENT_ACCESS';

/**
 * Whose key encrypts a table: DynamoDB's (`aws-owned`), the account's for DynamoDB (`aws-managed`), or your own.
 *
 * @example
 * import { createTable, dynamodb, type Encryption } from 'cdk-migrations/authoring';
 *
 * const encryption: Encryption = { keyArn: 'arn:aws:kms:eu-west-1:111122223333:key/0d990263-018e-4e65-a703-eff731de951e' };
 * export default dynamodb({
 *   up: [createTable({ table: 'mealPlans', partitionKey: { name: 'userId', type: 'S' }, encryption })],
 * });
 */
export type Encryption =
  | 'aws-owned'
  | 'aws-managed'
  | {
      /** The ARN of the key, whose policy allows the engine to use it through DynamoDB. */
      readonly keyArn: string;
    };

/** What a new table gets unless the operation that creates it says otherwise. */
export interface TableDefaults {
  /**
   * How the table is paid for.
   * @default on-demand
   */
  readonly billingMode?: BillingMode;
  /**
   * What a provisioned table can take.
   * @default - none: the table is on-demand
   */
  readonly throughput?: Throughput;
  /**
   * What the stream of the table tells of each change.
   * @default - it has no stream
   */
  readonly stream?: StreamView;
  /**
   * Whether the table can be restored to any second of the past: of the last 35 days, or of 1 to 35 given ones.
   * @default true
   */
  readonly pointInTimeRecovery?: boolean | number;
  /**
   * Whose key encrypts the table.
   * @default aws-owned
   */
  readonly encryption?: Encryption;
  /**
   * What storage and requests cost.
   * @default STANDARD
   */
  readonly tableClass?: TableClass;
  /**
   * Whether the table refuses to be deleted. Migrations that delete it switch that off themselves.
   * @default true
   */
  readonly deletionProtection?: boolean;
  /**
   * The tags of the table, at most 50.
   * @default - none
   */
  readonly tags?: Readonly<Record<string, string>>;
  /**
   * Whether CloudWatch shows which keys are used most.
   * @default false
   */
  readonly contributorInsights?: boolean;
}

/** So many reads and writes per second, where either may be missing. */
export interface Capacity {
  readonly read?: number;
  readonly write?: number;
}

/** How a table and its indexes are paid for, and what they can take: provisioned, or at most. */
export interface Billing {
  readonly mode: BillingMode;
  readonly table: Capacity;
  /** By name. */
  readonly indexes: Readonly<Record<string, Capacity>>;
}

/** What can be read of a table and set, each by itself. */
export interface TableSettings {
  readonly billing: Billing;
  readonly stream: StreamView | null;
  /** The attribute that says when an item expires. */
  readonly timeToLive: string | null;
  /** Days. */
  readonly pointInTimeRecovery: number | null;
  readonly tableClass: TableClass;
  readonly deletionProtection: boolean;
  readonly contributorInsights: boolean;
  readonly tags: Readonly<Record<string, string>>;
}

export type SettingName = keyof TableSettings;

/** How far back point-in-time recovery goes unless a table says otherwise (aws-facts DDB-7). */
export const defaultRecoveryDays = 35;
