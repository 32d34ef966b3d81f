import type { Input } from '../input';
import type { Environment, Permission } from '../service';
import { tableArn, tableName } from './arns';
import { type Touched, tablesOf } from './tables-of';

/** Operations that IAM checks on the account or not on one resource. */
const ACCOUNT_WIDE = ['ListTables', 'DescribeLimits', 'DescribeEndpoints', 'ListBackups', 'ListGlobalTables'];

/** What a request needs: one permission per table, index or stream it touches. */
export function permissionsOf(
  operation: string,
  input: Input,
  environment: Environment,
  partitionKeyOf: (table: string) => string | undefined,
  streamOfIterator: (iterator: string) => string | undefined,
): Permission | readonly Permission[] {
  const on = (resource: string): Permission => ({ action: `dynamodb:${operation}`, resource });
  if (ACCOUNT_WIDE.includes(operation)) return on('*');
  if (operation === 'ListStreams') return on(streams(input, environment));
  const named = input['ResourceArn'] ?? input['StreamArn'] ?? input['BackupArn'];
  if (typeof named === 'string') return on(named);
  const iterator = input['ShardIterator'];
  if (typeof iterator === 'string') return on(streamOfIterator(iterator) ?? streams({}, environment));
  const touched = tablesOf(operation, input);
  if (touched.length === 0) return on('*');
  const also = operation === 'CreateTable' ? alsoCreated(input).map((action) => ({ ...touched[0]!, action })) : [];
  return [...touched, ...also].map((one) => ({
    action: `dynamodb:${one.action}`,
    resource: tableArn(environment, one.table) + (one.index === undefined ? '' : `/index/${one.index}`),
    keys: conditionKeys(one, partitionKeyOf(one.table)),
  }));
}

/** What a new table comes with needs a permission of its own (aws-facts DDB-28 and DDB-29). */
function alsoCreated({ Tags, ResourcePolicy }: Input): readonly string[] {
  return [
    ...(Array.isArray(Tags) && Tags.length > 0 ? ['TagResource'] : []),
    ...(ResourcePolicy === undefined ? [] : ['PutResourcePolicy']),
  ];
}

/** `dynamodb:LeadingKeys`: the partition keys that a request reads or writes. */
function conditionKeys({ items }: Touched, partitionKey: string | undefined): Permission['keys'] {
  if (!items || partitionKey === undefined) return undefined;
  const leading = items.map((item) => Object.values((item[partitionKey] ?? {}) as Input)[0]);
  return { 'dynamodb:leadingkeys': leading.map(String) };
}

function streams(input: Input, environment: Environment): string {
  const name = input['TableName'];
  return `${tableArn(environment, typeof name === 'string' ? tableName(name) : '*')}/stream/*`;
}
