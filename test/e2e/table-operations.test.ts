import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { ApplicationAutoScalingClient, DescribeScalableTargetsCommand } from '@aws-sdk/client-application-auto-scaling';
import {
  DescribeContinuousBackupsCommand,
  DescribeTableCommand,
  DynamoDBClient,
  ListBackupsCommand,
  ListTagsOfResourceCommand,
} from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { App, Stack } from 'aws-cdk-lib';
import * as ssm from 'aws-cdk-lib/aws-ssm';
import { DatabaseMigrations, MigrationTarget } from '../../lib';
import { expectStatus } from '../support/expect-status';
import { writeMigrations } from '../support/lifecycle-app';
import { LifecycleWorld } from '../support/lifecycle-world';

jest.setTimeout(120_000);

const file = (operations: string, more = '') => `import * as tables from 'cdk-migrations/authoring';
export default tables.dynamodb({ ${more}up: [${operations}] });
`;

const first = {
  'shop/1.0.0_orders.ts': file(`tables.createTable({
  table: 'orders',
  partitionKey: { name: 'id', type: 'S' },
  billingMode: 'provisioned',
  throughput: { read: 5, write: 6 },
  autoScaling: { read: { min: 5, max: 50 } },
  tags: { stage: 'test' },
})`),
};

const second = {
  ...first,
  'shop/1.1.0_settings.ts': file(
    `tables.setAutoScaling({ table: 'orders', autoScaling: null }),
  tables.setCapacity({ table: 'orders', throughput: { read: 8, write: 8 } }),
  tables.setStream({ table: 'orders', view: 'NEW_IMAGE' }),
  tables.setTableClass({ table: 'orders', tableClass: 'STANDARD_INFREQUENT_ACCESS' }),
  tables.setPointInTimeRecovery({ table: 'orders', enabled: true, days: 7 }),
  tables.setDeletionProtection({ table: 'orders', enabled: false }),
  tables.tag({ table: 'orders', tags: { stage: 'production', team: 'shop' } }),
  tables.untag({ table: 'orders', keys: ['cost'] }),
  tables.setBillingMode({ table: 'orders', billingMode: 'on-demand' })`,
    "dependsOn: ['1.0.0'], ",
  ),
};

const third = {
  ...first,
  'shop/1.1.0_index.ts': file(
    "tables.addGlobalIndex({ table: 'orders', name: 'byDay', partitionKey: { name: 'day', type: 'S' }, waitForBuild: 'background' })",
    "dependsOn: ['1.0.0'], contract: [tables.deleteTable('orders')], ",
  ),
};

/** With the built asset, and no permissions but those that the construct gives. */
describe('the operations on tables', () => {
  let world: LifecycleWorld;
  beforeAll(async () => {
    world = await LifecycleWorld.open({
      assumptions: { 'dynamodb-table-create-ms': '0', 'dynamodb-index-build-ms': '4000' },
    });
  });
  afterAll(() => world.close());

  const snapshot = async () => {
    const client = new DynamoDBClient({});
    const TableName = 'shop-orders';
    const { Table } = await client.send(new DescribeTableCommand({ TableName }));
    const [tags, backups, scaling] = await Promise.all([
      client.send(new ListTagsOfResourceCommand({ ResourceArn: Table!.TableArn })),
      client.send(new DescribeContinuousBackupsCommand({ TableName })),
      new ApplicationAutoScalingClient({}).send(new DescribeScalableTargetsCommand({ ServiceNamespace: 'dynamodb' })),
    ]);
    const { ReadCapacityUnits, WriteCapacityUnits } = Table!.ProvisionedThroughput!;
    return {
      ...{ units: [ReadCapacityUnits, WriteCapacityUnits], stream: Table!.StreamSpecification?.StreamEnabled ?? false },
      ...{
        tableClass: Table!.TableClassSummary?.TableClass ?? 'STANDARD',
        isProtected: Table!.DeletionProtectionEnabled,
      },
      tags: [...(tags.Tags ?? [])].sort((a, b) => (a.Key! < b.Key! ? -1 : 1)),
      days: backups.ContinuousBackupsDescription?.PointInTimeRecoveryDescription?.RecoveryPeriodInDays,
      scaling: scaling.ScalableTargets,
    };
  };

  function synthesize(release: Readonly<Record<string, string>>): string {
    const app = new App({
      outdir: mkdtempSync(join(world.folder, 'cdk-')),
      analyticsReporting: false,
      builtinCloudFormationValidation: false,
    });
    const stack = new Stack(app, 'Shop');
    const migrations = new DatabaseMigrations(stack, 'Migrations', {
      migrationsPath: writeMigrations(world.folder, release),
      targets: {
        shop: MigrationTarget.dynamodb({
          tableNamePrefix: 'shop-',
          tableDefaults: { tags: { cost: '1', stage: 'any' } },
        }),
      },
    });
    const stringValue = JSON.stringify(Object.keys(release));
    const sibling = new ssm.StringParameter(stack, 'Sibling', { stringValue });
    (sibling.node.defaultChild as ssm.CfnParameter).overrideLogicalId('Sibling');
    migrations.dependOnMigrations(sibling);
    return app.synth().directory;
  }

  it('bring every setting back when the deployment is rolled back', async () => {
    expectStatus(await world.deployAssembly(synthesize(first)), 'CREATE_COMPLETE');
    const before = await snapshot();
    expect(before).toMatchObject({
      ...{ units: [5, 6], stream: false, tableClass: 'STANDARD', isProtected: true, days: 35 },
      tags: [
        { Key: 'cost', Value: '1' },
        { Key: 'stage', Value: 'test' },
      ],
      scaling: [{ MinCapacity: 5, MaxCapacity: 50 }],
    });

    const failed = await world.deployAssembly(synthesize(second), { fail: [{ logicalId: 'Sibling' }] });
    expectStatus(failed, 'UPDATE_ROLLBACK_COMPLETE');
    expect(await snapshot()).toEqual(before);
  });

  it('let an index be built while the stack update goes on, and delete a table after a backup', async () => {
    expectStatus(await world.deployAssembly(synthesize(third)), 'UPDATE_COMPLETE');
    await world.sandbox.settle();

    const client = new DynamoDBClient({});
    await expect(client.send(new DescribeTableCommand({ TableName: 'shop-orders' }))).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
    });
    const { BackupSummaries } = await client.send(new ListBackupsCommand({ TableName: 'shop-orders' }));
    expect(BackupSummaries).toMatchObject([
      { BackupName: expect.stringMatching(/^cdk-migrations-.*-1\.1\.0-contract-0$/) },
    ]);
  });
});
