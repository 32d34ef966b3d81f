import { type Charset, completed, readCharset } from './charset';
import { type Column, readColumn } from './column';
import { columnNames, listItems, Reader } from './syntax/reader';
import type { Token } from './syntax/tokens';

type IndexKind = 'primary' | 'unique' | 'plain' | 'fulltext' | 'spatial';

export interface Index {
  readonly kind: IndexKind;
  /** Undefined when MySQL chooses it. */
  readonly name?: string;
  readonly columns: readonly string[];
}

export interface ForeignKey {
  readonly name?: string;
  readonly columns: readonly string[];
  /** `ON DELETE CASCADE` and the like: what changes rows that no statement names. */
  readonly cascades: readonly string[];
}

/** One change of an ALTER TABLE, as far as the rules need to tell them apart. */
export type Clause =
  | { readonly do: 'add-column'; readonly column: Column }
  | { readonly do: 'drop-column'; readonly name: string }
  | { readonly do: 'change-column'; readonly name: string; readonly column: Column }
  | { readonly do: 'rename-column'; readonly name: string; readonly newName: string }
  | { readonly do: 'add-index'; readonly index: Index }
  | { readonly do: 'add-foreign-key'; readonly foreignKey: ForeignKey }
  | { readonly do: 'add-check' }
  | { readonly do: 'drop-primary-key' }
  | { readonly do: 'drop-index'; readonly name: string }
  | { readonly do: 'drop-foreign-key'; readonly name: string }
  | { readonly do: 'rename-table'; readonly newName: string }
  | { readonly do: 'convert-charset' | 'default-charset'; readonly charset: Charset }
  | { readonly do: 'partition'; readonly change: PartitionChange; readonly names: readonly string[] }
  /** The table is written anew, beside its writers. */
  | { readonly do: 'rebuild'; readonly what: string }
  | { readonly do: 'discard-tablespace' }
  /** What changes only MySQL's notes about the table. */
  | { readonly do: 'notes' }
  | { readonly do: 'unknown'; readonly text: string };

/** `rewrite`: the rows of some partitions are put into new ones. */
type PartitionChange = 'drop' | 'truncate' | 'exchange' | 'discard' | 'repartition' | 'rewrite' | 'other';

export interface AlterTable {
  readonly type: 'alter-table';
  readonly table: string;
  readonly clauses: readonly Clause[];
  /** `INSTANT`, `INPLACE`, `COPY`; undefined when MySQL chooses, also for DEFAULT. */
  readonly algorithm?: string;
  /** `NONE`, `SHARED`, `EXCLUSIVE`; undefined when MySQL chooses. No copy is made with NONE. */
  readonly lock?: string;
}

/** Reads what follows ALTER TABLE. */
export function readAlterTable(reader: Reader): AlterTable {
  reader.accept('IF', 'EXISTS');
  const table = reader.name();
  const items = listItems(reader.rest());
  const stated: { algorithm?: string; lock?: string } = {};
  const clauses: Clause[] = [];
  for (const [index, item] of items.entries()) {
    if (readStated(item, stated)) continue;
    // Names of partitions and of columns to order by are a list within the list.
    const takesRest = /^((?!ADD )\w+ PARTITION|ORDER BY)$/.test(firstWords(item));
    if (takesRest) {
      clauses.push(...readClause(items.slice(index).flat()));
      break;
    }
    clauses.push(...readClause(item));
  }
  return { type: 'alter-table', table, clauses, ...stated };
}

/** ALGORITHM and LOCK, which say how and not what. */
export function readStated(tokens: readonly Token[], stated: { algorithm?: string; lock?: string }): boolean {
  const reader = new Reader(tokens);
  const option = reader.acceptAny('ALGORITHM', 'LOCK');
  if (option === undefined) return false;
  reader.accept('=');
  const value = reader.peek();
  if (value !== 'DEFAULT') stated[option === 'LOCK' ? 'lock' : 'algorithm'] = value;
  return true;
}

function firstWords(tokens: readonly Token[]): string {
  const reader = new Reader(tokens);
  return `${reader.peek()} ${reader.peek(1)}`;
}

