import type { Input } from '../input';
import { tableName } from './arns';

/** One table that a request touches, and what for, as IAM sees it. */
export interface Touched {
  readonly table: string;
  readonly index?: string;
  /** IAM action after `dynamodb:`; the operation's own name unless the request is a transaction or PartiQL. */
  readonly action: string;
  /** Keys or items that are read or written, where the request names them. */
  readonly items?: readonly Input[];
}

type Find = (input: Input, operation: string) => readonly Touched[];

const single: Find = (input, operation) =>
  typeof input['TableName'] === 'string'
    ? [
        {
          table: tableName(input['TableName']),
          index: input['IndexName'] as string | undefined,
          action: operation,
          items: 'IndexName' in input ? undefined : (itemsOf(input) ?? queriedItem(input)),
        },
      ]
    : [];

const batch: Find = (input, operation) =>
  Object.entries(object(input['RequestItems'])).map(([name, requests]) => ({
    table: tableName(name),
    action: operation,
    items: Array.isArray(requests)
      ? requests.flatMap((request) => Object.values(object(request)).flatMap((one) => itemsOf(object(one)) ?? []))
      : list(object(requests)['Keys']).map(object),
  }));

/** A transaction needs the permission of each of its actions (aws-facts DDB-10: conditions too have one). */
const TRANSACTION_ACTIONS: Readonly<Record<string, string>> = {
  ConditionCheck: 'ConditionCheckItem',
  Put: 'PutItem',
  Update: 'UpdateItem',
  Delete: 'DeleteItem',
  Get: 'GetItem',
};

const transaction: Find = (input) =>
  list(input['TransactItems']).flatMap((item) =>
    Object.entries(object(item)).flatMap(([verb, value]) => {
      const name = object(value)['TableName'];
      if (typeof name !== 'string') return [];
      const action = TRANSACTION_ACTIONS[verb] ?? verb;
      return [{ table: tableName(name), action, items: itemsOf(object(value)) }];
    }),
  );

const PARTIQL =
  /^\s*(?:(select|delete)\b[\s\S]*?\bfrom\b|(insert)\s+into\b|(update)\b)\s*"?([\w.-]+)"?(?:\."([\w.-]+)")?/i;

const statement: Find = (input) => {
  const [, readOrDelete, insert, update, table, index] = PARTIQL.exec(String(input['Statement'] ?? '')) ?? [];
  const verb = readOrDelete ?? insert ?? update;
  if (!verb || !table) return [];
  return [{ table, index, action: `PartiQL${verb[0]!.toUpperCase()}${verb.slice(1).toLowerCase()}` }];
};

const statements =
  (member: string): Find =>
  (input, operation) =>
    list(input[member]).flatMap((item) => statement(object(item), operation));

const BY_OPERATION: Readonly<Record<string, Find>> = {
  BatchGetItem: batch,
  BatchWriteItem: batch,
  TransactGetItems: transaction,
  TransactWriteItems: transaction,
  ExecuteStatement: statement,
  BatchExecuteStatement: statements('Statements'),
  ExecuteTransaction: statements('TransactStatements'),
};

export function tablesOf(operation: string, input: Input): readonly Touched[] {
  return (BY_OPERATION[operation] ?? single)(input, operation);
}

/** The same request with names in place of table ARNs, or undefined when it has none. */
export function withTableNames(input: Input): Input | undefined {
  let changed = false;
  const name = (value: unknown): unknown => {
    const plain = typeof value === 'string' ? tableName(value) : value;
    changed ||= plain !== value;
    return plain;
  };
  const named = (value: unknown): Input => {
    const request = object(value);
    return 'TableName' in request ? { ...request, TableName: name(request['TableName']) } : request;
  };
  const mapValues = (value: unknown) =>
    Object.fromEntries(Object.entries(object(value)).map(([verb, request]) => [verb, named(request)]));
  const output: Record<string, unknown> = { ...named(input) };
  if ('TransactItems' in input) output['TransactItems'] = list(input['TransactItems']).map(mapValues);
  if ('RequestItems' in input) {
    const requests = Object.entries(object(input['RequestItems']));
    output['RequestItems'] = Object.fromEntries(requests.map(([key, request]) => [name(key), request]));
  }
  return changed ? output : undefined;
}

function itemsOf(input: Input): readonly Input[] | undefined {
  const item = input['Key'] ?? input['Item'];
  return item === undefined ? undefined : [object(item)];
}

/** What a query asks of its partition key, as if it were a key: the only condition with `=` that every query has. */
function queriedItem(input: Input): readonly Input[] | undefined {
  const equals = String(input['KeyConditionExpression'] ?? '').matchAll(/([#\w]+)\s*=\s*(:\w+)/g);
  const names = object(input['ExpressionAttributeNames']);
  const values = object(input['ExpressionAttributeValues']);
  const key = Object.fromEntries([...equals].map(([, name = '', value = '']) => [names[name] ?? name, values[value]]));
  return Object.keys(key).length === 0 ? undefined : [key];
}

function object(value: unknown): Input {
  return typeof value === 'object' && value !== null ? (value as Input) : {};
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
