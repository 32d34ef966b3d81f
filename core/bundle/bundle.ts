import type { DataAction } from './data-action';
import type { PhaseName } from './phases';

/**
 * What synth time hands to run time: every migration of an app, checked, split and compiled, in one JSON document.
 *
 * A bundle is immutable and content-addressed. Its file is canonical JSON (sorted keys, no white space) of
 * {@link Bundle}, and its `revision` is the SHA-256 of exactly those bytes, so the same migrations give the same
 * revision on every machine and a run-time engine can verify what it loaded by hashing what it read.
 */
export interface Bundle {
  /** Version of this document's layout. An engine refuses a layout that it does not know. */
  readonly format: 1;
  /** In an order in which every migration comes after all that it depends on; ties by target, then semver. */
  readonly migrations: readonly BundledMigration[];
}

/** `<target>/<version>`, for example `users/1.1.0`. Unique in a bundle. */
export type MigrationId = string;

export type MigrationKind = 'sql' | 'dynamodb' | 'data';

/** What planning needs to know of a migration; its content stays in the bundle. */
export interface ManifestEntry {
  readonly id: MigrationId;
  readonly target: string;
  /** Semver, without a leading `v`. */
  readonly version: string;
  /** Words separated by spaces, for example `add user analytics`. */
  readonly name: string;
  readonly kind: MigrationKind;
  /** SHA-256 (hex) of the source file with `\r\n` read as `\n`. */
  readonly checksum: string;
  readonly dependsOn: readonly MigrationId[];
  /** True when the author declared that the migration cannot be undone. Then a deployment that has applied it cannot be rolled back. */
  readonly irreversible: boolean;
}

export interface BundledMigration extends ManifestEntry {
  /** The source file, relative to the migrations folder, with `/` as separator. */
  readonly file: string;
  /**
   * Phases in the order in which a deployment runs them, then `down`. Declarative DynamoDB migrations have no `down`:
   * their inverse is computed from what was observed.
   */
  readonly phases: readonly Phase[];
  /** TypeScript migrations that must run code: the module compiled to one CommonJS text. */
  readonly code?: string;
  /** Where the lines of `code` come from, so that a stack trace can name a line of `file`. */
  readonly codeLines?: CodeLines;
}

/**
 * Pairs of a line of the compiled code and the line of the source file that it and those after it, up to the next pair,
 * come from. Ascending, 1-based; source line 0 = not of this file. See `sourceLineOf` in core/code-lines.
 */
export type CodeLines = readonly (readonly [compiled: number, source: number])[];

/** What a migration does in one of its phases. A phase without actions is left out. */
export interface Phase {
  readonly name: PhaseName;
  /** In order. */
  readonly actions: readonly Action[];
}

/** What a migration does in a phase; nothing when it has no such phase. */
export function actionsOf({ phases }: { readonly phases: readonly Phase[] }, name: PhaseName): readonly Action[] {
  return phases.find((phase) => phase.name === name)?.actions ?? [];
}

/** One thing an engine does as a unit. Plain data, so that it can be stored and replayed by any engine version. */
export type Action = SqlAction | TableAction | CodeAction | VerifyAction | DataAction;

/** SQL statements. Inside one transaction together with their history row, or each on its own. */
export interface SqlAction {
  readonly type: 'sql';
  readonly transaction: boolean;
  readonly statements: readonly Statement[];
}

/** One declarative DynamoDB operation. */
export interface TableAction {
  readonly type: 'table';
  readonly operation: TableOperation;
}

/** Runs an exported function of the migration's compiled module, inside one SQL transaction. */
export interface CodeAction {
  readonly type: 'code';
  readonly function: 'up' | 'down' | 'contract';
}

/** Questions to the database: each must return one row whose first column is true. */
export interface VerifyAction {
  readonly type: 'verify';
  readonly statements: readonly Statement[];
}

export interface Statement {
  readonly text: string;
  /** 1-based line in the source file at which the statement begins. */
  readonly line: number;
  /** 1-based column. */
  readonly column: number;
}

/**
 * A change of a DynamoDB table, as plain data: what the builders of `cdk-migrations/authoring` return.
 *
 * @example
 * import { createTable, dynamodb, type TableOperation } from 'cdk-migrations/authoring';
 *
 * const tables = ['mealPlans', 'shoppingLists'];
 * const up: TableOperation[] = tables.map((table) =>
 *   createTable({ table, partitionKey: { name: 'userId', type: 'S' } }),
 * );
 * export default dynamodb({ up });
 */
export type TableOperation = CreateTable | DeleteTable | AddGlobalIndex | RemoveGlobalIndex;

/**
 * The attribute types that a DynamoDB key can have: `S` string, `N` number, `B` binary.
 *
 * @example
 * import { createTable, dynamodb, type KeyType } from 'cdk-migrations/authoring';
 *
 * const type: KeyType = 'S';
 * export default dynamodb({ up: [createTable({ table: 'mealPlans', partitionKey: { name: 'userId', type } })] });
 */
