import type { ObjectChange } from '../../core/bundle/safety';
import type { AlterTable, Clause } from './alter-table';
import type { ChangeRows } from './change-rows';
import type { Charset } from './charset';
import { type Column, isCharacters, typeText } from './column';
import type { KnownTables } from './known-tables';
import type { Statement } from './statement';
import { withoutParentheses } from './syntax/reader';
import type { Token } from './syntax/tokens';
import { holdsAll } from './types';

type Change = Omit<ObjectChange, 'location'>;

/**
 * What a statement creates, drops, renames and empties. Not what a stored program does when it is called, nor a cascade.
 * @param tables the tables before the statement
 */
export function changesOf(statement: Statement, tables: KnownTables): readonly Change[] {
  switch (statement.type) {
    case 'create-table': {
      const { table, ifNotExists, orReplace } = statement;
      const created: Change = { change: 'create', object: 'table', name: table, uncertain: ifNotExists };
      return orReplace ? [{ change: 'drop', object: 'table', name: table }, created] : [created];
    }
    case 'create-view':
      return [{ change: 'create', object: 'view', name: statement.name, uncertain: statement.uncertain }];
    case 'create-database':
      return [{ change: 'create', object: 'database', name: statement.name, uncertain: statement.uncertain }];
    case 'drop-table':
      return statement.names.map((name) => ({ change: 'drop', object: 'table', name }));
    case 'drop-view':
      return statement.names.map((name) => ({ change: 'drop', object: 'view', name }));
    case 'drop-database':
      return [{ change: 'drop', object: 'database', name: statement.name }];
    case 'rename-table':
      return statement.pairs.map(([name, newName]) => ({ change: 'rename', object: 'table', name, newName }));
    case 'truncate':
      return [{ change: 'empty', object: 'table', name: statement.table }];
    case 'alter-table':
      return altered(statement, tables);
    case 'update':
    case 'delete':
      return changedRows(statement);
    default:
      return [];
  }
}

function altered({ table, clauses }: AlterTable, tables: KnownTables): readonly Change[] {
  return clauses.flatMap((clause) => changeOf(table, clause, tables));
}

function changeOf(table: string, clause: Clause, tables: KnownTables): readonly Change[] {
  const column = (name: string) => ({ object: 'column', name: `${table}.${name}` });
  switch (clause.do) {
    case 'add-column':
      return [{ change: 'create', ...column(clause.column.name) }];
    case 'drop-column':
      return [{ change: 'drop', ...column(clause.name) }];
    case 'rename-column':
      return [{ change: 'rename', ...column(clause.name), newName: `${table}.${clause.newName}` }];
    case 'change-column':
      return changedColumn(table, clause.name, tables.asIn(table, clause.column), tables);
    case 'rename-table':
      return [{ change: 'rename', object: 'table', name: table, newName: clause.newName }];
    case 'convert-charset':
      return convertedCharset(table, clause.charset, tables);
    case 'discard-tablespace':
      return [{ change: 'empty', object: 'table', name: table }];
    case 'partition':
      return partitionChanges(table, clause);
    default:
      return [];
  }
}

function changedColumn(table: string, name: string, to: Column, tables: KnownTables): readonly Change[] {
  const from = tables.column(table, name);
  const changed = { object: 'column', name: `${table}.${name}` };
  const isRenamed = name.toLowerCase() !== to.name.toLowerCase();
  const detail = lossyDetail(from, to);
  return [
    ...(detail === undefined ? [] : [{ change: 'retype' as const, ...changed, detail }]),
    ...(isRenamed ? [{ change: 'rename' as const, ...changed, newName: `${table}.${to.name}` }] : []),
  ];
}

/** Why a change of a column may lose something; undefined when it cannot. */
function lossyDetail(from: Column | undefined, to: Column): string | undefined {
  const change =
    from === undefined
      ? `to ${typeText(to.type)}`
      : `from ${typeText(from.type, to.type)} to ${typeText(to.type, from.type)}`;
  if (!holdsAll(from?.type, to.type)) {
    return from === undefined ? `${change}, from a type that no migration of this folder shows,` : change;
  }
  // Without a strict sql_mode, which Aurora does not set by itself, NULL becomes 0 or ''.
  if (!to.nullable && from?.nullable !== false) return `${change} NOT NULL, which leaves no room for NULL,`;
  return undefined;
}

function convertedCharset(table: string, { charset }: Charset, tables: KnownTables): readonly Change[] {
  if (charset === 'utf8mb4') return [];
  const known = tables.columnsOf(table).filter(({ type }) => isCharacters(type));
  const isSafe = known.length > 0 && known.every(({ type }) => holdsAll(type, { ...type, charset }));
  const detail = `to character set ${charset}, which cannot hold every character,`;
  return isSafe ? [] : [{ change: 'retype', object: 'the texts of table', name: table, detail }];
}

function partitionChanges(table: string, { change, names }: Clause & { do: 'partition' }): readonly Change[] {
  const each = (kind: 'drop' | 'empty' | 'detach', detail?: string) =>
    names.map((name) => ({ change: kind, object: 'partition', name: `${table}.${name}`, detail }) satisfies Change);
  if (change === 'drop') return each('drop');
  if (change === 'truncate' || change === 'discard') return each('empty');
  return change === 'exchange' ? each('detach', 'into another table') : [];
}

/** What a condition narrows is the author's own affair, and so is what a join does. */
function changedRows({ type, tables, columns, condition, isJoined }: ChangeRows): readonly Change[] {
  if (condition === undefined ? isJoined : !isAlwaysTrue(condition)) return [];
  if (type === 'delete') return tables.map((name) => ({ change: 'empty', object: 'table', name }));
  const [table = ''] = tables;
  const written = columns.map((column) => `${table}.${column}`);
  return [{ change: 'overwrite', object: 'table', name: table, columns: written }];
}

/** WHERE 1, WHERE true, WHERE 1 = 1, WHERE id = id. */
export function isAlwaysTrue(condition: readonly Token[]): boolean {
  const [first, operator, second, ...rest] = withoutParentheses(condition).map(({ text }) => text.toLowerCase());
  if (operator === undefined) return first === 'true' || /^[1-9]\d*$/.test(first ?? '');
  return operator === '=' && first === second && rest.length === 0;
}
