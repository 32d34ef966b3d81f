import { describe, expect, it } from '@jest/globals';
import { App, Duration, type Stack } from 'aws-cdk-lib';
import * as dynamodb from 'aws-cdk-lib/aws-dynamodb';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as rds from 'aws-cdk-lib/aws-rds';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import { AuroraDatabaseKind, DatabaseMigrations, type DatabaseMigrationsProps, MigrationTarget } from '../../lib';
import { engineAssetPath } from '../../lib/engine-asset';
import { auroraCluster, CREATE_PLANS, CREATE_USERS, folderWith, testStack } from './support';

type Targets = DatabaseMigrationsProps['targets'];

/** The message with which a construct is refused. The folder is never looked at: these errors come first. */
function refusal(
  targetsOf: (stack: Stack) => Targets,
  props: (stack: Stack) => Partial<DatabaseMigrationsProps> = () => ({}),
) {
  const stack = testStack();
  try {
    new DatabaseMigrations(stack, 'Db', { migrationsPath: 'nowhere', targets: targetsOf(stack), ...props(stack) });
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error('nothing was refused');
}

function importedCluster(stack: Stack, attributes: Partial<rds.DatabaseClusterAttributes> = {}): rds.IDatabaseCluster {
  return rds.DatabaseCluster.fromDatabaseClusterAttributes(stack, 'Imported', {
    clusterIdentifier: 'shop',
    secret: secretsmanager.Secret.fromSecretNameV2(stack, 'Owner', 'owner'),
    ...attributes,
  });
}

const prefixed = (tableNamePrefix: string) => MigrationTarget.dynamodb({ tableNamePrefix });
const partitionKey = { name: 'id', type: dynamodb.AttributeType.STRING };
const table = (stack: Stack, name: string) => dynamodb.Table.fromTableName(stack, `Table-${name}`, name);

describe('targets', () => {
  it('targets must not be empty', () => {
    expect(refusal(() => ({}))).toMatch(
      /^Invalid configuration of Stack\/Db:\n- targets must not be empty\. Give at least one, for example/,
    );
  });

  it.each(['Users', '1st', 'my_target', 'a/b', ''])('a target must not have the name %j', (name) => {
    expect(refusal(() => ({ [name]: prefixed('shop-') }))).toContain(
      'The name of a target, which is also the name of its folder, must be a lower-case letter, followed by up to 63 ' +
        `lower-case letters, digits or hyphens, got '${name}'.`,
    );
  });

  it('all targets are checked before the first problem is reported', () => {
    const message = refusal(
      (stack) => ({
        Users: MigrationTarget.aurora(importedCluster(stack), { databaseName: '1st' }),
        meals: MigrationTarget.dynamodb({}),
      }),
      () => ({ timeout: Duration.hours(2), lease: Duration.seconds(1) }),
    );

    expect(message.match(/^- /gm)).toHaveLength(5);
  });
});

describe('an Aurora target', () => {
  it('an Aurora target must be PostgreSQL or MySQL of today', () => {
    expect(
      refusal((stack) => ({
        users: MigrationTarget.aurora(importedCluster(stack, { engine: rds.DatabaseClusterEngine.AURORA }), {
          databaseName: 'shop',
        }),
      })),
    ).toContain(
      "Target 'users': the cluster's engine is aurora, which is not supported. Supported: aurora-postgresql, aurora-mysql.",
    );
  });

  it('an Aurora target must not be said to be of another kind than its cluster', () => {
    const mysql = rds.DatabaseClusterEngine.auroraMysql({ version: rds.AuroraMysqlEngineVersion.VER_3_08_0 });
    const databaseKind = AuroraDatabaseKind.AURORA_POSTGRESQL;

    expect(
      refusal((stack) => ({
        users: MigrationTarget.aurora(importedCluster(stack, { engine: mysql }), {
          databaseName: 'shop',
          databaseKind,
        }),
      })),
    ).toContain("databaseKind is aurora-postgresql, but the cluster's engine is aurora-mysql.");
  });

  it.each(['mysql', 'information_schema', 'x'.repeat(65)])(
    'an Aurora MySQL target must not have the database name %j',
    (databaseName) => {
      const databaseKind = AuroraDatabaseKind.AURORA_MYSQL;
      expect(
        refusal((stack) => ({ users: MigrationTarget.aurora(importedCluster(stack), { databaseName, databaseKind }) })),
      ).toMatch(/databaseName must be a (database of the application|letter or underscore, followed by up to 63)/);
    },
  );

  it('an Aurora target must have a secret', () => {
    expect(
      refusal((stack) => ({
        users: MigrationTarget.aurora(importedCluster(stack, { secret: undefined }), { databaseName: 'shop' }),
      })),
    ).toContain(
      "Target 'users': the Data API needs a secret, and the cluster has none that this app knows of. Set `secret`",
    );
  });

  it.each(['', '1st', 'a b', 'a"b', 'x'.repeat(64)])(
    'an Aurora target must not have the database name %j',
    (databaseName) => {
      expect(
        refusal((stack) => ({ users: MigrationTarget.aurora(importedCluster(stack), { databaseName }) })),
      ).toContain(
        'databaseName must be a letter or underscore, followed by up to 62 letters, digits, _, - or $, got ' +
          `'${databaseName}'.`,
      );
    },
  );

  it('an Aurora target must not be a database that RDS reserves', () => {
    expect(
      refusal((stack) => ({ users: MigrationTarget.aurora(importedCluster(stack), { databaseName: 'rdsadmin' }) })),
    ).toContain(
      "databaseName must be a database of the application, got 'rdsadmin', which aurora-postgresql or RDS reserves.",
    );
  });

  it('an Aurora target must have the Data API enabled, which is checked when the app is complete', () => {
    const stack = testStack();
    const cluster = auroraCluster(stack, { enableDataApi: undefined });
    new DatabaseMigrations(stack, 'Db', {
      migrationsPath: folderWith(CREATE_USERS),
      targets: { users: MigrationTarget.aurora(cluster, { databaseName: 'shop' }) },
    });

    expect(() => App.of(stack)!.synth()).toThrow(
      "Target 'users': the Data API of cluster Stack/Database is disabled. Set `enableDataApi: true` on the DatabaseCluster.",
    );
  });
});

describe('a DynamoDB target', () => {
  it('a DynamoDB target must have tables or a prefix', () => {
    expect(refusal(() => ({ meals: MigrationTarget.dynamodb({}) }))).toContain(
      "Target 'meals': it has no tables. Set `tables`, `tableNamePrefix`, or both.",
    );
  });

  it('a DynamoDB target must not have an empty prefix, which would match every table', () => {
    expect(refusal(() => ({ meals: prefixed('') }))).toContain("Target 'meals': tableNamePrefix must not be empty");
  });

  it('a DynamoDB target must have a prefix that table names can begin with', () => {
    expect(refusal(() => ({ meals: prefixed('shop/') }))).toContain(
      "tableNamePrefix must be 1 to 200 letters, digits, _, - and ., as in DynamoDB table names, got 'shop/'.",
    );
  });

  it.each([
    ['given', (stack: Stack) => table(stack, 'shop-plans')],
    [
      'made by the app',
      (stack: Stack) => new dynamodb.TableV2(stack, 'Plans', { tableName: 'shop-plans', partitionKey }),
    ],
  ])('a DynamoDB target must not have a table, %s, that begins with its prefix', (_, plansOf) => {
    expect(
      refusal((stack) => ({
        meals: MigrationTarget.dynamodb({ tables: { plans: plansOf(stack) }, tableNamePrefix: 'shop-' }),
      })),
    ).toContain(
      "table 'shop-plans' (logical name 'plans') begins with tableNamePrefix 'shop-', so migrations could create",
    );
  });
});

describe('two targets', () => {
  it.each([
    ['the same prefix', () => prefixed('shop-'), () => prefixed('shop-')],
    ['a prefix within another', () => prefixed('shop-'), () => prefixed('shop-meals-')],
    [
      'a table with the prefix of the other',
      () => prefixed('shop-'),
      (stack: Stack) => MigrationTarget.dynamodb({ tables: { plans: table(stack, 'shop-plans') } }),
    ],
    [
      'one table',
      (stack: Stack) => MigrationTarget.dynamodb({ tables: { plans: table(stack, 'plans') } }),
      (stack: Stack) =>
        MigrationTarget.dynamodb({ tables: { other: dynamodb.Table.fromTableName(stack, 'Again', 'plans') } }),
    ],
  ])('two targets must not share %s', (_, one, two) => {
    expect(refusal((stack) => ({ one: one(stack), two: two(stack) }))).toContain(
      "Targets 'one' and 'two' share a database: ",
    );
  });

  it('two targets must not share a database of one cluster, but may share the cluster', () => {
    const both = (a: string, b: string) => (stack: Stack) => {
      const cluster = importedCluster(stack);
      return {
        one: MigrationTarget.aurora(cluster, { databaseName: a }),
        two: MigrationTarget.aurora(cluster, { databaseName: b }),
      };
    };

    expect(refusal(both('shop', 'shop'))).toContain("database 'shop/shop' and database 'shop/shop'");
    expect(refusal(both('shop', 'blog'))).toContain('MISSING_FOLDER');
  });
});

describe('time limits', () => {
  const meals = () => ({ meals: prefixed('shop-') });

  it.each([Duration.seconds(119), Duration.seconds(3601)])('a timeout of %s is refused', (timeout) => {
    expect(refusal(meals, () => ({ timeout }))).toContain(
      `timeout must be between 2 minutes and 1 hour, got ${timeout.toSeconds()} seconds: CloudFormation waits at most 1 hour`,
    );
  });

  it('a quarter of the timeout is kept for undoing', () => {
    expect(refusal(meals, () => ({ timeout: Duration.minutes(10), forwardTimeout: Duration.minutes(8) }))).toContain(
      'forwardTimeout must be between 30 and 450 seconds with a timeout of 600 seconds, got 480 seconds: at least a ' +
        'quarter of the timeout is kept for undoing.',
    );
  });

  it.each([9, 301])('a lease of %i seconds is refused', (seconds) => {
    expect(refusal(meals, () => ({ lease: Duration.seconds(seconds) }))).toContain(
      `lease must be between 10 seconds and 5 minutes, got ${seconds} seconds:`,
    );
  });
});

describe('the ledger table', () => {
  it('takes a key only when the construct creates it', () => {
    const message = refusal(
      () => ({ meals: prefixed('shop-') }),
      (stack) => ({ ledgerTable: table(stack, 'ledger'), encryptionKey: new kms.Key(stack, 'Key') }),
    );

    expect(message).toContain(
      "encryptionKey cannot be combined with ledgerTable 'ledger', which has its own encryption. Omit one of them.",
    );
  });
});

describe('migrations', () => {
  function refuseFiles(files: Record<string, string>): string {
    return refusal(
      () => ({ meals: prefixed('shop-') }),
      () => ({ migrationsPath: folderWith(files) }),
    );
  }

  it('migrations must be in a folder that exists', () => {
    expect(refusal(() => ({ meals: prefixed('shop-') }))).toMatch(
      /^Invalid migrations of Stack\/Db:\n\nMISSING_FOLDER: There is no migrations folder "nowhere"/,
    );
  });

  it('migrations must belong to a target', () => {
    expect(refuseFiles({ ...CREATE_PLANS, ...CREATE_USERS })).toMatch(/UNKNOWN_TARGET: .*"users".*meals/s);
  });

  it('migrations have all their problems reported at once, with file, line and the text of the line', () => {
    const message = refuseFiles({
      'meals/1.0.0_create_plans.ts': 'export default {',
      'meals/1.1.0_add_index.ts': CREATE_PLANS['meals/1.0.0_create_plans.ts'].replace(
        'up:',
        "dependsOn: ['0.9.0'], up:",
      ),
    });

    expect(message).toContain('1.0.0_create_plans.ts:1:');
    expect(message).toContain('1 | export default {');
    expect(message).toMatch(/UNKNOWN_DEPENDENCY.*1\.1\.0_add_index\.ts/s);
  });
});

describe('a migration', () => {
  const orders = (operation: string) => ({
    'meals/1.0.0_change_orders.ts': [
      "import { addGlobalIndex, createTable, deleteTable, dynamodb } from 'cdk-migrations/authoring';",
      `export default dynamodb({ up: [], contract: [${operation}] });`,
    ].join('\n'),
  });
  const key = "partitionKey: { name: 'id', type: 'S' }";
  const refuse = (operation: string) =>
    refusal(
      (stack) => ({ meals: MigrationTarget.dynamodb({ tables: { orders: table(stack, 'shop-orders') } }) }),
      () => ({ migrationsPath: folderWith(orders(operation)) }),
    );

  it.each([
    ['creates', `createTable({ table: 'orders', ${key} })`],
    ['deletes', "deleteTable('orders')"],
  ])('is refused when it %s a table that exists outside of the migrations', (verb, operation) => {
    expect(refuse(operation)).toContain(
      `- meals/1.0.0_change_orders.ts ${verb} table 'orders', which is in \`tables\` of target 'meals'`,
    );
  });

  it('is refused when it creates a table whose name is too long with the prefix', () => {
    const refused = refusal(
      () => ({ meals: MigrationTarget.dynamodb({ tableNamePrefix: 'p'.repeat(200) }) }),
      () => ({ migrationsPath: folderWith(orders(`createTable({ table: '${'t'.repeat(56)}', ${key} })`)) }),
    );
    expect(refused).toContain("with the tableNamePrefix of target 'meals' has 256 characters; DynamoDB allows 255.");
  });

  it('is refused when it names a table that its target does not have', () => {
    expect(refuse(`addGlobalIndex({ table: 'order', name: 'byId', ${key} })`)).toContain(
      "- meals/1.0.0_change_orders.ts uses table 'order', which target 'meals' does not have. Its tables: orders. Add it " +
        'to `tables`, or set `tableNamePrefix`.',
    );
  });

  it.each([
    ['reads', "source: 'order', destination: 'orders'"],
    ['writes', "source: 'orders', destination: 'order'"],
  ])('is refused when it %s items of a table that its target does not have', (_, tables) => {
    const content = `import { data } from 'cdk-migrations/authoring';\nexport default data({ ${tables}, transform: (it) => it });`;
    const refused = refusal(
      (stack) => ({ meals: MigrationTarget.dynamodb({ tables: { orders: table(stack, 'shop-orders') } }) }),
      () => ({ migrationsPath: folderWith({ 'meals/1.0.0_copy.ts': content }) }),
    );
    expect(refused).toContain("- meals/1.0.0_copy.ts uses table 'order', which target 'meals' does not have.");
  });
});

describe('the Lambda asset', () => {
  it('is reported when it is not built', () => {
    expect(() => engineAssetPath(folderWith({}))).toThrow(
      /The Lambda functions of cdk-migrations are not built: .*index\.js does not exist\. Run `node scripts\/build\.mjs`/,
    );
  });
});
