import type { DataAction } from './data-action';
import type { PhaseName } from './phases';
import type { TableOperation } from './table-operations';

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
