import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { NumberValueImpl as NumberValue } from '@aws-sdk/util-dynamodb';
import { canonicalNumber } from './attribute-text';

/** Why DynamoDB cannot hold a value: words that hold no data. */
export class UnfitValue extends Error {}

function toPlain(attribute: AttributeValue): unknown {
  const [type, value] = typeAndValue(attribute);
  switch (type) {
    case 'N':
      return plainNumber(value as string);
    case 'NULL':
      return null;
    case 'L':
      return (value as AttributeValue[]).map(toPlain);
    case 'M':
      return toPlainItem(value as Record<string, AttributeValue>);
    case 'NS':
      return new Set((value as string[]).map(plainNumber));
    case 'SS':
    case 'BS':
      return new Set(value as unknown[]);
    default:
      return value;
  }
}

/**
 * An item as code sees it. A number that JavaScript would round is a bigint, or a `NumberValue` when it has decimals, so that
 * none changes on its way through a transform.
 */
export function toPlainItem(attributes: Readonly<Record<string, AttributeValue>>): Record<string, unknown> {
  const item: Record<string, unknown> = {};
  for (const name of Object.keys(attributes)) item[name] = toPlain(attributes[name]!);
  return item;
}

export function typeAndValue(attribute: AttributeValue): readonly [type: string, value: unknown] {
  for (const type in attribute) {
    const value = attribute[type as keyof AttributeValue] as unknown;
    if (value !== undefined) return [type, value];
  }
  throw new TypeError('An attribute value without a type.');
}

function plainNumber(text: string): number | bigint | NumberValue {
  const number = Number(text);
  const isInteger = !/[.eE]/.test(text);
  if (isInteger && Number.isSafeInteger(number)) return number;
  if (isInteger) return BigInt(text);
  return canonicalNumber(String(number)) === canonicalNumber(text) ? number : NumberValue.from(text);
}

/** @throws UnfitValue */
export function toAttribute(value: unknown): AttributeValue {
  switch (typeof value) {
    case 'string':
      return { S: value };
    case 'boolean':
      return { BOOL: value };
    case 'number':
    case 'bigint':
      return { N: numberText(value) };
    case 'object':
      return value === null ? { NULL: true } : objectToAttribute(value);
    default:
      throw new UnfitValue(`is a ${typeof value}`);
  }
}

function objectToAttribute(value: object): AttributeValue {
  if (Array.isArray(value)) return { L: value.map(toAttribute) };
  if (value instanceof Set) return setToAttribute([...value]);
  if (value instanceof Uint8Array) return { B: value };
  if (isNumberValue(value)) return { N: value.value };
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype === Object.prototype || prototype === null) return { M: toAttributes(value) };
  throw new UnfitValue(`is a ${value.constructor?.name ?? 'value'}`);
}

/** What is undefined is left out. @throws UnfitValue */
function toAttributes(item: object): Record<string, AttributeValue> {
  const attributes: Record<string, AttributeValue> = {};
  for (const [name, value] of Object.entries(item)) if (value !== undefined) attributes[name] = toAttribute(value);
  return attributes;
}

function setToAttribute(members: readonly unknown[]): AttributeValue {
  if (members.length === 0) throw new UnfitValue('is an empty set');
  const attributes = members.map(toAttribute);
  const [type] = typeAndValue(attributes[0]!);
  const values = attributes.map((member) => member[type as keyof AttributeValue] as unknown);
  if (!['S', 'N', 'B'].includes(type) || values.includes(undefined)) {
    throw new UnfitValue('is a set of other things than texts, numbers or bytes');
  }
  return { [`${type}S`]: values } as unknown as AttributeValue;
}

function numberText(value: number | bigint): string {
  if (typeof value === 'number' && !Number.isFinite(value)) throw new UnfitValue(`is ${value}`);
  return String(value);
}

/** Also one of another copy of util-dynamodb, such as the one that is built into a migration. */
function isNumberValue(value: object): value is NumberValue {
  const isInstance = value.constructor !== Object && Object.keys(value).join() === 'value';
  return isInstance && typeof (value as NumberValue).value === 'string';
}
