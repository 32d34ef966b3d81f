import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { areEqual } from '../../../core/data/values';
import { MigrationError } from '../../../core/errors/index';
import type { Item, ItemChange } from '../../../core/ports';
import type { Attributes } from './attribute-text';
import { toAttribute, UnfitValue } from './attribute-values';
import type { TableKeys } from './table-keys';

/** An attribute that must still be so when a change is made; without a value, that must still be missing. */
export type Condition = readonly [name: string, value: AttributeValue | undefined];

/** A change in DynamoDB's own terms. */
export type PreparedChange =
  | {
      readonly change: 'update';
      readonly key: Attributes;
      readonly sets: readonly (readonly [name: string, value: AttributeValue])[];
      readonly removes: readonly string[];
      readonly conditions: readonly Condition[];
    }
  | { readonly change: 'delete'; readonly key: Attributes; readonly conditions: readonly Condition[] }
  | { readonly change: 'insert' | 'put'; readonly key: Attributes; readonly item: Attributes };

/**
 * Only what differs is written: an attribute that the transform left alone keeps the value that DynamoDB has, digit by digit.
 * @throws DATA_KEY, DATA_VALUE
 */
export function prepare(change: ItemChange, table: string, keys: TableKeys): PreparedChange {
  if (change.change === 'insert' || change.change === 'put') {
    const key = keys.of(change.becomes);
    return { change: change.change, key, item: attributesOf(change.becomes, table) };
  }
  const stored = change.was.stored as Attributes;
  const key = keys.ofStored(stored);
  const conditionsOn = (names: Iterable<string>) =>
    [...new Set(names)].filter((name) => !keys.has(name)).map((name): Condition => [name, stored[name]]);
  if (change.change === 'delete') return { change: 'delete', key, conditions: conditionsOn(change.read) };
  const changed = changedNames(change.was.item, change.becomes);
  const sets = changed
    .filter((name) => change.becomes[name] !== undefined)
    .map((name) => [name, attributeOf(name, change.becomes[name], table)] as const);
  const removes = changed.filter((name) => change.becomes[name] === undefined);
  return { change: 'update', key, sets, removes, conditions: conditionsOn([...change.read, ...changed]) };
}

function changedNames(was: Item, becomes: Item): readonly string[] {
  const names = new Set([...Object.keys(was), ...Object.keys(becomes)]);
  return [...names].filter((name) => !areEqual(was[name], becomes[name]));
}

function attributesOf(item: Item, table: string): Attributes {
  const attributes: Record<string, AttributeValue> = {};
  for (const name of Object.keys(item)) {
    if (item[name] !== undefined) attributes[name] = attributeOf(name, item[name], table);
  }
  return attributes;
}

function attributeOf(name: string, value: unknown, table: string): AttributeValue {
  try {
    return toAttribute(value);
  } catch (error) {
    if (!(error instanceof UnfitValue)) throw error;
    throw new MigrationError(
      'DATA_VALUE',
      `DynamoDB cannot hold what the transform gave for the attribute "${name}" of ${table}: it, or something in it, ${error.message}.`,
      {
        payload: { table, attribute: name },
        hint: 'Return texts, finite numbers, bigints, booleans, null, Uint8Array, lists, plain objects, and sets of one kind that are not empty.',
      },
    );
  }
}
