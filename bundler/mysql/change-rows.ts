import { listItems, Reader } from './syntax/reader';
import type { Token } from './syntax/tokens';

/** UPDATE and DELETE. */
export interface ChangeRows {
  readonly type: 'update' | 'delete';
  /** Those whose rows are changed, or that may be. */
  readonly tables: readonly string[];
  /** The columns that an UPDATE of one table writes. */
  readonly columns: readonly string[];
  /** Undefined without a WHERE. */
  readonly condition?: readonly Token[];
  /** By JOIN, whose condition may say which rows. */
  readonly isJoined: boolean;
  readonly isLimited: boolean;
}

/** INSERT, REPLACE and CREATE TABLE with the rows of a query. */
export interface InsertSelect {
  readonly type: 'insert-select';
  /** Those that the query reads. */
  readonly tables: readonly string[];
  readonly condition?: readonly Token[];
  readonly isLimited: boolean;
}

/** Reads an INSERT, a REPLACE or the end of a CREATE TABLE; undefined when its rows are no query's. Queries inside of the query are left out. */
export function readInsertSelect(tokens: readonly Token[]): InsertSelect | undefined {
  const parts = splitAtWords(tokens, /^(SELECT|FROM|WHERE|GROUP|HAVING|WINDOW|ORDER|LIMIT|UNION|FOR|ON|SET|VALUES?)$/i);
  if (parts.has('SET') || parts.has('VALUES') || parts.has('VALUE')) return undefined;
  const nested = parts.has('SELECT') ? undefined : lastParentheses(tokens);
  if (nested) return readInsertSelect(nested);
  const tables = tableNames(parts.get('FROM') ?? []).filter((table) => table.toUpperCase() !== 'DUAL');
  if (!parts.has('SELECT') || tables.length === 0) return undefined;
  return { type: 'insert-select', tables, condition: parts.get('WHERE'), isLimited: parts.has('LIMIT') };
}

/** INSERT INTO a (b) (SELECT ...) */
function lastParentheses(tokens: readonly Token[]): readonly Token[] | undefined {
  const start = tokens.findIndex(
    ({ kind, text }, index) => kind === 'symbol' && text === '(' && tokens[index + 1]?.text.toUpperCase() === 'SELECT',
  );
  return start < 0 ? undefined : new Reader(tokens.slice(start)).parenthesized();
}

/** Reads an UPDATE or a DELETE; what is before it, such as WITH, is left out. */
export function readChangeRows(tokens: readonly Token[], verb: 'UPDATE' | 'DELETE'): ChangeRows {
  const parts = splitAtWords(tokens, /^(SET|WHERE|ORDER|LIMIT|FROM|USING|RETURNING)$/i);
  const source = parts.get('USING') ?? parts.get('FROM') ?? parts.get('') ?? [];
  const isDelete = verb === 'DELETE';
  // DELETE a FROM a JOIN b, DELETE FROM a USING a JOIN b: what is before.
  const target = isDelete ? (parts.has('USING') ? parts.get('FROM')! : parts.get('')!) : parts.get('')!;
  const own = tableNames(target);
  const tables = own.length > 0 ? own : tableNames(source);
  const isJoined = source.some(({ text }) => /^(JOIN|STRAIGHT_JOIN)$/i.test(text));
  const columns = listItems(parts.get('SET') ?? []).map((item) => new Reader(item).name().split('.').at(-1)!);
  return {
    type: isDelete ? 'delete' : 'update',
    tables,
    columns,
    condition: parts.get('WHERE'),
    isJoined,
    isLimited: parts.has('LIMIT'),
  };
}

/** The parts of a statement, by the keyword that begins each; the first one is without. */
function splitAtWords(tokens: readonly Token[], words: RegExp): ReadonlyMap<string, readonly Token[]> {
  const parts = new Map<string, Token[]>([['', []]]);
  let part = parts.get('')!;
  let depth = 0;
  for (const token of new Reader(tokens).rest()) {
    if (token.kind === 'symbol') depth += token.text === '(' ? 1 : token.text === ')' ? -1 : 0;
    if (depth === 0 && token.kind === 'word' && words.test(token.text)) {
      part = [];
      parts.set(token.text.toUpperCase(), part);
    } else part.push(token);
  }
  return parts;
}

/** The tables of a list such as `LOW_PRIORITY a, b.*`, up to a JOIN. */
function tableNames(tokens: readonly Token[]): readonly string[] {
  return listItems(tokens).flatMap((item) => {
    const reader = new Reader(item);
    while (reader.acceptAny('UPDATE', 'DELETE', 'LOW_PRIORITY', 'QUICK', 'IGNORE') !== undefined);
    const name = reader.name().replace(/\.$/, '');
    return name === '' ? [] : [name];
  });
}
