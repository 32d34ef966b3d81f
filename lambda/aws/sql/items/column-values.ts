import { seen } from '../../../../core/data/values';
import { MigrationError } from '../../../../core/errors/index';
import { isNumberValue, jsonText, parseJson } from './json-text';
import { fromArrayText, toArrayText } from './lists';
import { decimalText, shortestSingle, timestampText, timeText, wordsText } from './plain-texts';
import type { Column, ColumnKind } from './table-shape';

/** Why a column cannot hold a value: words that hold no data. */
class UnfitValue extends Error {}

/** What code sees of a value. */
export function toPlain(text: string | null, { kind, element = 'other' }: Column): unknown {
  if (text === null) return null;
  return kind === 'list' ? fromArrayText(text, (one) => plainOf(one, element)) : plainOf(text, kind);
}

function plainOf(text: string, kind: ColumnKind): unknown {
  switch (kind) {
    case 'integer':
    case 'flag':
      return Number.isSafeInteger(Number(text)) ? Number(text) : BigInt(text);
    case 'float':
      return Number(text);
    case 'boolean':
      return text === 'true' || text === 't';
    case 'bytes':
      return new Uint8Array(Buffer.from(text.replace(/^\\x/, ''), 'hex'));
    case 'json':
      return parseJson(text);
    default:
      return text;
  }
}

/**
 * The text that is written for a value which a transform made; null for NULL.
 * @throws DATA_VALUE
 */
export function toText(value: unknown, column: Column, table: string): string | null {
  try {
    return textOf(value, column);
  } catch (error) {
    if (!(error instanceof UnfitValue)) throw error;
    throw new MigrationError(
      'DATA_VALUE',
      `The column "${column.name}" of ${table}, of type ${column.declared}, cannot hold what the transform gave for it: it ${error.message}.`,
      {
        payload: { table, attribute: column.name },
        hint: hints[column.kind] ?? 'Return a text, as the database writes it.',
      },
    );
  }
}

const hints: Readonly<Partial<Record<ColumnKind, string>>> = {
  integer: 'Return an integer: a number, or a bigint when it is larger.',
  flag: 'Return true, false, or an integer.',
  float: 'Return a number.',
  decimal: 'Return the digits as a text, or a number, with no more decimals than the column has.',
  boolean: 'Return true or false.',
  bytes: 'Return a Uint8Array.',
  json: 'Return what JSON has: texts, numbers, booleans, null, lists and plain objects.',
  list: 'Return a list of values that the elements of the column can be.',
};

function textOf(value: unknown, column: Column): string | null {
  const { kind, element = 'other', single, isNullable } = column;
  if (kind === 'json' && value === null && !isNullable) return 'null';
  if (value === null || value === undefined) return null;
  if (kind === 'float' && single && typeof value === 'number' && Number.isFinite(value)) {
    const rounded = Math.fround(value);
    if (!Number.isFinite(rounded) || (rounded === 0 && value !== 0)) throw new UnfitValue('is too large or too small');
    return single === 'exact' ? String(rounded) : shortestSingle(value);
  }
  if (kind !== 'list') return scalar(value, kind, column);
  if (!Array.isArray(value)) throw new UnfitValue(`is ${seen(value)} and no list`);
  // Bytes are marked as such within a text.
  const mark = element === 'bytes' ? '\\x' : '';
  return toArrayText(value, (one) => (one === null ? null : mark + scalar(one, element)));
}

/** What a column asks of its values besides their kind. */
type Limits = Partial<Pick<Column, 'scale' | 'range' | 'isAlwaysFinite' | 'words' | 'length' | 'type'>>;

function scalar(value: unknown, kind: ColumnKind, limits: Limits = {}): string {
  switch (kind) {
    case 'integer':
      return integer(value, limits);
    case 'flag':
      return typeof value === 'boolean' ? String(Number(value)) : integer(value, limits);
    case 'float':
      if (typeof value !== 'number') throw new UnfitValue(`is ${seen(value)}`);
      if (limits.isAlwaysFinite && !Number.isFinite(value)) throw new UnfitValue(`is ${value}`);
      return Object.is(value, -0) ? '-0' : String(value);
    case 'decimal':
      return decimal(value, limits);
    case 'boolean':
      if (typeof value === 'boolean') return String(value);
      throw new UnfitValue(`is ${seen(value)}`);
    case 'bytes':
      if (value instanceof Uint8Array) return hexOf(value, limits);
      throw new UnfitValue(`is ${seen(value)}`);
    case 'json':
      refuseUnfit(value);
      return jsonText(value);
    default:
      return word(value, kind, limits);
  }
}

