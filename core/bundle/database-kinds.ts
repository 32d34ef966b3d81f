import type { DatabaseKind } from '../wire';
import type { MigrationKind } from './bundle';
import type { DoubleQuotes } from './redaction';

/** What the engine and the bundler must know of a kind of database; nothing else may depend on its name. */
export interface DatabaseTraits {
  /** Which kinds of migration run on it. */
  readonly migrationKinds: readonly MigrationKind[];
  /**
   * Schema changes are transactional: a section of statements and the row that records it are one unit. Without it every
   * statement is a step of its own.
   */
  readonly transactionalDdl: boolean;
  /** What stands between double quotes in a statement. Texts may be secrets, and do not leave the database (G6). */
  readonly doubleQuotes: DoubleQuotes;
  /** UTF-8 bytes of the longest statement that it takes; undefined when it takes no statements. */
  readonly maxStatementBytes?: number;
}

/** Every kind of database, and which migrations run on it. */
export const databaseKinds: Readonly<Record<DatabaseKind, DatabaseTraits>> = {
  // The RDS Data API takes statements of 64 KiB (aws-facts RDS-14).
  'aurora-postgresql': {
    migrationKinds: ['sql', 'data'],
    transactionalDdl: true,
    doubleQuotes: 'name',
    maxStatementBytes: 65_536,
  },
  'aurora-mysql': {
    migrationKinds: ['sql', 'data'],
    transactionalDdl: false,
    doubleQuotes: 'text',
    maxStatementBytes: 65_536,
  },
  dynamodb: { migrationKinds: ['dynamodb', 'data'], transactionalDdl: false, doubleQuotes: 'text' },
};

/** The kinds of database that run a kind of migration, for messages and for bundles without an app. */
export function databaseKindsFor(kind: MigrationKind): readonly DatabaseKind[] {
  const names = Object.keys(databaseKinds) as DatabaseKind[];
  return names.filter((name) => databaseKinds[name].migrationKinds.includes(kind));
}
