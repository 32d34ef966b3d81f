import type { Clause, DescribedObject, Effect, Parsed } from './effects';
import { type QualifiedName, Reader, type Token } from './tokens';

/** What an ALTER TABLE does, clause by clause. MySQL does all clauses or none. */
export function alterTable(statement: string, table: QualifiedName, tokens: readonly Token[]): Parsed {
  const first = tokens[0];
  if (!first) return { clauses: [], objects: [{ what: 'table', ...table }] };
  const clauses = splitAtCommas(tokens).map((part) => clauseOf(table, part, textOf(statement, part)));
  const renamed = clauses.flatMap(({ effects }) => effects).filter(({ what }) => what === 'table');
  const objects: DescribedObject[] = [
    { what: 'table', ...table },
    ...renamed
      .filter(({ becomes }) => becomes === 'there')
      .map(({ name, database }) => ({ what: 'table' as const, name, database })),
  ];
  // A description that stays the same would say that nothing happened.
  const isHidden = clauses.some((clause) => clause.isHidden);
  return { clauses, objects: isHidden ? [] : objects, head: statement.slice(0, first.start) };
}

export function splitAtCommas(tokens: readonly Token[]): readonly (readonly Token[])[] {
  const parts: Token[][] = [[]];
  let depth = 0;
  for (const token of tokens) {
    if (token.kind === 'symbol' && token.text === '(') depth += 1;
    if (token.kind === 'symbol' && token.text === ')') depth -= 1;
    if (token.kind === 'symbol' && token.text === ';') break;
    if (depth === 0 && token.kind === 'symbol' && token.text === ',') parts.push([]);
    else parts.at(-1)!.push(token);
  }
  return parts.filter((part) => part.length > 0);
}

function textOf(statement: string, tokens: readonly Token[]): string {
  return statement.slice(tokens[0]!.start, tokens.at(-1)!.end);
}

type Draft = Omit<Clause, 'text'>;

function clauseOf(table: QualifiedName, tokens: readonly Token[], text: string): Clause {
  return { ...draftOf(new Reader(tokens), new InTable(table)), text };
}

/** Effects on what is in one table. */
class InTable {
  constructor(private readonly table: QualifiedName) {}

  effect(what: 'column' | 'index' | 'constraint', name: string, becomes: Effect['becomes']): Effect {
    return { what, name, table: this.table.name, database: this.table.database, becomes };
  }

  one(what: 'column' | 'index' | 'constraint', name: string | undefined, becomes: Effect['becomes']): Draft {
    return name === undefined ? unseen : { effects: [this.effect(what, name, becomes)], isRepeatable: false };
  }

  renamed(what: 'column' | 'index', from: string | undefined, to: string | undefined): Draft {
    if (from === undefined || to === undefined) return unseen;
    return { effects: [this.effect(what, from, 'gone'), this.effect(what, to, 'there')], isRepeatable: false };
  }

  moved(to: QualifiedName | undefined): Draft {
    if (!to) return unseen;
    const { name, database } = this.table;
    return {
      effects: [
        { what: 'table', name, database, becomes: 'gone' },
        { what: 'table', name: to.name, database: to.database ?? database, becomes: 'there' },
      ],
      isRepeatable: false,
      mayBeInstant: true,
    };
  }
}

const unseen: Draft = { effects: [], isRepeatable: false };
const repeatable: Draft = { effects: [], isRepeatable: true };

function draftOf(reader: Reader, table: InTable): Draft {
  if (reader.takeOne(['ALGORITHM', 'LOCK'])) return { ...repeatable, isOption: true };
  if (reader.take('ADD')) return added(reader, table);
  if (reader.take('DROP')) return dropped(reader, table);
  if (reader.take('CHANGE')) return changed(reader, table);
  if (reader.take('RENAME')) return renamed(reader, table);
  if (reader.take('ALTER')) return { ...repeatable, mayBeInstant: !reader.takeOne(['INDEX', 'CHECK', 'CONSTRAINT']) };
  if (reader.take('MODIFY')) return { ...repeatable, mayBeInstant: true };
  if (reader.takeOne(['EXCHANGE', 'TRUNCATE', 'DISCARD', 'IMPORT'])) return { ...unseen, isHidden: true };
  // What changes partitions moves or removes rows.
  return reader.takeOne(['COALESCE', 'REORGANIZE', 'PARTITION', 'REMOVE']) ? unseen : repeatable;
}

