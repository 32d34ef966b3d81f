import {
  CreateTableCommand,
  type CreateTableCommandInput,
  DescribeContributorInsightsCommand,
  DescribeTableCommand,
  type GlobalSecondaryIndex,
  PutResourcePolicyCommand,
  TagResourceCommand,
  UpdateContributorInsightsCommand,
  UpdateTableCommand,
  type UpdateTableCommandInput,
} from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { ManualClock } from '../../helpers/manual-clock';
import { type DynamoDbUnderTest, openDynamoDb, simpleTable } from './open-dynamodb';

const units = (number: number) => ({
  ProvisionedThroughput: { ReadCapacityUnits: number, WriteCapacityUnits: number },
});
const attribute = (AttributeName: string, AttributeType: 'S' | 'N' = 'S') => ({ AttributeName, AttributeType });
const index = (IndexName: string, key = 'day', more: Partial<GlobalSecondaryIndex> = {}): GlobalSecondaryIndex => ({
  IndexName,
  KeySchema: [{ AttributeName: key, KeyType: 'HASH' }],
  Projection: { ProjectionType: 'KEYS_ONLY' },
  ...more,
});
const including = (count: number) => ({
  Projection: {
    ProjectionType: 'INCLUDE' as const,
    NonKeyAttributes: Array.from({ length: count }, (_, number) => `a${number}`),
  },
});
const invalid = { name: 'ValidationException' };

