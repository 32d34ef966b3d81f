import { ArnFormat, CfnResource, Stack, Token } from 'aws-cdk-lib';
import * as dynamodb from 'aws-cdk-lib/aws-dynamodb';
import type { IConstruct } from 'constructs';
import { changePermissions, keyPermissions, ownPermissions, scalingPermissions } from './dynamodb-permissions';
import { defaultsErrors, tableDefaults } from './table-defaults';
import type { TargetBinding, TargetClaim } from './target-binding';
import { environmentOf, nameInApp } from './target-clashes';
import type { DynamoDbTargetOptions } from './target-options';

export function dynamoDbTarget(options: DynamoDbTargetOptions): TargetBinding {
  // Sorted, so that the order in which an app names its tables changes nothing in the template.
  const tables = Object.entries(options.tables ?? {}).sort(([a], [b]) => (a < b ? -1 : 1));
  const names = new Map(tables.map(([logicalName, table]) => [logicalName, table.tableName]));
  const prefix = options.tableNamePrefix ?? '';
  const { tableDefaults: defaults } = options;
  const encryptionKey = defaults?.encryptionKey;

  return {
    databaseKind: 'dynamodb',
    baseline: options.baseline,
    ignore: options.ignore,
    errors: [
      ...emptyErrors(tables.length, options),
      ...prefixErrors(prefix),
      ...overlapErrors(tables, prefix),
      ...(defaults ? defaultsErrors(defaults, prefix) : []),
    ],
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
      ...(defaults && { TableDefaults: stack.toJsonString(tableDefaults(defaults)) }),
    }),
    permissions: (stack) => [
      ...changePermissions(tables.map(([, table]) => table.tableArn)),
      ...(prefix === '' ? [] : ownPermissions(stack, prefixArn(stack, prefix))),
      ...(encryptionKey ? [keyPermissions(encryptionKey)] : []),
      // Migrations can create provisioned tables, so only given ones can be known to be on-demand.
      ...(prefix === '' && tables.every(([, table]) => isOnDemand(table)) ? [] : scalingPermissions(stack)),
    ],
  };
}

/** False also for a table of which the app knows only its name. */
function isOnDemand({ node: { defaultChild } }: dynamodb.ITable): boolean {
  const isTable = defaultChild instanceof dynamodb.CfnTable || defaultChild instanceof dynamodb.CfnGlobalTable;
  return isTable && defaultChild.billingMode === dynamodb.BillingMode.PAY_PER_REQUEST;
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
