import type { SqlConnection } from '../../../../core/ports';
import type { Column, ColumnKind, TableShape } from './table-shape';

const kinds: Readonly<Record<string, ColumnKind>> = {
  ...{ int2: 'integer', int4: 'integer', int8: 'integer', oid: 'integer' },
  ...{ float4: 'float', float8: 'float', numeric: 'decimal', bool: 'boolean' },
  ...{ text: 'text', varchar: 'text', name: 'text', citext: 'text', bpchar: 'padded-text' },
  ...{ bytea: 'bytes', json: 'json', jsonb: 'json', uuid: 'uuid', timestamp: 'timestamp', timestamptz: 'instant' },
};

/** Of a domain it is the type beneath that counts. */
const columnsOfTable = `
SELECT CAST(n.nspname AS text) AS schema_name, CAST(c.relname AS text) AS table_name, CAST(a.attname AS text) AS name,
       format_type(a.atttypid, -1) AS type, format_type(a.atttypid, a.atttypmod) AS declared,
       CAST(b.typname AS text) AS base, CAST(e.typname AS text) AS element,
       CASE WHEN b.typname = 'numeric' THEN greatest(a.atttypmod, t.typtypmod) END AS numeric_modifier,
       a.attnotnull AS not_null, a.atthasdef OR a.attidentity <> '' AS has_default,
       a.attgenerated <> '' AS generated, a.attidentity = 'a' AS identity_always,
       array_position(CAST(i.indkey AS int2[]), a.attnum) AS key_position
  FROM pg_class c
  JOIN pg_namespace n ON n.oid = c.relnamespace
  JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
  JOIN pg_type t ON t.oid = a.atttypid
  JOIN pg_type b ON b.oid = CASE WHEN t.typbasetype <> 0 THEN t.typbasetype ELSE t.oid END
  LEFT JOIN pg_type e ON e.oid = b.typelem AND b.typcategory = 'A'
  LEFT JOIN pg_index i ON i.indrelid = c.oid AND i.indisprimary
 WHERE c.oid = to_regclass(:name) AND c.relkind IN ('r', 'p', 'f', 'v', 'm')
 ORDER BY a.attnum`;

/** Of partitioned tables, the keys of the whole. */
export const referencesOfTable = `
SELECT CAST(c.conname AS text) AS constraint_name, CAST(n.nspname AS text) AS schema_name, CAST(r.relname AS text) AS table_name,
       CAST(f.attname AS text) AS from_column, CAST(t.attname AS text) AS to_column
  FROM pg_constraint c
  JOIN pg_class r ON r.oid = c.conrelid
  JOIN pg_namespace n ON n.oid = r.relnamespace
 CROSS JOIN LATERAL unnest(c.conkey, c.confkey) WITH ORDINALITY AS k(from_number, to_number, at)
  JOIN pg_attribute f ON f.attrelid = c.conrelid AND f.attnum = k.from_number
  JOIN pg_attribute t ON t.attrelid = c.confrelid AND t.attnum = k.to_number
 WHERE c.confrelid = to_regclass(:name) AND c.contype = 'f' AND c.confdeltype IN ('c', 'n', 'd') AND c.conparentid = 0
 ORDER BY c.oid, k.at`;

export async function shapeOf(
  connection: SqlConnection,
  name: string,
  quote: (name: string) => string,
): Promise<TableShape | undefined> {
  const { rows } = await connection.execute(columnsOfTable, { name: qualified(name).map(quote).join('.') });
  const [first] = rows;
  if (!first) return undefined;
  const columns = rows.map(toColumn);
  const position = (index: number) => rows[index]!['key_position'] as number | null;
  const key = columns
    .map((column, index) => [column, position(index)] as const)
    .filter(([, at]) => at !== null)
    .sort(([, a], [, b]) => a! - b!);
  return {
    name,
    quoted: `${quote(String(first['schema_name']))}.${quote(String(first['table_name']))}`,
    columns,
    key: key.map(([column]) => column),
  };
}

/** `orders` or `sales.orders`. */
export function qualified(name: string): readonly string[] {
  const at = name.indexOf('.');
  return at < 0 ? [name] : [name.slice(0, at), name.slice(at + 1)];
}

function toColumn(row: Readonly<Record<string, unknown>>): Column {
  const isList = row['element'] !== null;
  const modifier = row['numeric_modifier'] as number | null;
  // The scale is in 11 bits, with a sign.
  const scale = modifier === null || modifier < 4 ? undefined : (modifier - 4) & 0x7ff;
  return {
    name: String(row['name']),
    kind: isList ? 'list' : (kinds[String(row['base'])] ?? 'other'),
    ...(isList && { element: kinds[String(row['element'])] ?? 'other' }),
    ...(scale !== undefined && scale < 0x400 && { scale }),
    ...(row['base'] === 'float4' && { single: 'shortest' as const }),
    type: String(row['type']),
    declared: String(row['declared']),
    isNullable: row['not_null'] !== true,
    hasDefault: row['has_default'] === true,
    ...(row['generated'] === true && { made: 'generated' as const }),
    ...(row['identity_always'] === true && { made: 'identity' as const }),
  };
}