function added(reader: Reader, table: InTable): Draft {
  if (reader.take('PARTITION')) return unseen;
  if (reader.take('PERIOD')) return unseen;
  const symbol = reader.take('CONSTRAINT') ? constraintName(reader) : undefined;
  if (reader.take('PRIMARY', 'KEY')) return table.one('index', 'PRIMARY', 'there');
  if (reader.takeOne(['UNIQUE', 'FULLTEXT', 'SPATIAL'])) {
    reader.takeOne(['INDEX', 'KEY']);
    return unlessThere(reader, () => table.one('index', indexName(reader) ?? symbol, 'there'));
  }
  if (reader.takeOne(['INDEX', 'KEY'])) {
    return unlessThere(reader, () => table.one('index', indexName(reader), 'there'));
  }
  // Without a symbol InnoDB chooses the constraint's name; the one after FOREIGN KEY is the index's.
  if (reader.take('FOREIGN', 'KEY') || reader.take('CHECK')) return table.one('constraint', symbol, 'there');
  if (symbol !== undefined) return table.one('constraint', symbol, 'there');
  reader.take('COLUMN');
  const isCareful = reader.take('IF', 'NOT', 'EXISTS');
  if (reader.next?.text === '(') return { ...columnsInParentheses(reader, table), mayBeInstant: true };
  return { ...table.one('column', reader.name(), 'there'), isRepeatable: isCareful, mayBeInstant: true };
}

/** `ADD (a int, b int)` */
function columnsInParentheses(reader: Reader, table: InTable): Draft {
  const inner = reader.rest.slice(1, -1);
  const names = splitAtCommas(inner).map((part) => new Reader(part).name());
  if (names.some((name) => name === undefined)) return unseen;
  return { effects: names.map((name) => table.effect('column', name!, 'there')), isRepeatable: false };
}

/** A name, unless the kind of index or its columns follow. */
function indexName(reader: Reader): string | undefined {
  const { next } = reader;
  if (!next || next.text === '(' || (next.kind === 'word' && next.text === 'USING')) return undefined;
  return reader.name();
}

function constraintName(reader: Reader): string | undefined {
  const { next } = reader;
  const isSymbol = next?.kind === 'name' || !/^(PRIMARY|UNIQUE|FOREIGN|CHECK|FULLTEXT|SPATIAL)$/.test(next?.text ?? '');
  return isSymbol ? reader.name() : undefined;
}

/** With IF NOT EXISTS. */
function unlessThere(reader: Reader, draft: () => Draft): Draft {
  const isCareful = reader.take('IF', 'NOT', 'EXISTS');
  return { ...draft(), isRepeatable: isCareful };
}

function dropped(reader: Reader, table: InTable): Draft {
  if (reader.take('PARTITION')) return unseen;
  if (reader.take('PRIMARY', 'KEY')) return table.one('index', 'PRIMARY', 'gone');
  if (reader.takeOne(['INDEX', 'KEY'])) return careful(reader, () => table.one('index', reader.name(), 'gone'));
  if (reader.take('FOREIGN', 'KEY') || reader.takeOne(['CONSTRAINT', 'CHECK'])) {
    return careful(reader, () => table.one('constraint', reader.name(), 'gone'));
  }
  reader.take('COLUMN');
  return { ...careful(reader, () => table.one('column', reader.name(), 'gone')), mayBeInstant: true };
}

/** With IF EXISTS. */
function careful(reader: Reader, draft: () => Draft): Draft {
  const isCareful = reader.take('IF', 'EXISTS');
  return { ...draft(), isRepeatable: isCareful };
}

function changed(reader: Reader, table: InTable): Draft {
  reader.take('COLUMN');
  reader.take('IF', 'EXISTS');
  const [from, to] = [reader.name(), reader.name()];
  const isSame = from !== undefined && from.toLowerCase() === to?.toLowerCase();
  return { ...(isSame ? repeatable : table.renamed('column', from, to)), mayBeInstant: true };
}

function renamed(reader: Reader, table: InTable): Draft {
  const what = reader.takeOne(['COLUMN', 'INDEX', 'KEY']);
  if (what === undefined) {
    reader.takeOne(['TO', 'AS', '=']);
    return table.moved(reader.qualified());
  }
  const from = reader.name();
  reader.take('TO');
  const to = reader.name();
  return { ...table.renamed(what === 'COLUMN' ? 'column' : 'index', from, to), mayBeInstant: true };
}