export type KeyType = 'S' | 'N' | 'B';

/**
 * An attribute that is a key of a table or of an index.
 *
 * @example
 * import { createTable, dynamodb, type KeyAttribute } from 'cdk-migrations/authoring';
 *
 * const partitionKey: KeyAttribute = { name: 'userId', type: 'S' };
 * export default dynamodb({ up: [createTable({ table: 'mealPlans', partitionKey })] });
 */
export interface KeyAttribute {
  /** The name of the attribute, 1 to 255 bytes of UTF-8. */
  readonly name: string;
  /** The type of its values; one type per attribute of a table. */
  readonly type: KeyType;
}

/**
 * A global secondary index of a table.
 *
 * @example
 * import { createTable, dynamodb, type IndexDefinition } from 'cdk-migrations/authoring';
 *
 * const byDay: IndexDefinition = { name: 'byDay', partitionKey: { name: 'day', type: 'S' }, projection: 'KEYS_ONLY' };
 * export default dynamodb({
 *   up: [createTable({ table: 'mealPlans', partitionKey: { name: 'userId', type: 'S' }, globalIndexes: [byDay] })],
 * });
 */
export interface IndexDefinition {
  /** The name of the index, 3 to 255 of `a-z A-Z 0-9 _ - .`, unique in its table. */
  readonly name: string;
  /** The attribute by whose value a query selects items. */
  readonly partitionKey: KeyAttribute;
  /**
   * The attribute by which items with the same partition key are ordered.
   * @default - items are not ordered
   */
  readonly sortKey?: KeyAttribute;
  /**
   * Which attributes the index holds: `ALL`, only the keys (`KEYS_ONLY`), or the keys and 1 to 20 named attributes.
   * @default ALL
   */
  readonly projection?: 'ALL' | 'KEYS_ONLY' | readonly string[];
}

/**
 * Creates an on-demand table.
 *
 * @example
 * import { type CreateTable, createTable, dynamodb } from 'cdk-migrations/authoring';
 *
 * const plans: CreateTable = createTable({ table: 'mealPlans', partitionKey: { name: 'userId', type: 'S' } });
 * export default dynamodb({ up: [plans] });
 */
export interface CreateTable {
  /** Tells this operation from the others. */
  readonly kind: 'createTable';
  /** The logical name of the table, from which the target makes the physical one. */
  readonly table: string;
  /** The attribute by whose value items are found. */
  readonly partitionKey: KeyAttribute;
  /**
   * The attribute by which items with the same partition key are ordered and told apart.
   * @default - one item per partition key
   */
  readonly sortKey?: KeyAttribute;
  /**
   * At most 20 global secondary indexes, created together with the table.
   * @default - none
   */
  readonly globalIndexes?: readonly IndexDefinition[];
}

/**
 * Deletes a table with its items. Destructive: belongs in `contract`.
 *
 * @example
 * import { type DeleteTable, deleteTable, dynamodb } from 'cdk-migrations/authoring';
 *
 * const old: DeleteTable = deleteTable('mealPlansOld');
 * export default dynamodb({ up: [], contract: [old] });
 */
export interface DeleteTable {
  /** Tells this operation from the others. */
  readonly kind: 'deleteTable';
  /** The logical name of the table. */
  readonly table: string;
  /**
   * The reason, in words, why `up` may do this before the commit. The migration must be `irreversible` too.
   * @default - refused in `up`
   */
  readonly allowDestructive?: string;
}

/**
 * Adds a global secondary index to a table.
 *
 * @example
 * import { type AddGlobalIndex, addGlobalIndex, dynamodb } from 'cdk-migrations/authoring';
 *
 * const byDiet: AddGlobalIndex = addGlobalIndex({
 *   table: 'mealPlans',
 *   name: 'byDiet',
 *   partitionKey: { name: 'diet', type: 'S' },
 * });
 * export default dynamodb({ up: [byDiet] });
 */
export interface AddGlobalIndex {
  /** Tells this operation from the others. */
  readonly kind: 'addGlobalIndex';
  /** The logical name of the table. */
  readonly table: string;
  /** The index to add, with its name and keys. */
  readonly index: IndexDefinition;
}

/**
 * Removes a global secondary index. Its definition is read from the table first, so that it can be built again.
 *
 * @example
 * import { dynamodb, type RemoveGlobalIndex, removeGlobalIndex } from 'cdk-migrations/authoring';
 *
 * const byDay: RemoveGlobalIndex = removeGlobalIndex({ table: 'mealPlans', index: 'byDay' });
 * export default dynamodb({ up: [], contract: [byDay] });
 */
export interface RemoveGlobalIndex {
  /** Tells this operation from the others. */
  readonly kind: 'removeGlobalIndex';
  /** The logical name of the table. */
  readonly table: string;
  /** The name of the index. */
  readonly index: string;
  /**
   * The reason, in words, why `up` may do this before the commit: the release that is live may still query the index.
   * @default - refused in `up`
   */
  readonly allowDestructive?: string;
}
