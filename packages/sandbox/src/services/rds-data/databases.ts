import type { RdsDataAssume } from './assumptions';
import { type Cluster, type Clusters, physicalDatabase } from './clusters';
import { parseDatabaseStatement } from './database-statements';
import type { SqlEngine } from './engine/sql-engine';
import { refusedByDatabase } from './errors';

/** The databases of the clusters, as PostgreSQL answers for them: only those that were created exist. */
export class Databases {
  readonly #clusters: Clusters;
  readonly #engine: SqlEngine;
  readonly #assume: RdsDataAssume;

  constructor(clusters: Clusters, engine: SqlEngine, assume: RdsDataAssume) {
    this.#clusters = clusters;
    this.#engine = engine;
    this.#assume = assume;
  }

  /** The engine's name of it. */
  locate(cluster: Cluster, database: string): string {
    if (cluster.databases.includes(database)) return physicalDatabase(cluster, database);
    const message = `database "${database}" does not exist`;
    throw refusedByDatabase({ severity: 'FATAL', message, code: '3D000' }, this.#assume);
  }

  /** Carries out CREATE DATABASE and DROP DATABASE. Returns false for any other statement. */
  async perform(cluster: Cluster, sql: string): Promise<boolean> {
    const statement = parseDatabaseStatement(sql);
    if (!statement) return false;
    const { verb, name, ifExists } = statement;
    const exists = cluster.databases.includes(name);
    if (verb === 'create') {
      if (exists) throw this.#refusal(`database "${name}" already exists`, '42P04');
      this.#clusters.update(cluster.arn, ({ databases }) => ({ databases: [...databases, name] }));
      return true;
    }
    if (!exists && !ifExists) throw this.#refusal(`database "${name}" does not exist`, '3D000');
    this.#clusters.update(cluster.arn, ({ databases }) => ({ databases: databases.filter((other) => other !== name) }));
    await this.#engine.drop(physicalDatabase(cluster, name));
    return true;
  }

  async dropAll(cluster: Cluster): Promise<void> {
    await Promise.all(cluster.databases.map((name) => this.#engine.drop(physicalDatabase(cluster, name))));
  }

  #refusal(message: string, code: string) {
    return refusedByDatabase({ message, code }, this.#assume);
  }
}
