import { ArnFormat, CfnResource, Stack, Token } from 'aws-cdk-lib';
import * as dynamodb from 'aws-cdk-lib/aws-dynamodb';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IConstruct } from 'constructs';
import type { TargetBinding, TargetClaim } from './target-binding';
import { environmentOf, nameInApp } from './target-clashes';
import type { DynamoDbTargetOptions } from './target-options';

/** What data migrations do with the items of a table. Statements of PartiQL have permissions of their own (aws-facts DDB-44). */
const ITEM_ACTIONS = [
  ...['dynamodb:Scan', 'dynamodb:BatchGetItem', 'dynamodb:BatchWriteItem'],
  ...['dynamodb:PutItem', 'dynamodb:UpdateItem', 'dynamodb:DeleteItem'],
  ...['dynamodb:PartiQLInsert', 'dynamodb:PartiQLUpdate', 'dynamodb:PartiQLDelete'],
];
/** On a table that exists outside of the migrations. */
const CHANGE_ACTIONS = ['dynamodb:DescribeTable', 'dynamodb:UpdateTable', ...ITEM_ACTIONS];
/** On a table that migrations create. */
const OWN_ACTIONS = [...CHANGE_ACTIONS, 'dynamodb:CreateTable', 'dynamodb:DeleteTable'];

export function dynamoDbTarget(options: DynamoDbTargetOptions): TargetBinding {
  // Sorted, so that the order in which an app names its tables changes nothing in the template.
  const tables = Object.entries(options.tables ?? {}).sort(([a], [b]) => (a < b ? -1 : 1));
  const names = new Map(tables.map(([logicalName, table]) => [logicalName, table.tableName]));
  const prefix = options.tableNamePrefix ?? '';

  return {
    databaseKind: 'dynamodb',
    errors: [...emptyErrors(tables.length, options), ...prefixErrors(prefix), ...overlapErrors(tables, prefix)],
    claims: (owner) => claims(tables, prefix, owner),
    resources: tables
      .map(([, table]) => table.node.defaultChild)
      .filter((child) => child !== undefined && CfnResource.isCfnResource(child)),
    tables: tables.map(([logicalName]) => logicalName),
    tableName: (logicalName) => names.get(logicalName) ?? (prefix === '' ? undefined : `${prefix}${logicalName}`),
    validate: () => [],
    properties: (stack, owner) => ({
      DatabaseKind: 'dynamodb',
      Identity: prefix === '' ? tablesArn(stack, owner) : prefixArn(stack, prefix),
      Tables: Object.fromEntries(names),
      TableNamePrefix: prefix,
    }),
    permissions: (stack) => [
      ...permission(
        CHANGE_ACTIONS,
        tables.map(([, table]) => table.tableArn),
      ),
      ...permission(OWN_ACTIONS, prefix === '' ? [] : [prefixArn(stack, prefix)]),
      ...(tables.every(([, table]) => isOnDemand(table)) ? [] : scalingPermissions(stack)),
    ],
  };
}

/**
 * What it takes to make an index again with its auto scaling. Application Auto Scaling knows no tables in policies, reads
 * nothing but everything, and asks with the caller's own permissions whether alarms may be changed (aws-facts DDB-18).
 */
function scalingPermissions(stack: Stack): PolicyStatement[] {
  const actions = (names: readonly string[]) => names.map((name) => `application-autoscaling:${name}`);
  const dimensions = ['dynamodb:index:ReadCapacityUnits', 'dynamodb:index:WriteCapacityUnits'];
  return [
    new PolicyStatement({
      actions: actions(['DescribeScalableTargets', 'DescribeScalingPolicies', 'DescribeScheduledActions']),
      resources: ['*'],
    }),
    new PolicyStatement({
      actions: actions(['RegisterScalableTarget', 'PutScalingPolicy', 'PutScheduledAction']),
      resources: [stack.formatArn({ service: 'application-autoscaling', resource: 'scalable-target/*' })],
      conditions: { StringEquals: { 'application-autoscaling:scalable-dimension': dimensions } },
    }),
    new PolicyStatement({
      actions: ['cloudwatch:DeleteAlarms', 'cloudwatch:DescribeAlarms', 'cloudwatch:PutMetricAlarm'],
      resources: ['*'],
      conditions: { Bool: { 'aws:ViaAWSService': 'true' } },
    }),
  ];
}

/** False also for a table of which the app knows only its name. */
function isOnDemand({ node: { defaultChild } }: dynamodb.ITable): boolean {
  const isTable = defaultChild instanceof dynamodb.CfnTable || defaultChild instanceof dynamodb.CfnGlobalTable;
  return isTable && defaultChild.billingMode === dynamodb.BillingMode.PAY_PER_REQUEST;
}

function permission(actions: string[], resources: string[]): PolicyStatement[] {
  return resources.length === 0 ? [] : [new PolicyStatement({ actions, resources })];
}

function prefixArn(stack: Stack, prefix: string): string {
  return tableArn(stack, `${prefix}*`);
}

/**
 * The identity of a target without a prefix. It names the owner rather than the tables: to the engine another identity
 * is another database, so adding a table would apply everything again. No table name has parentheses.
 */
function tablesArn(stack: Stack, owner: string): string {
  return tableArn(stack, `(${owner})`);
}

function tableArn(stack: Stack, resourceName: string): string {
  return stack.formatArn({
    service: 'dynamodb',
    resource: 'table',
    resourceName,
    arnFormat: ArnFormat.SLASH_RESOURCE_NAME,
  });
}

function nameOf(table: dynamodb.ITable): string {
  const resource = table.node.defaultChild;
  const isOwn = resource instanceof dynamodb.CfnTable || resource instanceof dynamodb.CfnGlobalTable;
  return nameInApp(table, table.tableName, isOwn ? resource.tableName : undefined);
}

type NamedTable = readonly [logicalName: string, table: dynamodb.ITable];

function claims(tables: readonly NamedTable[], prefix: string, owner: IConstruct): TargetClaim[] {
  const named = tables.map(([, table]) => ({
    kind: 'table' as const,
    name: nameOf(table),
    environment: environmentOf(table.env, owner),
  }));
  if (prefix === '') return named;
  return [...named, { kind: 'tables with prefix', name: prefix, environment: environmentOf(Stack.of(owner), owner) }];
}

function emptyErrors(count: number, options: DynamoDbTargetOptions): string[] {
  if (options.tableNamePrefix === '') {
    return [
      'tableNamePrefix must not be empty: migrations could create and delete any table. Give a prefix, or omit it.',
    ];
  }
  if (count > 0 || options.tableNamePrefix !== undefined) return [];
  return ['it has no tables. Set `tables`, `tableNamePrefix`, or both.'];
}

function prefixErrors(prefix: string): string[] {
  if (prefix === '' || Token.isUnresolved(prefix) || /^[A-Za-z0-9_.-]{1,200}$/.test(prefix)) return [];
  return [`tableNamePrefix must be 1 to 200 letters, digits, _, - and ., as in DynamoDB table names, got '${prefix}'.`];
}

function overlapErrors(tables: readonly NamedTable[], prefix: string): string[] {
  if (prefix === '' || Token.isUnresolved(prefix)) return [];
  return tables
    .map(([logicalName, table]) => [logicalName, nameOf(table)] as const)
    .filter(([, name]) => name.startsWith(prefix))
    .map(
      ([logicalName, name]) =>
        `table '${name}' (logical name '${logicalName}') begins with tableNamePrefix '${prefix}', so migrations ` +
        'could create or delete it. Choose a prefix with which no table in `tables` begins.',
    );
}
