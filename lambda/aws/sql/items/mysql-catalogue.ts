import type { SqlConnection } from '../../../../core/ports';
import { qualified } from './postgresql-catalogue';
import type { Column, ColumnKind, TableShape } from './table-shape';

const kinds: Readonly<Record<string, ColumnKind>> = {
  ...{ tinyint: 'integer', smallint: 'integer', mediumint: 'integer', int: 'integer', bigint: 'integer' },
  ...{ year: 'integer', bit: 'integer', float: 'float', double: 'float', decimal: 'decimal' },
  ...{ char: 'padded-text', varchar: 'text', tinytext: 'text', text: 'text', mediumtext: 'text', longtext: 'text' },
  ...{ enum: 'text', set: 'text', json: 'json', datetime: 'timestamp', timestamp: 'timestamp' },
  ...{ binary: 'bytes', varbinary: 'bytes', tinyblob: 'bytes', blob: 'bytes', mediumblob: 'bytes', longblob: 'bytes' },
};

const columnsOfTable = `
SELECT c.table_schema AS schema_name, c.column_name AS name, c.data_type AS type, CAST(c.column_type AS CHAR) AS declared,
       c.is_nullable AS nullable, COALESCE(c.column_default, 'NULL') <> 'NULL' AS has_default, c.extra AS extra,
       c.collation_name AS collation, c.numeric_scale AS scale, c.datetime_precision AS fraction,
       c.character_maximum_length AS length,
       k.ordinal_position AS key_position
  FROM information_schema.columns c
  LEFT JOIN information_schema.key_column_usage k ON k.constraint_name = 'PRIMARY' AND k.table_schema = c.table_schema
   AND k.table_name = c.table_name AND k.column_name = c.column_name
 WHERE c.table_schema = COALESCE(:schema, DATABASE()) AND c.table_name = :name
 ORDER BY c.ordinal_position`;

export const referencesOfTable = `
SELECT k.constraint_name AS constraint_name, k.table_schema AS schema_name, k.table_name AS table_name,
       k.column_name AS from_column, k.referenced_column_name AS to_column
  FROM information_schema.key_column_usage k
  JOIN information_schema.referential_constraints c ON c.constraint_schema = k.constraint_schema
   AND c.constraint_name = k.constraint_name AND c.table_name = k.table_name
 WHERE CONCAT('\`', REPLACE(k.referenced_table_schema, '\`', '\`\`'), '\`.\`', REPLACE(k.referenced_table_name, '\`', '\`\`'), '\`') = :name
   AND c.delete_rule IN ('CASCADE', 'SET NULL', 'SET DEFAULT')
 ORDER BY k.table_schema, k.table_name, k.constraint_name, k.ordinal_position`;

export async function shapeOf(
  connection: SqlConnection,
  table: string,
  quote: (name: string) => string,
): Promise<TableShape | undefined> {
  const parts = qualified(table);
  const [schema, name] = parts.length === 1 ? [null, parts[0]!] : parts;
  const { rows } = await connection.execute(columnsOfTable, { schema, name });
  const [first] = rows;
  if (!first) return undefined;
  const quoted = `${quote(String(first['schema_name']))}.${quote(name!)}`;
  const json = await jsonColumns(connection, quoted);
  const columns = rows.map((row) => toColumn(row, json));
  const key = rows
    .map((row, index) => [columns[index]!, row['key_position'] as number | null] as const)
    .filter(([, at]) => at !== null)
    .sort(([, a], [, b]) => Number(a) - Number(b));
  return { name: table, quoted, columns, key: key.map(([column]) => column) };
}

/** Texts that a constraint keeps to be JSON: with MariaDB, that is what a column of JSON is. */
async function jsonColumns(connection: SqlConnection, quoted: string): Promise<ReadonlySet<string>> {
  const { rows } = await connection.execute(`SHOW CREATE TABLE ${quoted}`);
  const definition = Object.values(rows[0] ?? {}).join('\n');
  return new Set(
    [...definition.matchAll(/json_valid\(`((?:[^`]|``)+)`\)/gi)].map(([, name]) => name!.replaceAll('``', '`')),
  );
}

/** Those that a cast keeps. What does not fit into a smaller column is refused by the database. */
const ranges = {
  signed: [-(2n ** 63n), 2n ** 63n - 1n],
  unsigned: [0n, 2n ** 64n - 1n],
} as const;

/** Of `enum('a','it''s')`. */
function wordsOf(declared: string): readonly string[] {
  return [...declared.matchAll(/'((?:[^']|'')*)'/g)].map(([, word]) => word!.replaceAll("''", "'"));
}

function toColumn(row: Readonly<Record<string, unknown>>, json: ReadonlySet<string>): Column {
  const [name, type, declared, extra] = ['name', 'type', 'declared', 'extra'].map((key) => String(row[key]));
  const kind = json.has(name!) ? 'json' : declared!.startsWith('tinyint(1)') ? 'flag' : kinds[type!];
  const isTime = kind === 'timestamp' || type === 'time';
  const scale = kind === 'decimal' ? row['scale'] : isTime ? row['fraction'] : undefined;
  const isUnsigned = /^bit|unsigned/.test(declared!) && (kind === 'integer' || kind === 'flag');
  const length = ['binary', 'varchar'].includes(type!) ? Number(row['length']) : undefined;
  return {
    name: name!,
    // What else there is, such as shapes, has no text but its bytes.
    kind: kind ?? (['date', 'time'].includes(type!) ? 'other' : 'bytes'),
    type: isUnsigned ? `${type} unsigned` : type!,
    declared: declared!,
    ...(typeof scale === 'number' && { scale }),
    ...((kind === 'integer' || kind === 'flag') && { range: isUnsigned ? ranges.unsigned : ranges.signed }),
    ...((kind === 'decimal' || kind === 'float') && { isAlwaysFinite: true }),
    ...(['enum', 'set'].includes(type!) && { words: wordsOf(declared!) }),
    ...(length !== undefined && { length }),
    ...(type === 'float' && { single: 'exact' as const }),
    ...(row['collation'] !== null && { collation: String(row['collation']) }),
    isNullable: row['nullable'] === 'YES',
    hasDefault: row['has_default'] === 1 || /auto_increment|DEFAULT_GENERATED/i.test(extra!),
    ...(/(VIRTUAL|STORED|PERSISTENT) GENERATED|^(VIRTUAL|PERSISTENT)$/i.test(extra!) && { made: 'generated' as const }),
    ...(/on update/i.test(extra!) && { followsUpdates: true }),
  };
}
