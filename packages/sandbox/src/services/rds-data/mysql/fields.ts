import type { RdsDataAssume } from '../assumptions';
import { exact, type Field, jsonNumber, type ResultSetOptions } from '../fields';
import type { MysqlColumn } from './result';

type Kind = 'long' | 'double' | 'decimal' | 'boolean' | 'blob' | 'string';

interface Type {
  readonly kind: Kind;
  readonly name: string;
  /** java.sql.Types, as columnMetadata has it. */
  readonly jdbcType: number;
}

const type = (kind: Kind, name: string, jdbcType: number): Type => ({ kind, name, jdbcType });

/** By the protocol's number of the type. */
const TYPES: Readonly<Record<number, Type>> = {
  0: type('decimal', 'DECIMAL', 3),
  1: type('long', 'TINYINT', -6),
  2: type('long', 'SMALLINT', 5),
  3: type('long', 'INT', 4),
  4: type('double', 'FLOAT', 7),
  5: type('double', 'DOUBLE', 8),
  7: type('string', 'TIMESTAMP', 93),
  8: type('long', 'BIGINT', -5),
  9: type('long', 'MEDIUMINT', 4),
  10: type('string', 'DATE', 91),
  11: type('string', 'TIME', 92),
  12: type('string', 'DATETIME', 93),
  13: type('long', 'YEAR', 91),
  15: type('string', 'VARCHAR', 12),
  16: type('blob', 'BIT', -7),
  245: type('string', 'JSON', -1),
  246: type('decimal', 'DECIMAL', 3),
  247: type('string', 'ENUM', 1),
  248: type('string', 'SET', 1),
  249: type('string', 'TINYTEXT', 12),
  250: type('string', 'MEDIUMTEXT', -1),
  251: type('string', 'LONGTEXT', -1),
  252: type('string', 'TEXT', -1),
  253: type('string', 'VARCHAR', 12),
  254: type('string', 'CHAR', 1),
  255: type('blob', 'GEOMETRY', -2),
};

const BINARY = 63;
const ENUM_FLAG = 256;
const SET_FLAG = 2048;

/** Text types with the binary character set hold bytes; numbers and times have that character set too. */
const TEXTS = [15, 249, 250, 251, 252, 253, 254];

export function typeOf(column: MysqlColumn, assume: RdsDataAssume): Type {
  const { type: number, length, flags, characterSet } = column;
  if (flags & ENUM_FLAG) return TYPES[247]!;
  if (flags & SET_FLAG) return TYPES[248]!;
  const isFlag = length === 1 && (number === 16 || (number === 1 && assume('mysql-tinyint-1') === 'boolean'));
  if (isFlag) return type('boolean', 'BIT', -7);
  if (TEXTS.includes(number) && characterSet === BINARY) {
    return number >= 253 || number === 15 ? type('blob', 'VARBINARY', -3) : type('blob', 'BLOB', -4);
  }
  return TYPES[number] ?? type('string', 'VARCHAR', 12);
}

/** A value, as MySQL's text protocol has it, as a Field. */
export function toMysqlField(value: Buffer | null, { kind, name }: Type, options: ResultSetOptions): Field {
  if (value === null) return { isNull: true };
  const text = value.toString('utf8');
  switch (kind) {
    case 'boolean':
      return { booleanValue: name === 'BIT' && value.length === 1 && value[0]! <= 1 ? value[0] === 1 : text !== '0' };
    case 'blob':
      return { blobValue: value.toString('base64') };
    case 'double':
      return { doubleValue: jsonNumber(text) };
    case 'long':
      return options.longReturnType === 'STRING' ? { stringValue: text } : { longValue: exact(text) };
    case 'decimal':
      if (options.decimalReturnType === 'STRING') return { stringValue: text };
      return text.includes('.') ? { doubleValue: jsonNumber(text) } : { longValue: exact(text) };
    case 'string':
      return { stringValue: text };
  }
}

const NOT_NULL = 1;
const UNSIGNED = 32;
const AUTO_INCREMENT = 512;

/** The answer to `includeResultMetadata`. */
export function mysqlMetadata(columns: readonly MysqlColumn[], assume: RdsDataAssume) {
  return columns.map((column) => {
    const { kind, name, jdbcType } = typeOf(column, assume);
    return {
      arrayBaseColumnType: 0,
      isAutoIncrement: (column.flags & AUTO_INCREMENT) !== 0,
      isCaseSensitive: kind === 'string' && column.characterSet === BINARY,
      isCurrency: false,
      isSigned: ['long', 'double', 'decimal'].includes(kind) && (column.flags & UNSIGNED) === 0,
      label: column.name,
      name: column.name,
      nullable: (column.flags & NOT_NULL) !== 0 ? 0 : 1,
      precision: column.length,
      scale: column.decimals === 31 ? 0 : column.decimals,
      schemaName: '',
      tableName: column.table,
      type: jdbcType,
      typeName: name,
    };
  });
}
