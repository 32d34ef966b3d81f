import {
  DescribeScalableTargetsCommand,
  DescribeScalingPoliciesCommand,
  DescribeScheduledActionsCommand,
  PutScalingPolicyCommand,
  PutScheduledActionCommand,
  RegisterScalableTargetCommand,
} from '@aws-sdk/client-application-auto-scaling';
import { CreateTableCommand, UpdateTableCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type AutoScalingUnderTest, openAutoScaling } from './open-auto-scaling';

const read = { ServiceNamespace: 'dynamodb', ScalableDimension: 'dynamodb:index:ReadCapacityUnits' } as const;

describe.each(['kept', 'removed'] as const)('auto scaling that is %s when its index is deleted', (ofDeletedIndex) => {
  const about = { ...read, ResourceId: 'table/orders/index/byDay' };
  let aws: AutoScalingUnderTest;

  beforeAll(async () => {
    aws = await openAutoScaling(ofDeletedIndex, { 'dynamodb-table-create-ms': '0', 'dynamodb-index-build-ms': '0' });
    const throughput = { ReadCapacityUnits: 5, WriteCapacityUnits: 5 };
    await aws.dynamoDb.send(
      new CreateTableCommand({
        TableName: 'orders',
        ProvisionedThroughput: throughput,
        AttributeDefinitions: ['id', 'day'].map((AttributeName) => ({ AttributeName, AttributeType: 'S' })),
        KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
        GlobalSecondaryIndexes: [
          {
            IndexName: 'byDay',
            KeySchema: [{ AttributeName: 'day', KeyType: 'HASH' }],
            Projection: { ProjectionType: 'ALL' },
            ProvisionedThroughput: throughput,
          },
        ],
      }),
    );
  });
  afterAll(() => aws.close());

  const found = async () => {
    const { ResourceId } = about;
    const [{ ScalableTargets }, { ScalingPolicies }, { ScheduledActions }] = await Promise.all([
      aws.scaling.send(new DescribeScalableTargetsCommand({ ...read, ResourceIds: [ResourceId] })),
      aws.scaling.send(new DescribeScalingPoliciesCommand({ ...read, ResourceId })),
      aws.scaling.send(new DescribeScheduledActionsCommand({ ...read, ResourceId })),
    ]);
    return { ScalableTargets, ScalingPolicies, ScheduledActions };
  };
  const policy = new PutScalingPolicyCommand({ ...about, PolicyName: 'follow', PolicyType: 'TargetTrackingScaling' });

  it('needs an index that exists, limits, and a target for everything else', async () => {
    const missing = { ...about, ResourceId: 'table/orders/index/byNight', MinCapacity: 1, MaxCapacity: 2 };
    await expect(aws.scaling.send(new RegisterScalableTargetCommand(missing))).rejects.toMatchObject({
      name: 'ValidationException',
      message: 'DynamoDB index does not exist: table/orders/index/byNight',
    });
    await expect(
      aws.scaling.send(new RegisterScalableTargetCommand({ ...missing, ResourceId: 'table/lists' })),
    ).rejects.toThrow('DynamoDB table does not exist: table/lists');
    await expect(
      aws.scaling.send(new RegisterScalableTargetCommand({ ...about, MinCapacity: 1 })),
    ).rejects.toMatchObject({ name: 'ValidationException' });
    await expect(aws.scaling.send(policy)).rejects.toMatchObject({ name: 'ObjectNotFoundException' });
  });

  it('keeps what is registered, and changes only what a later request says', async () => {
    await aws.scaling.send(new RegisterScalableTargetCommand({ ...about, MinCapacity: 5, MaxCapacity: 50 }));
    await aws.scaling.send(policy);
    const nightly = { ...about, ScheduledActionName: 'nightly', Schedule: 'rate(1 day)' };
    await aws.scaling.send(new PutScheduledActionCommand(nightly));
    await aws.scaling.send(new RegisterScalableTargetCommand({ ...about, MaxCapacity: 60 }));

    expect(await found()).toMatchObject({
      ScalableTargets: [{ MinCapacity: 5, MaxCapacity: 60, SuspendedState: { DynamicScalingInSuspended: false } }],
      ScalingPolicies: [{ PolicyName: 'follow', PolicyType: 'TargetTrackingScaling' }],
      ScheduledActions: [{ ScheduledActionName: 'nightly' }],
    });
  });

  it('is there or not after its index was deleted', async () => {
    const update = { TableName: 'orders', GlobalSecondaryIndexUpdates: [{ Delete: { IndexName: 'byDay' } }] };
    await aws.dynamoDb.send(new UpdateTableCommand(update));

    const { ScalableTargets, ScalingPolicies, ScheduledActions } = await found();
    const left = ofDeletedIndex === 'kept' ? 1 : 0;
    expect([ScalableTargets, ScalingPolicies, ScheduledActions].map((list) => list?.length)).toEqual([
      left,
      left,
      left,
    ]);
  });
});
