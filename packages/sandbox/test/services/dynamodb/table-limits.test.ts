import {
  CreateTableCommand,
  type CreateTableCommandInput,
  DescribeTableCommand,
  GetResourcePolicyCommand,
  UpdateTableCommand,
  type UpdateTableCommandInput,
} from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { ManualClock } from '../../helpers/manual-clock';
import { type DynamoDbUnderTest, openDynamoDb, simpleTable } from './open-dynamodb';

const hour = 3_600_000;

describe('how often DynamoDB lets a table be changed', () => {
  const clock = new ManualClock();
  let db: DynamoDbUnderTest;
  let TableName: string;
  let count = 0;
  beforeAll(async () => {
    db = await openDynamoDb({}, { clock });
  });
  afterAll(() => db.close());
  beforeEach(async () => {
    TableName = `table${++count}`;
    // The same time of the day for each: a day is that of UTC.
    clock.pass(24 * hour - (clock.now() % (24 * hour)));
  });

  const create = async (more: Partial<CreateTableCommandInput> = {}) => {
    await db.client.send(new CreateTableCommand({ ...simpleTable(TableName), ...more }));
    clock.pass(200);
  };
  const update = async (input: Omit<UpdateTableCommandInput, 'TableName'>) => {
    await db.client.send(new UpdateTableCommand({ TableName, ...input }));
    clock.pass(200);
  };
  const units = (number: number) => ({
    ProvisionedThroughput: { ReadCapacityUnits: number, WriteCapacityUnits: number },
  });
  const provisioned = { BillingMode: 'PROVISIONED', ...units(100) } as const;

  it('decreases throughput four times a day, then once an hour', async () => {
    await create(provisioned);
    for (const number of [99, 98, 97, 96]) await update(units(number));
    await expect(update(units(95))).rejects.toMatchObject({ name: 'LimitExceededException' });
    await update(units(200));
    clock.pass(hour + 1000);
    await update(units(95));
    await expect(update(units(94))).rejects.toMatchObject({ name: 'LimitExceededException' });

    const { Table } = await db.client.send(new DescribeTableCommand({ TableName }));
    expect(Table?.ProvisionedThroughput).toMatchObject({ NumberOfDecreasesToday: 5, ReadCapacityUnits: 95 });
    clock.pass(24 * hour);
    await update(units(94));
  });

  it('becomes on-demand four times a day', async () => {
    await create(provisioned);
    const onDemand = { BillingMode: 'PAY_PER_REQUEST' } as const;
    for (let time = 0; time < 4; time += 1) {
      await update(onDemand);
      await update(provisioned);
    }
    await expect(update(onDemand)).rejects.toMatchObject({ name: 'LimitExceededException' });
    clock.pass(24 * hour);
    await update(onDemand);
  });

  it('changes its class twice in 30 days', async () => {
    await create();
    await update({ TableClass: 'STANDARD_INFREQUENT_ACCESS' });
    await update({ TableClass: 'STANDARD' });
    const again = { TableClass: 'STANDARD_INFREQUENT_ACCESS' } as const;
    await expect(update(again)).rejects.toMatchObject({ name: 'LimitExceededException' });
    clock.pass(30 * 24 * hour);
    await update(again);
  });

  it('changes its encryption, and keeps the policy that it was created with', async () => {
    await create({ ResourcePolicy: '{"Statement":[]}' });
    await update({ SSESpecification: { Enabled: true, SSEType: 'KMS' } });

    const { Table } = await db.client.send(new DescribeTableCommand({ TableName }));
    expect(Table?.SSEDescription).toMatchObject({ Status: 'ENABLED', SSEType: 'KMS' });
    const { Policy } = await db.client.send(new GetResourcePolicyCommand({ ResourceArn: Table!.TableArn }));
    expect(Policy).toBe('{"Statement":[]}');
  });
});
