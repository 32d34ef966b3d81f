import { describe, expect, it } from '@jest/globals';
import { App, Stack, type StackProps, Stage } from 'aws-cdk-lib';
import * as dynamodb from 'aws-cdk-lib/aws-dynamodb';
import * as rds from 'aws-cdk-lib/aws-rds';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import { DatabaseMigrations, MigrationTarget } from '../../lib';
import { auroraCluster, folderWith } from './support';

type TargetOf = (stack: Stack) => MigrationTarget;

const empty = folderWith({ 'data/.keep': '' });
const ireland = { account: '111122223333', region: 'eu-west-1' };
const frankfurt = { account: '111122223333', region: 'eu-central-1' };

const prefix =
  (tableNamePrefix: string): TargetOf =>
  () =>
    MigrationTarget.dynamodb({ tableNamePrefix });
const table =
  (name: string): TargetOf =>
  (stack) =>
    MigrationTarget.dynamodb({ tables: { orders: dynamodb.Table.fromTableName(stack, 'Orders', name) } });
const madeTable =
  (tableName: string): TargetOf =>
  (stack) => {
    const partitionKey = { name: 'id', type: dynamodb.AttributeType.STRING };
    const orders = new dynamodb.Table(stack, 'Orders', { tableName, partitionKey });
    return MigrationTarget.dynamodb({ tables: { orders } });
  };
const imported =
  (clusterIdentifier: string, databaseName = 'app'): TargetOf =>
  (stack) => {
    const secret = secretsmanager.Secret.fromSecretNameV2(stack, 'Owner', 'owner');
    const attributes = { clusterIdentifier, secret };
    const cluster = rds.DatabaseCluster.fromDatabaseClusterAttributes(stack, 'Imported', attributes);
    return MigrationTarget.aurora(cluster, { databaseName });
  };
const made =
  (clusterIdentifier: string): TargetOf =>
  (stack) =>
    MigrationTarget.aurora(auroraCluster(stack, { clusterIdentifier }), { databaseName: 'app' });

/** Without CDK's own check of the template, which takes seconds. */
const testApp = () =>
  new App({ outdir: folderWith({}), analyticsReporting: false, builtinCloudFormationValidation: false });

/** What is wrong with an app of these two, as the second of them says. */
function check(one: TargetOf, two: TargetOf, scopes = (app: App) => [app, app] as const, props: StackProps[] = []) {
  const app = testApp();
  const [first, second] = [one, two].map((targetOf, index) => {
    const stack = new Stack(scopes(app)[index]!, `Stack${index + 1}`, props[index]);
    const targets = { data: targetOf(stack) };
    return new DatabaseMigrations(stack, 'Db', { migrationsPath: empty, targets });
  });
  expect(first!.node.validate()).toEqual([]);
  return second!.node.validate();
}

describe('two constructs of one app', () => {
  it.each([
    ['the same prefix', prefix('app-'), prefix('app-'), "tables with prefix 'app-' and tables with prefix 'app-'"],
    [
      'nested prefixes',
      prefix('app-'),
      prefix('app-dev-'),
      "tables with prefix 'app-dev-' and tables with prefix 'app-'",
    ],
    ['a given table', table('orders'), table('orders'), "table 'orders' and table 'orders'"],
    ['a table below a prefix', prefix('app-'), table('app-orders'), "table 'app-orders' and tables with prefix 'app-'"],
    ['a table made and given', madeTable('orders'), table('orders'), "table 'orders' and table 'orders'"],
    ['an imported database', imported('shop'), imported('shop'), "database 'shop/app' and database 'shop/app'"],
    ['a database made and imported', made('shop'), imported('shop'), "database 'shop/app' and database 'shop/app'"],
  ])('must not share %s', (_, one, two, shared) => {
    expect(check(one, two)).toEqual([
      expect.stringContaining(
        `Target 'data' shares a database with target 'data' of Stack1/Db: ${shared}. Only one DatabaseMigrations ` +
          'construct can migrate a database',
      ),
    ]);
  });

  it.each([
    ['prefixes that only begin alike', prefix('app-dev-'), prefix('app-prod-')],
    ['tables', table('orders'), table('plans')],
    ['databases of one cluster', imported('shop', 'one'), imported('shop', 'two')],
    ['a database and tables of the same name', imported('app'), prefix('app')],
  ])('may have different %s', (_, one, two) => {
    expect(check(one, two)).toEqual([]);
  });

  it('must not share a cluster that CloudFormation names', () => {
    const app = testApp();
    const data = new Stack(app, 'Data');
    const cluster = auroraCluster(data);
    for (const id of ['One', 'Two']) {
      const targets = { data: MigrationTarget.aurora(cluster, { databaseName: 'app' }) };
      new DatabaseMigrations(new Stack(app, id), 'Db', { migrationsPath: empty, targets });
    }

    expect(() => app.synth()).toThrow("database '(Data/Database)/app' and database '(Data/Database)/app'");
  });

  it('may have what has one name in two regions, or in two stages whose accounts only the deployment tells', () => {
    const stages = (app: App) => ['Test', 'Live'].map((id) => app.node.tryFindChild(id) ?? new Stage(app, id));

    expect(check(prefix('app-'), prefix('app-'), undefined, [{ env: ireland }, { env: frankfurt }])).toEqual([]);
    expect(check(prefix('app-'), prefix('app-'), (app) => stages(app) as unknown as [App, App])).toEqual([]);
    expect(check(prefix('app-'), prefix('app-'), undefined, [{ env: ireland }, { env: ireland }])).toEqual([
      expect.stringContaining('set `env` of the stacks'),
    ]);
  });
});
