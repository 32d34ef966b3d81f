import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Properties } from '../../src/cloudformation/resource-type';
import { dynamoDbGlobalTableType } from '../../src/resources/dynamodb-global-table';
import { dynamoDbTableType } from '../../src/resources/dynamodb-table';
import { until } from '../helpers/until';
import { type DynamoDbUnderTest, ENVIRONMENT, openDynamoDb } from '../services/dynamodb/open-dynamodb';
import { Life } from './resource-request';

let db: DynamoDbUnderTest;
beforeAll(async () => {
  db = await openDynamoDb({ 'dynamodb-ttl-change-interval-ms': '0' });
});
afterAll(() => db.close());

const BASE: Properties = {
  KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
  AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
  BillingMode: 'PAY_PER_REQUEST',
};

function indexed(...names: readonly string[]): Properties {
  return {
    ...BASE,
    AttributeDefinitions: ['pk', ...names].map((name) => ({ AttributeName: name, AttributeType: 'S' })),
    GlobalSecondaryIndexes: names.map((name) => ({
      IndexName: `by-${name}`,
      KeySchema: [{ AttributeName: name, KeyType: 'HASH' }],
      Projection: { ProjectionType: 'ALL' },
    })),
  };
}

/** A table with one index that has more. */
function withIndex(capacity: object): Properties {
  const table = indexed('day');
  const indexes = table['GlobalSecondaryIndexes'] as readonly object[];
  return { ...table, GlobalSecondaryIndexes: indexes.map((index) => ({ ...index, ...capacity })) };
}

const describeTable = async (name: string) =>
  (await db.service.call('DescribeTable', { TableName: name }))['Table'] as Record<string, unknown>;
const indexNames = async (name: string) =>
  (((await describeTable(name))['GlobalSecondaryIndexes'] ?? []) as { IndexName: string }[]).map(
    (index) => index.IndexName,
  );
const indexOf = async (name: string) => ((await describeTable(name))['GlobalSecondaryIndexes'] as unknown[])[0];
const noIndexPending = (name: string) =>
  until(
    () => describeTable(name),
    (table) =>
      ((table['GlobalSecondaryIndexes'] ?? []) as { IndexStatus: string }[]).every(
        (index) => index.IndexStatus === 'ACTIVE',
      ),
  );

