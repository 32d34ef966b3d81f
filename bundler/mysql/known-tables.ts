import type { Clause, ForeignKey, Index } from './alter-table';
import { type Charset, completed } from './charset';
import { type Column, type ColumnType, inTable, isCharacters } from './column';
import type { Statement } from './statement';

interface KnownTable {
  readonly columns: Map<string, Column>;
  readonly indexes: Map<string, Index>;
  readonly foreignKeys: Map<string, ForeignKey>;
  /** Of columns that state none. */
  charset: Charset;
  /** Whether these are all of its columns. */
  readonly isWhole: boolean;
}

/**
 * The tables that the migrations of a target have made so far: as much as their files show. What `IF NOT EXISTS` makes
 * counts, unless an earlier file has shown something else. Names of columns and keys are found in any case.
 */
export class KnownTables {
  #tables = new Map<string, KnownTable>();

  column(table: string, column: string): Column | undefined {
    return this.#tables.get(table)?.columns.get(column.toLowerCase());
  }

  typeOf(table: string, column: string): ColumnType | undefined {
    return this.column(table, column)?.type;
  }

  /** What a definition makes of a column of a table. */
  asIn(table: string, column: Column): Column {
    const known = this.#tables.get(table) ?? emptyTable(false, {});
    const primary = known.indexes.get('primary')?.columns ?? [];
    const isKey = primary.some((name) => same(name, column.name));
    return { ...inTable(column, known.charset), ...(isKey ? { nullable: false } : {}) };
  }

  columnsOf(table: string): readonly Column[] {
    return [...(this.#tables.get(table)?.columns.values() ?? [])];
  }

  /** Whether a table has, or may have, an index of a kind. */
  mayHaveIndex(table: string, kind: Index['kind']): boolean {
    const known = this.#tables.get(table);
    return !known?.isWhole || [...known.indexes.values()].some((index) => index.kind === kind);
  }

  /** A foreign key that loses its last index when this one goes. */
  foreignKeyOn(table: string, indexName: string): ForeignKey | undefined {
    const known = this.#tables.get(table);
    const index = known?.indexes.get(indexName.toLowerCase());
    if (!known || !index) return undefined;
    const others = [...known.indexes.values()].filter((other) => other !== index);
    const serves = ({ columns }: Index, key: ForeignKey) => key.columns.every((name, at) => same(columns[at], name));
    return [...known.foreignKeys.values()].find(
      (key) => serves(index, key) && !others.some((other) => serves(other, key)),
    );
  }

  /** For code that may have changed any of them. */
  forget(): void {
    this.#tables = new Map();
  }

  /** Follows what a statement does. */
  apply(statement: Statement): void {
    switch (statement.type) {
      case 'create-table': {
        const { table, ifNotExists, elements, isWhole, charset } = statement;
        if (ifNotExists && this.#tables.has(table)) return;
        this.#tables.set(table, emptyTable(isWhole && !ifNotExists, completed(charset, {})));
        for (const element of elements) this.#alter(table, element);
        return;
      }
      case 'alter-table':
        for (const clause of statement.clauses) this.#alter(statement.table, clause);
        return;
      case 'create-index':
        this.#alter(statement.table, statement.clause);
        return;
      case 'drop-index':
        this.#tables.get(statement.table)?.indexes.delete(statement.name.toLowerCase());
        return;
      case 'drop-table':
        for (const name of statement.names) this.#tables.delete(name);
        return;
      case 'rename-table':
        for (const [from, to] of statement.pairs) rename(this.#tables, from, to);
    }
  }

  #alter(table: string, clause: Clause): void {
    const known = this.#tables.get(table) ?? emptyTable(false, {});
    this.#tables.set(table, known);
    switch (clause.do) {
      case 'add-column':
        addColumn(known, clause.column);
        return;
      case 'drop-column':
        known.columns.delete(clause.name.toLowerCase());
        return;
      case 'change-column':
        known.columns.delete(clause.name.toLowerCase());
        known.columns.set(clause.column.name.toLowerCase(), inTable(clause.column, known.charset));
        return;
      case 'rename-column':
        rename(known.columns, clause.name.toLowerCase(), clause.newName.toLowerCase());
        return;
      case 'add-index':
        addIndex(known, clause.index);
        return;
      case 'drop-index':
        known.indexes.delete(clause.name.toLowerCase());
        return;
      case 'drop-primary-key':
        known.indexes.delete('primary');
        return;
      case 'add-foreign-key':
        known.foreignKeys.set(clause.foreignKey.name?.toLowerCase() ?? `#${known.foreignKeys.size}`, clause.foreignKey);
        return;
      case 'drop-foreign-key':
        known.foreignKeys.delete(clause.name.toLowerCase());
        return;
      case 'convert-charset':
        known.charset = clause.charset;
        for (const [name, column] of known.columns) {
          if (isCharacters(column.type))
            known.columns.set(name, { ...column, type: { ...column.type, ...clause.charset } });
        }
        return;
      case 'default-charset':
        known.charset = clause.charset;
        return;
      case 'rename-table':
        rename(this.#tables, table, clause.newName);
    }
  }
}

function emptyTable(isWhole: boolean, charset: Charset): KnownTable {
  return { columns: new Map(), indexes: new Map(), foreignKeys: new Map(), charset, isWhole };
}

function addColumn(known: KnownTable, column: Column): void {
  known.columns.set(column.name.toLowerCase(), inTable(column, known.charset));
  if (column.key === 'primary') addIndex(known, { kind: 'primary', name: 'PRIMARY', columns: [column.name] });
  if (column.key === 'unique') addIndex(known, { kind: 'unique', columns: [column.name] });
}

/** MySQL names an index after its first column. A primary key has no NULL. */
function addIndex(known: KnownTable, index: Index): void {
  if (index.kind === 'primary') {
    for (const name of index.columns.map((column) => column.toLowerCase())) {
      const column = known.columns.get(name);
      if (column) known.columns.set(name, { ...column, nullable: false });
    }
  }
  known.indexes.set((index.name ?? index.columns[0] ?? '').toLowerCase(), index);
}

function same(a: string | undefined, b: string): boolean {
  return a?.toLowerCase() === b.toLowerCase();
}

function rename<T>(map: Map<string, T>, from: string, to: string): void {
  const value = map.get(from);
  if (value === undefined) return;
  map.delete(from);
  map.set(to, value);
}
