import {
  type TableDescription as AwsTable,
  CreateTableCommand,
  type CreateTableCommandInput,
  DeleteTableCommand,
  DescribeTableCommand,
  type DynamoDBClient,
  UpdateTableCommand,
} from '@aws-sdk/client-dynamodb';
import type { CreateTable } from '../../core/bundle/bundle';
import { canonicalJson } from '../../core/bundle/checksum';
import { databaseKinds } from '../../core/bundle/database-kinds';
import { hasCode, MigrationError } from '../../core/errors/index';
import type { ScalingSetting, TableIndex } from '../../core/ledger/table-index';
import type { HeldLease, ItemDatabase, TableDatabase, TableDescription, TableStatus, Target } from '../../core/ports';
import type { DynamoDbTargetProperties } from '../../core/wire';
import type { IndexScaling } from './index-scaling';
import { DynamoDbItems } from './items/dynamodb-items';
import { errorName, patiently } from './retry';
import {
  attributeDefinitions,
  fromIndex,
  indexToAdd,
  isProvisioned,
  keySchema,
  keysOf,
  toIndex,
} from './table-indexes';

/**
 * DynamoDB tables. Changes are asynchronous (aws-facts DDB-1): each is requested, and `describe` says when it is true.
 */
export class DynamoDbTables implements Target, TableDatabase {
  readonly databaseKind = 'dynamodb';
  readonly traits = databaseKinds.dynamodb;
  readonly tables: TableDatabase = this;
  readonly items: ItemDatabase = {
    table: (name) => DynamoDbItems.open(this.client, name, this.physicalName(name), this.lease),
  };

  constructor(
    private readonly client: DynamoDBClient,
    private readonly properties: DynamoDbTargetProperties,
    private readonly lease: HeldLease,
    private readonly indexScaling: IndexScaling,
  ) {}

  // DynamoDB keeps nothing of the protocol: a step looks at the table itself.
  async prepare(): Promise<void> {}

  async history(): Promise<undefined> {
    return undefined;
  }

  async cleanUp(): Promise<void> {}

  physicalName(table: string): string {
    const { Tables, TableNamePrefix } = this.properties;
    const known = Tables[table] ?? (TableNamePrefix && `${TableNamePrefix}${table}`);
    if (known) return known;
    throw new MigrationError(
      'UNKNOWN_TABLE',
      `The target has no table "${table}". Its tables: ${Object.keys(Tables).join(', ')}.`,
      {
        payload: { table, known: Object.keys(Tables) },
        hint: 'Add it to `tables` of MigrationTarget.dynamodb, or give a `tableNamePrefix`.',
      },
    );
  }

  async describe(table: string): Promise<TableDescription | undefined> {
    const found = await this.find(table);
    return found && toDescription(found);
  }

  async createTable({ table, partitionKey, sortKey, globalIndexes }: CreateTable): Promise<void> {
    const indexes = globalIndexes ?? [];
    const sortKeys = sortKey ? [sortKey] : [];
    const input: CreateTableCommandInput = {
      TableName: this.physicalName(table),
      BillingMode: 'PAY_PER_REQUEST',
      KeySchema: keySchema([partitionKey], sortKeys),
      AttributeDefinitions: attributeDefinitions([partitionKey, ...sortKeys, ...indexes.flatMap(keysOf)]),
      GlobalSecondaryIndexes: indexes.length > 0 ? indexes.map(toIndex) : undefined,
    };
    await this.change(table, () => this.client.send(new CreateTableCommand(input)));
  }

  async deleteTable(table: string): Promise<'asked' | 'gone'> {
    const input = { TableName: this.physicalName(table) };
    const refusal = await this.change(table, () => this.client.send(new DeleteTableCommand(input)), [...busy, gone]);
    return refusal === gone ? 'gone' : 'asked';
  }

  async addIndex(table: string, index: TableIndex): Promise<void> {
    const update = new UpdateTableCommand({
      TableName: this.physicalName(table),
      AttributeDefinitions: attributeDefinitions(keysOf(index)),
      GlobalSecondaryIndexUpdates: [{ Create: indexToAdd(index, await this.find(table)) }],
    });
    await this.change(table, () => this.client.send(update));
  }

