import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import {
  ApplicationAutoScalingClient,
  DescribeScalableTargetsCommand,
  DescribeScalingPoliciesCommand,
  PutScalingPolicyCommand,
  RegisterScalableTargetCommand,
} from '@aws-sdk/client-application-auto-scaling';
import { CreateTableCommand, DescribeTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { App, Stack } from 'aws-cdk-lib';
import * as dynamodb from 'aws-cdk-lib/aws-dynamodb';
import * as ssm from 'aws-cdk-lib/aws-ssm';
import { DatabaseMigrations, MigrationTarget } from '../../lib';
import { expectStatus } from '../support/expect-status';
import { writeMigrations } from '../support/lifecycle-app';
import { LifecycleWorld } from '../support/lifecycle-world';

jest.setTimeout(120_000);

/** With the built asset, and no permissions but those that the construct gives. */
describe('a release that removes an index which scales by itself', () => {
  let world: LifecycleWorld;
  const about = {
    ServiceNamespace: 'dynamodb',
    ResourceId: 'table/orders/index/byDay',
    ScalableDimension: 'dynamodb:index:ReadCapacityUnits',
  } as const;

  beforeAll(async () => {
    world = await LifecycleWorld.open({
      assumptions: { 'autoscaling-of-deleted-index': 'removed', 'dynamodb-table-create-ms': '0' },
    });
    const throughput = { ReadCapacityUnits: 7, WriteCapacityUnits: 8 };
    await new DynamoDBClient({}).send(
      new CreateTableCommand({
        TableName: 'orders',
        ProvisionedThroughput: { ReadCapacityUnits: 5, WriteCapacityUnits: 6 },
        AttributeDefinitions: ['id', 'day'].map((AttributeName) => ({ AttributeName, AttributeType: 'S' })),
        KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
        GlobalSecondaryIndexes: [
          {
            IndexName: 'byDay',
            KeySchema: [{ AttributeName: 'day', KeyType: 'HASH' }],
            Projection: { ProjectionType: 'KEYS_ONLY' },
            ProvisionedThroughput: throughput,
          },
        ],
      }),
    );
    const scaling = new ApplicationAutoScalingClient({});
    await scaling.send(new RegisterScalableTargetCommand({ ...about, MinCapacity: 7, MaxCapacity: 70 }));
    await scaling.send(
      new PutScalingPolicyCommand({
        ...about,
        PolicyName: 'follow',
        PolicyType: 'TargetTrackingScaling',
        TargetTrackingScalingPolicyConfiguration: {
          TargetValue: 70,
          PredefinedMetricSpecification: { PredefinedMetricType: 'DynamoDBReadCapacityUtilization' },
        },
      }),
    );
  });
  afterAll(() => world.close());

  const snapshot = async () => {
    const scaling = new ApplicationAutoScalingClient({});
    const { ServiceNamespace, ResourceId } = about;
    const [{ Table }, { ScalableTargets }, { ScalingPolicies }] = await Promise.all([
      new DynamoDBClient({}).send(new DescribeTableCommand({ TableName: 'orders' })),
      scaling.send(new DescribeScalableTargetsCommand({ ServiceNamespace, ResourceIds: [ResourceId] })),
      scaling.send(new DescribeScalingPoliciesCommand({ ServiceNamespace, ResourceId })),
    ]);
    return { indexes: Table?.GlobalSecondaryIndexes, ScalableTargets, ScalingPolicies };
  };

  /** A stack that changes the table, and something that is deployed after that. */
  function synthesize(): string {
    const outdir = mkdtempSync(join(world.folder, 'cdk-'));
    const app = new App({ outdir, analyticsReporting: false, builtinCloudFormationValidation: false });
    const stack = new Stack(app, 'Shop');
    const release = {
      'shop/1.0.0_no_more_days.ts': `import { dynamodb, removeGlobalIndex } from 'cdk-migrations/authoring';
export default dynamodb({
  up: [
    removeGlobalIndex({ table: 'orders', index: 'byDay', allowDestructive: 'nobody reads by day any more' }),
  ],
});
`,
    };
    const migrations = new DatabaseMigrations(stack, 'Migrations', {
      migrationsPath: writeMigrations(world.folder, release),
      targets: {
        shop: MigrationTarget.dynamodb({ tables: { orders: dynamodb.Table.fromTableName(stack, 'Orders', 'orders') } }),
      },
    });
    const sibling = new ssm.StringParameter(stack, 'Sibling', { stringValue: '1' });
    (sibling.node.defaultChild as ssm.CfnParameter).overrideLogicalId('Sibling');
    migrations.dependOnMigrations(sibling);
    return app.synth().directory;
  }

  it('has it again, with its throughput and its scaling, when it is rolled back', async () => {
    const before = await snapshot();
    expect(before).toMatchObject({ indexes: [{}], ScalableTargets: [{}], ScalingPolicies: [{}] });

    const failed = await world.deployAssembly(synthesize(), { fail: [{ logicalId: 'Sibling' }] });
    await world.sandbox.settle();

    expectStatus(failed, 'ROLLBACK_COMPLETE');
    expect(await snapshot()).toEqual(before);
  });
});
