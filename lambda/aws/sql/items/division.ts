import { hasCode } from '../../../../core/errors/index';
import type { Division, SqlConnection, TablePart } from '../../../../core/ports';
import type { ItemDialect } from './item-dialect';
import type { TableShape } from './table-shape';

/** A bound is the beginning of a key: values of its first columns, as texts. */
type Bound = readonly string[];

/** The bounds between segments, in order: a segment has the keys after one, up to and with the next. */
interface Ranges {
  readonly bounds: readonly Bound[];
}

/** A table with fewer rows is counted, and divided evenly. */
export const smallTable = 200_000;

/** Characters of all bounds together: they are kept in the ledger with the step. */
const longestBounds = 20_000;

/**
 * Divides a table at values of its key. A table that is not large is divided evenly; of a large one the statistics of the
 * database count, or for integers the smallest and the largest.
 */
export async function divide(
  connection: SqlConnection,
  dialect: ItemDialect,
  table: TableShape,
  of: number,
  estimate: () => Promise<number | undefined>,
): Promise<Division> {
  if (of <= 1) return { bounds: [] };
  const count = await estimate();
  const bounds = distinct(await boundsOf(connection, dialect, table, of, count));
  return { bounds: chosen(bounds, of) } satisfies Ranges & Division;
}

async function boundsOf(
  connection: SqlConnection,
  dialect: ItemDialect,
  table: TableShape,
  of: number,
  count: number | undefined,
): Promise<readonly Bound[]> {
  if (count !== undefined && count <= smallTable) return everyNth(connection, dialect, table, count, of);
  const known = await dialect.bounds(connection, table);
  if (known) return known.map((bound) => [bound]);
  const isInteger = table.key.length === 1 && table.key[0]!.kind === 'integer';
  if (isInteger) return steps(connection, dialect, table, of);
  try {
    return await everyNth(connection, dialect, table, count ?? (await counted(connection, table)), of);
  } catch (error) {
    // The keys of so large a table are not read in time: it is one segment.
    if (hasCode(error, 'STATEMENT_TIMEOUT')) return [];
    throw error;
  }
}

async function counted(connection: SqlConnection, { quoted }: TableShape): Promise<number> {
  const { rows } = await connection.execute(`SELECT count(*) AS there FROM ${quoted}`);
  return Number(rows[0]?.['there']);
}

async function everyNth(
  connection: SqlConnection,
  { quote, toText }: ItemDialect,
  table: TableShape,
  count: number,
  of: number,
) {
  if (count === 0) return [];
  const names = table.key.map(({ name }) => quote(name));
  const texts = table.key.map((column, index) => `${toText(column, `x.${quote(column.name)}`)} AS k${index}`);
  const { rows } = await connection.execute(
    `SELECT ${texts.join(', ')} FROM (SELECT ${names.join(', ')}, row_number() OVER (ORDER BY ${names.join(', ')}) AS at_row
       FROM ${table.quoted}) x WHERE x.at_row % ${Math.ceil(count / of)} = 0 ORDER BY x.at_row LIMIT ${of - 1}`,
  );
  return rows.map((row) => table.key.map((_, index) => String(row[`k${index}`])));
}

/** Steps of one size between the smallest and the largest integer. */
async function steps(connection: SqlConnection, { quote, toText }: ItemDialect, table: TableShape, of: number) {
  const [column] = table.key as [TableShape['key'][number]];
  const name = quote(column.name);
  const { rows } = await connection.execute(
    `SELECT ${toText(column, `min(${name})`)} AS least, ${toText(column, `max(${name})`)} AS most FROM ${table.quoted}`,
  );
  const { least, most } = rows[0] as { readonly least: string | null; readonly most: string | null };
  if (least === null || most === null) return [];
  const [from, to] = [BigInt(least), BigInt(most)];
  return Array.from({ length: of - 1 }, (_, index) => [String(from + ((to - from) * BigInt(index + 1)) / BigInt(of))]);
}

function distinct(bounds: readonly Bound[]): readonly Bound[] {
  return bounds.filter((bound, index) => JSON.stringify(bound) !== JSON.stringify(bounds[index - 1]));
}

/** So many of them that there are as many segments as asked for, evenly. */
function chosen(bounds: readonly Bound[], of: number): readonly Bound[] {
  const length = JSON.stringify(bounds).length;
  const fitting = Math.floor((bounds.length * longestBounds) / Math.max(length, longestBounds));
  const most = Math.min(of - 1, fitting);
  if (bounds.length <= most) return bounds;
  const picked = Array.from(
    { length: most },
    (_, index) => Math.round(((index + 1) * (bounds.length + 1)) / (most + 1)) - 1,
  );
  return [...new Set(picked)].map((index) => bounds[index]!);
}

/** The keys of a segment; undefined for a segment that has none. Before the first bound and after the last it is open. */
export function rangeOf({
  number,
  division,
}: TablePart): { readonly after?: Bound; readonly upTo?: Bound } | undefined {
  const { bounds } = (division ?? { bounds: [] }) as unknown as Ranges;
  if (number > bounds.length) return undefined;
  return { after: bounds[number - 1], upTo: bounds[number] };
}
