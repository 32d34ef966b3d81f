import { AwsError } from '../../aws-error';
import { type Cluster, type Clusters, physicalDatabase } from './clusters';
import { parseDatabaseStatement } from './database-statements';
import type { SqlEngine } from './engine/sql-engine';

/** The databases of the clusters, as PostgreSQL answers for them: only those that were created exist. */
export class Databases {
  readonly #clusters: Clusters;
  readonly #engine: SqlEngine;

  constructor(clusters: Clusters, engine: SqlEngine) {
    this.#clusters = clusters;
    this.#engine = engine;
  }

  /** The engine's name of it. */
  locate(cluster: Cluster, database: string): string {
    if (cluster.databases.includes(database)) return physicalDatabase(cluster, database);
    throw databaseError(`FATAL: database "${database}" does not exist`, '3D000');
  }

  /** Carries out CREATE DATABASE and DROP DATABASE. Answers false for any other statement. */
  async perform(cluster: Cluster, sql: string): Promise<boolean> {
    const statement = parseDatabaseStatement(sql);
    if (!statement) return false;
    const { verb, name, ifExists } = statement;
    const exists = cluster.databases.includes(name);
    if (verb === 'create') {
      if (exists) throw databaseError(`ERROR: database "${name}" already exists`, '42P04');
      this.#clusters.update(cluster.arn, ({ databases }) => ({ databases: [...databases, name] }));
      return true;
    }
    if (!exists && !ifExists) throw databaseError(`ERROR: database "${name}" does not exist`, '3D000');
    this.#clusters.update(cluster.arn, ({ databases }) => ({ databases: databases.filter((other) => other !== name) }));
    await this.#engine.drop(physicalDatabase(cluster, name));
    return true;
  }

  async dropAll(cluster: Cluster): Promise<void> {
    await Promise.all(cluster.databases.map((name) => this.#engine.drop(physicalDatabase(cluster, name))));
  }
}

function databaseError(message: string, state: string): AwsError {
  return new AwsError('DatabaseErrorException', `${message}; SQLState: ${state}`);
}
