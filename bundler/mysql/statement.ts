import { type AlterTable, type Clause, readAlterTable, readElement, readStated, textOf } from './alter-table';
import { type ChangeRows, type InsertSelect, readChangeRows, readInsertSelect } from './change-rows';
import { type Charset, readCharset } from './charset';
import { columnNames, listItems, Reader } from './syntax/reader';
import type { Token } from './syntax/tokens';

/** What a statement is, as far as the rules need to know. */
export type Statement =
  | CreateTable
  | AlterTable
  | CreateIndex
  | { readonly type: 'drop-table' | 'drop-view'; readonly names: readonly string[] }
  | { readonly type: 'drop-database' | 'create-database'; readonly name: string; readonly uncertain: boolean }
  | { readonly type: 'drop-index'; readonly table: string; readonly name: string }
  | { readonly type: 'create-view'; readonly name: string; readonly uncertain: boolean }
  | { readonly type: 'rename-table'; readonly pairs: readonly (readonly [from: string, to: string])[] }
  | { readonly type: 'truncate'; readonly table: string }
  | ChangeRows
  | InsertSelect
  | { readonly type: 'optimize'; readonly tables: readonly string[] }
  | { readonly type: 'stored-program' }
  /** Known, and of no concern here. */
  | { readonly type: 'other' }
  | { readonly type: 'unknown'; readonly text: string };

export interface CreateTable {
  readonly type: 'create-table';
  readonly table: string;
  readonly ifNotExists: boolean;
  /** MariaDB's OR REPLACE, which drops what was there. */
  readonly orReplace: boolean;
  /** The columns and keys that it lists; not those of LIKE and SELECT. */
  readonly elements: readonly Clause[];
  /** Whether that is all of them. */
  readonly isWhole: boolean;
  readonly charset: Charset;
  /** The query whose rows it gets. */
  readonly source?: InsertSelect;
}

export interface CreateIndex {
  readonly type: 'create-index';
  readonly table: string;
  readonly clause: Clause & { readonly do: 'add-index' };
  readonly algorithm?: string;
  readonly lock?: string;
}

/** Reads a statement as far as the rules need it. What it cannot read is `unknown`. */
export function readStatement(tokens: readonly Token[]): Statement {
  const reader = new Reader(tokens);
  const word = reader.peek();
  const isWith = word === 'WITH';
  const rows = isWith ? afterWith(tokens) : tokens;
  const verb = isWith ? new Reader(rows).peek() : word;
  if (verb === 'UPDATE' || verb === 'DELETE') return readChangeRows(rows, verb);
  if (verb === 'INSERT' || verb === 'REPLACE') return readInsertSelect(rows) ?? { type: 'other' };
  if (reader.accept('CREATE')) return readCreate(reader, tokens);
  if (reader.accept('ALTER')) return readAlter(reader, tokens);
  if (reader.accept('DROP')) return readDrop(reader, tokens);
  if (reader.accept('RENAME')) return readRename(reader);
  if (reader.accept('TRUNCATE')) {
    reader.accept('TABLE');
    return { type: 'truncate', table: reader.name() };
  }
  if (reader.accept('OPTIMIZE')) {
    reader.acceptAny('NO_WRITE_TO_BINLOG', 'LOCAL');
    reader.acceptAny('TABLE', 'TABLES');
    return { type: 'optimize', tables: names(reader) };
  }
  return known.test(verb) ? { type: 'other' } : { type: 'unknown', text: summary(tokens) };
}

