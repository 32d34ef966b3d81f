import { tablesVariable } from './tables-variable';

/**
 * The physical name of a DynamoDB table, inside a Lambda function that was passed to `DatabaseMigrations.connect`.
 *
 * @param target the target's name in `DatabaseMigrations`
 * @param logicalName the table's name in migrations
 * @returns the name to use as `TableName` in requests to DynamoDB
 * @throws Error if the function is not connected, or the migrations deployed with it have no such table
 * @example
 * import { DynamoDBClient, ScanCommand } from '@aws-sdk/client-dynamodb';
 * import { tableName } from '@cdk-migrations/client';
 *
 * const client = new DynamoDBClient();
 * export const handler = () => client.send(new ScanCommand({ TableName: tableName('meals', 'plans') }));
 */
export function tableName(target: string, logicalName: string): string {
  const tables = readTables()[target];
  if (!tables) throw new Error(`Unknown target '${target}'. ${known('Targets', readTables())}`);
  const name = tables[logicalName];
  if (name) return name;
  throw new Error(`Target '${target}' has no table '${logicalName}'. ${known('Tables', tables)}`);
}

type Tables = Readonly<Record<string, Readonly<Record<string, string>>>>;

function readTables(): Tables {
  const text = process.env[tablesVariable];
  if (text) return JSON.parse(text) as Tables;
  throw new Error(
    `${tablesVariable} is not set. Call \`migrations.connect(fn)\` for this function in the CDK app, or set the ` +
      'variable to JSON like {"meals":{"plans":"shop-plans"}}.',
  );
}

function known(what: string, names: object): string {
  return `${what} of this deployment: ${Object.keys(names).join(', ') || 'none'}.`;
}
