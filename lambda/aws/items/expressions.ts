import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { DeleteItemCommand, PutItemCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { MigrationError } from '../../../core/errors/index';
import type { Condition, PreparedChange } from './prepared-change';

/** Characters and operators of an expression (aws-facts DDB-41). */
const longestExpression = 4096;
const mostOperators = 300;

/** A change as a request of its own, with expressions, which take every name of an attribute. @throws DATA_EXPRESSION */
export function toRequest(change: PreparedChange, table: string) {
  const names = new Placeholders();
  if ('item' in change) {
    const [partitionKey] = Object.keys(change.key) as [string];
    const condition = change.change === 'insert' && `attribute_not_exists(${names.name(partitionKey)})`;
    return new PutItemCommand({
      TableName: table,
      Item: change.item,
      ...(condition && { ConditionExpression: condition, ...names.input() }),
    });
  }
  const condition = conditionOf(change, names, table);
  const common = { TableName: table, Key: change.key, ConditionExpression: condition };
  if (change.change === 'delete') return new DeleteItemCommand({ ...common, ...names.input() });
  const sets = change.sets.map(([name, value]) => `${names.name(name)}=${names.value(value)}`);
  const removes = change.removes.map((name) => names.name(name));
  const update = [
    ...(sets.length > 0 ? [`SET ${sets.join()}`] : []),
    ...(removes.length > 0 ? [`REMOVE ${removes.join()}`] : []),
  ].join(' ');
  requireFit(update, sets.length + removes.length, table);
  return new UpdateItemCommand({ ...common, UpdateExpression: update, ...names.input() });
}

/** The item must be there: an update of one that is gone would make another. */
function conditionOf({ key, conditions }: Conditional, names: Placeholders, table: string): string {
  const [partitionKey] = Object.keys(key) as [string];
  const parts = [
    `attribute_exists(${names.name(partitionKey)})`,
    ...conditions.map(([name, value]) => comparison(names.name(name), value, names)),
  ];
  const text = parts.join(' AND ');
  requireFit(text, 2 * parts.length - 1, table);
  return text;
}

type Conditional = Extract<PreparedChange, { readonly conditions: readonly Condition[] }>;

function comparison(name: string, value: AttributeValue | undefined, names: Placeholders): string {
  return value === undefined ? `attribute_not_exists(${name})` : `${name}=${names.value(value)}`;
}

class Placeholders {
  private readonly names: Record<string, string> = {};
  private readonly byName = new Map<string, string>();
  private readonly values: Record<string, AttributeValue> = {};

  name(name: string): string {
    const placeholder = this.byName.get(name) ?? `#${this.byName.size}`;
    this.byName.set(name, placeholder);
    this.names[placeholder] = name;
    return placeholder;
  }

  value(value: AttributeValue): string {
    const placeholder = `:${Object.keys(this.values).length}`;
    this.values[placeholder] = value;
    return placeholder;
  }

  input() {
    const hasValues = Object.keys(this.values).length > 0;
    return {
      ExpressionAttributeNames: this.names,
      ...(hasValues && { ExpressionAttributeValues: this.values }),
    };
  }
}

function requireFit(expression: string, operators: number, table: string): void {
  if (expression.length <= longestExpression && operators <= mostOperators) return;
  throw new MigrationError(
    'DATA_EXPRESSION',
    `The change of an item of ${table} needs an expression of ${expression.length} characters and ${operators} operators; DynamoDB takes ${longestExpression} and ${mostOperators}.`,
    {
      payload: { table },
      hint: 'Let the transform look at fewer attributes: `item.a` reads one, `{ ...item }` reads all of them, and the change depends on what was read.',
    },
  );
}
