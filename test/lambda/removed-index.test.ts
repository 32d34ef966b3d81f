import { type TableDescription as AwsTable, DescribeTableCommand, type DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { tableStep } from '../../core/engine/kinds/table';
import { DynamoDbTables } from '../../lambda/aws/dynamodb-tables';
import { fromIndex, indexToAdd } from '../../lambda/aws/table-indexes';
import { session, stepContext } from '../ports/support/records';

const onDemand: AwsTable = { BillingModeSummary: { BillingMode: 'PAY_PER_REQUEST' } };
const reserved: AwsTable = { ProvisionedThroughput: { ReadCapacityUnits: 5, WriteCapacityUnits: 6 } };
const byDay = {
  IndexName: 'byDay',
  KeySchema: [{ AttributeName: 'day', KeyType: 'HASH' as const }],
  Projection: { ProjectionType: 'ALL' as const },
  ProvisionedThroughput: { ReadCapacityUnits: 70, WriteCapacityUnits: 80 },
};
const warm = (ReadUnitsPerSecond: number, WriteUnitsPerSecond: number) => ({
  WarmThroughput: { ReadUnitsPerSecond, WriteUnitsPerSecond, Status: 'ACTIVE' as const },
});

describe('an index that is made again', () => {
  it.each([
    ['on-demand, as it was created', onDemand, warm(12_000, 4_000), undefined],
    ['on-demand, with more reads', onDemand, warm(12_001, 4_000), { ReadUnitsPerSecond: 12_001 }],
    ['on-demand, with more writes', onDemand, warm(12_000, 4_001), { WriteUnitsPerSecond: 4_001 }],
    ['provisioned, as it was created', reserved, warm(70, 80), undefined],
    ['provisioned, with more', reserved, warm(71, 81), { ReadUnitsPerSecond: 71, WriteUnitsPerSecond: 81 }],
    ['described by an AWS that says nothing of it', reserved, {}, undefined],
  ])('asks for warm throughput only above what it has by itself: %s', (_name, table, described, expected) => {
    const index = fromIndex({ ...byDay, ...described }, table);

    expect(indexToAdd(index, table).WarmThroughput).toEqual(expected);
  });

  it('takes what its table takes, which may have changed its mode since', () => {
    const index = fromIndex({ ...byDay, OnDemandThroughput: { MaxReadRequestUnits: 9 } }, reserved);
    const limited = fromIndex({ ...byDay, OnDemandThroughput: { MaxReadRequestUnits: 9 } }, onDemand);

    expect(indexToAdd(index, reserved)).toMatchObject({
      ProvisionedThroughput: byDay.ProvisionedThroughput,
      OnDemandThroughput: undefined,
    });
    expect(indexToAdd(index, onDemand)).toMatchObject({
      ProvisionedThroughput: undefined,
      OnDemandThroughput: { MaxReadRequestUnits: 9 },
    });
    expect(indexToAdd(limited, reserved)).toMatchObject({
      ProvisionedThroughput: reserved.ProvisionedThroughput,
      OnDemandThroughput: undefined,
    });
  });

  it('has no limit where DynamoDB writes -1 or 0 for none', () => {
    const described = {
      ...byDay,
      ProvisionedThroughput: { ReadCapacityUnits: 0, WriteCapacityUnits: 0 },
      OnDemandThroughput: { MaxReadRequestUnits: -1, MaxWriteRequestUnits: 200 },
    };

    expect(fromIndex(described, onDemand)).toEqual({
      name: 'byDay',
      partitionKey: { name: 'day', type: 'S' },
      projection: 'ALL',
      limit: { write: 200 },
    });
  });
});

describe('an index whose scaling may not be read', () => {
  beforeEach(() => void jest.useFakeTimers());
  afterEach(() => void jest.useRealTimers());

  const removal = { type: 'table', operation: { kind: 'removeGlobalIndex', table: 'orders', index: 'byDay' } } as const;
  const denied = () => {
    const message = 'is not authorized to perform: application-autoscaling:DescribeScalableTargets';
    return Promise.reject(Object.assign(new Error(message), { name: 'AccessDeniedException', $fault: 'client' }));
  };
  /** Looks at the index, and lets the time pass in which permissions may come. */
  const observe = async (table: AwsTable, settings = denied) => {
    const sent: unknown[] = [];
    const send = async (command: unknown) => {
      sent.push(command);
      return { Table: { ...table, GlobalSecondaryIndexes: [byDay], TableStatus: 'ACTIVE' } };
    };
    const properties = { DatabaseKind: 'dynamodb', Identity: 'shop-1', Tables: {}, TableNamePrefix: 'shop-' } as const;
    const client = { send } as unknown as DynamoDBClient;
    const target = new DynamoDbTables(client, properties, session(1), { settings, apply: denied, remove: denied });
    const observed = tableStep.observe(removal, stepContext({ file: 'orders/1.0.0_by_day.ts', target }));
    const settled = observed.catch((error: unknown) => error);
    await jest.advanceTimersByTimeAsync(120_000);
    return { settled: await settled, changed: sent.filter((command) => !(command instanceof DescribeTableCommand)) };
  };

  it('is not removed from a table with provisioned throughput, and the error says why', async () => {
    const { settled, changed } = await observe(reserved);

    expect(settled).toMatchObject({ code: 'ACCESS_DENIED', location: { file: 'orders/1.0.0_by_day.ts' } });
    const { message } = settled as Error;
    expect(message).toContain('The auto scaling of index byDay of shop-orders cannot be read');
    expect(message).toContain('application-autoscaling:DescribeScalableTargets');
    expect(message).toContain('Nothing is changed that could not be brought back as it is.');
    expect(changed).toEqual([]);
  });

  it('is not removed either for another refusal of the service', async () => {
    const refusal = Object.assign(new Error('no alarms'), { name: 'FailedResourceAccessException', $fault: 'client' });
    const { settled, changed } = await observe(reserved, () => Promise.reject(refusal));

    expect(settled).toMatchObject({ code: 'TABLE_OPERATION_FAILED' });
    expect(changed).toEqual([]);
  });

  it('is removed from an on-demand table, which needs no scaling', async () => {
    expect((await observe(onDemand)).settled).toMatchObject({ exists: true, index: { name: 'byDay' } });
  });
});
