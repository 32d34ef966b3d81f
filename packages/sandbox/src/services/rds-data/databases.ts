import { type Cluster, type Clusters, physicalDatabase } from './clusters';
import type { SqlDialect } from './dialect';
import type { SqlEngine } from './engine/sql-engine';

type Dialect = Pick<SqlDialect<unknown, unknown>, 'databaseStatement' | 'missingDatabase' | 'existingDatabase'>;

/** The databases of the clusters of one kind, as their server answers for them: only those that were created exist. */
export class Databases {
  readonly #clusters: Clusters;
  readonly #engine: Pick<SqlEngine, 'drop'>;
  readonly #dialect: Dialect;

  constructor(clusters: Clusters, engine: Pick<SqlEngine, 'drop'>, dialect: Dialect) {
    this.#clusters = clusters;
    this.#engine = engine;
    this.#dialect = dialect;
  }

  /** The engine's name of it. */
  locate(cluster: Cluster, database: string): string {
    if (cluster.databases.includes(database)) return physicalDatabase(cluster, database);
    throw this.#dialect.missingDatabase(database, 'connecting');
  }

  /** Carries out CREATE DATABASE and DROP DATABASE. Returns false for any other statement. */
  async perform(cluster: Cluster, sql: string): Promise<boolean> {
    const statement = this.#dialect.databaseStatement(sql);
    if (!statement) return false;
    const { verb, name, ifExists } = statement;
    const exists = cluster.databases.includes(name);
    if (verb === 'create') {
      if (exists && ifExists) return true;
      if (exists) throw this.#dialect.existingDatabase(name);
      this.#clusters.update(cluster.arn, ({ databases }) => ({ databases: [...databases, name] }));
      return true;
    }
    if (!exists && !ifExists) throw this.#dialect.missingDatabase(name, 'dropping');
    this.#clusters.update(cluster.arn, ({ databases }) => ({ databases: databases.filter((other) => other !== name) }));
    await this.#engine.drop(physicalDatabase(cluster, name));
    return true;
  }

  async dropAll(cluster: Cluster): Promise<void> {
    await Promise.all(cluster.databases.map((name) => this.#engine.drop(physicalDatabase(cluster, name))));
  }
}
