import type { TypeName } from 'libpg-query';
import type { Node } from './parser';
import { texts } from './tree';

/** The type of a column, as far as a migration file shows it. */
export interface ColumnType {
  /** PostgreSQL's internal name for built-in types, without schema: `int4`, `varchar`, `timestamptz`. */
  readonly name: string;
  /** Length, or precision and scale. */
  readonly modifiers: readonly number[];
  readonly isArray: boolean;
}

export function columnType(type: TypeName): ColumnType {
  const names = texts(type.names);
  const name = (names[0] === 'pg_catalog' || names[0] === 'public' ? names.slice(1) : names).join('.');
  return {
    name: aliases[name] ?? name,
    modifiers: (type.typmods ?? []).flatMap((modifier) => integerOf(modifier) ?? []),
    isArray: type.setof !== true && (type.arrayBounds?.length ?? 0) > 0,
  };
}

/** As people write it. */
export function typeText({ name, modifiers, isArray }: ColumnType): string {
  return `${words[name] ?? name}${modifiers.length > 0 ? `(${modifiers.join(', ')})` : ''}${isArray ? '[]' : ''}`;
}

/**
 * Whether a type holds every value of another one, as the same value. `from` is undefined when no file says what the
 * column was: then only a type that holds whatever PostgreSQL would convert to it by itself, but for fractions, which
 * columns that become bigint rarely have.
 */
export function holdsAll(from: ColumnType | undefined, to: ColumnType): boolean {
  if (isUnlimitedText(to)) return !to.isArray || from === undefined || from.isArray;
  if (from === undefined) return ['int8', 'numeric', 'timestamptz'].includes(to.name) && to.modifiers.length === 0;
  if (from.isArray !== to.isArray) return false;
  if (from.name === to.name && isWithin(from, to)) return true;
  return widens(from, to);
}

/** Whether PostgreSQL writes the whole table again for it. `from` undefined: not known. */
export function rewrites(from: ColumnType | undefined, to: ColumnType): boolean {
  const isUnlimited = to.modifiers.length === 0;
  if (from === undefined) return !['varchar', 'text'].includes(to.name) || to.isArray || !isUnlimited;
  if (from.isArray !== to.isArray) return true;
  const isSame = from.name === to.name;
  if (isSame && (isUnlimited || String(from.modifiers) === String(to.modifiers))) return false;
  // Only without a limit; nor are the elements of an array left as they are when each would be.
  if (!isSame) return from.isArray || !isUnlimited || !(storedAlike[from.name] ?? []).includes(to.name);
  return from.isArray || anew.has(from.name) || !isWithin(from, to) || scaleOf(from) !== scaleOf(to);
}

/** To which types PostgreSQL only changes its notes. */
const storedAlike: Readonly<Record<string, readonly string[]>> = {
  text: ['varchar', 'citext'],
  varchar: ['text', 'citext'],
  citext: ['text', 'varchar'],
  xml: ['text', 'varchar'],
  bit: ['varbit'],
  cidr: ['inet'],
  int4: ['oid'],
  oid: ['int4'],
};

/** Types whose values are stored in another way with another limit, or of which that is not known. */
const anew: ReadonlySet<string> = new Set(['bpchar', 'bit', 'interval']);

function widens(from: ColumnType, to: ColumnType): boolean {
  const digits = integerDigits[from.name];
  if (digits !== undefined) {
    const toDigits = integerDigits[to.name];
    if (toDigits !== undefined) return toDigits >= digits;
    if (to.name === 'numeric') return to.modifiers.length === 0 || to.modifiers[0]! - scaleOf(to) >= digits;
    // A sign besides the digits.
    if (to.name === 'varchar') return to.modifiers[0]! > digits;
    return (to.name === 'float8' && digits <= 10) || (to.name === 'float4' && digits <= 5);
  }
  if (from.name === 'numeric' && from.modifiers.length > 0 && scaleOf(from) === 0) {
    return (fullDigits[to.name] ?? 0) >= from.modifiers[0]!;
  }
  // Both count characters; varchar may also be without a limit.
  if (from.name === 'bpchar' && to.name === 'varchar') return isWithin(from, to);
  return (wider[from.name] ?? []).includes(to.name) && to.modifiers.length === 0;
}

/** No smaller limit than the other. */
function isWithin(from: ColumnType, to: ColumnType): boolean {
  if (to.modifiers.length === 0) return true;
  if (from.modifiers.length === 0) return false;
  if (to.name !== 'numeric') return to.modifiers[0]! >= from.modifiers[0]!;
  const whole = (type: ColumnType) => type.modifiers[0]! - scaleOf(type);
  return scaleOf(to) >= scaleOf(from) && whole(to) >= whole(from);
}

function scaleOf({ name, modifiers }: ColumnType): number {
  return name === 'numeric' ? (modifiers[1] ?? 0) : 0;
}

function isUnlimitedText({ name, modifiers }: ColumnType): boolean {
  return name === 'text' || name === 'citext' || (name === 'varchar' && modifiers.length === 0);
}

function integerOf(node: Node): number | undefined {
  return 'A_Const' in node && node.A_Const.ival ? (node.A_Const.ival.ival ?? 0) : undefined;
}

const aliases: Readonly<Record<string, string>> = {
  serial: 'int4',
  serial4: 'int4',
  bigserial: 'int8',
  serial8: 'int8',
  smallserial: 'int2',
  serial2: 'int2',
};

/** Decimal digits of the largest value. */
const integerDigits: Readonly<Record<string, number>> = { int2: 5, int4: 10, int8: 19 };

/** Decimal digits that the type holds whatever they are. */
const fullDigits: Readonly<Record<string, number>> = { int2: 4, int4: 9, int8: 18 };

const wider: Readonly<Record<string, readonly string[]>> = {
  float4: ['float8'],
  date: ['timestamp', 'timestamptz'],
  timestamp: ['timestamptz'],
  cidr: ['inet'],
  bit: ['varbit'],
};

const words: Readonly<Record<string, string>> = {
  int2: 'smallint',
  int4: 'integer',
  int8: 'bigint',
  float4: 'real',
  float8: 'double precision',
  bool: 'boolean',
  bpchar: 'char',
};
