import { types } from 'pg';
import type { ColumnType, FieldKind } from './column-types';
import { unsupported } from './resolve-types';

/** The Data API's union: exactly one member. */
export type Field = Readonly<Record<string, unknown>>;

export interface ResultSetOptions {
  readonly decimalReturnType: 'STRING' | 'DOUBLE_OR_LONG';
  readonly longReturnType: 'LONG' | 'STRING';
}

type ScalarMember = 'stringValue' | 'longValue' | 'doubleValue' | 'booleanValue' | 'blobValue';
type Value = string | number | bigint | boolean;

const ARRAY_MEMBERS: Readonly<Partial<Record<ScalarMember, string>>> = {
  stringValue: 'stringValues',
  longValue: 'longValues',
  doubleValue: 'doubleValues',
  booleanValue: 'booleanValues',
};

/** PostgreSQL's text form of a value as a Field. */
export function toField(text: string | null, type: ColumnType, options: ResultSetOptions): Field {
  if (text === null) return { isNull: true };
  if (type.element) return { arrayValue: arrayField(text, type.element, options) };
  const [member, value] = scalar(text, type, options);
  return { [member]: value };
}

function arrayField(text: string, element: ColumnType, options: ResultSetOptions): Field {
  const elements = parseTextArray(text);
  // Arrays in results are one-dimensional only, and the union cannot represent a null (aws-facts RDS-8).
  if (elements.some((item) => typeof item !== 'string')) {
    throw unsupported(`${element.typeName}[] with ${elements.some(Array.isArray) ? 'several dimensions' : 'a null'}`);
  }
  const pairs = elements.map((item) => scalar(item as string, element, options));
  const member = ARRAY_MEMBERS[pairs[0]?.[0] ?? 'stringValue'];
  if (!member) throw unsupported(`${element.typeName}[]`);
  return { [member]: pairs.map(([, value]) => value) };
}

/** node-postgres' own parser of text[], which its type declarations do not list. */
const parseTextArray = types.getTypeParser(1009 as number as never) as (text: string) => readonly unknown[];

function scalar(text: string, type: ColumnType, options: ResultSetOptions): readonly [ScalarMember, Value] {
  return SCALARS[type.kind](text, type, options);
}

type Scalar = (text: string, type: ColumnType, options: ResultSetOptions) => readonly [ScalarMember, Value];

const SCALARS: Readonly<Record<FieldKind, Scalar>> = {
  string: (text) => ['stringValue', text],
  void: () => ['stringValue', ''],
  // In UTC and without an offset, as the Data API answers it; the session's time zone is UTC.
  timestamptz: (text) => ['stringValue', text.replace(/\+00$/, '')],
  boolean: (text) => ['booleanValue', text === 't' || text === '1'],
  blob: (text) => ['blobValue', Buffer.from(text.slice(2), 'hex').toString('base64')],
  double: (text) => ['doubleValue', jsonNumber(text)],
  long: (text, _type, { longReturnType }) =>
    longReturnType === 'STRING' ? ['stringValue', text] : ['longValue', exact(text)],
  decimal: (text, { scale }, { decimalReturnType }) => {
    if (decimalReturnType === 'STRING') return ['stringValue', text];
    return scale === 0 && !text.includes('.') ? ['longValue', exact(text)] : ['doubleValue', jsonNumber(text)];
  },
};

/** Past 2^53 a JavaScript number would change the value; {@link encodeJson} writes a bigint as the number it is. */
export function exact(text: string): number | bigint {
  const number = Number(text);
  return Number.isSafeInteger(number) ? number : BigInt(text);
}

/** JSON has no NaN and no Infinity; AWS writes them as strings, which its SDKs read back. */
export function jsonNumber(text: string): number | string {
  const number = Number(text);
  return Number.isFinite(number) ? number : text;
}
