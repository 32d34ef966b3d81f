import { acceptCharset, type Charset, completed } from './charset';
import { listItems, type Reader, stringValue } from './syntax/reader';

/** The type of a column, as far as a migration file shows it. */
export interface ColumnType extends Charset {
  /** In lower case, without aliases: `int`, `varchar`, `longtext`. */
  readonly name: string;
  /** Length, or precision and scale. Not the display width of an integer, which is none. */
  readonly numbers: readonly number[];
  /** The values of an ENUM or a SET, in order. */
  readonly values: readonly string[];
  readonly unsigned: boolean;
}

/** A column as CREATE TABLE, ADD, MODIFY and CHANGE write it. */
export interface Column {
  readonly name: string;
  readonly type: ColumnType;
  readonly nullable: boolean;
  readonly hasDefault: boolean;
  readonly autoIncrement: boolean;
  readonly generated?: 'virtual' | 'stored';
  readonly key?: 'primary' | 'unique';
  /** By a CHECK that is enforced. */
  readonly isChecked: boolean;
  /** FIRST or AFTER: it is put where it was not. */
  readonly isPlaced: boolean;
}

/** Reads a column's definition, the name of the column being read already. */
export function readColumn(name: string, reader: Reader): Column {
  const type = readType(reader);
  const attributes = readAttributes(reader);
  return {
    name,
    type: { ...type, unsigned: attributes.unsigned || type.unsigned, ...completed(attributes, {}) },
    nullable: attributes.nullable && attributes.key !== 'primary' && !type.isSerial && !attributes.autoIncrement,
    hasDefault: attributes.hasDefault,
    autoIncrement: attributes.autoIncrement || type.isSerial,
    generated: attributes.generated,
    key: attributes.key ?? (type.isSerial ? 'unique' : undefined),
    isChecked: attributes.isChecked,
    isPlaced: attributes.isPlaced,
  };
}

/** As people write it; with its character set where another type has a different one. */
export function typeText({ name, numbers, values, unsigned, charset, collation }: ColumnType, other?: Charset): string {
  const inside = values.length > 0 ? values.map((value) => `'${value}'`) : numbers;
  const parts = [
    `${name}${inside.length > 0 ? `(${inside.join(', ')})` : ''}`,
    ...(unsigned ? ['unsigned'] : []),
    ...(charset !== other?.charset && charset ? [`character set ${charset}`] : []),
    ...(charset === other?.charset && collation !== other?.collation && collation ? [`collate ${collation}`] : []),
  ];
  return parts.join(' ');
}

/** A column as MySQL makes it in a table: a text that states no character set has that of its table. */
export function inTable(column: Column, table: Charset): Column {
  const none: Charset = { charset: undefined, collation: undefined };
  const charset = isCharacters(column.type) ? completed(column.type, table) : none;
  return { ...column, type: { ...column.type, ...charset } };
}

export function isCharacters({ name }: ColumnType): boolean {
  return /^(char|varchar|tinytext|text|mediumtext|longtext|enum|set)$/.test(name);
}

function readType(reader: Reader): ColumnType & { readonly isSerial: boolean } {
  reader.accept('NATIONAL');
  const written = reader.simpleName().toLowerCase();
  const isVarying = ['char', 'character'].includes(written) && reader.accept('VARYING');
  reader.accept('PRECISION');
  const name = isVarying ? 'varchar' : (aliases[written] ?? written);
  const inside = listItems(reader.parenthesized() ?? []).map(([token]) => token!);
  const isInteger = integers.has(name);
  const numbers = isInteger ? [] : inside.filter(({ kind }) => kind === 'word').map(({ text }) => Number(text));
  return {
    name,
    numbers: numbers.length > 0 ? numbers : (defaults[name] ?? []),
    values: inside.filter(({ kind }) => kind === 'string').map(stringValue),
    unsigned: written === 'serial',
    isSerial: written === 'serial',
  };
}

interface Attributes {
  unsigned: boolean;
  charset?: string;
  collation?: string;
  nullable: boolean;
  hasDefault: boolean;
  autoIncrement: boolean;
  generated?: 'virtual' | 'stored';
  key?: 'primary' | 'unique';
  isChecked: boolean;
  isPlaced: boolean;
}

function readAttributes(reader: Reader): Attributes {
  const found: Attributes = {
    unsigned: false,
    nullable: true,
    hasDefault: false,
    autoIncrement: false,
    isChecked: false,
    isPlaced: false,
  };
  while (!reader.isAtEnd) readAttribute(reader, found);
  return found;
}

function readAttribute(reader: Reader, found: Attributes): void {
  const charset = acceptCharset(reader);
  if (charset) Object.assign(found, charset);
  else if (reader.accept('NOT', 'NULL')) found.nullable = false;
  else if (reader.accept('DEFAULT')) {
    found.hasDefault = true;
    // Not what looks like an attribute: DEFAULT NULL.
    if (!reader.parenthesized()) reader.next();
  } else if (reader.acceptAny('UNSIGNED', 'ZEROFILL')) found.unsigned = true;
  else if (reader.accept('AUTO_INCREMENT')) found.autoIncrement = true;
  else if (reader.accept('AS')) {
    reader.parenthesized();
    found.generated = 'virtual';
  } else if (reader.acceptAny('STORED', 'PERSISTENT')) found.generated = 'stored';
  else if (reader.accept('PRIMARY')) found.key = 'primary';
  else if (reader.accept('UNIQUE')) found.key ??= 'unique';
  else if (reader.accept('CHECK')) {
    reader.parenthesized();
    found.isChecked ||= !reader.accept('NOT', 'ENFORCED');
  } else if (reader.acceptAny('FIRST', 'AFTER')) found.isPlaced = true;
  else if (reader.accept('COMMENT')) reader.next();
  else if (!reader.parenthesized()) reader.next();
}

const aliases: Readonly<Record<string, string>> = {
  integer: 'int',
  int1: 'tinyint',
  int2: 'smallint',
  int3: 'mediumint',
  int4: 'int',
  int8: 'bigint',
  middleint: 'mediumint',
  serial: 'bigint',
  bool: 'tinyint',
  boolean: 'tinyint',
  dec: 'decimal',
  fixed: 'decimal',
  numeric: 'decimal',
  real: 'double',
  float4: 'float',
  float8: 'double',
  character: 'char',
  nchar: 'char',
  nvarchar: 'varchar',
  long: 'mediumtext',
};

/** The lengths that MySQL takes when none is written. */
const defaults: Readonly<Record<string, readonly number[]>> = {
  char: [1],
  binary: [1],
  bit: [1],
  decimal: [10, 0],
};

const integers = new Set(['tinyint', 'smallint', 'mediumint', 'int', 'bigint', 'year']);
