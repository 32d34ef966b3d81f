import { createHash } from 'node:crypto';

/**
 * One text for one value, whatever the order of an item's attributes: for equality, and to be hashed. Tells apart what
 * databases tell apart: a number from its digits, a set from a list, bytes from a text.
 */
export function canonicalText(value: unknown): string {
  if (value === null) return 'null';
  switch (typeof value) {
    case 'string':
      return JSON.stringify(value);
    case 'boolean':
      return String(value);
    case 'number':
      return `n${Object.is(value, -0) ? 0 : value}`;
    case 'bigint':
      return `n${value}`;
    case 'undefined':
      return '';
    case 'object':
      return canonicalObject(value);
    default:
      throw new TypeError(`A ${typeof value} is no value of an item.`);
  }
}

function canonicalObject(value: object): string {
  if (Array.isArray(value)) return `[${value.map(canonicalText).join(',')}]`;
  if (value instanceof Set) return `s[${[...value].map(canonicalText).sort().join(',')}]`;
  if (ArrayBuffer.isView(value))
    return `b${Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('hex')}`;
  if (value instanceof Date) return `d${value.toISOString()}`;
  // A number with more digits than a number of JavaScript has, as its adapter hands it over.
  if ('value' in value && Object.keys(value).length === 1 && value.constructor !== Object)
    return `n${String(value.value)}`;
  const names = Object.keys(value).filter((name) => value[name as keyof typeof value] !== undefined);
  const parts = names
    .sort()
    .map((name) => `${JSON.stringify(name)}:${canonicalText(value[name as keyof typeof value])}`);
  return `{${parts.join(',')}}`;
}

/** As their texts are; most values are told apart without making one, which every item of a table needs several times. */
export function areEqual(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (isWord(a) || isWord(b)) return false;
  if (Array.isArray(a) && Array.isArray(b)) {
    return a.length === b.length && a.every((part, index) => areEqual(part, b[index]));
  }
  if (isPlain(a) && isPlain(b)) return areEqualPlain(a, b);
  return canonicalText(a) === canonicalText(b);
}

/** Equal to nothing but itself. */
function isWord(value: unknown): boolean {
  return typeof value === 'string' || typeof value === 'boolean' || value === null || value === undefined;
}

type Plain = Readonly<Record<string, unknown>>;

function isPlain(value: unknown): value is Plain {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}

/** What is undefined is missing. */
function areEqualPlain(a: Plain, b: Plain): boolean {
  return (
    Object.keys(a).every((name) => areEqual(a[name], b[name])) &&
    Object.keys(b).every((name) => b[name] === undefined || a[name] !== undefined)
  );
}

/** What a value is, for messages: words without any data. */
export function seen(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  if (value instanceof Promise) return 'a promise';
  return typeof value === 'object' ? `a ${value.constructor?.name ?? 'value'}` : `a ${typeof value}`;
}

/** 128 bits of SHA-256, as 32 hex digits. */
export function hash128(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 32);
}
