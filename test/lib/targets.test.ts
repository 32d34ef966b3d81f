import { describe, expect, it } from '@jest/globals';
import { Duration, NestedStack, type Stack } from 'aws-cdk-lib';
import * as dynamodb from 'aws-cdk-lib/aws-dynamodb';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as rds from 'aws-cdk-lib/aws-rds';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import * as ssm from 'aws-cdk-lib/aws-ssm';
import type { Construct } from 'constructs';
import {
  AuroraDatabaseKind,
  DatabaseMigrations,
  type DynamoDbTableDefaults,
  type DynamoDbTargetOptions,
  MigrationTarget,
} from '../../lib';
import {
  auroraCluster,
  CREATE_PLANS,
  CREATE_USERS,
  folderWith,
  INDEX_ORDERS,
  Synthesized,
  testApp,
  testStack,
} from './support';

function migrateUsers(scope: Construct, cluster: rds.IDatabaseCluster): DatabaseMigrations {
  return new DatabaseMigrations(scope, 'Db', {
    migrationsPath: folderWith(CREATE_USERS),
    targets: { users: MigrationTarget.aurora(cluster, { databaseName: 'shop' }) },
  });
}

function migrateMeals(
  scope: Construct,
  options: DynamoDbTargetOptions,
  files: Readonly<Record<string, string>> = CREATE_PLANS,
): DatabaseMigrations {
  return new DatabaseMigrations(scope, 'Db', {
    migrationsPath: folderWith(files),
    targets: { meals: MigrationTarget.dynamodb(options) },
  });
}

function targetsIn(stack: Stack) {
  return new Synthesized(stack).one('Custom::DatabaseMigrations')[1].Properties.Targets;
}

