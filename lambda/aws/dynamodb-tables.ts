import {
  type TableDescription as AwsTable,
  CreateTableCommand,
  DeleteTableCommand,
  type DynamoDBClient,
  UpdateTableCommand,
} from '@aws-sdk/client-dynamodb';
import { canonicalJson } from '../../core/bundle/checksum';
import { databaseKinds } from '../../core/bundle/database-kinds';
import type { AutoScaling } from '../../core/bundle/table-definitions';
import type { CreateTable } from '../../core/bundle/table-operations';
import type { SettingName, TableDefaults, TableSettings } from '../../core/bundle/table-settings';
import { hasCode, MigrationError } from '../../core/errors/index';
import type { ScalingSetting, TableIndex } from '../../core/ledger/table-index';
import type {
  Decreases,
  HeldLease,
  ItemDatabase,
  RecoveryPoint,
  TableDatabase,
  TableDescription,
  TableStatus,
  Target,
} from '../../core/ports';
import type { DynamoDbTargetProperties } from '../../core/wire';
import { type ScalingService, scalingSettings } from './auto-scaling';
import { DynamoDbItems } from './items/dynamodb-items';
import { patiently } from './retry';
import { backUp } from './table-backups';
import { attributeDefinitions, fromIndex, indexToAdd, isProvisioned, keysOf } from './table-indexes';
import { createTableInput } from './table-input';
import { resourcePolicyOf } from './table-policy';
import { gone, isBusyOrGone, isClientFault, TableRequests } from './table-requests';
import { settingNamed } from './table-settings';

/**
 * DynamoDB tables. Changes are asynchronous (aws-facts DDB-1): each is requested, and `describe` says when it is true.
 */
export class DynamoDbTables implements Target, TableDatabase {
  readonly databaseKind = 'dynamodb';
  readonly traits = databaseKinds.dynamodb;
  readonly tables: TableDatabase = this;
  readonly defaults: TableDefaults;
  private readonly requests: TableRequests;
  readonly items: ItemDatabase;

  constructor(
    private readonly client: DynamoDBClient,
    properties: DynamoDbTargetProperties,
    lease: HeldLease,
    private readonly scalingService: ScalingService,
  ) {
    this.requests = new TableRequests(client, properties, lease);
    this.items = { table: (name) => DynamoDbItems.open(client, name, this.physicalName(name), lease) };
    this.defaults = properties.TableDefaults === undefined ? {} : JSON.parse(properties.TableDefaults);
  }

  // DynamoDB keeps nothing of the protocol: a step looks at the table itself.
  async prepare(): Promise<void> {}

  async history(): Promise<undefined> {
    return undefined;
  }

  async cleanUp(): Promise<void> {}

  physicalName(table: string): string {
    return this.requests.physicalName(table);
  }

  async describe(table: string): Promise<TableDescription | undefined> {
    const found = await this.requests.find(table);
    return found && toDescription(found);
  }

  async createTable(operation: CreateTable): Promise<void> {
    const create = new CreateTableCommand(createTableInput(operation, this.physicalName(operation.table)));
    await this.requests.change(operation.table, () => this.client.send(create));
  }

  async deleteTable(table: string): Promise<'asked' | 'gone'> {
    const remove = new DeleteTableCommand({ TableName: this.physicalName(table) });
    // A table that is seen late has its protection seen late, too.
    const isPassing = (error: Error) => isBusyOrGone(error) || /protected against deletion/.test(error.message);
    const refusal = await this.requests.change(table, () => this.client.send(remove), isPassing);
    return refusal?.name === gone ? 'gone' : 'asked';
  }

  async addIndex(table: string, index: TableIndex): Promise<void> {
    const update = new UpdateTableCommand({
      TableName: this.physicalName(table),
      AttributeDefinitions: attributeDefinitions(keysOf(index)),
      GlobalSecondaryIndexUpdates: [{ Create: indexToAdd(index, await this.requests.find(table)) }],
    });
    await this.requests.change(table, () => this.client.send(update));
  }

  async removeIndex(table: string, index: string): Promise<void> {
    const update = new UpdateTableCommand({
      TableName: this.physicalName(table),
      GlobalSecondaryIndexUpdates: [{ Delete: { IndexName: index } }],
    });
    await this.requests.change(table, () => this.client.send(update), isBusyOrGone);
  }

  setting<N extends SettingName>(table: string, name: N): Promise<TableSettings[N]> {
    return settingNamed(name).read(this.requests, table);
  }

  change<N extends SettingName>(table: string, name: N, value: TableSettings[N]): Promise<string | undefined> {
    return settingNamed(name).change(this.requests, table, value);
  }

  resourcePolicy(table: string): Promise<Readonly<Record<string, unknown>> | undefined> {
    return resourcePolicyOf(this.requests, table);
  }

  async decreases(table: string): Promise<ReadonlyMap<string | undefined, Decreases>> {
    const found = await this.requests.existing(table);
    const indexes = found.GlobalSecondaryIndexes ?? [];
    return new Map([
      [undefined, toDecreases(found)],
      ...indexes.map((index) => [index.IndexName, toDecreases(index)] as const),
    ]);
  }