describe('AWS::DynamoDB::Table', () => {
  const life = () => new Life(dynamoDbTableType(db.service), 'AWS::DynamoDB::Table');

  it('creates and updates what an index of a provisioned table can take', async () => {
    const throughput = (units: number) => ({
      ProvisionedThroughput: { ReadCapacityUnits: units, WriteCapacityUnits: '8' },
    });
    const template = (units: number) => ({
      ...withIndex(throughput(units)),
      ...throughput(5),
      BillingMode: 'PROVISIONED',
    });
    const table = life();
    const made = await table.create(template(7));
    const { physicalId } = made;
    expect(await indexOf(physicalId)).toMatchObject({
      ProvisionedThroughput: { ReadCapacityUnits: 7, WriteCapacityUnits: 8 },
      WarmThroughput: { ReadUnitsPerSecond: 7 },
    });

    await table.update(made, template(7), template(9));
    expect(await indexOf(physicalId)).toMatchObject({
      ProvisionedThroughput: { ReadCapacityUnits: 9, WriteCapacityUnits: 8 },
      WarmThroughput: { ReadUnitsPerSecond: 9 },
    });
  });

  it('creates and updates what an index of an on-demand table can take', async () => {
    const template = (MaxReadRequestUnits: string, ReadUnitsPerSecond: number) =>
      withIndex({ OnDemandThroughput: { MaxReadRequestUnits }, WarmThroughput: { ReadUnitsPerSecond } });
    const table = life();
    const made = await table.create(template('7', 13_000));
    const { physicalId } = made;
    expect(await indexOf(physicalId)).toMatchObject({
      OnDemandThroughput: { MaxReadRequestUnits: 7 },
      WarmThroughput: { ReadUnitsPerSecond: 13_000, WriteUnitsPerSecond: 4_000 },
    });

    await table.update(made, template('7', 13_000), template('9', 14_000));
    expect(await indexOf(physicalId)).toMatchObject({
      OnDemandThroughput: { MaxReadRequestUnits: 9 },
      WarmThroughput: { ReadUnitsPerSecond: 14_000, WriteUnitsPerSecond: 4_000 },
    });
  });

  it('creates a table with a generated name and all its settings, and deletes it', async () => {
    const table = life();
    const properties: Properties = {
      ...BASE,
      BillingMode: 'PROVISIONED',
      ProvisionedThroughput: { ReadCapacityUnits: '5', WriteCapacityUnits: 6 },
      StreamSpecification: { StreamViewType: 'NEW_IMAGE' },
      TimeToLiveSpecification: { AttributeName: 'expires', Enabled: 'true' },
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
      Tags: [{ Key: 'team', Value: 'food' }],
    };
    const made = await table.create(properties);
    expect(made.physicalId).toMatch(/^food-Thing1A2B-[A-Z0-9]{12}$/);
    expect(table.issued).toEqual([made.physicalId]);
    const arn = `arn:aws:dynamodb:eu-west-1:111122223333:table/${made.physicalId}`;
    expect(made.attributes).toEqual({
      Arn: arn,
      TableId: expect.any(String),
      StreamArn: expect.stringContaining(`${arn}/stream/`),
    });
    expect(await describeTable(made.physicalId)).toMatchObject({
      TableStatus: 'ACTIVE',
      ProvisionedThroughput: { ReadCapacityUnits: 5, WriteCapacityUnits: 6 },
    });
    const TableName = made.physicalId;
    expect(await db.service.call('DescribeContinuousBackups', { TableName })).toMatchObject({
      ContinuousBackupsDescription: { PointInTimeRecoveryDescription: { PointInTimeRecoveryStatus: 'ENABLED' } },
    });
    expect(await db.service.call('DescribeTimeToLive', { TableName })).toMatchObject({
      TimeToLiveDescription: { AttributeName: 'expires' },
    });
    expect(await db.service.call('ListTagsOfResource', { ResourceArn: arn })).toMatchObject({
      Tags: [{ Key: 'team' }],
    });
    await table.delete(made, properties);
    await expect(describeTable(TableName)).rejects.toMatchObject({ code: 'ResourceNotFoundException' });
    await expect(table.delete(made, properties)).resolves.toBeUndefined();
  });

  it('adds and removes one index per update', async () => {
    const table = life();
    const made = await table.create(BASE);
    await expect(table.update(made, BASE, indexed('a', 'b'))).rejects.toThrow(/more than one GSI creation or deletion/);
    await table.update(made, BASE, indexed('a'));
    expect(await indexNames(made.physicalId)).toEqual(['by-a']);
    await noIndexPending(made.physicalId);
    await expect(table.update(made, indexed('a'), indexed('b'))).rejects.toThrow(/more than one GSI/);
    await expect(
      table.update(made, indexed('a'), {
        ...indexed('a'),
        GlobalSecondaryIndexes: [
          {
            IndexName: 'by-a',
            KeySchema: [{ AttributeName: 'a', KeyType: 'HASH' }],
            Projection: { ProjectionType: 'KEYS_ONLY' },
          },
        ],
      }),
    ).rejects.toThrow(/Cannot update GSI's properties/);
    await table.update(made, indexed('a'), BASE);
    await noIndexPending(made.physicalId);
    expect(await indexNames(made.physicalId)).toEqual([]);
    // The rollback of an update that did not get so far finds nothing to undo.
    await expect(table.update(made, indexed('a'), BASE)).resolves.toMatchObject({ physicalId: made.physicalId });
  });

  it('leaves an index alone that is not in the template', async () => {
    const table = life();
    const made = await table.create(BASE);
    await db.service.call('UpdateTable', {
      TableName: made.physicalId,
      AttributeDefinitions: indexed('m')['AttributeDefinitions'],
      GlobalSecondaryIndexUpdates: [{ Create: (indexed('m')['GlobalSecondaryIndexes'] as readonly unknown[])[0] }],
    });
    await noIndexPending(made.physicalId);
    await table.update(made, BASE, { ...BASE, DeletionProtectionEnabled: true });
    expect(await indexNames(made.physicalId)).toEqual(['by-m']);
    await expect(table.delete(made, BASE)).rejects.toThrow(/protected against deletion/);
    await table.update(made, { ...BASE, DeletionProtectionEnabled: true }, BASE);
    await table.delete(made, BASE);
  });

  it('changes settings in place', async () => {
    const table = life();
    const made = await table.create(BASE);
    const changed: Properties = {
      ...BASE,
      BillingMode: 'PROVISIONED',
      ProvisionedThroughput: { ReadCapacityUnits: 1, WriteCapacityUnits: 2 },
      StreamSpecification: { StreamViewType: 'KEYS_ONLY' },
      TableClass: 'STANDARD_INFREQUENT_ACCESS',
      TimeToLiveSpecification: { AttributeName: 'expires', Enabled: true },
      Tags: [{ Key: 'a', Value: '1' }],
    };
    const after = await table.update(made, BASE, changed);
    expect(after.physicalId).toBe(made.physicalId);
    expect(after.attributes?.['StreamArn']).toMatch(/\/stream\//);
    const view = { ...changed, StreamSpecification: { StreamViewType: 'NEW_IMAGE' } };
    const viewed = await table.update(after, changed, view);
    expect(viewed.attributes?.['StreamArn']).not.toBe(after.attributes?.['StreamArn']);
    const back = await table.update(viewed, view, BASE);
    expect(back.attributes).not.toHaveProperty('StreamArn');
    expect(await describeTable(made.physicalId)).toMatchObject({
      BillingModeSummary: { BillingMode: 'PAY_PER_REQUEST' },
      TableClassSummary: { TableClass: 'STANDARD' },
    });
  });

  it('replaces a table whose key, attribute types or name change', async () => {
    const table = life();
    const made = await table.create(BASE);
    const numeric = { ...BASE, AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'N' }] };
    const replaced = await table.update(made, BASE, numeric);
    expect(replaced.physicalId).not.toBe(made.physicalId);
    expect(await describeTable(made.physicalId)).toMatchObject({ TableStatus: 'ACTIVE' });
    const named = { ...BASE, TableName: 'mine' };
    const third = await table.update(made, BASE, named);
    expect(third.physicalId).toBe('mine');
    await expect(table.update(third, named, { ...numeric, TableName: 'mine' })).rejects.toThrow(
      'CloudFormation cannot update a stack when a custom-named resource requires replacing. Rename mine',
    );
    const other = life();
    await expect(other.create(named)).rejects.toThrow("with identifier 'mine' already exists");
    expect(other.issued).toEqual([]);
  });
});

