import type { AlterTableCmd, Constraint, CreateFunctionStmt } from 'libpg-query';
import { KnownColumns } from './columns';
import type { Node } from './parser';
import { effectsOf, nameOf, qualified, texts } from './tree';
import { type ColumnType, columnType } from './types';

interface Domain {
  readonly type: ColumnType;
  readonly isConstrained: boolean;
}

interface Check {
  readonly isValid: boolean;
  /** Columns that it says are not null. */
  readonly notNull: readonly string[];
}

/** What the migrations of a target have made so far, as much as their files show. */
export class Known {
  readonly columns = new KnownColumns();
  #checks = new Map<string, Map<string, Check>>();
  #domains = new Map<string, Domain>();
  #volatileFunctions = new Set<string>();
  #partitionKeys = new Map<string, string>();

  /** Whether a table has a constraint, checked on all rows, that a column is not null. */
  isNeverNull(table: string, column: string): boolean {
    return [...(this.#checks.get(table)?.values() ?? [])].some(
      ({ isValid, notNull }) => isValid && notNull.includes(column),
    );
  }

  /** Whether a table has a CHECK that was checked on all rows. What it says is not compared with anything. */
  hasValidCheck(table: string): boolean {
    return [...(this.#checks.get(table)?.values() ?? [])].some(({ isValid }) => isValid);
  }

  /** What a domain with a constraint is made of; undefined for every other type. */
  constrainedDomain(type: string): ColumnType | undefined {
    const domain = this.#domains.get(type);
    return domain?.isConstrained ? domain.type : undefined;
  }

  /** What the values of a type are stored as: those of a domain as what it is made of. */
  storedAs(type: ColumnType): ColumnType {
    const domain = type.isArray ? undefined : this.#domains.get(type.name);
    return domain ? this.storedAs(domain.type) : type;
  }

  /** Whether a migration has made a function that is neither IMMUTABLE nor STABLE. */
  isVolatile(name: string): boolean {
    return this.#volatileFunctions.has(name);
  }

  isPartitioned(table: string): boolean {
    return this.#partitionKeys.has(table);
  }

  /** The column that a table is partitioned by; undefined when that is more than one, or an expression. */
  partitionKey(table: string): string | undefined {
    return this.#partitionKeys.get(table) || undefined;
  }

  /** For code that may have changed any of it. */
  forget(): void {
    this.columns.forget();
    this.#checks = new Map();
  }

  /** Follows what a statement does. */
  apply(statement: Node): void {
    this.columns.apply(statement);
    for (const node of effectsOf(statement)) this.#applyOne(node);
  }

  #applyOne(node: Node): void {
    if ('CreateStmt' in node) {
      const { relation, tableElts = [], partspec } = node.CreateStmt;
      const table = nameOf(relation)!;
      for (const element of tableElts) this.#addColumnChecks(table, element);
      if (partspec) this.#partitionKeys.set(table, onlyKey(partspec.partParams));
    } else if ('AlterTableStmt' in node) {
      const table = nameOf(node.AlterTableStmt.relation)!;
      for (const command of node.AlterTableStmt.cmds ?? []) {
        if ('AlterTableCmd' in command) this.#alter(table, command.AlterTableCmd);
      }
    } else if ('CreateDomainStmt' in node) {
      const { domainname, typeName, constraints = [] } = node.CreateDomainStmt;
      const isConstrained = constraints.some((part) => 'Constraint' in part && isChecked(part.Constraint));
      if (typeName) this.#domains.set(qualified(texts(domainname)), { type: columnType(typeName), isConstrained });
    } else if ('AlterDomainStmt' in node && /^[CO]$/.test(node.AlterDomainStmt.subtype ?? '')) {
      const name = qualified(texts(node.AlterDomainStmt.typeName));
      const domain = this.#domains.get(name);
      if (domain) this.#domains.set(name, { ...domain, isConstrained: true });
    } else if ('CreateFunctionStmt' in node) {
      if (isVolatile(node.CreateFunctionStmt))
        this.#volatileFunctions.add(qualified(texts(node.CreateFunctionStmt.funcname)));
    } else if ('RenameStmt' in node && node.RenameStmt.renameType === 'OBJECT_TABLE') {
      const { relation, newname = '' } = node.RenameStmt;
      const checks = this.#checks.get(nameOf(relation) ?? '');
      if (checks) this.#checks.set(qualified([relation?.schemaname, newname]), checks);
    } else if ('DropStmt' in node && node.DropStmt.removeType === 'OBJECT_TABLE') {
      for (const table of node.DropStmt.objects ?? []) this.#checks.delete(qualified(texts([table])));
    } else if ('DoStmt' in node && /\balter\b/i.test(JSON.stringify(node.DoStmt))) {
      this.forget();
    }
  }

  #alter(table: string, { subtype, name = '', def }: AlterTableCmd): void {
    const checks = this.#checks.get(table);
    if (subtype === 'AT_AddConstraint' && def) this.#addColumnChecks(table, def);
    if (subtype === 'AT_AddColumn' && def) this.#addColumnChecks(table, def);
    if (subtype === 'AT_DropConstraint') checks?.delete(name);
    if (subtype === 'AT_ValidateConstraint') {
      const check = checks?.get(name);
      if (check) checks?.set(name, { ...check, isValid: true });
    }
  }

  /** The checks in the definition of a table's column, or a constraint of the table. */
  #addColumnChecks(table: string, element: Node): void {
    const column = 'ColumnDef' in element ? element.ColumnDef.colname : undefined;
    const constraints = 'ColumnDef' in element ? (element.ColumnDef.constraints ?? []) : [element];
    for (const part of constraints) {
      if (!('Constraint' in part)) continue;
      const { contype, conname, skip_validation, raw_expr, keys } = part.Constraint;
      if (contype !== 'CONSTR_CHECK' && contype !== 'CONSTR_NOTNULL') continue;
      const own = contype === 'CONSTR_NOTNULL' ? [...texts(keys), ...(column ? [column] : [])] : notNullIn(raw_expr);
      const checks = this.#checks.get(table) ?? new Map<string, Check>();
      const unnamed = `(${checks.size})`;
      this.#checks.set(table, checks.set(conname ?? unnamed, { isValid: !skip_validation, notNull: own }));
    }
  }
}