  scalingFor(table: string, index: string | undefined, autoScaling: AutoScaling): readonly ScalingSetting[] {
    return scalingSettings(this.physicalName(table), index, autoScaling);
  }

  async scaling(table: string, index?: string): Promise<readonly ScalingSetting[]> {
    const found = await this.requests.find(table);
    if (!found || !isProvisioned(found)) return [];
    return this.presentScaling(table, index, 'Nothing is changed that could not be brought back as it is.');
  }

  async scale(
    table: string,
    index: string | undefined,
    settings: readonly ScalingSetting[],
    only = false,
  ): Promise<'done' | 'busy'> {
    const found = await this.requests.find(table);
    // A table that has become on-demand since then has nothing to scale.
    if (!found || !isProvisioned(found)) return 'done';
    // AWS may have kept the settings while the index was gone (aws-facts DDB-19): only what is missing needs permission.
    const present = await this.presentScaling(table, index);
    const surplus = only ? present.filter((one) => !settings.some((wanted) => isSameThing(one, wanted))) : [];
    const missing = settings.filter((one) => !present.some((other) => canonicalJson(other) === canonicalJson(one)));
    const changes = [
      // Policies and schedules first: they go with their target.
      ...[...surplus].reverse().map((setting) => () => this.scalingService.remove(setting)),
      ...missing.map((setting) => () => this.scalingService.apply(setting)),
    ];
    for (const change of changes) {
      if (await this.requests.change(table, change, isScalingBusy, 'Application Auto Scaling')) return 'busy';
    }
    return 'done';
  }

  backUp(table: string, name: string): Promise<RecoveryPoint> {
    return backUp(this.requests, table, name);
  }

  private async presentScaling(table: string, index?: string, why = ''): Promise<readonly ScalingSetting[]> {
    const name = this.physicalName(table);
    try {
      return await patiently(() => this.scalingService.settings(name, index));
    } catch (error) {
      const denied = hasCode(error, 'ACCESS_DENIED');
      if (!denied && !isClientFault(error)) throw error;
      const what = index === undefined ? name : `index ${index} of ${name}`;
      const message = `The auto scaling of ${what} cannot be read: ${error.message} ${why}`.trim();
      if (denied) throw new MigrationError('ACCESS_DENIED', message, { cause: error, hint: error.hint });
      throw new MigrationError('TABLE_OPERATION_FAILED', message, { cause: error });
    }
  }
}

/** A change of the same setting is under way, or a target made a moment ago is not seen yet. */
function isScalingBusy({ name }: Error): boolean {
  return ['ConcurrentUpdateException', 'ObjectNotFoundException'].includes(name);
}

/** A target has one per dimension; a policy and a schedule have names. */
function isSameThing(a: ScalingSetting, b: ScalingSetting): boolean {
  const members = ['ScalableDimension', 'PolicyName', 'ScheduledActionName'];
  return a.kind === b.kind && members.every((member) => a.input[member] === b.input[member]);
}

function toDescription(table: AwsTable): TableDescription {
  const indexes = (table.GlobalSecondaryIndexes ?? []).map((index) => ({
    ...fromIndex(index, table),
    status: toStatus(index.IndexStatus),
    backfilling: index.Backfilling === true,
    ...counted(index),
  }));
  const { SSEDescription, KeySchema, LocalSecondaryIndexes = [] } = table;
  const classChanged = table.TableClassSummary?.LastUpdateDateTime;
  const { partitionKey, sortKey } = fromIndex({ KeySchema }, table);
  const localIndexes = LocalSecondaryIndexes.map(({ IndexName, KeySchema: keys, Projection }) => {
    return fromIndex({ IndexName, KeySchema: keys, Projection }, table);
  });
  return {
    ...{ status: toStatus(table.TableStatus), indexes, ...counted(table) },
    keys: { partitionKey, ...(sortKey && { sortKey }) },
    localIndexes: localIndexes.map(({ name, sortKey: own, projection }) => ({ name, sortKey: own!, projection })),
    ...(classChanged && { classChangedAt: classChanged.getTime() }),
    ...(SSEDescription?.KMSMasterKeyArn && { encryptionKey: SSEDescription.KMSMasterKeyArn }),
  };
}

function counted({ ItemCount }: { readonly ItemCount?: number }) {
  return ItemCount === undefined ? {} : { items: ItemCount };
}

function toDecreases({ ProvisionedThroughput }: Pick<AwsTable, 'ProvisionedThroughput'>): Decreases {
  const { NumberOfDecreasesToday: today = 0, LastDecreaseDateTime } = ProvisionedThroughput ?? {};
  return { today, ...(LastDecreaseDateTime && { last: LastDecreaseDateTime.getTime() }) };
}

const statuses: readonly string[] = ['CREATING', 'UPDATING', 'DELETING', 'ACTIVE'];

function toStatus(status: string | undefined): TableStatus {
  return status && statuses.includes(status) ? (status as TableStatus) : 'OTHER';
}
