import {
  CreateTableCommand,
  DeleteItemCommand,
  DescribeContinuousBackupsCommand,
  DescribeTimeToLiveCommand,
  PutItemCommand,
  UpdateContinuousBackupsCommand,
  UpdateTableCommand,
  UpdateTimeToLiveCommand,
} from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ManualClock } from '../../helpers/manual-clock';
import { type DynamoDbUnderTest, openDynamoDb, simpleTable } from './open-dynamodb';

interface StreamRecord {
  readonly eventName: string;
  readonly awsRegion: string;
  readonly dynamodb: { readonly Keys: { readonly pk: { readonly S: string } } };
}

describe('DynamoDB', () => {
  const clock = new ManualClock();
  let db: DynamoDbUnderTest;
  beforeAll(async () => {
    db = await openDynamoDb({ 'dynamodb-ttl-apply-ms': '50' }, { clock });
  });
  afterAll(() => db.close());

  /** Longer than a table takes to become ACTIVE. */
  const settle = () => clock.pass(1_000);
  const put = (table: string, pk: string, value = 'x') =>
    db.client.send(new PutItemCommand({ TableName: table, Item: { pk: { S: pk }, value: { S: value } } }));
  const stream = async (table: string, enabled: boolean) => {
    const StreamSpecification = enabled
      ? ({ StreamEnabled: true, StreamViewType: 'NEW_AND_OLD_IMAGES' } as const)
      : { StreamEnabled: false };
    const { TableDescription } = await db.client.send(
      new UpdateTableCommand({ TableName: table, StreamSpecification }),
    );
    settle();
    return TableDescription?.LatestStreamArn ?? '';
  };
  /** The streams client is a package of its own; the wire is the same. */
  const streams = async (operation: string, input: object) => {
    const response = await fetch(db.served.endpoint, {
      method: 'POST',
      headers: {
        'x-amz-target': `DynamoDBStreams_20120810.${operation}`,
        'content-type': 'application/x-amz-json-1.0',
      },
      body: JSON.stringify(input),
    });
    return (await response.json()) as Record<string, unknown>;
  };
  const readAll = async (StreamArn: string) => {
    const { StreamDescription } = (await streams('DescribeStream', { StreamArn })) as {
      StreamDescription: {
        Shards: { ShardId: string; SequenceNumberRange: Record<string, string> }[];
        StreamArn: string;
      };
    };
    expect(StreamDescription.StreamArn).toBe(StreamArn);
    const [shard] = StreamDescription.Shards;
    expect(shard?.SequenceNumberRange).not.toHaveProperty('EndingSequenceNumber');
    const from = { StreamArn, ShardId: shard?.ShardId, ShardIteratorType: 'TRIM_HORIZON' };
    const { ShardIterator } = await streams('GetShardIterator', from);
    const answer = await streams('GetRecords', { ShardIterator });
    return answer['Records'] as readonly StreamRecord[];
  };
  const summary = (records: readonly StreamRecord[]) =>
    records.map(({ eventName, dynamodb }) => `${eventName} ${dynamodb.Keys.pk.S}`);

  it('streams each change once, and nothing for a write that changes nothing', async () => {
    await db.client.send(new CreateTableCommand(simpleTable('streamed')));
    settle();
    await put('streamed', 'before');
    const arn = await stream('streamed', true);
    expect(arn).toMatch(/^arn:aws:dynamodb:eu-west-1:111122223333:table\/streamed\/stream\//);
    await put('streamed', 'a');
    await put('streamed', 'a');
    await put('streamed', 'a', 'y');
    await db.client.send(new DeleteItemCommand({ TableName: 'streamed', Key: { pk: { S: 'a' } } }));
    const records = await readAll(arn);
    expect(summary(records)).toEqual(['INSERT a', 'MODIFY a', 'REMOVE a']);
    expect(records[0]?.awsRegion).toBe('eu-west-1');
  });

  it('starts a new stream when streams are enabled again', async () => {
    await expect(stream('streamed', true)).rejects.toMatchObject({ name: 'ValidationException' });
    await stream('streamed', false);
    await expect(stream('streamed', false)).rejects.toMatchObject({ name: 'ValidationException' });
    await put('streamed', 'unseen');
    const arn = await stream('streamed', true);
    await put('streamed', 'seen');
    expect(summary(await readAll(arn))).toEqual(['INSERT seen']);
  });

  it('keeps point-in-time recovery', async () => {
    const TableName = 'streamed';
    const before = await db.client.send(new DescribeContinuousBackupsCommand({ TableName }));
    expect(before.ContinuousBackupsDescription?.PointInTimeRecoveryDescription).toEqual({
      PointInTimeRecoveryStatus: 'DISABLED',
    });
    const PointInTimeRecoverySpecification = { PointInTimeRecoveryEnabled: true, RecoveryPeriodInDays: 7 };
    await db.client.send(new UpdateContinuousBackupsCommand({ TableName, PointInTimeRecoverySpecification }));
    const after = await db.client.send(new DescribeContinuousBackupsCommand({ TableName }));
    expect(after.ContinuousBackupsDescription?.PointInTimeRecoveryDescription).toMatchObject({
      PointInTimeRecoveryStatus: 'ENABLED',
      RecoveryPeriodInDays: 7,
      EarliestRestorableDateTime: expect.any(Date),
    });
    await expect(db.client.send(new DescribeContinuousBackupsCommand({ TableName: 'nowhere' }))).rejects.toMatchObject({
      name: 'TableNotFoundException',
    });
  });

  it('changes time to live once an hour', async () => {
    const change = (Enabled: boolean) =>
      db.client.send(
        new UpdateTimeToLiveCommand({
          TableName: 'streamed',
          TimeToLiveSpecification: { Enabled, AttributeName: 'expires' },
        }),
      );
    const status = async () =>
      (await db.client.send(new DescribeTimeToLiveCommand({ TableName: 'streamed' }))).TimeToLiveDescription
        ?.TimeToLiveStatus;
    await expect(change(false)).rejects.toThrow('TimeToLive is already disabled');
    await change(true);
    expect(await status()).toBe('ENABLING');
    clock.pass(50);
    expect(await status()).toBe('ENABLED');
    await expect(change(true)).rejects.toThrow('TimeToLive is already enabled');
    clock.pass(3_599_949);
    await expect(change(false)).rejects.toThrow(/modified multiple times/);
    clock.pass(1);
    await change(false);
    expect(await status()).toBe('DISABLING');
  });

  const ask = (operation: string, input: object) =>
    db.service.permission({
      method: 'POST',
      path: '/',
      query: new URLSearchParams(),
      headers: {},
      body: Buffer.from(JSON.stringify(input)),
      operation,
      accessKeyId: undefined,
    });

  it('requires permission for what a request touches', () => {
    const table = 'arn:aws:dynamodb:eu-west-1:111122223333:table';
    expect(ask('Query', { TableName: 'a', IndexName: 'i' })).toEqual([
      { action: 'dynamodb:Query', resource: `${table}/a/index/i` },
    ]);
    expect(
      ask('TransactWriteItems', {
        TransactItems: [{ Put: { TableName: 'a' } }, { ConditionCheck: { TableName: 'b' } }],
      }),
    ).toEqual([
      { action: 'dynamodb:PutItem', resource: `${table}/a` },
      { action: 'dynamodb:ConditionCheckItem', resource: `${table}/b` },
    ]);
    expect(ask('BatchWriteItem', { RequestItems: { a: [], [`${table}/b`]: [] } })).toMatchObject([
      { resource: `${table}/a` },
      { resource: `${table}/b` },
    ]);
    expect(ask('ExecuteStatement', { Statement: 'UPDATE "a" SET x = 1' })).toEqual([
      { action: 'dynamodb:PartiQLUpdate', resource: `${table}/a` },
    ]);
    expect(ask('ListTables', {})).toEqual({ action: 'dynamodb:ListTables', resource: '*' });
  });

  it('tells IAM the partition keys of what a request reads or writes', async () => {
    const attribute = (AttributeName: string) => ({ AttributeName, AttributeType: 'S' as const });
    await db.client.send(
      new CreateTableCommand({
        ...simpleTable('led'),
        KeySchema: [
          { AttributeName: 'pk', KeyType: 'HASH' },
          { AttributeName: 'sk', KeyType: 'RANGE' },
        ],
        AttributeDefinitions: [attribute('pk'), attribute('sk')],
      }),
    );
    const leadingKeys = (operation: string, input: object) => {
      return [ask(operation, input)].flat().map((permission) => permission?.keys?.['dynamodb:leadingkeys']);
    };
    const key = (pk: string) => ({ pk: { S: pk }, sk: { S: 'HEAD' } });

    expect(leadingKeys('GetItem', { TableName: 'led', Key: key('a') })).toEqual([['a']]);
    expect(leadingKeys('PutItem', { TableName: 'led', Item: key('b') })).toEqual([['b']]);
    expect(
      leadingKeys('Query', {
        TableName: 'led',
        KeyConditionExpression: '#p = :p AND begins_with(sk, :s)',
        ExpressionAttributeNames: { '#p': 'pk' },
        ExpressionAttributeValues: { ':p': { S: 'c' }, ':s': { S: 'H' } },
      }),
    ).toEqual([['c']]);
    expect(leadingKeys('BatchGetItem', { RequestItems: { led: { Keys: [key('d'), key('e')] } } })).toEqual([
      ['d', 'e'],
    ]);
    expect(
      leadingKeys('BatchWriteItem', {
        RequestItems: { led: [{ PutRequest: { Item: key('f') } }, { DeleteRequest: { Key: key('g') } }] },
      }),
    ).toEqual([['f', 'g']]);
    expect(
      leadingKeys('TransactWriteItems', {
        TransactItems: [
          { Put: { TableName: 'led', Item: key('h') } },
          { Update: { TableName: 'led', Key: key('i') } },
          { ConditionCheck: { TableName: 'led', Key: key('j') } },
        ],
      }),
    ).toEqual([['h'], ['i'], ['j']]);
    expect(leadingKeys('Scan', { TableName: 'led' })).toEqual([undefined]);
  });
});
