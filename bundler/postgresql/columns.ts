import type { AlterTableCmd, ColumnDef } from 'libpg-query';
import { KnownDomains } from './domains';
import type { Node } from './parser';
import { effectsOf, nameOf, qualified, texts } from './tree';
import { type ColumnType, columnType } from './types';

interface KnownTable {
  readonly columns: Map<string, ColumnType>;
  /** Whether these are all of its columns. */
  readonly isWhole: boolean;
}

/**
 * The columns that the migrations of a target have made so far, and their types: as much as their files show. What
 * `IF NOT EXISTS` makes counts, unless an earlier file has shown something else.
 */
export class KnownColumns {
  readonly domains = new KnownDomains();
  #tables = new Map<string, KnownTable>();

  /** Undefined when no file says it. */
  typeOf(table: string, column: string): ColumnType | undefined {
    return this.#tables.get(table)?.columns.get(column);
  }

  /** Whether a table may have a column of a type: true also for a table of which not all columns are known. */
  mayHave(table: string, type: string): boolean {
    const known = this.#tables.get(table);
    return !known?.isWhole || [...known.columns.values()].some(({ name }) => name === type);
  }

  /** For code that may have changed any of them. */
  forget(): void {
    this.#tables = new Map();
  }

  /** Follows what a statement does. */
  apply(statement: Node): void {
    for (const node of effectsOf(statement)) this.#applyOne(node);
  }

  #applyOne(node: Node): void {
    this.domains.apply(node);
    if ('CreateStmt' in node) {
      const { relation, tableElts = [], inhRelations = [], if_not_exists } = node.CreateStmt;
      const table = nameOf(relation)!;
      if (if_not_exists && this.#tables.has(table)) return;
      const listsAll = inhRelations.length === 0 && tableElts.every((element) => !('TableLikeClause' in element));
      this.#tables.set(table, { columns: columnsOf(tableElts), isWhole: listsAll && !if_not_exists });
    } else if ('AlterTableStmt' in node) {
      const table = nameOf(node.AlterTableStmt.relation)!;
      for (const command of node.AlterTableStmt.cmds ?? []) {
        if ('AlterTableCmd' in command) this.#alter(table, command.AlterTableCmd);
      }
    } else if ('RenameStmt' in node) {
      const { renameType, relation, subname = '', newname = '' } = node.RenameStmt;
      const table = nameOf(relation);
      if (table === undefined) return;
      if (renameType === 'OBJECT_COLUMN') rename(this.#tables.get(table)?.columns, subname, newname);
      else if (renameType === 'OBJECT_TABLE') rename(this.#tables, table, qualified([relation?.schemaname, newname]));
    } else if ('AlterObjectSchemaStmt' in node) {
      const { relation, newschema } = node.AlterObjectSchemaStmt;
      if (relation) rename(this.#tables, nameOf(relation)!, qualified([newschema, relation.relname]));
    } else if ('DropStmt' in node && node.DropStmt.removeType === 'OBJECT_TABLE') {
      for (const table of node.DropStmt.objects ?? []) this.#tables.delete(qualified(texts([table])));
    } else if ('DoStmt' in node && /\balter\b/i.test(JSON.stringify(node.DoStmt))) {
      this.forget();
    }
  }

  #alter(table: string, { subtype, name = '', def, missing_ok }: AlterTableCmd): void {
    const known = this.#tables.get(table) ?? { columns: new Map<string, ColumnType>(), isWhole: false };
    this.#tables.set(table, known);
    if (subtype === 'AT_DropColumn') known.columns.delete(name);
    if (!def || !('ColumnDef' in def) || !def.ColumnDef.typeName) return;
    const { colname = name, typeName } = def.ColumnDef;
    const isKept = missing_ok && known.columns.has(colname);
    if (subtype === 'AT_AddColumn' && !isKept) known.columns.set(colname, columnType(typeName));
    if (subtype === 'AT_AlterColumnType') known.columns.set(name, columnType(typeName));
  }
}

function columnsOf(elements: readonly Node[]): Map<string, ColumnType> {
  const columns = elements.flatMap((element): ColumnDef[] => ('ColumnDef' in element ? [element.ColumnDef] : []));
  return new Map(
    columns.flatMap(({ colname = '', typeName }) => (typeName ? [[colname, columnType(typeName)] as const] : [])),
  );
}

function rename<T>(map: Map<string, T> | undefined, from: string, to: string): void {
  const value = map?.get(from);
  if (!map || value === undefined) return;
  map.delete(from);
  map.set(to, value);
}
