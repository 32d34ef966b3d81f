import { alterHazards, indexHazards } from './alter-hazards';
import type { AlterTable } from './alter-table';
import type { ChangeRows, InsertSelect } from './change-rows';
import { isAlwaysTrue } from './changes';
import { completed } from './charset';
import { foreignKeyIndex, type Hazard } from './hazard';
import type { KnownTables } from './known-tables';
import type { CreateTable, Statement } from './statement';
import { listItems, Reader, withoutParentheses } from './syntax/reader';
import type { Token } from './syntax/tokens';

/**
 * What in a statement takes long on a big table, keeps others from it, or breaks something though it loses no data.
 * @param isNew whether a table was made in the same section, where nobody waits for it and it has few rows
 */
export function hazardsOf(
  statement: Statement,
  tables: KnownTables,
  isNew: (table: string) => boolean,
): readonly Hazard[] {
  const hazards = found(statement, tables, isNew);
  // One of a kind is enough for a statement with many parts.
  return hazards.filter(({ rule }, index) => hazards.findIndex((other) => other.rule === rule) === index);
}

function found(statement: Statement, tables: KnownTables, isNew: (table: string) => boolean): readonly Hazard[] {
  switch (statement.type) {
    case 'create-table':
      return [...oldCharset(statement), ...(statement.source ? readHazards(statement.source, isNew) : [])];
    case 'alter-table':
      return isNew(statement.table) ? [] : [...alterHazards(statement, tables), ...oldCharset(statement)];
    case 'create-index':
      return isNew(statement.table) ? [] : indexHazards(statement, tables);
    case 'drop-index':
      return foreignKeyIndex(statement.table, statement.name, tables);
    case 'optimize':
      return statement.tables.filter((table) => !isNew(table)).map(optimize);
    case 'update':
    case 'delete':
      return statement.tables.every(isNew) ? [] : changeHazards(statement);
    case 'insert-select':
      return readHazards(statement, isNew);
    default:
      return [];
  }
}

/** InnoDB locks what such a query reads, so that the rows stay what they were (MySQL, Locks Set by Different SQL Statements). */
function readHazards(
  { tables, condition, isLimited }: InsertSelect,
  isNew: (table: string) => boolean,
): readonly Hazard[] {
  if (tables.every(isNew) || isLimited || isNarrow(condition ?? [])) return [];
  return [
    {
      code: 'SLOW_STATEMENT',
      rule: 'many-rows',
      what: `This query locks all rows that it reads of ${tables.join(', ')}, and keeps their writers away until the transaction ends`,
      hint: 'Copy them in parts, by ranges of the key from a sql() migration, or name them by their key.',
    },
  ];
}

function oldCharset(statement: CreateTable | AlterTable): readonly Hazard[] {
  const clauses = statement.type === 'create-table' ? statement.elements : statement.clauses;
  const charsets = clauses.map((clause) => {
    if (clause.do === 'add-column' || clause.do === 'change-column') return clause.column.type.charset;
    return clause.do === 'convert-charset' || clause.do === 'default-charset' ? clause.charset.charset : undefined;
  });
  const own = statement.type === 'create-table' ? completed(statement.charset, {}).charset : undefined;
  if (![own, ...charsets].includes('utf8mb3')) return [];
  return [
    {
      code: 'HAZARDOUS_STATEMENT',
      rule: 'utf8mb3',
      what: `utf8 is utf8mb3 in MySQL 8.0: it has no emoji and no rare characters, and ${statement.table} is not joined by index with tables in utf8mb4`,
      hint: 'Write CHARACTER SET utf8mb4.',
    },
  ];
}

function optimize(table: string): Hazard {
  return {
    code: 'SLOW_STATEMENT',
    rule: 'rebuild-table',
    what: `OPTIMIZE TABLE writes ${table} anew`,
    hint: 'Do it in a quiet time, outside of a deployment.',
  };
}

function changeHazards({ type, tables, condition, isLimited, isJoined }: ChangeRows): readonly Hazard[] {
  const table = tables.join(', ');
  const verb = type.toUpperCase();
  if (!isJoined && (condition === undefined || isAlwaysTrue(condition))) {
    if (type === 'delete' || isLimited) return [];
    return [
      {
        code: 'SLOW_STATEMENT',
        rule: 'update-every-row',
        what: `UPDATE without a condition writes every row of ${table} and locks it until the transaction ends`,
        hint: 'Give the column a DEFAULT when you add it, or update in parts with LIMIT from a sql() migration.',
      },
    ];
  }
  if (isLimited || isNarrow(condition ?? [])) return [];
  return [
    {
      code: 'SLOW_STATEMENT',
      rule: 'many-rows',
      what: `This ${verb} may change any number of rows of ${table}, and locks all that it reads until the transaction ends`,
      hint: `Repeat it with LIMIT 1000 from a sql() migration until it changes nothing, or name the rows by their key.`,
    },
  ];
}

/** Whether one of the conditions that all must hold names values: `id = 7`, `code IN ('a', 'b')`. */
function isNarrow(condition: readonly Token[]): boolean {
  return conjuncts(withoutParentheses(condition))?.some((part) => isEquality(withoutParentheses(part))) ?? false;
}

/** The conditions between the ANDs outside of parentheses; undefined with an OR among them. */
function conjuncts(tokens: readonly Token[]): readonly (readonly Token[])[] | undefined {
  const parts: Token[][] = [[]];
  let depth = 0;
  for (const token of tokens) {
    if (token.kind === 'symbol') depth += token.text === '(' ? 1 : token.text === ')' ? -1 : 0;
    const word = depth === 0 && token.kind === 'word' ? token.text.toUpperCase() : '';
    if (word === 'OR' || word === 'XOR' || token.text === '|') return undefined;
    if (word === 'AND') parts.push([]);
    else parts.at(-1)!.push(token);
  }
  return parts;
}

function isEquality(tokens: readonly Token[]): boolean {
  const reader = new Reader(tokens);
  if (acceptLiteral(reader)) return reader.accept('=') && reader.name() !== '' && reader.isAtEnd;
  if (reader.name() === '') return false;
  if (reader.accept('IN')) {
    const values = listItems(reader.parenthesized() ?? []).map((value) => new Reader(value));
    return values.length > 0 && values.every((value) => acceptLiteral(value) && value.isAtEnd);
  }
  return reader.accept('=') && acceptLiteral(reader) && reader.isAtEnd;
}

function acceptLiteral(reader: Reader): boolean {
  const ahead = reader.peek() === '-' ? 1 : 0;
  if (!/^(['"]|\d|TRUE$|FALSE$)/.test(reader.peek(ahead))) return false;
  for (let taken = 0; taken <= ahead; taken++) reader.next();
  return true;
}
