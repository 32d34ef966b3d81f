import { AwsError } from '../../aws-error';
import type { RdsDataAssume } from './assumptions';
import { arrayOf, builtInType, type ColumnType, userType } from './column-types';
import type { SqlColumn, SqlResult, SqlSession } from './engine/sql-engine';

/** OIDs below this are PostgreSQL's own; above are types that users and extensions made. */
const FIRST_USER_OID = 16384;

/** The type of each column. Refuses the types that the Data API cannot answer, as it does. */
export async function resolveTypes(
  session: SqlSession,
  result: SqlResult,
  assume: RdsDataAssume,
): Promise<readonly ColumnType[]> {
  const unknown = [...new Set(result.columns.map((column) => column.typeOid))].filter((oid) => !builtInType(oid));
  const described = new Map(unknown.length > 0 ? await describe(session, unknown) : []);
  return result.columns.map((column) => {
    const type = builtInType(column.typeOid) ?? described.get(column.typeOid);
    if (!type) throw unsupported(`oid ${column.typeOid}`);
    if (type.kind === 'void' && assume('void-results') === 'unsupported') throw unsupported('void');
    return adjust(type, column);
  });
}

/** The same for people: undefined for a type that the Data API cannot answer. */
export async function resolveShownTypes(
  session: SqlSession,
  result: SqlResult,
  assume: RdsDataAssume,
): Promise<readonly (ColumnType | undefined)[]> {
  const types: (ColumnType | undefined)[] = [];
  for (const column of result.columns) {
    const [type] = await resolveTypes(session, { ...result, columns: [column] }, assume).catch((error: unknown) => {
      if (error instanceof AwsError && error.code === 'UnsupportedResultException') return [];
      throw error;
    });
    types.push(type);
  }
  return types;
}

/** Text seen in the field: `The result contains the unsupported data type regtype.`; `"CHAR"` in quotes. */
export function unsupported(typeName: string): AwsError {
  return new AwsError('UnsupportedResultException', `The result contains the unsupported data type ${typeName}.`);
}

async function describe(session: SqlSession, oids: readonly number[]): Promise<readonly [number, ColumnType][]> {
  const { rows } = await session.query(
    `SELECT t.oid, t.typname, t.typtype, e.typname, e.typtype, e.oid
       FROM pg_type t LEFT JOIN pg_type e ON t.typcategory = 'A' AND e.oid = t.typelem
      WHERE t.oid = ANY (('{' || $1 || '}')::oid[])`,
    [{ typeOid: 25, value: oids.join(',') }],
  );
  return rows.map(([oid, name, kind, elementName, elementKind, elementOid]) => {
    if (elementName) return [Number(oid), arrayOf(scalar(Number(elementOid), elementName, elementKind!))];
    return [Number(oid), scalar(Number(oid), name!, kind!)];
  });
}

function scalar(oid: number, name: string, kind: string): ColumnType {
  const known = builtInType(oid);
  if (known) return known;
  const answerable = oid >= FIRST_USER_OID && (kind === 'e' || kind === 'b' || kind === 'd');
  if (answerable) return userType(name);
  throw unsupported(name === 'char' ? '"CHAR"' : name);
}

/** What a modifier such as (10,2) changes. PostgreSQL stores lengths with 4 added. */
function adjust(type: ColumnType, { typeModifier }: SqlColumn): ColumnType {
  // bit without a length is bit(1), which is a boolean; longer ones are strings of 0 and 1.
  if (type.typeName === 'bit' && typeModifier > 1) return { ...type, kind: 'string', precision: typeModifier };
  if (typeModifier < 4) return type;
  const length = typeModifier - 4;
  if (type.kind === 'decimal') return { ...type, precision: (length >> 16) & 0xffff, scale: length & 0x7ff };
  return type.typeName === 'varchar' || type.typeName === 'bpchar' ? { ...type, precision: length } : type;
}
