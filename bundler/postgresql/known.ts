import type { Constraint, CreateFunctionStmt } from 'libpg-query';
import { KnownChecks } from './checks';
import { KnownColumns } from './columns';
import type { Node } from './parser';
import { effectsOf, nameOf, qualified, texts } from './tree';
import { type ColumnType, columnType } from './types';

interface Domain {
  readonly type: ColumnType;
  readonly isConstrained: boolean;
}

/** What the migrations of a target have made so far, as much as their files show. */
export class Known {
  readonly columns = new KnownColumns();
  readonly checks = new KnownChecks();
  #domains = new Map<string, Domain>();
  #volatileFunctions = new Set<string>();
  #partitionKeys = new Map<string, string>();

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
    this.checks.forget();
  }

  /** Follows what a statement does. */
  apply(statement: Node): void {
    this.columns.apply(statement);
    for (const node of effectsOf(statement)) this.#applyOne(node);
  }

  #applyOne(node: Node): void {
    this.checks.apply(node);
    if ('CreateStmt' in node) {
      const { relation, partspec } = node.CreateStmt;
      const table = nameOf(relation)!;
      if (partspec) this.#partitionKeys.set(table, onlyKey(partspec.partParams));
      else this.#partitionKeys.delete(table);
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
    } else if ('DoStmt' in node && /\balter\b/i.test(JSON.stringify(node.DoStmt))) {
      this.forget();
    }
  }
}

/** Functions of PostgreSQL's own, and of contrib extensions, that are called for every row. */
const volatileNames =
  '(gen_random_uuid|uuidv4|uuidv7|uuid_generate_v\\w+|random|random_normal|clock_timestamp|timeofday|nextval|gen_salt|gen_random_bytes)';

/** Whether PostgreSQL, or an extension, has a function of this name that is called for every row. */
export function isVolatileName(name: string): boolean {
  return new RegExp(`^(\\w+\\.)?${volatileNames}$`).test(name);
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

/** Empty for a key of several columns, or of an expression. */
function onlyKey(parts: readonly Node[] = []): string {
  const [first, second] = parts;
  return first && !second && 'PartitionElem' in first ? (first.PartitionElem.name ?? '') : '';
}