/** What DynamoDB refuses and dynoxide takes. */
describe('DynamoDB refuses', () => {
  const clock = new ManualClock();
  let db: DynamoDbUnderTest;
  let TableName: string;
  let count = 0;
  beforeAll(async () => {
    db = await openDynamoDb({}, { clock });
  });
  afterAll(() => db.close());
  beforeEach(() => {
    TableName = `table${++count}`;
  });

  const create = async (more: Partial<CreateTableCommandInput> = {}) => {
    await db.client.send(new CreateTableCommand({ ...simpleTable(TableName), ...more }));
    clock.pass(200);
  };
  const withIndexes = (...indexes: readonly GlobalSecondaryIndex[]): Partial<CreateTableCommandInput> => ({
    AttributeDefinitions: [attribute('pk'), attribute('day')],
    GlobalSecondaryIndexes: [...indexes],
  });
  const update = async (input: Omit<UpdateTableCommandInput, 'TableName'>) => {
    await db.client.send(new UpdateTableCommand({ TableName, ...input }));
    clock.pass(200);
  };
  const add = (definition: GlobalSecondaryIndex, type: 'S' | 'N' = 'S') =>
    update({
      AttributeDefinitions: [attribute(definition.KeySchema![0]!.AttributeName!, type)],
      GlobalSecondaryIndexUpdates: [{ Create: definition as Required<GlobalSecondaryIndex> }],
    });
  const change = (IndexName: string, number: number) => ({
    GlobalSecondaryIndexUpdates: [{ Update: { IndexName, ...units(number) } }],
  });
  const arn = async () => {
    const { Table } = await db.client.send(new DescribeTableCommand({ TableName }));
    return Table!.TableArn!;
  };

  it('a 21st index', async () => {
    await create(withIndexes(...Array.from({ length: 20 }, (_, number) => index(`by${number}00`))));
    await expect(add(index('byOne'))).rejects.toMatchObject(invalid);
    await update({ GlobalSecondaryIndexUpdates: [{ Delete: { IndexName: 'by000' } }] });
    await add(index('byOne'));
  });

  it('more than 20 attributes in an index, and more than 100 in all of them', async () => {
    await expect(create(withIndexes(index('byOne', 'day', including(21))))).rejects.toMatchObject(invalid);
    const five = [1, 2, 3, 4, 5].map((number) => index(`by${number}00`, 'day', including(20)));
    const one = index('byOne', 'day', including(1));
    await expect(create(withIndexes(...five, one))).rejects.toMatchObject(invalid);
    await create(withIndexes(...five));
    await expect(add(one)).rejects.toMatchObject(invalid);
    await add(index('byOne'));
  });

  it('a key attribute of another type than it has in other keys', async () => {
    await create(withIndexes(index('byDay')));
    await expect(add(index('byNumber'), 'N')).rejects.toMatchObject(invalid);
    await expect(add(index('byId', 'pk'), 'N')).rejects.toMatchObject(invalid);
    await update({ GlobalSecondaryIndexUpdates: [{ Delete: { IndexName: 'byDay' } }] });
    await add(index('byNumber'), 'N');
  });

  it('throughput of an index that says nothing new, and of an on-demand one', async () => {
    await create({ BillingMode: 'PROVISIONED', ...units(5), ...withIndexes(index('byDay', 'day', units(5))) });
    await expect(update(change('byDay', 5))).rejects.toMatchObject(invalid);
    await update(change('byDay', 6));
    await expect(update(change('byDay', 6))).rejects.toMatchObject(invalid);
    await update({ BillingMode: 'PAY_PER_REQUEST' });
    await expect(update(change('byDay', 7))).rejects.toMatchObject(invalid);
  });

  it('to make a table provisioned without the throughput of each index', async () => {
    await create(withIndexes(index('byDay'), index('byNight')));
    const provisioned = { BillingMode: 'PROVISIONED', ...units(5) } as const;
    await expect(update(provisioned)).rejects.toMatchObject(invalid);
    await expect(update({ ...provisioned, ...change('byDay', 5) })).rejects.toMatchObject(invalid);
    const all = ['byDay', 'byNight'].flatMap((name) => change(name, 5).GlobalSecondaryIndexUpdates);
    await update({ ...provisioned, GlobalSecondaryIndexUpdates: all });
  });

  it('to change the throughput of a table and its indexes at once', async () => {
    await create({ BillingMode: 'PROVISIONED', ...units(5), ...withIndexes(index('byDay', 'day', units(5))) });
    const remove = { GlobalSecondaryIndexUpdates: [{ Delete: { IndexName: 'byDay' } }] };
    await expect(update({ ...units(6), ...remove })).rejects.toMatchObject(invalid);
    await update(remove);
  });

  it('a policy that is no JSON, or is too large', async () => {
    const large = JSON.stringify({ Statement: 'x'.repeat(20_480) });
    for (const Policy of ['{no json', '[]', large]) {
      await expect(create({ ResourcePolicy: Policy })).rejects.toMatchObject(invalid);
    }
    await create();
    const ResourceArn = await arn();
    for (const Policy of ['{no json', '[]', large]) {
      await expect(db.client.send(new PutResourcePolicyCommand({ ResourceArn, Policy }))).rejects.toMatchObject(
        invalid,
      );
    }
    await db.client.send(new PutResourcePolicyCommand({ ResourceArn, Policy: '{"Statement":[]}' }));
  });

  it('tags of AWS itself', async () => {
    const Tags = [{ Key: 'aws:stage', Value: 'any' }];
    await expect(create({ Tags })).rejects.toMatchObject(invalid);
    await create();
    await expect(db.client.send(new TagResourceCommand({ ResourceArn: await arn(), Tags }))).rejects.toMatchObject(
      invalid,
    );
  });

  it('a stream without a view that there is', async () => {
    for (const StreamViewType of [undefined, 'ALL' as never]) {
      const stream = { StreamSpecification: { StreamEnabled: true, StreamViewType } };
      await expect(create(stream)).rejects.toMatchObject(invalid);
    }
    await create();
    await expect(update({ StreamSpecification: { StreamEnabled: true } })).rejects.toMatchObject(invalid);
  });

  it('contributor insights of an index that is not there, and forgets those of one that goes', async () => {
    await create(withIndexes(index('byDay')));
    const insights = (IndexName: string) =>
      db.client.send(
        new UpdateContributorInsightsCommand({ TableName, IndexName, ContributorInsightsAction: 'ENABLE' }),
      );
    await expect(insights('byNight')).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
    await insights('byDay');
    await update({ GlobalSecondaryIndexUpdates: [{ Delete: { IndexName: 'byDay' } }] });
    await add(index('byDay'));
    expect(
      await db.client.send(new DescribeContributorInsightsCommand({ TableName, IndexName: 'byDay' })),
    ).toMatchObject({ ContributorInsightsStatus: 'DISABLED' });
  });
});

describe('DynamoDB shows', () => {
  it('when the class of a table was changed', async () => {
    const clock = new ManualClock();
    const db = await openDynamoDb({}, { clock });
    const summary = async () => {
      const { Table } = await db.client.send(new DescribeTableCommand({ TableName: 'plans' }));
      return Table?.TableClassSummary;
    };
    await db.client.send(new CreateTableCommand(simpleTable('plans')));
    clock.pass(200);
    expect((await summary())?.LastUpdateDateTime).toBeUndefined();
    const TableClass = 'STANDARD_INFREQUENT_ACCESS';
    await db.client.send(new UpdateTableCommand({ TableName: 'plans', TableClass }));

    expect(await summary()).toEqual({ TableClass, LastUpdateDateTime: new Date(clock.now()) });
    await db.close();
  });
});
