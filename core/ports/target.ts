import type { DatabaseTraits } from '../bundle/database-kinds';
import type { DatabaseKind } from '../wire';
import type { ItemDatabase } from './items';
import type { SchemaDatabase } from './schema';
import type { HistoryMark, SqlDatabase } from './sql';
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