function readClause(tokens: readonly Token[]): readonly Clause[] {
  const reader = new Reader(tokens);
  const word = reader.peek();
  const partition = readPartition(reader);
  if (partition) return [partition];
  if (reader.accept('ADD')) return readAdd(reader);
  if (reader.accept('DROP')) return [readDrop(reader)];
  if (reader.acceptAny('MODIFY', 'CHANGE')) return [readChange(reader, word === 'CHANGE')];
  if (reader.accept('RENAME')) return [readRename(reader)];
  if (reader.accept('CONVERT', 'TO')) return [{ do: 'convert-charset', charset: completed(readCharset(reader), {}) }];
  if (reader.accept('ALTER')) {
    // A check that begins to be enforced is one that is added.
    const isEnforced = /^(CHECK|CONSTRAINT)$/.test(reader.peek()) && tokens.at(-1)!.text.toUpperCase() === 'ENFORCED';
    return [{ do: isEnforced && !/ NOT ENFORCED$/i.test(textOf(tokens)) ? 'add-check' : 'notes' }];
  }
  return readOptions(reader, tokens);
}

function readAdd(reader: Reader): readonly Clause[] {
  if (reader.accept('CONSTRAINT')) {
    const name = /^(PRIMARY|UNIQUE|FOREIGN|CHECK)$/.test(reader.peek()) ? undefined : reader.simpleName();
    return [readKey(reader, name) ?? unknown(reader)];
  }
  const key = readKey(reader, undefined);
  if (key) return [key];
  reader.accept('COLUMN');
  reader.accept('IF', 'NOT', 'EXISTS');
  const several = reader.parenthesized();
  if (several) return listItems(several).map((item) => readElement(new Reader(item)));
  return [readElement(reader)];
}

/** An element of CREATE TABLE, or of ADD (...): a column, a key or a constraint. */
export function readElement(reader: Reader): Clause {
  if (reader.accept('CONSTRAINT')) {
    const name = /^(PRIMARY|UNIQUE|FOREIGN|CHECK)$/.test(reader.peek()) ? undefined : reader.simpleName();
    return readKey(reader, name) ?? unknown(reader);
  }
  const key = readKey(reader, undefined);
  if (key) return key;
  const name = reader.simpleName();
  return name === '' || reader.isAtEnd ? unknown(reader) : { do: 'add-column', column: readColumn(name, reader) };
}

/** A key, index or check; undefined when something else comes. */
function readKey(reader: Reader, constraint: string | undefined): Clause | undefined {
  if (reader.accept('PRIMARY', 'KEY')) return { do: 'add-index', index: readIndex(reader, 'primary') };
  if (reader.accept('FOREIGN', 'KEY')) return { do: 'add-foreign-key', foreignKey: readForeignKey(reader, constraint) };
  if (reader.accept('CHECK')) {
    reader.parenthesized();
    return { do: reader.accept('NOT', 'ENFORCED') ? 'notes' : 'add-check' };
  }
  const kind = reader.acceptAny('UNIQUE', 'FULLTEXT', 'SPATIAL')?.toLowerCase() as IndexKind | undefined;
  const isIndex = reader.acceptAny('INDEX', 'KEY') !== undefined;
  if (kind === undefined && !isIndex) return undefined;
  const index = readIndex(reader, kind ?? 'plain');
  return { do: 'add-index', index: { ...index, name: index.name ?? constraint } };
}

function readIndex(reader: Reader, kind: IndexKind): Index {
  reader.accept('IF', 'NOT', 'EXISTS');
  const name = reader.peek() === '(' || reader.peek() === 'USING' ? undefined : reader.simpleName();
  if (reader.accept('USING')) reader.next();
  return { kind, name: kind === 'primary' ? 'PRIMARY' : name, columns: columnNames(reader.parenthesized()) };
}

function readForeignKey(reader: Reader, constraint: string | undefined): ForeignKey {
  reader.accept('IF', 'NOT', 'EXISTS');
  const name = reader.peek() === '(' ? constraint : reader.simpleName();
  const columns = columnNames(reader.parenthesized());
  return { name: constraint ?? name, columns, cascades: cascadesIn(reader.rest()) };
}

/** The actions of a REFERENCES that change rows of the table itself. */
function cascadesIn(tokens: readonly Token[]): readonly string[] {
  const found = textOf(tokens).matchAll(/\bON (DELETE|UPDATE) (CASCADE|SET NULL|SET DEFAULT)\b/gi);
  return [...found].map(([action]) => action.toUpperCase());
}