describe('an Aurora cluster', () => {
  it('a cluster of the same stack is identified by its ARN, and must exist first', () => {
    const stack = testStack();
    migrateUsers(stack, auroraCluster(stack));
    const template = new Synthesized(stack);
    const [id, { DependsOn, Properties }] = template.one('Custom::DatabaseMigrations');
    const [clusterId] = template.one('AWS::RDS::DBCluster');

    expect(Properties.Targets.users).toMatchObject({
      DatabaseKind: 'aurora-postgresql',
      DatabaseName: 'shop',
      SecretArn: { Ref: template.one('AWS::SecretsManager::SecretTargetAttachment')[0] },
    });
    const { Identity, ClusterArn } = Properties.Targets.users;
    expect(Identity['Fn::Join'][1].at(-1)).toBe('/shop');
    expect(Identity['Fn::Join'][1].at(-2)).toEqual({ Ref: clusterId });
    expect(ClusterArn['Fn::Join'][1]).toEqual(Identity['Fn::Join'][1].slice(0, -1));
    expect(DependsOn).toEqual(expect.arrayContaining([clusterId, template.one('AWS::RDS::DBInstance')[0]]));
    expect(template.needs(id)).toContain(clusterId);
  });

  it('a cluster of another stack is exported from it, and that stack is deployed before', () => {
    const app = testApp();
    const data = testStack('Data', app);
    const cluster = auroraCluster(data);
    const service = testStack('Service', app);
    migrateUsers(service, cluster);

    expect(JSON.stringify(targetsIn(service).users.Identity)).toContain('Fn::ImportValue');
    expect(service.dependencies).toContain(data);
  });

  it('a cluster that is imported by its attributes is identified by its ARN', () => {
    const stack = testStack();
    const cluster = rds.DatabaseCluster.fromDatabaseClusterAttributes(stack, 'Imported', {
      clusterIdentifier: 'shop-cluster',
      secret: secretsmanager.Secret.fromSecretNameV2(stack, 'Owner', 'shop-owner'),
    });
    migrateUsers(stack, cluster);

    const { Identity, ClusterArn, SecretArn } = targetsIn(stack).users;
    expect(JSON.stringify(Identity)).toMatch(/:cluster:shop-cluster\/shop"/);
    expect(JSON.stringify(ClusterArn)).toMatch(/:cluster:shop-cluster"/);
    expect(JSON.stringify(SecretArn)).toMatch(/:secret:shop-owner"/);
  });

  it('a cluster says by its engine of which kind it is, or the target does', () => {
    const engine = rds.DatabaseClusterEngine.auroraMysql({ version: rds.AuroraMysqlEngineVersion.VER_3_08_0 });
    const made = testStack();
    migrateUsers(made, auroraCluster(made, { engine }));
    expect(targetsIn(made).users).toMatchObject({ DatabaseKind: 'aurora-mysql', DatabaseName: 'shop' });

    const stack = testStack();
    const imported = rds.DatabaseCluster.fromDatabaseClusterAttributes(stack, 'Imported', {
      clusterIdentifier: 'shop',
    });
    new DatabaseMigrations(stack, 'Db', {
      migrationsPath: folderWith(CREATE_USERS),
      targets: {
        users: MigrationTarget.aurora(imported, {
          databaseName: 'shop',
          databaseKind: AuroraDatabaseKind.AURORA_MYSQL,
          secret: secretsmanager.Secret.fromSecretNameV2(stack, 'Owner', 'shop-owner'),
        }),
      },
    });
    expect(targetsIn(stack).users.DatabaseKind).toBe('aurora-mysql');
  });

  it('a cluster has one identity, whether it is made by the app or imported', () => {
    const identity = (clusterOf: (stack: Stack) => rds.IDatabaseCluster) => {
      const stack = testStack();
      migrateUsers(stack, clusterOf(stack));
      return targetsIn(stack).users.Identity;
    };
    const made = identity((stack) => auroraCluster(stack, { clusterIdentifier: 'shop' }));
    const imported = identity((stack) =>
      rds.DatabaseCluster.fromDatabaseClusterAttributes(stack, 'Imported', {
        clusterIdentifier: 'shop',
        secret: secretsmanager.Secret.fromSecretNameV2(stack, 'Owner', 'shop-owner'),
      }),
    );

    // The one names the cluster by a reference, the other by its name, which is what the reference becomes.
    const [, parts] = made['Fn::Join'] as [string, unknown[]];
    const named = parts.map((part) => (JSON.stringify(part).includes('Database') ? 'shop' : part));
    expect(merged(named)).toEqual(merged((imported['Fn::Join'] as [string, unknown[]])[1]));
  });

  it('says how long a section waits for a lock only when it is told to, so that other deployments see no change', () => {
    const users = (lockTimeout?: Duration, databaseKind = AuroraDatabaseKind.AURORA_POSTGRESQL) => {
      const stack = testStack();
      const options = { databaseName: 'shop', databaseKind, ...(lockTimeout ? { lockTimeout } : {}) };
      new DatabaseMigrations(stack, 'Db', {
        migrationsPath: folderWith(CREATE_USERS),
        targets: { users: MigrationTarget.aurora(auroraCluster(stack), options) },
      });
      return targetsIn(stack).users;
    };

    expect(users()).not.toHaveProperty('LockTimeout');
    expect(users(Duration.seconds(2)).LockTimeout).toBe('2000');
    expect(users(Duration.millis(100)).LockTimeout).toBe('100');
    const range = 'lockTimeout must be between 100 milliseconds and 30 seconds, got';
    expect(() => users(Duration.millis(99))).toThrow(`${range} 99 milliseconds.`);
    expect(() => users(Duration.minutes(1))).toThrow(`${range} 60000 milliseconds.`);
    expect(() => users(Duration.seconds(2), AuroraDatabaseKind.AURORA_MYSQL)).toThrow('lockTimeout is for PostgreSQL');
  });

  it('a nested stack, whose name only CloudFormation knows, can migrate its cluster', () => {
    const parent = testStack();
    const nested = new NestedStack(parent, 'Nested');
    migrateUsers(nested, auroraCluster(nested));

    const [, { Properties }] = new Synthesized(nested).one('Custom::DatabaseMigrations');
    expect(JSON.stringify(Properties.Scope)).toContain('AWS::StackName');
    expect(JSON.stringify(Properties.Scope)).toContain('/Db');
  });
});

describe('DynamoDB tables', () => {
  const key = { partitionKey: { name: 'id', type: dynamodb.AttributeType.STRING } };

  it('tables of the same stack are passed by name, and must exist first', () => {
    const stack = testStack();
    const orders = new dynamodb.Table(stack, 'Orders', key);
    const users = new dynamodb.TableV2(stack, 'Users', key);
    migrateMeals(stack, { tables: { users, orders }, tableNamePrefix: 'shop-' });
    const template = new Synthesized(stack);
    const { DependsOn, Properties } = template.one('Custom::DatabaseMigrations')[1];
    const [ordersId] = template.one('AWS::DynamoDB::Table', 'Orders');
    const [usersId] = template.one('AWS::DynamoDB::GlobalTable');

    expect(Properties.Targets.meals).toMatchObject({
      DatabaseKind: 'dynamodb',
      Tables: { orders: { Ref: ordersId }, users: { Ref: usersId } },
      TableNamePrefix: 'shop-',
    });
    expect(DependsOn).toEqual(expect.arrayContaining([ordersId, usersId]));
  });

  it('tables that are imported by name need nothing else', () => {
    const stack = testStack();
    const orders = dynamodb.Table.fromTableName(stack, 'Orders', 'shop-orders');
    migrateMeals(stack, { tables: { orders }, tableNamePrefix: 'meals-' });

    expect(targetsIn(stack).meals).toMatchObject({ Tables: { orders: 'shop-orders' }, TableNamePrefix: 'meals-' });
  });

  it('adding a table does not change the identity, because the engine would apply everything again', () => {
    const identity = (names: string[], options: { tableNamePrefix?: string }) => {
      const stack = testStack();
      const tables = names.map((name) => [name, dynamodb.Table.fromTableName(stack, name, name)]);
      migrateMeals(stack, { tables: Object.fromEntries(tables), ...options }, INDEX_ORDERS);
      return JSON.stringify(targetsIn(stack).meals.Identity);
    };
    const tableNamePrefix = 'shop-';

    expect(identity(['orders'], {})).toContain(':table/(Stack/Db/meals)');
    expect(identity(['orders', 'users'], {})).toBe(identity(['orders'], {}));
    expect(identity(['orders'], { tableNamePrefix })).toContain(':table/shop-*');
    expect(identity(['orders', 'users'], { tableNamePrefix })).toBe(identity(['orders'], { tableNamePrefix }));
  });

  it('tables of another stack are deployed before', () => {
    const app = testApp();
    const data = testStack('Data', app);
    const orders = new dynamodb.Table(data, 'Orders', key);
    const service = testStack('Service', app);
    migrateMeals(service, { tables: { orders }, tableNamePrefix: 'meals-' });

    expect(JSON.stringify(targetsIn(service).meals.Tables)).toContain('Fn::ImportValue');
    expect(service.dependencies).toContain(data);
  });
});

describe('what new tables get', () => {
  const defaultsIn = (tableDefaults: DynamoDbTableDefaults) => {
    const stack = testStack();
    migrateMeals(stack, { tableNamePrefix: 'shop-', tableDefaults });
    return targetsIn(stack).meals.TableDefaults;
  };

  it('travels to the engine as one text, so that numbers and booleans arrive as they are', () => {
    const { PROVISIONED } = dynamodb.BillingMode;
    const text = defaultsIn({
      ...{ billingMode: PROVISIONED, readCapacity: 5, writeCapacity: 6, recoveryPeriodInDays: 7 },
      ...{ tableClass: dynamodb.TableClass.STANDARD_INFREQUENT_ACCESS, stream: dynamodb.StreamViewType.NEW_IMAGE },
      ...{ deletionProtection: false, tags: { team: 'meals' }, encryption: dynamodb.TableEncryption.AWS_MANAGED },
    });

    expect(JSON.parse(text)).toEqual({
      ...{ billingMode: 'provisioned', throughput: { read: 5, write: 6 }, pointInTimeRecovery: 7 },
      ...{ tableClass: 'STANDARD_INFREQUENT_ACCESS', stream: 'NEW_IMAGE', deletionProtection: false },
      ...{ tags: { team: 'meals' }, encryption: 'aws-managed' },
    });
  });

  it('is left out when the app says nothing of it', () => {
    const stack = testStack();
    migrateMeals(stack, { tableNamePrefix: 'shop-' });

    expect(targetsIn(stack).meals).not.toHaveProperty('TableDefaults');
  });

  it.each<[DynamoDbTableDefaults, RegExp]>([
    [{ billingMode: dynamodb.BillingMode.PROVISIONED, readCapacity: 5 }, /need readCapacity and writeCapacity/],
    [{ readCapacity: 5 }, /need billingMode: BillingMode.PROVISIONED/],
    [{ recoveryPeriodInDays: 36 }, /must be 1 to 35, got 36/],
    [{ recoveryPeriodInDays: 3, pointInTimeRecovery: false }, /Remove one of the two/],
    [{ encryption: dynamodb.TableEncryption.CUSTOMER_MANAGED }, /need encryption: TableEncryption.CUSTOMER_MANAGED/],
    [{ tags: { 'aws:team': 'meals' } }, /tag 'aws:team'/],
  ])('is refused when DynamoDB would refuse it: %j', (tableDefaults, message) => {
    expect(() => defaultsIn(tableDefaults)).toThrow(message);
  });

  it('is refused where migrations create no tables', () => {
    const stack = testStack();
    const orders = dynamodb.Table.fromTableName(stack, 'Orders', 'orders');

    expect(() => migrateMeals(stack, { tables: { orders }, tableDefaults: {} }, INDEX_ORDERS)).toThrow(
      /Set `tableNamePrefix`/,
    );
  });
});

describe('tableName', () => {
  it('returns the names of existing tables, and the prefix with the logical name for others', () => {
    const stack = testStack();
    const orders = dynamodb.Table.fromTableName(stack, 'Orders', 'shop-orders');
    const migrations = migrateMeals(stack, { tables: { orders }, tableNamePrefix: 'meals-' });

    expect(migrations.tableName('meals', 'orders')).toBe('shop-orders');
    expect(migrations.tableName('meals', 'plans')).toBe('meals-plans');
  });

  it('refuses targets and tables that cannot exist, and names those that do', () => {
    const stack = testStack();
    const orders = dynamodb.Table.fromTableName(stack, 'Orders', 'shop-orders');
    const meals = migrateMeals(stack, { tables: { orders } }, INDEX_ORDERS);
    const users = migrateUsers(testStack(), auroraCluster(testStack()));

    expect(() => meals.tableName('meal', 'orders')).toThrow("Stack/Db has no target 'meal'. Its targets: meals.");
    expect(() => meals.tableName('meals', 'plans')).toThrow(
      "Target 'meals' of Stack/Db has no table 'plans'. Its tables: orders. Add it to `tables`, or set `tableNamePrefix`.",
    );
    expect(() => users.tableName('users', 'users')).toThrow('only DynamoDB targets have table names');
  });
});

describe('what depends on the migrations', () => {
  function apiIn(stack: Stack, vpc?: ec2.IVpc): lambda.Function {
    return new lambda.Function(stack, 'Api', {
      runtime: lambda.Runtime.NODEJS_24_X,
      handler: 'index.handler',
      code: lambda.Code.fromInline('exports.handler = async () => {}'),
      vpc,
      vpcSubnets: vpc && { subnetType: ec2.SubnetType.PRIVATE_ISOLATED },
    });
  }

  it('a dependent waits for the Migrations resource, not for the marker', () => {
    const stack = testStack();
    const migrations = migrateMeals(stack, { tableNamePrefix: 'meals-' });
    migrations.dependOnMigrations(new ssm.StringParameter(stack, 'Flag', { stringValue: 'on' }));
    const template = new Synthesized(stack);

    expect(template.one('AWS::SSM::Parameter')[1].DependsOn).toEqual([template.one('Custom::DatabaseMigrations')[0]]);
  });

  it('a connected function gets the names of all tables, including those that migrations create', () => {
    const stack = testStack();
    const orders = new dynamodb.Table(stack, 'Orders', {
      partitionKey: { name: 'id', type: dynamodb.AttributeType.STRING },
    });
    const migrations = migrateMeals(stack, { tables: { orders }, tableNamePrefix: 'meals-' });
    migrations.connect(apiIn(stack));
    const template = new Synthesized(stack);
    const [, { DependsOn, Properties }] = template.one('AWS::Lambda::Function', 'Api');

    expect(Properties.Environment.Variables.MIGRATIONS_TABLES).toEqual({
      'Fn::Join': [
        '',
        [
          '{"meals":{"orders":"',
          { Ref: template.one('AWS::DynamoDB::Table', 'Orders')[0] },
          '","plans":"meals-plans"}}',
        ],
      ],
    });
    expect(DependsOn).toContain(template.one('Custom::DatabaseMigrations')[0]);
  });

  it('a function to which the cluster is open can wait for its migrations', () => {
    const stack = testStack();
    const cluster = auroraCluster(stack);
    const migrations = migrateUsers(stack, cluster);
    const api = apiIn(stack, cluster.vpc);
    cluster.connections.allowDefaultPortFrom(api);
    cluster.grantDataApiAccess(api);
    migrations.connect(api);

    expect(new Synthesized(stack).cycles()).toEqual([]);
  });

  it('neither a database that the migrations need nor a construct that contains them can wait for them', () => {
    const stack = testStack();
    const cluster = auroraCluster(stack);
    const migrations = migrateUsers(stack, cluster);

    expect(() => migrations.dependOnMigrations(cluster)).toThrow(
      'Stack/Database cannot wait for Stack/Db: the migrations need Stack/Database/Secret/Resource, which is part of it.',
    );
    expect(() => migrations.dependOnMigrations(stack)).toThrow(
      'Stack cannot wait for Stack/Db: it contains the migrations.',
    );
  });
});

/** The parts of a Fn::Join, with neighbouring texts in one. */
function merged(parts: readonly unknown[]): unknown[] {
  const all: unknown[] = [];
  for (const part of parts) {
    if (typeof part === 'string' && typeof all.at(-1) === 'string') all.push(`${all.pop()}${part}`);
    else all.push(part);
  }
  return all;
}
