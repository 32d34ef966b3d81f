import type { ColumnType } from './column-types';
import type { SqlColumn, SqlResult, SqlSession } from './engine/sql-engine';

interface Origin {
  readonly table: string;
  readonly notNull: boolean;
  readonly autoIncrement: boolean;
}

const NULLABLE = { no: 0, yes: 1, unknown: 2 };

/** The answer to `includeResultMetadata`, as the JDBC-like document of the Data API has it. */
export async function columnMetadata(session: SqlSession, result: SqlResult, types: readonly ColumnType[]) {
  const origins = await readOrigins(session, result.columns);
  return result.columns.map((column, index) => describe(column, types[index]!, origins.get(key(column))));
}

function describe({ name }: SqlColumn, type: ColumnType, origin: Origin | undefined) {
  return {
    arrayBaseColumnType: type.element?.jdbcType ?? 0,
    isAutoIncrement: origin?.autoIncrement ?? false,
    isCaseSensitive: type.kind === 'string' && type.jdbcType === 12,
    isCurrency: type.typeName === 'money',
    isSigned: ['long', 'double', 'decimal'].includes(type.kind),
    label: name,
    name,
    nullable: origin === undefined ? NULLABLE.unknown : origin.notNull ? NULLABLE.no : NULLABLE.yes,
    precision: type.precision,
    scale: type.scale,
    schemaName: '',
    tableName: origin?.table ?? '',
    type: type.jdbcType,
    typeName: type.typeName,
  };
}

/** Asked of the same session, so that tables of an open transaction are seen too. */
async function readOrigins(session: SqlSession, columns: readonly SqlColumn[]): Promise<ReadonlyMap<string, Origin>> {
  const tables = [...new Set(columns.map((column) => column.tableOid))].filter((oid) => oid !== 0);
  if (tables.length === 0) return new Map();
  const { rows } = await session.query(
    `SELECT a.attrelid, a.attnum, c.relname, a.attnotnull,
            a.attidentity <> '' OR COALESCE(pg_get_expr(d.adbin, d.adrelid), '') LIKE 'nextval(%'
       FROM pg_attribute a
       JOIN pg_class c ON c.oid = a.attrelid
       LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
      WHERE a.attnum > 0 AND a.attrelid = ANY (('{' || $1 || '}')::oid[])`,
    [{ typeOid: 25, value: tables.join(',') }],
  );
  return new Map(
    rows.map(([table, number, name, notNull, autoIncrement]) => [
      `${table}.${number}`,
      { table: name!, notNull: notNull === 't', autoIncrement: autoIncrement === 't' },
    ]),
  );
}

function key(column: SqlColumn): string {
  return `${column.tableOid}.${column.columnNumber}`;
}
