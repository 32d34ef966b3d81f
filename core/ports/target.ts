import type { DatabaseTraits } from '../bundle/database-kinds';
import type { DatabaseKind } from '../wire';
import type { ItemDatabase } from './items';
import type { SchemaSnapshot } from './schema';
import type { HistoryMark, SqlConnection, SqlDatabase } from './sql';
import type { TableDatabase } from './tables';

/**
 * A database that migrations change. Every kind has the same life cycle; where a database needs nothing of it, the
 * method does nothing. What a step can do with it is in `sql` or `tables`.
 */
export interface Target {
  readonly databaseKind: DatabaseKind;
  readonly traits: DatabaseTraits;
  /** For databases that take statements. */
  readonly sql?: SqlDatabase;
  /** For databases of tables without a schema. */
  readonly tables?: TableDatabase;
  /** For databases whose items can be worked through. */
  readonly items?: ItemDatabase;
  /** For databases with a schema that can be compared with what migrations make. */
  readonly schema?: SchemaDatabase;
  /** Makes what the protocol needs in the database, and raises the fence: holders of lower tokens can write no more. */
  prepare(): Promise<void>;
  /** What the database itself knows of this scope's migrations; undefined when it keeps no history. */
  history(): Promise<readonly HistoryMark[] | undefined>;
  /** Removes what `prepare` made, unless a migration of any scope is still recorded there. */
  cleanUp(): Promise<void>;
}

/** The schema of a database, and empty databases beside it in which migrations can be tried. */
export interface SchemaDatabase {
  /** Reads the catalogue and changes nothing. */
  snapshot(): Promise<SchemaSnapshot>;
  /**
   * Asks more of the catalogue, in one transaction that can change nothing. Undefined where a {@link SchemaPlanner} could do
   * nothing with it.
   */
  readonly read?: <T>(work: (connection: SqlConnection) => Promise<T>) => Promise<T>;
  /** What new tables get from their database where statements say nothing; undefined where they get nothing. */
  readonly defaults?: () => Promise<SchemaDefaults>;
  /**
   * The scratch database of this name: the one that is there already, or a new and empty one.
   * @param name at most 24 characters: small letters, digits and `_`
   * @param defaults those of the database whose schema is compared; default: those of this one
   */
  scratch(name: string, defaults?: SchemaDefaults): Promise<Scratch>;
  /**
   * What a statement would change outside the scratch database in which it runs, in words that complete `it changes ...`;
   * undefined for a statement that stays inside.
   */
  reachesBeyond(statement: string): string | undefined;
}

export interface SchemaDefaults {
  readonly charset: string;
  readonly collation: string;
}

/** An empty database of the same kind, for a while. */
export interface Scratch {
  /** Its history is its own. `prepare()` was not called. */
  readonly target: Target & { readonly schema: SchemaDatabase };
  /** Removes the database with all that is in it. Removing it again is no error. */
  drop(): Promise<void>;
}

/** A statement that brings a schema nearer to another one. */
export interface PlannedStatement {
  readonly sql: string;
  /** It may destroy rows, or what others rely on. */
  readonly isDestructive: boolean;
}

/** Plans statements that would make one schema of another. It only reads both. */
export type SchemaPlanner = (from: SchemaDatabase, to: SchemaDatabase) => Promise<readonly PlannedStatement[]>;