/** Texts, and what is shown as one. */
function word(value: unknown, kind: ColumnKind, { scale, words, length, type }: Limits): string {
  const isTime = kind === 'timestamp' || kind === 'instant';
  const text = isTime && value instanceof Date ? isoOf(value) : value;
  if (typeof text !== 'string') throw new UnfitValue(`is ${seen(value)}`);
  // Nothing can encode it.
  if (!isWellFormed(text)) throw new UnfitValue('has half of a character');
  if (kind === 'uuid') return text.toLowerCase();
  if (kind === 'padded-text') return text.replace(/ +$/, '');
  if (words) return wordsOf(text, words, type === 'set');
  if (kind === 'text' && length !== undefined) return withoutSpacesBeyond(text, length);
  if (kind === 'other' && type === 'time') return timeOf(text, scale);
  if (!isTime) return text;
  const time = timestampText(text, kind, scale);
  if (time !== undefined) return time;
  throw new UnfitValue(`has more than ${scale} decimals of a second`);
}

function isoOf(date: Date): string {
  if (Number.isNaN(date.getTime())) throw new UnfitValue('is a Date of no time');
  return date.toISOString();
}

function integer(value: unknown, { range }: Limits): string {
  const isInteger = typeof value === 'bigint' || (typeof value === 'number' && Number.isInteger(value));
  const isText = typeof value === 'string' && /^-?\d+$/.test(value);
  if (!isInteger && !isText) throw new UnfitValue(typeof value === 'number' ? 'is no integer' : `is ${seen(value)}`);
  const number = BigInt(value as number | bigint | string);
  if (range && (number < range[0] || number > range[1])) {
    throw new UnfitValue(`is not from ${range[0]} to ${range[1]}`);
  }
  return number.toString();
}

function decimal(value: unknown, { scale, isAlwaysFinite }: Limits): string {
  const digits = digitsOf(value);
  if (/^(NaN|-?Infinity)$/.test(digits)) {
    // As a number it is a mistake of the transform; as a text it is what the column has.
    if (isAlwaysFinite || typeof value === 'number') throw new UnfitValue('is no number');
    return digits;
  }
  const text = decimalText(digits, scale);
  if (text !== undefined) return text;
  throw new UnfitValue(scale === undefined ? 'is no number' : `is no number, or has more than ${scale} decimals`);
}

/** Also of a number with more digits than JavaScript has, as DynamoDB's adapter hands it over. */
function digitsOf(value: unknown): string {
  if (typeof value === 'string' || typeof value === 'bigint' || typeof value === 'number') return String(value);
  if (isNumberValue(value)) return value.value;
  throw new UnfitValue(`is ${seen(value)}`);
}

function refuseUnfit(part: unknown): void {
  if (part === null || ['string', 'boolean', 'undefined'].includes(typeof part)) return;
  if ((typeof part === 'number' && Number.isFinite(part)) || typeof part === 'bigint' || isNumberValue(part)) return;
  const isPlain = typeof part === 'object' && Object.getPrototypeOf(part) === Object.prototype;
  if (!Array.isArray(part) && !isPlain) throw new UnfitValue(`is or has in it ${seen(part)}, which JSON does not have`);
  for (const inner of Object.values(part as object)) refuseUnfit(inner);
}

function isWellFormed(text: string): boolean {
  return !/[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/.test(text);
}

/** Filled up as the database does it. */
function hexOf(value: Uint8Array, { length = 0 }: Limits): string {
  return Buffer.from(value)
    .toString('hex')
    .padEnd(2 * length, '0');
}

function wordsOf(text: string, words: readonly string[], isSet: boolean): string {
  const known = wordsText(text, words, isSet);
  if (known !== undefined) return known;
  throw new UnfitValue(`is none of ${words.map((word) => JSON.stringify(word)).join(', ')}`);
}

function timeOf(text: string, scale: number | undefined): string {
  const time = timeText(text, scale ?? 0);
  if (time !== undefined) return time;
  throw new UnfitValue(`is no time such as "09:30:00", or has more than ${scale ?? 0} decimals of a second`);
}

/** Databases leave out spaces for which there is no room, and nothing else. */
function withoutSpacesBeyond(text: string, length: number): string {
  if (text.length <= length) return text;
  const characters = [...text];
  const beyond = characters.slice(length);
  return beyond.every((one) => one === ' ') ? characters.slice(0, length).join('') : text;
}