function readDrop(reader: Reader): Clause {
  if (reader.accept('PRIMARY', 'KEY')) return { do: 'drop-primary-key' };
  const isForeign = reader.accept('FOREIGN', 'KEY');
  const isIndex = !isForeign && reader.acceptAny('INDEX', 'KEY') !== undefined;
  const isOther = !isForeign && !isIndex && reader.acceptAny('CHECK', 'CONSTRAINT') !== undefined;
  reader.accept('COLUMN');
  reader.accept('IF', 'EXISTS');
  const name = reader.simpleName();
  if (isForeign || isOther) return { do: 'drop-foreign-key', name };
  return isIndex ? { do: 'drop-index', name } : { do: 'drop-column', name };
}

function readChange(reader: Reader, isChange: boolean): Clause {
  reader.accept('COLUMN');
  reader.accept('IF', 'EXISTS');
  const name = reader.simpleName();
  return { do: 'change-column', name, column: readColumn(isChange ? reader.simpleName() : name, reader) };
}

function readRename(reader: Reader): Clause {
  if (reader.acceptAny('INDEX', 'KEY')) return { do: 'notes' };
  if (reader.accept('COLUMN')) {
    reader.accept('IF', 'EXISTS');
    const name = reader.simpleName();
    reader.accept('TO');
    return { do: 'rename-column', name, newName: reader.simpleName() };
  }
  reader.acceptAny('TO', 'AS', '=');
  return { do: 'rename-table', newName: reader.name() };
}

function readPartition(reader: Reader): Clause | undefined {
  const first = reader.peek();
  if (reader.accept('PARTITION', 'BY') || reader.accept('REMOVE', 'PARTITIONING'))
    return { do: 'partition', change: 'repartition', names: [] };
  if (reader.peek(1) !== 'PARTITION') return undefined;
  reader.next();
  reader.next();
  // Those of HASH and KEY take rows from the others.
  if (first === 'ADD' && reader.peek() === 'PARTITIONS') return { do: 'partition', change: 'rewrite', names: [] };
  const names = listItems(reader.rest()).map((item) => new Reader(item).simpleName());
  return { do: 'partition', change: partitionChanges[first] ?? 'other', names };
}

const partitionChanges: Readonly<Record<string, PartitionChange>> = {
  DROP: 'drop',
  TRUNCATE: 'truncate',
  EXCHANGE: 'exchange',
  DISCARD: 'discard',
  COALESCE: 'rewrite',
  OPTIMIZE: 'rewrite',
  REBUILD: 'rewrite',
  REORGANIZE: 'rewrite',
};

/** Options of the table, of which one clause may have several. */
function readOptions(reader: Reader, tokens: readonly Token[]): readonly Clause[] {
  const text = textOf(tokens).toUpperCase();
  if (/^DISCARD TABLESPACE$/.test(text)) return [{ do: 'discard-tablespace' }];
  if (!knownOption.test(text)) return [unknown(reader)];
  const rebuilt = /^(FORCE|ORDER BY)\b|\b(ENGINE|ROW_FORMAT|KEY_BLOCK_SIZE|TABLESPACE|ENCRYPTION)\b/.exec(text);
  const charset = completed(readCharset(reader), {});
  return [
    ...(charset.charset ? [{ do: 'default-charset', charset } as const] : []),
    rebuilt && !/TABLESPACE$/.test(text) ? { do: 'rebuild', what: rebuilt[1] ?? rebuilt[2]! } : { do: 'notes' },
  ];
}

const knownOption =
  /^(FORCE|ORDER BY|ENABLE KEYS|DISABLE KEYS|IMPORT TABLESPACE|WITH VALIDATION|WITHOUT VALIDATION|(DEFAULT )?(CHARACTER SET|CHARSET|COLLATE)|(AUTO_INCREMENT|AUTOEXTEND_SIZE|AVG_ROW_LENGTH|CHECKSUM|COMMENT|COMPRESSION|DELAY_KEY_WRITE|ENCRYPTION|ENGINE|ENGINE_ATTRIBUTE|INSERT_METHOD|KEY_BLOCK_SIZE|MAX_ROWS|MIN_ROWS|PACK_KEYS|ROW_FORMAT|SECONDARY_ENGINE|STATS_AUTO_RECALC|STATS_PERSISTENT|STATS_SAMPLE_PAGES|TABLESPACE|UNION|SECONDARY_LOAD|SECONDARY_UNLOAD)\b)/;

function unknown(reader: Reader): Clause {
  return { do: 'unknown', text: textOf(reader.rest()) };
}

/** Tokens as one line, for what is looked at as a text, without what only wraps other tokens. */
export function textOf(tokens: readonly Token[]): string {
  return tokens
    .filter(({ kind }) => kind !== 'conditional' && kind !== 'hint')
    .map(({ text }) => text)
    .join(' ');
}