/** Functions of PostgreSQL's own, and of contrib extensions, that are called for every row. */
const volatileNames =
  '(gen_random_uuid|uuidv4|uuidv7|uuid_generate_v\\w+|random|clock_timestamp|timeofday|nextval|gen_salt|gen_random_bytes)';

/** Whether PostgreSQL, or an extension, has a function of this name that is called for every row. */
export function isVolatileName(name: string): boolean {
  return new RegExp(`^(pg_catalog\\.)?${volatileNames}$`).test(name);
}

/** A function is, unless it says otherwise; one in SQL only if what it calls is, because PostgreSQL puts it in its place. */
function isVolatile(definition: CreateFunctionStmt): boolean {
  const text = JSON.stringify(definition);
  if (/"volatility","arg":{"String":{"sval":"(immutable|stable)"/.test(text)) return false;
  const isSql = definition.sql_body !== undefined || /"language","arg":{"String":{"sval":"sql"/i.test(text);
  return !isSql || new RegExp(`\\b${volatileNames}\\b`).test(text);
}

function isChecked({ contype }: Constraint): boolean {
  return contype === 'CONSTR_CHECK' || contype === 'CONSTR_NOTNULL';
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

/** Empty for a key of several columns, or of an expression. */
function onlyKey(parts: readonly Node[] = []): string {
  const [first, second] = parts;
  return first && !second && 'PartitionElem' in first ? (first.PartitionElem.name ?? '') : '';
}