  async removeIndex(table: string, index: string): Promise<void> {
    const update = new UpdateTableCommand({
      TableName: this.physicalName(table),
      GlobalSecondaryIndexUpdates: [{ Delete: { IndexName: index } }],
    });
    await this.change(table, () => this.client.send(update), [...busy, gone]);
  }

  async scaling(table: string, index: string): Promise<readonly ScalingSetting[]> {
    const found = await this.find(table);
    if (!found || !isProvisioned(found)) return [];
    return this.settingsOf(table, index, 'An index must not be removed that cannot be made again as it is.');
  }

  async scale(table: string, index: string, settings: readonly ScalingSetting[]): Promise<'done' | 'busy'> {
    const found = await this.find(table);
    // A table that has become on-demand since then has nothing to scale.
    if (!found || !isProvisioned(found)) return 'done';
    // AWS may have kept the settings while the index was gone (aws-facts DDB-19): only what is missing needs permission.
    const present = (await this.settingsOf(table, index)).map(canonicalJson);
    for (const setting of settings.filter((one) => !present.includes(canonicalJson(one)))) {
      const apply = () => this.indexScaling.apply(setting);
      if (await this.change(table, apply, scalingBusy, 'Application Auto Scaling')) return 'busy';
    }
    return 'done';
  }

  private async settingsOf(table: string, index: string, why = ''): Promise<readonly ScalingSetting[]> {
    const name = this.physicalName(table);
    try {
      return await patiently(() => this.indexScaling.settings(name, index));
    } catch (error) {
      const denied = hasCode(error, 'ACCESS_DENIED');
      if (!denied && !isClientFault(error)) throw error;
      const message = `The auto scaling of index ${index} of ${name} cannot be read: ${error.message} ${why}`.trim();
      if (denied) throw new MigrationError('ACCESS_DENIED', message, { cause: error, hint: error.hint });
      throw new MigrationError('TABLE_OPERATION_FAILED', message, { cause: error });
    }
  }

  private async find(table: string): Promise<AwsTable | undefined> {
    const describe = new DescribeTableCommand({ TableName: this.physicalName(table) });
    try {
      return (await patiently(() => this.client.send(describe))).Table;
    } catch (error) {
      if (errorName(error) === gone) return undefined;
      throw error;
    }
  }

  /** A table that is busy, or an account that is, accepts the change later: the caller observes and tries again. Returns why. */
  private async change(
    table: string,
    send: () => Promise<unknown>,
    passing = busy,
    who = 'DynamoDB',
  ): Promise<string | undefined> {
    await this.lease.guard();
    try {
      await patiently(send);
      return undefined;
    } catch (error) {
      if (passing.includes(errorName(error))) return errorName(error);
      if (!isClientFault(error)) throw error;
      throw new MigrationError(
        'TABLE_OPERATION_FAILED',
        `${who} refused to change ${this.physicalName(table)}: ${error.name}: ${error.message}`,
        { cause: error },
      );
    }
  }
}

const busy: readonly string[] = ['ResourceInUseException', 'LimitExceededException'];

/** A change of the same setting is under way, or a target made a moment ago is not seen yet. */
const scalingBusy: readonly string[] = ['ConcurrentUpdateException', 'ObjectNotFoundException'];

/** What is to be deleted may be gone since it was last looked at. */
const gone = 'ResourceNotFoundException';

function toDescription(table: AwsTable): TableDescription {
  const indexes = (table.GlobalSecondaryIndexes ?? []).map((index) => ({
    ...fromIndex(index, table),
    status: toStatus(index.IndexStatus),
    backfilling: index.Backfilling === true,
  }));
  return { status: toStatus(table.TableStatus), indexes };
}

const statuses: readonly string[] = ['CREATING', 'UPDATING', 'DELETING', 'ACTIVE'];

function toStatus(status: string | undefined): TableStatus {
  return status && statuses.includes(status) ? (status as TableStatus) : 'OTHER';
}

/** An error that AWS calls the caller's own. */
function isClientFault(error: unknown): error is Error {
  return error instanceof Error && (error as { $fault?: unknown }).$fault === 'client';
}
