import { NumberValueImpl as NumberValue } from '@aws-sdk/util-dynamodb';
import { canonicalNumber } from '../../items/attribute-text';

/** Strings, which are passed by, and numbers. */
const stringsAndNumbers = /"(?:[^"\\]|\\[\s\S])*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;

/**
 * JSON as code sees it. A number that JavaScript would round is a bigint, or an object with its digits, as everywhere: a
 * transform that changes something beside it must not change it.
 */
export function parseJson(text: string): unknown {
  const mark = markNotIn(text);
  let isMarked = false;
  const marked = text.replace(stringsAndNumbers, (token) => {
    if (token.startsWith('"') || isExact(token)) return token;
    isMarked = true;
    return `"${mark}${token}"`;
  });
  if (!isMarked) return JSON.parse(text);
  return JSON.parse(marked, (_name, value: unknown) =>
    typeof value === 'string' && value.startsWith(mark) ? exactNumber(value.slice(mark.length)) : value,
  );
}

/** The same as JSON again. */
export function jsonText(value: unknown): string {
  const mark = markNotIn(JSON.stringify(value, (_name, part: unknown) => (typeof part === 'bigint' ? null : part)));
  const marked = JSON.stringify(value, (_name, part: unknown) => {
    if (typeof part === 'bigint') return `${mark}${part}`;
    return isNumberValue(part) ? `${mark}${part.value}` : part;
  });
  return marked.replaceAll(new RegExp(`"${mark}([^"]*)"`, 'g'), '$1');
}

/** Also one of another copy of util-dynamodb, such as the one that is built into a migration. */
export function isNumberValue(value: unknown): value is NumberValue {
  if (typeof value !== 'object' || value === null || value.constructor === Object) return false;
  const digits = Object.keys(value).join() === 'value' ? (value as NumberValue).value : undefined;
  return typeof digits === 'string' && /^-?\d+(\.\d+)?([eE][+-]?\d+)?$/.test(digits);
}

function isExact(digits: string): boolean {
  const number = Number(digits);
  if (/^-?\d+$/.test(digits)) return Number.isSafeInteger(number);
  return Number.isFinite(number) && canonicalNumber(String(number)) === canonicalNumber(digits);
}

function exactNumber(digits: string): bigint | NumberValue {
  return /^-?\d+$/.test(digits) ? BigInt(digits) : NumberValue.from(digits);
}

function markNotIn(text: string): string {
  let mark = 'exact:';
  while (text.includes(mark)) mark = `x${mark}`;
  return mark;
}
