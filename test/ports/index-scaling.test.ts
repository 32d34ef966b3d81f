import { setTimeout as sleep } from 'node:timers/promises';
import {
  DescribeScalableTargetsCommand,
  DescribeScalingPoliciesCommand,
  DescribeScheduledActionsCommand,
  PutScalingPolicyCommand,
  PutScheduledActionCommand,
  RegisterScalableTargetCommand,
} from '@aws-sdk/client-application-auto-scaling';
import { CreateTableCommand, DescribeTableCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { TableAction } from '../../core/bundle/bundle';
import { tableStep } from '../../core/engine/kinds/table';
import { type ScalingService, scalingService } from '../../lambda/aws/auto-scaling';
import { DynamoDbTables } from '../../lambda/aws/dynamodb-tables';
import {
  type AutoScalingUnderTest,
  openAutoScaling,
} from '../../packages/sandbox/test/services/application-autoscaling/open-auto-scaling';
import { session, stepContext } from './support/records';

const properties = { DatabaseKind: 'dynamodb', Identity: 'shop-1', Tables: {}, TableNamePrefix: 'shop-' } as const;
/** What DynamoDB says of the table's indexes. */
async function described({ dynamoDb }: AutoScalingUnderTest, name: string) {
  const { Table } = await dynamoDb.send(new DescribeTableCommand({ TableName: name }));
  const types = (Table?.AttributeDefinitions ?? []).map(
    ({ AttributeName, AttributeType }) => `${AttributeName} ${AttributeType}`,
  );
  return { indexes: Table?.GlobalSecondaryIndexes ?? [], types: types.sort() };
}

/** What Application Auto Scaling says of the table's index. */
async function scaled({ scaling }: AutoScalingUnderTest, name: string) {
  const about = { ServiceNamespace: 'dynamodb', ResourceId: `table/${name}/index/byDay` } as const;
  const { ServiceNamespace, ResourceId } = about;
  const [targets, policies, schedules] = await Promise.all([
    scaling.send(new DescribeScalableTargetsCommand({ ServiceNamespace, ResourceIds: [ResourceId] })),
    scaling.send(new DescribeScalingPoliciesCommand(about)),
    scaling.send(new DescribeScheduledActionsCommand(about)),
  ]);
  return [targets.ScalableTargets ?? [], policies.ScalingPolicies ?? [], schedules.ScheduledActions ?? []];
}

describe.each(['kept', 'removed'] as const)('an index whose scaling is %s when it is deleted', (ofDeletedIndex) => {
  let aws: AutoScalingUnderTest;
  let scaling: ScalingService;
  let count = 0;
  let name: string;
  let step: TableAction;

  const about = (dimension: 'Read' | 'Write') =>
    ({
      ServiceNamespace: 'dynamodb',
      ResourceId: `table/${name}/index/byDay`,
      ScalableDimension: `dynamodb:index:${dimension}CapacityUnits`,
    }) as const;

  /** A table with provisioned throughput, and an index that has everything which can be lost. */
  async function createScaledTable(): Promise<void> {
    const keys = ['id', 'day', 'shop', 'hour', 'minute'];
    await aws.dynamoDb.send(
      new CreateTableCommand({
        TableName: name,
        ProvisionedThroughput: { ReadCapacityUnits: 5, WriteCapacityUnits: 6 },
        AttributeDefinitions: keys.map((AttributeName) => ({
          AttributeName,
          AttributeType: AttributeName === 'hour' || AttributeName === 'minute' ? 'N' : 'S',
        })),
        KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
        GlobalSecondaryIndexes: [
          {
            IndexName: 'byDay',
            KeySchema: [
              { AttributeName: 'day', KeyType: 'HASH' },
              { AttributeName: 'shop', KeyType: 'HASH' },
              { AttributeName: 'hour', KeyType: 'RANGE' },
              { AttributeName: 'minute', KeyType: 'RANGE' },
            ],
            Projection: { ProjectionType: 'INCLUDE', NonKeyAttributes: ['total'] },
            ProvisionedThroughput: { ReadCapacityUnits: 70, WriteCapacityUnits: 80 },
            WarmThroughput: { ReadUnitsPerSecond: 900, WriteUnitsPerSecond: 80 },
          },
        ],
      }),
    );
    for (const dimension of ['Read', 'Write'] as const) {
      const target = { ...about(dimension), MinCapacity: 50, MaxCapacity: 500 };
      await aws.scaling.send(
        new RegisterScalableTargetCommand({ ...target, SuspendedState: { DynamicScalingInSuspended: true } }),
      );
      await aws.scaling.send(
        new PutScalingPolicyCommand({
          ...about(dimension),
          PolicyName: `follow-${dimension}`,
          PolicyType: 'TargetTrackingScaling',
          TargetTrackingScalingPolicyConfiguration: {
            TargetValue: 70.5,
            ScaleInCooldown: 60,
            PredefinedMetricSpecification: { PredefinedMetricType: `DynamoDB${dimension}CapacityUtilization` },
          },
        }),
      );
    }
    await aws.scaling.send(
      new PutScheduledActionCommand({
        ...about('Read'),
        ScheduledActionName: 'morning',
        Schedule: 'cron(0 7 * * ? *)',
        StartTime: new Date('2026-01-01T00:00:00Z'),
        ScalableTargetAction: { MinCapacity: 200 },
      }),
    );
  }

  const context = (by = scaling) => {
    const target = new DynamoDbTables(aws.dynamoDb, properties, session(1), by);
    return stepContext({ file: 'orders/1.0.0_by_day.ts', target });
  };
  const until = async (attempt: () => Promise<string>) => {
    for (const end = Date.now() + 20_000; Date.now() < end; await sleep(5)) if ((await attempt()) === 'done') return;
    throw new Error('not done');
  };

  beforeAll(async () => {
    aws = await openAutoScaling(ofDeletedIndex, { 'dynamodb-table-create-ms': '0', 'dynamodb-index-build-ms': '20' });
    scaling = scalingService(aws.scaling);
  });
  afterAll(() => aws.close());
  beforeEach(async () => {
    count += 1;
    const table = `orders${count}`;
    name = `shop-${table}`;
    step = { type: 'table', operation: { kind: 'removeGlobalIndex', table, index: 'byDay' } };
    await createScaledTable();
  });

  it('is made again with its keys, its throughput and its scaling', async () => {
    const index = await described(aws, name);
    const settings = await scaled(aws, name);
    expect(settings.map(({ length }) => length)).toEqual([2, 2, 1]);
    const before = await tableStep.observe(step, context());

    await until(() => tableStep.perform(step, context(), before));
    expect((await described(aws, name)).indexes).toEqual([]);
    expect(await scaled(aws, name)).toEqual([[], [], []]);
    // As the ledger gives it back.
    const recorded = JSON.parse(JSON.stringify(before));
    await until(() => tableStep.invert(step, context(), recorded));

    expect(await described(aws, name)).toEqual(index);
    expect(await scaled(aws, name)).toEqual(settings);
  });

  it('is scaled by whichever process comes after one that died on the way', async () => {
    const settings = await scaled(aws, name);
    const before = await tableStep.observe(step, context());
    await until(() => tableStep.perform(step, context(), before));
    let left = 2;
    const dying: ScalingService = {
      ...scaling,
      apply: async (setting) => {
        if (left === 0) throw new Error('died');
        left -= 1;
        await scaling.apply(setting);
      },
    };

    const died = until(() => tableStep.invert(step, context(dying), before)).catch((error: Error) => error.message);
    expect(await died).toBe('died');
    await until(() => tableStep.invert(step, context(), before));

    expect(await scaled(aws, name)).toEqual(settings);
  });

  it('is asked for nothing that is there already', async () => {
    const before = await tableStep.observe(step, context());
    const apply = jest.fn(scaling.apply);
    await until(() => tableStep.perform(step, context(), before));
    await until(() => tableStep.invert(step, context({ ...scaling, apply }), before));

    expect(apply).toHaveBeenCalledTimes(5);
    await until(() => tableStep.invert(step, context({ ...scaling, apply }), before));
    expect(apply).toHaveBeenCalledTimes(5);
  });

  it('is tried again while a change of its scaling is under way, or its target is not seen yet', async () => {
    const before = await tableStep.observe(step, context());
    const busy = ['ConcurrentUpdateException', 'ObjectNotFoundException'].map((name) =>
      Object.assign(new Error(name), { name, $fault: 'client' }),
    );
    const apply: ScalingService['apply'] = async (setting) => {
      const error = busy.pop();
      if (error) throw error;
      await scaling.apply(setting);
    };
    const settings: ScalingService['settings'] = async () => [];
    const results = [];
    for (let time = 0; time < 3; time += 1) {
      results.push(await tableStep.invert(step, context({ ...scaling, settings, apply }), before));
    }

    expect(results).toEqual(['wait', 'wait', 'done']);
  });
});
