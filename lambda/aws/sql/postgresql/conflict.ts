import type { StatementConflict } from '../../../../core/ports';
import type { DataApi } from '../data-api';

const identifier = '(?:"(?:[^"]|"")+"|[a-z_][\\w$]*)';
const qualified = `(${identifier}(?:\\s*\\.\\s*${identifier})?)`;
const createdTable = new RegExp(`^create\\s+(?:unlogged\\s+)?table\\s+(?!if\\s+not\\b)${qualified}`, 'i');
const addedColumn = new RegExp(
  `^alter\\s+table\\s+(?:if\\s+exists\\s+)?(?:only\\s+)?${qualified}\\s+add\\s+(?:column\\s+)?` +
    `(?!if\\s+not\\b|(?:constraint|check|unique|primary|foreign|exclude)\\b)(${identifier})`,
  'i',
);
/** What these do is in no word of theirs. */
const opaque = /^(do|call|select|execute)\b/i;

/**
 * The first of these statements that makes a table, or adds as its first command a column, which is there already. Only what no earlier
 * one of them names is known. Nothing precedes the first one: when that fails, there is nothing to undo.
 */
export async function findConflict(
  api: DataApi,
  statements: readonly string[],
): Promise<StatementConflict | undefined> {
  for (const [statement, text] of statements.entries()) {
    const earlier = statements.slice(0, statement);
    if (opaque.test(text)) return undefined;
    const made = statement === 0 ? undefined : madeBy(text.trim());
    if (!made || earlier.some((other) => mentions(other, made.column ?? made.table))) continue;
    if (await isThere(api, made)) {
      const object = made.column === undefined ? `table ${made.table}` : `column ${made.table}.${made.column}`;
      return { statement, object, is: 'there' };
    }
  }
  return undefined;
}

interface Made {
  readonly table: string;
  readonly column?: string;
}

function madeBy(text: string): Made | undefined {
  const [, table] = createdTable.exec(text) ?? [];
  if (table !== undefined) return { table };
  const [, altered, column] = addedColumn.exec(text) ?? [];
  return altered === undefined ? undefined : { table: altered, column };
}

/** By the last part of the name. */
function mentions(text: string, name: string): boolean {
  const words = (of: string): readonly string[] => of.toLowerCase().match(/[\w$\u0080-\uffff]+/g) ?? [];
  return words(text).includes(words(name).at(-1) ?? '');
}

async function isThere(api: DataApi, { table, column }: Made): Promise<boolean> {
  // A new table is made in the first schema of search_path, also when a later one has a table of that name.
  const { rows } =
    column === undefined
      ? await api.execute(
          `SELECT EXISTS (SELECT FROM pg_class WHERE oid = to_regclass(:table)
             AND (CAST(:qualified AS boolean) OR relnamespace = current_schema()::regnamespace)) AS found`,
          { table, qualified: table.includes('.') },
        )
      : await api.execute(
          `SELECT EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass(:table) AND NOT attisdropped
             AND attname = (parse_ident(:column))[1]) AS found`,
          { table, column },
        );
  return rows[0]?.found === true;
}
