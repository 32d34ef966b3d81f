import {
  CreateTableCommand,
  DeleteTableCommand,
  DescribeTableCommand,
  GetItemCommand,
  ListTagsOfResourceCommand,
  PutItemCommand,
  QueryCommand,
  TagResourceCommand,
  TransactWriteItemsCommand,
  UpdateTableCommand,
} from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ManualClock } from '../../helpers/manual-clock';
import { type DynamoDbUnderTest, openDynamoDb, simpleTable } from './open-dynamodb';

describe('DynamoDB', () => {
  const clock = new ManualClock();
  let db: DynamoDbUnderTest;
  beforeAll(async () => {
    const delays = {
      'dynamodb-table-create-ms': '150',
      'dynamodb-table-update-ms': '50',
      'dynamodb-index-build-ms': '300',
    };
    db = await openDynamoDb(delays, { clock });
  });
  afterAll(() => db.close());

  const describeTable = async (TableName: string) =>
    (await db.client.send(new DescribeTableCommand({ TableName }))).Table;
  const create = async (name: string) => {
    await db.client.send(new CreateTableCommand(simpleTable(name)));
    clock.pass(150);
    return describeTable(name);
  };
  const indexUpdate = (TableName: string, ...names: readonly string[]) =>
    new UpdateTableCommand({
      TableName,
      AttributeDefinitions: [
        { AttributeName: 'pk', AttributeType: 'S' },
        { AttributeName: 'owner', AttributeType: 'S' },
      ],
      GlobalSecondaryIndexUpdates: names.map((IndexName) => ({
        Create: {
          IndexName,
          KeySchema: [{ AttributeName: 'owner', KeyType: 'HASH' }],
          Projection: { ProjectionType: 'ALL' },
        },
      })),
    });

  it('creates a table that is CREATING before it is ACTIVE', async () => {
    const { TableDescription } = await db.client.send(new CreateTableCommand(simpleTable('slow')));
    expect(TableDescription).toMatchObject({
      TableStatus: 'CREATING',
      TableArn: 'arn:aws:dynamodb:eu-west-1:111122223333:table/slow',
    });
    const Key = { pk: { S: '1' } };
    await expect(db.client.send(new GetItemCommand({ TableName: 'slow', Key }))).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
    });
    await expect(db.client.send(new DeleteTableCommand({ TableName: 'slow' }))).rejects.toMatchObject({
      name: 'ResourceInUseException',
    });
    clock.pass(149);
    expect((await describeTable('slow'))?.TableStatus).toBe('CREATING');
    clock.pass(1);
    expect((await describeTable('slow'))?.TableStatus).toBe('ACTIVE');
    await expect(db.client.send(new GetItemCommand({ TableName: 'slow', Key }))).resolves.toBeDefined();
  });

  it('builds one index at a time, which takes a while', async () => {
    await create('indexed');
    await db.client.send(new PutItemCommand({ TableName: 'indexed', Item: { pk: { S: '1' }, owner: { S: 'a' } } }));
    await expect(db.client.send(indexUpdate('indexed', 'one', 'two'))).rejects.toMatchObject({
      name: 'LimitExceededException',
    });
    const { TableDescription } = await db.client.send(indexUpdate('indexed', 'one'));
    expect(TableDescription?.TableStatus).toBe('UPDATING');
    expect(TableDescription?.GlobalSecondaryIndexes).toMatchObject([{ IndexStatus: 'CREATING', Backfilling: false }]);
    await expect(db.client.send(indexUpdate('indexed', 'two'))).rejects.toMatchObject({
      name: 'ResourceInUseException',
    });
    clock.pass(150);
    const backfilling = await describeTable('indexed');
    expect(backfilling?.TableStatus).toBe('ACTIVE');
    expect(backfilling?.GlobalSecondaryIndexes).toMatchObject([{ IndexStatus: 'CREATING', Backfilling: true }]);
    await expect(db.client.send(indexUpdate('indexed', 'two'))).rejects.toMatchObject({
      name: 'LimitExceededException',
    });
    const query = new QueryCommand({
      TableName: 'indexed',
      IndexName: 'one',
      KeyConditionExpression: '#o = :o',
      ExpressionAttributeNames: { '#o': 'owner' },
      ExpressionAttributeValues: { ':o': { S: 'a' } },
    });
    await expect(db.client.send(query)).rejects.toThrow(/Cannot read from backfilling/);
    clock.pass(150);
    expect((await describeTable('indexed'))?.GlobalSecondaryIndexes).toMatchObject([{ IndexStatus: 'ACTIVE' }]);
    await expect(db.client.send(query)).resolves.toMatchObject({ Count: 1 });
  });

  it('takes a while to delete an index too', async () => {
    const deletion = new UpdateTableCommand({
      TableName: 'indexed',
      GlobalSecondaryIndexUpdates: [{ Delete: { IndexName: 'one' } }],
    });
    const { TableDescription } = await db.client.send(deletion);
    expect(TableDescription).toMatchObject({
      TableStatus: 'UPDATING',
      GlobalSecondaryIndexes: [{ IndexName: 'one', IndexStatus: 'DELETING' }],
    });
    clock.pass(300);
    const after = await describeTable('indexed');
    expect(after?.TableStatus).toBe('ACTIVE');
    expect(after?.GlobalSecondaryIndexes).toBeUndefined();
  });

  it('knows what an index can take, of both kinds of tables', async () => {
    const index = (name: string, capacity: object) => ({
      IndexName: name,
      KeySchema: [{ AttributeName: 'owner', KeyType: 'HASH' as const }],
      Projection: { ProjectionType: 'ALL' as const },
      ...capacity,
    });
    const add = (TableName: string, name: string, capacity: object) =>
      db.client.send(
        new UpdateTableCommand({
          TableName,
          AttributeDefinitions: [{ AttributeName: 'owner', AttributeType: 'S' }],
          GlobalSecondaryIndexUpdates: [{ Create: index(name, capacity) }],
        }),
      );
    const capacities = async (TableName: string) =>
      (await describeTable(TableName))?.GlobalSecondaryIndexes?.map(
        ({ ProvisionedThroughput, OnDemandThroughput, WarmThroughput }) => [
          ProvisionedThroughput?.ReadCapacityUnits,
          OnDemandThroughput?.MaxReadRequestUnits,
          WarmThroughput?.ReadUnitsPerSecond,
        ],
      );
    const throughput = { ProvisionedThroughput: { ReadCapacityUnits: 7, WriteCapacityUnits: 8 } };
    const limit = { OnDemandThroughput: { MaxReadRequestUnits: 90 } };
    await create('on-demand');
    await db.client.send(
      new CreateTableCommand({ ...simpleTable('reserved'), BillingMode: 'PROVISIONED', ...throughput }),
    );
    clock.pass(150);

    await expect(add('on-demand', 'one', throughput)).rejects.toMatchObject({ name: 'ValidationException' });
    await expect(add('reserved', 'one', {})).rejects.toMatchObject({ name: 'ValidationException' });
    await expect(add('reserved', 'one', { ...throughput, ...limit })).rejects.toMatchObject({
      name: 'ValidationException',
    });
    const colder = { WarmThroughput: { ReadUnitsPerSecond: 11_999 } };
    await expect(add('on-demand', 'one', colder)).rejects.toThrow(/lower than the current/);
    await add('on-demand', 'one', limit);
    await add('reserved', 'one', { ...throughput, WarmThroughput: { ReadUnitsPerSecond: 100 } });

    expect(await capacities('on-demand')).toEqual([[0, 90, 12_000]]);
    expect(await capacities('reserved')).toEqual([[7, undefined, 100]]);
    clock.pass(300);
    const more = { ReadCapacityUnits: 9, WriteCapacityUnits: 8 };
    const update = { Update: { IndexName: 'one', ProvisionedThroughput: more } };
    await db.client.send(new UpdateTableCommand({ TableName: 'reserved', GlobalSecondaryIndexUpdates: [update] }));
    expect(await capacities('reserved')).toEqual([[9, undefined, 100]]);
    clock.pass(50);
    const lower = { Update: { IndexName: 'one', WarmThroughput: { ReadUnitsPerSecond: 99 } } };
    await expect(
      db.client.send(new UpdateTableCommand({ TableName: 'reserved', GlobalSecondaryIndexUpdates: [lower] })),
    ).rejects.toThrow(/lower than the current/);
  });

  it('takes up to four attributes for each key of an index', async () => {
    await create('many-keys');
    const names = ['a', 'b', 'c', 'd', 'e'];
    const add = (count: number) =>
      db.client.send(
        new UpdateTableCommand({
          TableName: 'many-keys',
          AttributeDefinitions: names.slice(0, count).map((AttributeName) => ({ AttributeName, AttributeType: 'S' })),
          GlobalSecondaryIndexUpdates: [
            {
              Create: {
                IndexName: 'all',
                KeySchema: names.slice(0, count).map((AttributeName) => ({ AttributeName, KeyType: 'HASH' })),
                Projection: { ProjectionType: 'ALL' },
              },
            },
          ],
        }),
      );

    await expect(add(5)).rejects.toMatchObject({ name: 'ValidationException' });
    await add(4);
    const [index] = (await describeTable('many-keys'))?.GlobalSecondaryIndexes ?? [];
    expect(index?.KeySchema?.map(({ AttributeName }) => AttributeName)).toEqual(['a', 'b', 'c', 'd']);
  });

  it('accepts only one of two simultaneous updates', async () => {
    await create('raced');
    const outcomes = await Promise.allSettled([
      db.client.send(indexUpdate('raced', 'one')),
      db.client.send(indexUpdate('raced', 'two')),
    ]);
    expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  });

  it('protects a table, tags it, and deletes it after a while', async () => {
    const table = await create('guarded');
    const TableName = 'guarded';
    await db.client.send(new UpdateTableCommand({ TableName, DeletionProtectionEnabled: true }));
    clock.pass(50);
    await expect(db.client.send(new DeleteTableCommand({ TableName }))).rejects.toThrow(/protected against deletion/);
    const ResourceArn = table?.TableArn;
    await db.client.send(new TagResourceCommand({ ResourceArn, Tags: [{ Key: 'team', Value: 'food' }] }));
    const { Tags } = await db.client.send(new ListTagsOfResourceCommand({ ResourceArn }));
    expect(Tags).toEqual([{ Key: 'team', Value: 'food' }]);
    await db.client.send(new UpdateTableCommand({ TableName, DeletionProtectionEnabled: false }));
    clock.pass(50);
    await db.client.send(new DeleteTableCommand({ TableName }));
    expect((await describeTable(TableName))?.TableStatus).toBe('DELETING');
    await expect(db.client.send(new CreateTableCommand(simpleTable(TableName)))).rejects.toMatchObject({
      name: 'ResourceInUseException',
    });
    clock.pass(150);
    await expect(describeTable(TableName)).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
    expect((await create(TableName))?.TableStatus).toBe('ACTIVE');
  });

  it('accepts the ARN of a table as its name', async () => {
    const table = await create('by-arn');
    const TableName = table?.TableArn ?? '';
    await db.client.send(new PutItemCommand({ TableName, Item: { pk: { S: '1' }, arn: { S: TableName } } }));
    const transaction = [{ Put: { TableName, Item: { pk: { S: '2' } } } }];
    await db.client.send(new TransactWriteItemsCommand({ TransactItems: transaction }));
    const { Item } = await db.client.send(new GetItemCommand({ TableName, Key: { pk: { S: '1' } } }));
    expect(Item?.['arn']).toEqual({ S: TableName });
    expect((await describeTable(TableName))?.TableName).toBe('by-arn');
  });

  it('reports the reasons of a cancelled transaction', async () => {
    await create('cancelled');
    const put = { TableName: 'cancelled', Item: { pk: { S: '1' } }, ConditionExpression: 'attribute_exists(pk)' };
    await expect(
      db.client.send(new TransactWriteItemsCommand({ TransactItems: [{ Put: put }] })),
    ).rejects.toMatchObject({
      name: 'TransactionCanceledException',
      CancellationReasons: [{ Code: 'ConditionalCheckFailed' }],
    });
  });
});

describe('DynamoDB that answers late', () => {
  it('does not see a table right after CreateTable', async () => {
    const clock = new ManualClock();
    const delays = { 'dynamodb-create-visible-ms': '60', 'dynamodb-table-create-ms': '120' };
    const db = await openDynamoDb(delays, { clock });
    try {
      await db.client.send(new CreateTableCommand(simpleTable('late')));
      const read = () => db.client.send(new DescribeTableCommand({ TableName: 'late' }));
      clock.pass(59);
      await expect(read()).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
      clock.pass(1);
      expect((await read()).Table?.TableStatus).toBe('CREATING');
      clock.pass(60);
      expect((await read()).Table?.TableStatus).toBe('ACTIVE');
    } finally {
      await db.close();
    }
  });
});
