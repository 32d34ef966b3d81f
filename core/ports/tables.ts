import type { AutoScaling, KeyAttribute, LocalIndexDefinition } from '../bundle/table-definitions';
import type { CreateTable } from '../bundle/table-operations';
import type { SettingName, TableDefaults, TableSettings } from '../bundle/table-settings';
import type { ScalingSetting, TableIndex } from '../ledger/table-index';

export type TableStatus = 'CREATING' | 'UPDATING' | 'DELETING' | 'ACTIVE' | 'OTHER';

export interface TableDescription {
  readonly status: TableStatus;
  /** Items in it when DynamoDB last counted, which it does every six hours (aws-facts DDB-22). */
  readonly items?: number;
  readonly keys: { readonly partitionKey: KeyAttribute; readonly sortKey?: KeyAttribute };
  readonly localIndexes: readonly LocalIndexDefinition[];
  /** When its class was last changed, in epoch milliseconds; undefined when it never was. */
  readonly classChangedAt?: number;
  /** The ARN of the key in KMS that encrypts it; undefined for DynamoDB's own. */
  readonly encryptionKey?: string;
  readonly indexes: readonly (TableIndex & {
    readonly status: 'CREATING' | 'UPDATING' | 'DELETING' | 'ACTIVE' | 'OTHER';
    /** True in the second phase of an index build, in which the index may be deleted. */
    readonly backfilling: boolean;
    readonly items?: number;
  })[];
}

/** How often the throughput of something was decreased on this day (UTC), and when last, in epoch milliseconds. */
export interface Decreases {
  readonly today: number;
  readonly last?: number;
}

/** Tables by logical name. Each function sends one request and does not wait: the engine observes. */
export interface TableDatabase {
  /** What new tables get unless their operation says otherwise. */
  readonly defaults: TableDefaults;
  /** The physical name. @throws UNKNOWN_TABLE when the target has no such table and no prefix for new ones. */
  physicalName(table: string): string;
  describe(table: string): Promise<TableDescription | undefined>;
  /** With all that DynamoDB takes with the request; the rest is changed once the table is there. */
  createTable(operation: CreateTable): Promise<void>;
  /**
   * `gone` when DynamoDB says that there is no such table. It knows that better than `describe`, which may not see a
   * table yet that was created a moment ago.
   */
  deleteTable(table: string): Promise<'asked' | 'gone'>;
  /** With the capacities that the index names, as far as the table has them in its present mode. */
  addIndex(table: string, index: TableIndex): Promise<void>;
  removeIndex(table: string, index: string): Promise<void>;
  /** What an existing table has of a setting, or is about to have. */
  setting<N extends SettingName>(table: string, name: N): Promise<TableSettings[N]>;
  /**
   * Brings a setting nearer to a value, which it does not have: some values take two changes, one after the other. Returns
   * why DynamoDB takes no such change at present, when it says so.
   */
  change<N extends SettingName>(table: string, name: N, value: TableSettings[N]): Promise<string | undefined>;
  /** The policy of the table itself, as IAM writes policies; undefined when it has none, or does not exist. */
  resourcePolicy(table: string): Promise<Readonly<Record<string, unknown>> | undefined>;
  /** Of the table itself (undefined) and of each of its indexes. */
  decreases(table: string): Promise<ReadonlyMap<string | undefined, Decreases>>;
  /** The settings that auto scaling comes down to, of an index or of the table itself. */
  scalingFor(table: string, index: string | undefined, autoScaling: AutoScaling): readonly ScalingSetting[];
  /** What makes the throughput follow its use. Nothing does in an on-demand table, and nobody is asked. */
  scaling(table: string, index?: string): Promise<readonly ScalingSetting[]>;
  /**
   * Gives an index, or the table itself, those of the settings that it lacks. It must be ACTIVE. With `only`, it loses all
   * others. `busy`: not all of it yet.
   */
  scale(
    table: string,
    index: string | undefined,
    settings: readonly ScalingSetting[],
    only?: boolean,
  ): Promise<'done' | 'busy'>;
  /**
   * Makes a backup of the table under a name, unless there is one.
   * @throws BACKUP_FAILED
   */
  backUp(table: string, name: string): Promise<RecoveryPoint>;
}

export interface RecoveryPoint {
  readonly id: string;
  readonly isComplete: boolean;
}
