import type { AlterTableCmd, ColumnDef, Constraint, RenameStmt } from 'libpg-query';
import type { Node } from './parser';
import { nameOf, nodesOf, qualified, texts } from './tree';

/** A CHECK, or that a column is not null. */
interface Check {
  readonly kind: 'check' | 'not null';
  readonly isValid: boolean;
  /** Columns that it says are not null. */
  readonly notNull: readonly string[];
}

/** The constraints of one table by their names: those that PostgreSQL gives, where a file gives none. */
type Checks = Map<string, Check>;

/** What the migrations of a target have made every row of its tables fulfil, as much as their files show. */
export class KnownChecks {
  #tables = new Map<string, Checks>();

  /** Whether all rows of a table have a value in a column. */
  isNeverNull(table: string, column: string): boolean {
    return this.#of(table).some(({ isValid, notNull }) => isValid && notNull.includes(column));
  }

  /** Whether a table has a CHECK that was checked on all rows. What it says is not compared with anything. */
  hasValidCheck(table: string): boolean {
    return this.#of(table).some(({ kind, isValid }) => kind === 'check' && isValid);
  }

  /** For code that may have changed any of them. */
  forget(): void {
    this.#tables = new Map();
  }

  /** Follows what a node of a statement does. */
  apply(node: Node): void {
    if ('CreateStmt' in node) {
      const table = nameOf(node.CreateStmt.relation)!;
      for (const element of node.CreateStmt.tableElts ?? []) this.#add(table, element);
    } else if ('AlterTableStmt' in node) {
      const table = nameOf(node.AlterTableStmt.relation)!;
      for (const command of node.AlterTableStmt.cmds ?? []) {
        if ('AlterTableCmd' in command) this.#alter(table, command.AlterTableCmd);
      }
    } else if ('RenameStmt' in node) this.#rename(node.RenameStmt);
    else if ('AlterObjectSchemaStmt' in node) {
      const { relation, newschema } = node.AlterObjectSchemaStmt;
      if (relation) move(this.#tables, nameOf(relation)!, qualified([newschema, relation.relname]));
    } else if ('DropStmt' in node && node.DropStmt.removeType === 'OBJECT_TABLE') {
      for (const table of node.DropStmt.objects ?? []) this.#tables.delete(qualified(texts([table])));
    }
  }

  #of(table: string): readonly Check[] {
    return [...(this.#tables.get(table)?.values() ?? [])];
  }

  #rename({ renameType, relation, subname = '', newname = '' }: RenameStmt): void {
    const table = nameOf(relation);
    if (table === undefined) return;
    const checks = this.#tables.get(table) ?? new Map<string, Check>();
    if (renameType === 'OBJECT_TABLE') move(this.#tables, table, qualified([relation?.schemaname, newname]));
    if (renameType === 'OBJECT_TABCONSTRAINT') move(checks, subname, newname);
    if (renameType !== 'OBJECT_COLUMN') return;
    for (const [name, check] of checks) {
      checks.set(name, { ...check, notNull: check.notNull.map((column) => (column === subname ? newname : column)) });
    }
  }

  #alter(table: string, { subtype, name = '', def }: AlterTableCmd): void {
    const checks = this.#tables.get(table) ?? new Map<string, Check>();
    switch (subtype) {
      case 'AT_AddConstraint':
      case 'AT_AddColumn':
        if (def) this.#add(table, def);
        return;
      case 'AT_SetNotNull':
        this.#addNotNull(table, [name]);
        return;
      case 'AT_DropConstraint':
        checks.delete(name);
        return;
      case 'AT_ValidateConstraint': {
        const check = checks.get(name);
        if (check) checks.set(name, { ...check, isValid: true });
        return;
      }
      case 'AT_DropNotNull':
      case 'AT_DropColumn':
        for (const [constraint, { kind, notNull }] of checks) {
          const isDropped = subtype === 'AT_DropColumn' || kind === 'not null';
          if (isDropped && notNull.includes(name)) checks.delete(constraint);
        }
    }
  }

  /** What the definition of a table's column says, or a constraint of the table. */
  #add(table: string, element: Node): void {
    if ('Constraint' in element) this.#addConstraint(table, element.Constraint, undefined);
    if (!('ColumnDef' in element)) return;
    const { colname = '', constraints = [] } = element.ColumnDef;
    if (isNumbered(element.ColumnDef)) this.#addNotNull(table, [colname]);
    for (const part of constraints) if ('Constraint' in part) this.#addConstraint(table, part.Constraint, colname);
  }

  #addConstraint(table: string, constraint: Constraint, column: string | undefined): void {
    const { contype, conname, skip_validation, is_enforced, raw_expr, keys } = constraint;
    const columns = [...texts(keys), ...(column === undefined ? [] : [column])];
    if (contype === 'CONSTR_PRIMARY') this.#addNotNull(table, columns);
    if (contype === 'CONSTR_NOTNULL') this.#addNotNull(table, columns, conname, !skip_validation);
    if (contype !== 'CONSTR_CHECK') return;
    const isValid = !skip_validation && is_enforced === true;
    this.#set(table, conname, [...columnsIn(raw_expr), 'check'], {
      kind: 'check',
      isValid,
      notNull: notNullIn(raw_expr),
    });
  }

  #addNotNull(table: string, columns: readonly string[], name?: string, isValid = true): void {
    for (const column of columns) {
      this.#set(table, name, [column, 'not_null'], { kind: 'not null', isValid, notNull: [column] });
    }
  }

  /** @param parts of the name that PostgreSQL gives, after that of the table */
  #set(table: string, given: string | undefined, parts: readonly string[], check: Check): void {
    const checks = this.#tables.get(table) ?? new Map<string, Check>();
    this.#tables.set(table, checks);
    const own = table.slice(table.lastIndexOf('.') + 1);
    // Of a condition about several columns the name has none.
    const chosen = [own, ...(parts.length > 2 ? parts.slice(-1) : parts)].join('_');
    let name = given ?? chosen;
    for (let number = 1; given === undefined && checks.has(name); number++) name = `${chosen}${number}`;
    checks.set(name, check);
  }
}

/** IDENTITY and serial, which are NOT NULL. */
function isNumbered({ typeName, constraints = [] }: ColumnDef): boolean {
  const isSerial = /^(small|big)?serial\d?$/.test(texts(typeName?.names).at(-1) ?? '');
  return isSerial || constraints.some((part) => 'Constraint' in part && part.Constraint.contype === 'CONSTR_IDENTITY');
}

function columnsIn(condition: Node | undefined): readonly string[] {
  const nodes = condition === undefined ? [] : nodesOf(condition);
  return [
    ...new Set(nodes.flatMap((node) => ('ColumnRef' in node ? (texts(node.ColumnRef.fields).at(-1) ?? []) : []))),
  ];
}

/** Columns that a condition says are not null, whatever else it says. */
function notNullIn(condition: Node | undefined): readonly string[] {
  if (condition === undefined) return [];
  if ('NullTest' in condition) {
    const { nulltesttype, arg } = condition.NullTest;
    const isColumn = nulltesttype === 'IS_NOT_NULL' && arg !== undefined && 'ColumnRef' in arg;
    return isColumn ? [texts(arg.ColumnRef.fields).at(-1) ?? ''] : [];
  }
  if ('BoolExpr' in condition && condition.BoolExpr.boolop === 'AND_EXPR') {
    return (condition.BoolExpr.args ?? []).flatMap(notNullIn);
  }
  return [];
}

function move<T>(map: Map<string, T>, from: string, to: string): void {
  const value = map.get(from);
  if (value === undefined) return;
  map.delete(from);
  map.set(to, value);
}
