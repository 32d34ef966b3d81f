/** Which member of the Data API's Field union a column's values take. */
export type FieldKind = 'long' | 'double' | 'boolean' | 'decimal' | 'blob' | 'string' | 'timestamptz' | 'void';

export interface ColumnType {
  readonly kind: FieldKind;
  /** PostgreSQL's name, as columnMetadata has it. */
  readonly typeName: string;
  /** java.sql.Types, as columnMetadata has it. */
  readonly jdbcType: number;
  readonly precision: number;
  readonly scale: number;
  /** Set for arrays: the type of their elements. */
  readonly element?: ColumnType;
}

const OTHER = 1111;
const ARRAY = 2003;
const UNLIMITED = 2147483647;

const type = (kind: FieldKind, typeName: string, jdbcType: number, precision = UNLIMITED, scale = 0): ColumnType => ({
  kind,
  typeName,
  jdbcType,
  precision,
  scale,
});

/** By OID. A built-in type that is not here is one the Data API cannot answer (aws-facts RDS-8: regtype, "char"). */
const SCALARS: Readonly<Record<number, ColumnType>> = {
  16: type('boolean', 'bool', -7, 1),
  17: type('blob', 'bytea', -2),
  19: type('string', 'name', 12),
  20: type('long', 'int8', -5, 19),
  21: type('long', 'int2', 5, 5),
  23: type('long', 'int4', 4, 10),
  25: type('string', 'text', 12),
  26: type('long', 'oid', -5, 10),
  114: type('string', 'json', OTHER),
  142: type('string', 'xml', 2009),
  600: type('string', 'point', OTHER),
  601: type('string', 'lseg', OTHER),
  602: type('string', 'path', OTHER),
  603: type('string', 'box', OTHER),
  604: type('string', 'polygon', OTHER),
  628: type('string', 'line', OTHER),
  650: type('string', 'cidr', OTHER),
  700: type('double', 'float4', 7, 8, 8),
  701: type('double', 'float8', 8, 17, 17),
  718: type('string', 'circle', OTHER),
  774: type('string', 'macaddr8', OTHER),
  790: type('string', 'money', 8),
  829: type('string', 'macaddr', OTHER),
  869: type('string', 'inet', OTHER),
  1042: type('string', 'bpchar', 1),
  1043: type('string', 'varchar', 12),
  1082: type('string', 'date', 91, 13),
  1083: type('string', 'time', 92, 15, 6),
  1114: type('string', 'timestamp', 93, 29, 6),
  1184: type('timestamptz', 'timestamptz', 93, 35, 6),
  1186: type('string', 'interval', OTHER, 49, 6),
  1266: type('string', 'timetz', 92, 21, 6),
  1560: type('boolean', 'bit', -7, 1),
  1562: type('string', 'varbit', OTHER),
  1700: type('decimal', 'numeric', 2, 0),
  2278: type('void', 'void', OTHER),
  2950: type('string', 'uuid', OTHER),
  3614: type('string', 'tsvector', OTHER),
  3615: type('string', 'tsquery', OTHER),
  3802: type('string', 'jsonb', OTHER),
  3904: type('string', 'int4range', OTHER),
  3906: type('string', 'numrange', OTHER),
  3908: type('string', 'tsrange', OTHER),
  3910: type('string', 'tstzrange', OTHER),
  3912: type('string', 'daterange', OTHER),
  3926: type('string', 'int8range', OTHER),
};

/** Array OID to element OID. */
const ARRAYS: Readonly<Record<number, number>> = {
  199: 114,
  1000: 16,
  1003: 19,
  1005: 21,
  1007: 23,
  1009: 25,
  1014: 1042,
  1015: 1043,
  1016: 20,
  1021: 700,
  1022: 701,
  1028: 26,
  1115: 1114,
  1182: 1082,
  1183: 1083,
  1185: 1184,
  1187: 1186,
  1231: 1700,
  2951: 2950,
  3807: 3802,
};

export function builtInType(oid: number): ColumnType | undefined {
  const element = SCALARS[ARRAYS[oid] ?? 0];
  return element ? arrayOf(element) : SCALARS[oid];
}

export function arrayOf(element: ColumnType): ColumnType {
  return { ...type('string', `_${element.typeName}`, ARRAY), element };
}

/** Types that users and extensions made (enums, citext, domains are already their base) are answered as strings. */
export function userType(typeName: string): ColumnType {
  return type('string', typeName, 12);
}