describe('AWS::DynamoDB::GlobalTable', () => {
  it('takes its settings from the replica of this region', async () => {
    const life = new Life(dynamoDbGlobalTableType(db.service, ENVIRONMENT), 'AWS::DynamoDB::GlobalTable');
    const properties: Properties = {
      ...indexed('a'),
      StreamSpecification: { StreamViewType: 'NEW_AND_OLD_IMAGES' },
      Replicas: [
        { Region: 'us-east-1', Tags: [{ Key: 'region', Value: 'us' }] },
        {
          Region: 'eu-west-1',
          DeletionProtectionEnabled: true,
          PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
          Tags: [{ Key: 'region', Value: 'eu' }],
        },
      ],
    };
    const made = await life.create(properties);
    expect(made.attributes?.['StreamArn']).toMatch(/\/stream\//);
    const ResourceArn = made.attributes?.['Arn'];
    expect(await db.service.call('ListTagsOfResource', { ResourceArn })).toMatchObject({
      Tags: [{ Key: 'region', Value: 'eu' }],
    });
    await expect(life.delete(made, properties)).rejects.toThrow(/protected against deletion/);
    const unprotected = { ...properties, Replicas: [{ Region: 'eu-west-1' }] };
    await life.update(made, properties, unprotected);
    await life.delete(made, unprotected);
  });

  it('takes provisioned capacity from table and replica', async () => {
    const life = new Life(dynamoDbGlobalTableType(db.service, ENVIRONMENT), 'AWS::DynamoDB::GlobalTable');
    const properties: Properties = {
      ...BASE,
      BillingMode: 'PROVISIONED',
      WriteProvisionedThroughputSettings: { WriteCapacityAutoScalingSettings: { MinCapacity: 3, MaxCapacity: 9 } },
      Replicas: [{ Region: 'eu-west-1', ReadProvisionedThroughputSettings: { ReadCapacityUnits: 4 } }],
    };
    const made = await life.create(properties);
    expect(await describeTable(made.physicalId)).toMatchObject({
      ProvisionedThroughput: { ReadCapacityUnits: 4, WriteCapacityUnits: 3 },
    });
  });
});
