import {
  type AttributeDefinition,
  type TableDescription as AwsTable,
  CreateTableCommand,
  type CreateTableCommandInput,
  DeleteTableCommand,
  DescribeTableCommand,
  type DynamoDBClient,
  DynamoDBServiceException,
  type GlobalSecondaryIndex,
  type GlobalSecondaryIndexDescription,
  type KeySchemaElement,
  UpdateTableCommand,
} from '@aws-sdk/client-dynamodb';
import type { CreateTable, IndexDefinition, KeyAttribute, KeyType } from '../../core/bundle/bundle';
import { databaseKinds } from '../../core/bundle/database-kinds';
import { MigrationError } from '../../core/errors/index';
import type { HeldLease, TableDatabase, TableDescription, TableStatus, Target } from '../../core/ports';
import type { DynamoDbTargetProperties } from '../../core/wire';
import { errorName, patiently } from './retry';

/**
 * DynamoDB tables. Changes are asynchronous (aws-facts DDB-1): each is requested, and `describe` says when it is true.
 */
export class DynamoDbTables implements Target, TableDatabase {
  readonly databaseKind = 'dynamodb';
  readonly traits = databaseKinds.dynamodb;
  readonly tables: TableDatabase = this;

  constructor(
    private readonly client: DynamoDBClient,
    private readonly properties: DynamoDbTargetProperties,
    private readonly lease: HeldLease,
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
    const input: CreateTableCommandInput = {
      TableName: this.physicalName(table),
      BillingMode: 'PAY_PER_REQUEST',
      KeySchema: keySchema(partitionKey, sortKey),
      AttributeDefinitions: definitions([
        partitionKey,
        sortKey,
        ...indexes.flatMap((index) => [index.partitionKey, index.sortKey]),
      ]),
      GlobalSecondaryIndexes: indexes.length > 0 ? indexes.map(toIndex) : undefined,
    };
    await this.change(table, () => this.client.send(new CreateTableCommand(input)));
  }

  async deleteTable(table: string): Promise<'asked' | 'gone'> {
    const input = { TableName: this.physicalName(table) };
    const refusal = await this.change(table, () => this.client.send(new DeleteTableCommand(input)), [...busy, gone]);
    return refusal === gone ? 'gone' : 'asked';
  }

  async addIndex(table: string, index: IndexDefinition): Promise<void> {
    const current = await this.find(table);
    const provisioned =
      current?.BillingModeSummary?.BillingMode !== 'PAY_PER_REQUEST' ? current?.ProvisionedThroughput : undefined;
    const { ReadCapacityUnits = 0, WriteCapacityUnits = 0 } = provisioned ?? {};
    // An index of a provisioned table needs capacity of its own; the table's is the natural start.
    const ProvisionedThroughput = ReadCapacityUnits > 0 ? { ReadCapacityUnits, WriteCapacityUnits } : undefined;
    const update = new UpdateTableCommand({
      TableName: this.physicalName(table),
      AttributeDefinitions: definitions([index.partitionKey, index.sortKey]),
      GlobalSecondaryIndexUpdates: [{ Create: { ...toIndex(index), ProvisionedThroughput } }],
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
  private async change(table: string, send: () => Promise<unknown>, passing = busy): Promise<string | undefined> {
    await this.lease.guard();
    try {
      await patiently(send);
      return undefined;
    } catch (error) {
      if (passing.includes(errorName(error))) return errorName(error);
      if (!(error instanceof DynamoDBServiceException) || error.$fault !== 'client') throw error;
      throw new MigrationError(
        'TABLE_OPERATION_FAILED',
        `DynamoDB refused to change ${this.physicalName(table)}: ${error.name}: ${error.message}`,
        {
          cause: error,
        },
      );
    }
  }
}

const busy: readonly string[] = ['ResourceInUseException', 'LimitExceededException'];

/** What is to be deleted may be gone since it was last looked at. */
const gone = 'ResourceNotFoundException';

function keySchema(partitionKey: KeyAttribute, sortKey: KeyAttribute | undefined): KeySchemaElement[] {
  const schema: KeySchemaElement[] = [{ AttributeName: partitionKey.name, KeyType: 'HASH' }];
  return sortKey ? [...schema, { AttributeName: sortKey.name, KeyType: 'RANGE' }] : schema;
}

function definitions(keys: readonly (KeyAttribute | undefined)[]): AttributeDefinition[] {
  const types = new Map(keys.flatMap((key) => (key ? [[key.name, key.type] as const] : [])));
  return [...types].map(([AttributeName, AttributeType]) => ({ AttributeName, AttributeType }));
}

function toIndex({ name, partitionKey, sortKey, projection = 'ALL' }: IndexDefinition): GlobalSecondaryIndex {
  const named = typeof projection === 'string' ? { ProjectionType: projection } : undefined;
  return {
    IndexName: name,
    KeySchema: keySchema(partitionKey, sortKey),
    Projection: named ?? { ProjectionType: 'INCLUDE', NonKeyAttributes: [...projection] },
  };
}

function toDescription(table: AwsTable): TableDescription {
  const types = new Map(
    (table.AttributeDefinitions ?? []).map(({ AttributeName, AttributeType }) => [AttributeName, AttributeType]),
  );
  const indexes = (table.GlobalSecondaryIndexes ?? []).map((index) => ({
    ...fromIndex(index, (name) => (types.get(name) ?? 'S') as KeyType),
    status: toStatus(index.IndexStatus),
    backfilling: index.Backfilling === true,
  }));
  return { status: toStatus(table.TableStatus), indexes };
}

function fromIndex(index: GlobalSecondaryIndexDescription, typeOf: (name: string) => KeyType): IndexDefinition {
  const keys = (index.KeySchema ?? []).map(({ AttributeName = '' }) => ({
    name: AttributeName,
    type: typeOf(AttributeName),
  }));
  const { ProjectionType = 'ALL', NonKeyAttributes = [] } = index.Projection ?? {};
  return {
    name: index.IndexName ?? '',
    partitionKey: keys[0]!,
    ...(keys[1] && { sortKey: keys[1] }),
    projection: ProjectionType === 'INCLUDE' ? NonKeyAttributes : ProjectionType,
  };
}

const statuses: readonly string[] = ['CREATING', 'UPDATING', 'DELETING', 'ACTIVE'];

function toStatus(status: string | undefined): TableStatus {
  return status && statuses.includes(status) ? (status as TableStatus) : 'OTHER';
}
