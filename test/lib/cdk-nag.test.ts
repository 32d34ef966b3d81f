import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import type { PolicyValidationPluginReport } from 'aws-cdk-lib';
import * as kms from 'aws-cdk-lib/aws-kms';
import { AwsSolutionsChecks } from 'cdk-nag';
import { NutritionStack } from '../../bin/nutrition-stack';
import { DatabaseMigrations, MigrationTarget } from '../../lib';
import { auroraCluster, CREATE_PLANS, CREATE_USERS, folderWith, testApp, testStack } from './support';

const root = join(__dirname, '../..');

/**
 * What the examples leave out, being examples, each with its reason. Nothing of the construct is here: lib/acknowledge.ts
 * has its reasons, so that they hold in every app.
 */
const leftOut = {
  nutrition: {
    'Api/ServiceRole/Resource AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole]':
      'The role that CDK gives a function by default.',
    'Api/ServiceRole/DefaultPolicy/Resource AwsSolutions-IAM5[Resource::arn:<AWS::Partition>:dynamodb:<AWS::Region>:<AWS::AccountId>:table/nutrition-mealPlans/index/*]':
      'The function queries whichever indexes migrations make.',
    'Api/ServiceRole/DefaultPolicy/Resource AwsSolutions-IAM5[Resource::arn:<AWS::Partition>:dynamodb:<AWS::Region>:<AWS::AccountId>:table/nutrition-shoppingLists/index/*]':
      'The function queries whichever indexes migrations make.',
    'Vpc/Resource AwsSolutions-VPC7': 'Nothing in the VPC sends anything: the cluster is reached through the Data API.',
    'Database/Resource AwsSolutions-RDS6': 'The Data API signs in with the secret.',
    'Database/Resource AwsSolutions-RDS10': 'The example is made to be destroyed.',
    'Database/Secret/Resource AwsSolutions-SMG4': 'Rotation would need a VPC with a way out.',
  },
  orders: {
    'OrdersData/Ledger/Resource AwsSolutions-DDB3': 'The example is made to be destroyed.',
    'OrdersService/Intake/Queue/Resource AwsSolutions-SQS3': 'The example shows migrations, not how to take orders.',
    'OrdersService/Intake/Handler/ServiceRole/Resource AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole]':
      'The role that CDK gives a function by default.',
    'OrdersService/Intake/Api/Resource AwsSolutions-APIG2': 'The function validates requests.',
    'OrdersService/Intake/Api/DeploymentStage.prod/Resource AwsSolutions-APIG1': 'Logging needs a role of the account.',
    'OrdersService/Intake/Api/DeploymentStage.prod/Resource AwsSolutions-APIG3':
      'The example is not reachable for long.',
    'OrdersService/Intake/Api/DeploymentStage.prod/Resource AwsSolutions-APIG6': 'Logging needs a role of the account.',
    'OrdersService/Intake/Api/Default/orders/POST/Resource AwsSolutions-APIG4': 'The example has no users.',
    'OrdersService/Intake/Api/Default/orders/POST/Resource AwsSolutions-COG4': 'The example has no users.',
  },
};

/** Each finding as the path of the resource and the rule. */
function findings({ violations }: PolicyValidationPluginReport): string[] {
  return violations.flatMap(({ ruleName, violatingResources }) =>
    violatingResources.map(({ constructPath }) => `${constructPath} ${ruleName}`),
  );
}

describe('the rules of AWS Solutions', () => {
  it('find nothing in the nutrition app but what is left out for a reason', () => {
    const stack = new NutritionStack(testApp(), 'Nutrition', { migrationsPath: join(root, 'migrations') });
    const expected = Object.keys(leftOut.nutrition).map((finding) => `Nutrition/${finding}`);

    expect(findings(new AwsSolutionsChecks().validateScope(stack)).sort()).toEqual(expected.sort());
  });

  it('find nothing in the orders app but what is left out for a reason', () => {
    const arguments_ = ['--import', 'tsx', 'test/lib/check-orders.mjs', folderWith({})];
    const report = execFileSync(process.execPath, arguments_, { cwd: root, encoding: 'utf8' });

    expect(findings(JSON.parse(report)).sort()).toEqual(Object.keys(leftOut.orders).sort());
  });

  it('find nothing in a construct with all that may be given to it', () => {
    const stack = testStack();
    const cluster = auroraCluster(stack, { storageEncryptionKey: new kms.Key(stack, 'Key') });
    const migrations = new DatabaseMigrations(stack, 'Db', {
      migrationsPath: folderWith({ ...CREATE_USERS, ...CREATE_PLANS }),
      targets: {
        users: MigrationTarget.aurora(cluster, { databaseName: 'app' }),
        meals: MigrationTarget.dynamodb({ tableNamePrefix: 'shop-' }),
      },
      vpc: cluster.vpc,
      encryptionKey: new kms.Key(stack, 'LedgerKey'),
      reservedConcurrentExecutions: 2,
    });

    expect(findings(new AwsSolutionsChecks().validateScope(migrations))).toEqual([]);
  });
});
