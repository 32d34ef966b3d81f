import type { DatabaseKind } from '../../core/wire';
import { loadPostgresql } from '../postgresql/dialect';
import type { SqlDialect } from './dialect';

/** Loads the dialect of a kind of database that takes statements. Parsers are loaded once, and only when needed. */
export type LoadDialect = (databaseKind: DatabaseKind) => Promise<SqlDialect>;

/** What a target speaks that no app declares. */
export const defaultDialect: DatabaseKind = 'aurora-postgresql';

const loaders: Readonly<Partial<Record<DatabaseKind, () => Promise<SqlDialect>>>> = {
  'aurora-postgresql': loadPostgresql,
  'aurora-mysql': async () => (await import('../mysql/dialect.js')).mysqlDialect,
};

/** Dialects for one build. A database that takes no statements reads those of the default: that they are wrong is said elsewhere. */
export function dialectLoader(): LoadDialect {
  const loaded = new Map<DatabaseKind, Promise<SqlDialect>>();
  return (databaseKind) => {
    const kind = databaseKind in loaders ? databaseKind : defaultDialect;
    const dialect = loaded.get(kind) ?? loaders[kind]!();
    loaded.set(kind, dialect);
    return dialect;
  };
}
