import type { AlterTableCmd, ColumnDef } from 'libpg-query';
import type { Node } from './postgres';
import { effectsOf, nameOf, qualified, texts } from './sql-tree';
import { type ColumnType, columnType } from './sql-types';

/**
 * The columns that the migrations of a target have made so far, and their types: as much as their files show. What a
 * statement makes that does not list its columns is not known.
 */
export class KnownColumns {
  #tables = new Map<string, Map<string, ColumnType>>();

  /** Undefined when no file says it. */
  typeOf(table: string, column: string): ColumnType | undefined {
    return this.#tables.get(table)?.get(column);
  }

  /** Whether a table may have a column of a type: true also for a table of which nothing is known. */
  mayHave(table: string, type: string): boolean {
    const columns = this.#tables.get(table);
    return columns === undefined || [...columns.values()].some(({ name }) => name === type);
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
    if ('CreateStmt' in node) {
      const { relation, tableElts = [], inhRelations = [], if_not_exists } = node.CreateStmt;
      const table = nameOf(relation)!;
      const isWhole = inhRelations.length === 0 && tableElts.every((element) => !('TableLikeClause' in element));
      // What IF NOT EXISTS may have left alone is not what the statement says.
      if (isWhole && !if_not_exists) this.#tables.set(table, columnsOf(tableElts));
    } else if ('AlterTableStmt' in node) {
      const table = nameOf(node.AlterTableStmt.relation)!;
      for (const command of node.AlterTableStmt.cmds ?? []) {
        if ('AlterTableCmd' in command) this.#alter(table, command.AlterTableCmd);
      }
    } else if ('RenameStmt' in node) {
      const { renameType, relation, subname = '', newname = '' } = node.RenameStmt;
      const table = nameOf(relation);
      if (table === undefined) return;
      if (renameType === 'OBJECT_COLUMN') rename(this.#tables.get(table), subname, newname);
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

  #alter(table: string, { subtype, name, def }: AlterTableCmd): void {
    const columns = this.#tables.get(table);
    const column = def && 'ColumnDef' in def ? def.ColumnDef : undefined;
    if (!columns) return;
    if (subtype === 'AT_AddColumn' && column?.typeName) columns.set(column.colname!, columnType(column.typeName));
    if (subtype === 'AT_AlterColumnType' && column?.typeName) columns.set(name!, columnType(column.typeName));
    if (subtype === 'AT_DropColumn') columns.delete(name!);
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
