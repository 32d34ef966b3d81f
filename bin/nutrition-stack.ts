import { join } from 'node:path';
import { CfnOutput, Duration, RemovalPolicy, Stack, type StackProps } from 'aws-cdk-lib';
import * as dynamodb from 'aws-cdk-lib/aws-dynamodb';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as rds from 'aws-cdk-lib/aws-rds';
import * as ssm from 'aws-cdk-lib/aws-ssm';
import type { Construct } from 'constructs';
import { DatabaseMigrations, MigrationTarget } from '../lib';

export interface NutritionStackProps extends StackProps {
  /** Folder with the migrations of the release to deploy. */
  readonly migrationsPath: string;
}

const DATABASE = 'nutrition';

/** A nutrition service: users and analytics in Aurora PostgreSQL, meal plans in DynamoDB, one function in front. */
export class NutritionStack extends Stack {
  constructor(scope: Construct, id: string, { migrationsPath, ...props }: NutritionStackProps) {
    super(scope, id, props);
    const cluster = this.createCluster();

    const migrations = new DatabaseMigrations(this, 'Migrations', {
      migrationsPath,
      targets: {
        users: MigrationTarget.aurora(cluster, { databaseName: DATABASE }),
        meals: MigrationTarget.dynamodb({ tableNamePrefix: 'nutrition-' }),
      },
    });

    const api = this.createApi(cluster, migrations);
    migrations.connect(api);

    // Changes with every release, after its migrations: what the demo lets fail, to see them undone.
    const flags = new ssm.CfnParameter(this, 'FeatureFlags', {
      type: 'String',
      name: '/nutrition/feature-flags',
      value: JSON.stringify({ mealPlanner: true, databaseRevision: migrations.revision }),
    });
    migrations.dependOnMigrations(flags);

    new CfnOutput(this, 'ApiFunction', { value: api.functionName });
    new CfnOutput(this, 'DatabaseRevision', { value: migrations.revision });
  }

  private createCluster(): rds.DatabaseCluster {
    const vpc = new ec2.Vpc(this, 'Vpc', {
      maxAzs: 2,
      natGateways: 0,
      subnetConfiguration: [{ name: 'Database', subnetType: ec2.SubnetType.PRIVATE_ISOLATED }],
    });
    return new rds.DatabaseCluster(this, 'Database', {
      engine: rds.DatabaseClusterEngine.auroraPostgres({ version: rds.AuroraPostgresEngineVersion.VER_16_11 }),
      writer: rds.ClusterInstance.serverlessV2('Writer'),
      serverlessV2MinCapacity: 0,
      vpc,
      vpcSubnets: { subnetType: ec2.SubnetType.PRIVATE_ISOLATED },
      defaultDatabaseName: DATABASE,
      enableDataApi: true,
      storageEncrypted: true,
      removalPolicy: RemovalPolicy.SNAPSHOT,
    });
  }

  private createApi(cluster: rds.DatabaseCluster, migrations: DatabaseMigrations): lambda.Function {
    const api = new lambda.Function(this, 'Api', {
      code: lambda.Code.fromAsset(join(__dirname, 'nutrition-api')),
      handler: 'index.handler',
      runtime: lambda.Runtime.NODEJS_24_X,
      timeout: Duration.seconds(30),
      environment: { CLUSTER_ARN: cluster.clusterArn, SECRET_ARN: cluster.secret!.secretArn, DATABASE },
    });
    cluster.grantDataApiAccess(api);
    for (const logicalName of ['mealPlans', 'shoppingLists']) {
      const table = dynamodb.Table.fromTableAttributes(this, logicalName, {
        tableName: migrations.tableName('meals', logicalName),
        grantIndexPermissions: true,
      });
      table.grantReadWriteData(api);
    }
    return api;
  }
}
