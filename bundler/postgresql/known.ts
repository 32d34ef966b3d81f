import type { CreateFunctionStmt } from 'libpg-query';
import { KnownChecks } from './checks';
import { KnownColumns } from './columns';
import type { Node } from './parser';
import { effectsOf, nameOf, qualified, texts } from './tree';

/** What the migrations of a target have made so far, as much as their files show. */
export class Known {
  readonly columns = new KnownColumns();
  readonly checks = new KnownChecks();
  #volatileFunctions = new Set<string>();
  #partitionKeys = new Map<string, string>();

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

/** Empty for a key of several columns, or of an expression. */
function onlyKey(parts: readonly Node[] = []): string {
  const [first, second] = parts;
  return first && !second && 'PartitionElem' in first ? (first.PartitionElem.name ?? '') : '';
}