const known =
  /^(\(|ANALYZE|BEGIN|BINLOG|CACHE|CALL|CHANGE|CHECK|CHECKSUM|COMMIT|DEALLOCATE|DESC|DESCRIBE|DO|EXECUTE|EXPLAIN|FLUSH|GRANT|HANDLER|HELP|IMPORT|INSERT|INSTALL|KILL|LOAD|LOCK|PREPARE|PURGE|RELEASE|REPAIR|REPLACE|RESET|REVOKE|ROLLBACK|SAVEPOINT|SELECT|SET|SHOW|START|STOP|TABLE|UNINSTALL|UNLOCK|USE|VALUES|WITH|XA)$/;

function readCreate(reader: Reader, tokens: readonly Token[]): Statement {
  const orReplace = reader.accept('OR', 'REPLACE');
  reader.accept('TEMPORARY');
  if (reader.accept('TABLE')) return readCreateTable(reader, orReplace);
  if (reader.acceptAny('DATABASE', 'SCHEMA')) {
    const uncertain = orReplace || reader.accept('IF', 'NOT', 'EXISTS');
    return { type: 'create-database', name: reader.name(), uncertain };
  }
  const kind = reader.acceptAny('UNIQUE', 'FULLTEXT', 'SPATIAL')?.toLowerCase();
  if (reader.accept('INDEX')) return readCreateIndex(reader, (kind ?? 'plain') as 'unique' | 'plain');
  const text = textOf(tokens);
  const program = /^CREATE (?:OR REPLACE )?(?:DEFINER = .+? )?(?:AGGREGATE )?(PROCEDURE|FUNCTION|TRIGGER|EVENT) /i;
  if (program.test(withoutDefiner(text))) return { type: 'stored-program' };
  const view = /^CREATE (?:.*? )?VIEW /i.exec(text)?.[0];
  if (view !== undefined && !/ (AS|SELECT) /i.test(view)) {
    while (!reader.accept('VIEW')) reader.next();
    const uncertain = reader.accept('IF', 'NOT', 'EXISTS') || orReplace;
    return { type: 'create-view', name: reader.name(), uncertain };
  }
  return /^(LOGFILE|RESOURCE|ROLE|SERVER|SPATIAL|TABLESPACE|UNDO|USER)$/.test(reader.peek())
    ? { type: 'other' }
    : { type: 'unknown', text: summary(tokens) };
}

function withoutDefiner(text: string): string {
  return text.replace(
    /^(CREATE (?:OR REPLACE )?)DEFINER = .+? (?=(AGGREGATE|PROCEDURE|FUNCTION|TRIGGER|EVENT) )/i,
    '$1',
  );
}

function readCreateTable(reader: Reader, orReplace: boolean): CreateTable {
  const ifNotExists = reader.accept('IF', 'NOT', 'EXISTS');
  const table = reader.name();
  const inside = reader.parenthesized();
  const isLike = inside === undefined || new Reader(inside).peek() === 'LIKE';
  const options = reader.rest();
  const isSelect = options.some(({ kind, text }) => kind === 'word' && /^(SELECT|LIKE|TABLE|VALUES)$/i.test(text));
  const elements = isLike ? [] : listItems(inside).map((item) => readElement(new Reader(item)));
  const charset = readCharset(new Reader(options));
  const source = readInsertSelect(options);
  return {
    type: 'create-table',
    table,
    ifNotExists,
    orReplace,
    elements,
    isWhole: !isLike && !isSelect,
    charset,
    source,
  };
}

function readCreateIndex(reader: Reader, kind: 'unique' | 'plain' | 'fulltext' | 'spatial'): CreateIndex {
  reader.accept('IF', 'NOT', 'EXISTS');
  const name = reader.simpleName();
  if (reader.accept('USING')) reader.next();
  reader.accept('ON');
  const table = reader.name();
  const columns = columnNames(reader.parenthesized());
  return {
    type: 'create-index',
    table,
    clause: { do: 'add-index', index: { kind, name, columns } },
    ...statedIn(reader.rest()),
  };
}

/** ALGORITHM and LOCK anywhere in options without commas. */
function statedIn(options: readonly Token[]): { algorithm?: string; lock?: string } {
  const stated: { algorithm?: string; lock?: string } = {};
  for (const index of options.keys()) readStated(options.slice(index), stated);
  return stated;
}

function readAlter(reader: Reader, tokens: readonly Token[]): Statement {
  reader.acceptAny('ONLINE', 'IGNORE');
  if (reader.accept('TABLE')) return readAlterTable(reader);
  if (/^ALTER (.*? )?VIEW /i.test(textOf(tokens.slice(0, 12)))) return { type: 'other' };
  return /^(DATABASE|SCHEMA|DEFINER|EVENT|FUNCTION|INSTANCE|LOGFILE|PROCEDURE|RESOURCE|SERVER|TABLESPACE|UNDO|USER)$/.test(
    reader.peek(),
  )
    ? { type: 'other' }
    : { type: 'unknown', text: summary(tokens) };
}

function readDrop(reader: Reader, tokens: readonly Token[]): Statement {
  if (reader.peek() === 'TEMPORARY') return { type: 'other' };
  const what = reader.next()?.text.toUpperCase() ?? '';
  const uncertain = reader.accept('IF', 'EXISTS');
  switch (what) {
    case 'TABLE':
    case 'TABLES':
      return { type: 'drop-table', names: names(reader) };
    case 'VIEW':
      return { type: 'drop-view', names: names(reader) };
    case 'DATABASE':
    case 'SCHEMA':
      return { type: 'drop-database', name: reader.name(), uncertain };
    case 'INDEX': {
      const name = reader.simpleName();
      reader.accept('ON');
      return { type: 'drop-index', name, table: reader.name() };
    }
    default:
      return /^(EVENT|FUNCTION|LOGFILE|PREPARE|PROCEDURE|RESOURCE|ROLE|SERVER|SPATIAL|TABLESPACE|TRIGGER|UNDO|USER)$/.test(
        what,
      )
        ? { type: 'other' }
        : { type: 'unknown', text: summary(tokens) };
  }
}

function readRename(reader: Reader): Statement {
  if (!reader.acceptAny('TABLE', 'TABLES')) return { type: 'other' };
  const pairs = listItems(reader.rest()).map((item) => {
    const pair = new Reader(item);
    const from = pair.name();
    pair.accept('TO');
    return [from, pair.name()] as const;
  });
  return { type: 'rename-table', pairs };
}

function names(reader: Reader): readonly string[] {
  return listItems(reader.rest()).map((item) => new Reader(item).name());
}

/** The statement after WITH and its queries. */
function afterWith(tokens: readonly Token[]): readonly Token[] {
  let depth = 0;
  const at = tokens.findIndex(({ kind, text }) => {
    if (kind === 'symbol') depth += text === '(' ? 1 : text === ')' ? -1 : 0;
    return depth === 0 && kind === 'word' && /^(UPDATE|DELETE|SELECT|INSERT|REPLACE|TABLE|VALUES)$/i.test(text);
  });
  return at < 0 ? tokens : tokens.slice(at);
}

function summary(tokens: readonly Token[]): string {
  return textOf(tokens.slice(0, 4));
}
