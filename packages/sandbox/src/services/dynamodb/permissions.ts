import type { Input } from '../input';
import type { Environment, Permission } from '../service';
import { tableArn, tableName } from './arns';
import { tablesOf } from './tables-of';

/** Operations that IAM checks on the account or not on one resource. */
const ACCOUNT_WIDE = ['ListTables', 'DescribeLimits', 'DescribeEndpoints', 'ListBackups', 'ListGlobalTables'];

/** What a request needs: one permission per table, index or stream it touches. */
export function permissionsOf(
  operation: string,
  input: Input,
  environment: Environment,
  streamOfIterator: (iterator: string) => string | undefined,
): Permission | readonly Permission[] {
  const on = (resource: string): Permission => ({ action: `dynamodb:${operation}`, resource });
  if (ACCOUNT_WIDE.includes(operation)) return on('*');
  if (operation === 'ListStreams') return on(streams(input, environment));
  const named = input['ResourceArn'] ?? input['StreamArn'];
  if (typeof named === 'string') return on(named);
  const iterator = input['ShardIterator'];
  if (typeof iterator === 'string') return on(streamOfIterator(iterator) ?? streams({}, environment));
  const touched = tablesOf(operation, input);
  if (touched.length === 0) return on('*');
  return touched.map(({ table, index, action }) => ({
    action: `dynamodb:${action}`,
    resource: tableArn(environment, table) + (index === undefined ? '' : `/index/${index}`),
  }));
}

function streams(input: Input, environment: Environment): string {
  const name = input['TableName'];
  return `${tableArn(environment, typeof name === 'string' ? tableName(name) : '*')}/stream/*`;
}
