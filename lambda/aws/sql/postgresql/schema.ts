import { hasCode, MigrationError } from '../../../../core/errors/index';
import type { SchemaDatabase, SchemaSnapshot, Scratch, SqlConnection } from '../../../../core/ports';
import { readObjects } from '../catalogue-rows';
import type { DataApi } from '../data-api';
import { reachesBeyond } from './beyond';
import { catalogueQuery } from './catalogue';
import { normalised } from './normalise';

/** The schema of a PostgreSQL database, and scratch databases in its cluster. */
export class PostgresqlSchema implements SchemaDatabase {
  readonly reachesBeyond = reachesBeyond;

  /** @param open the target that a database is */
  constructor(
    private readonly api: DataApi,
    private readonly open: (api: DataApi) => Scratch['target'],
  ) {}

  /** Names in a definition are qualified where `search_path` does not find them: so it finds nothing. */
  snapshot(): Promise<SchemaSnapshot> {
    return this.read(async (connection) => {
      await connection.execute("SET LOCAL search_path = ''");
      const objects = await readObjects((page) => connection.execute(catalogueQuery, { page }));
      return { objects: normalised(objects) };
    });
  }

  read<T>(work: (connection: SqlConnection) => Promise<T>): Promise<T> {
    return this.api.transaction(async (connection) => {
      await connection.execute('SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY');
      // Compiling a query of the catalogue would take longer than running it.
      await connection.execute('SET LOCAL jit = off');
      return work(connection);
    });
  }

  async scratch(name: string): Promise<Scratch> {
    try {
      await this.api.execute(`CREATE DATABASE ${name}`);
    } catch (error) {
      if (!alreadyExists(error)) throw refused(error);
    }
    return {
      target: this.open(this.api.of(name)),
      drop: async () => {
        await this.api.execute(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
      },
    };
  }
}

/** That is no error: a process that died left it, or the answer to the first call was lost. */
function alreadyExists(error: unknown): boolean {
  if (!hasCode(error, 'STATEMENT_FAILED')) return false;
  return error.payload.sqlState === '42P04' || /database .* already exists/.test(error.message);
}

/** It needs the right CREATEDB, and a call that is not in a transaction (unverified, aws-facts RDS-10). */
function refused(error: unknown): unknown {
  if (!hasCode(error, 'STATEMENT_FAILED')) return error;
  return new MigrationError('SCRATCH_UNAVAILABLE', `The cluster makes no scratch database: ${error.message}`, {
    payload: { sqlState: error.payload.sqlState },
    hint: 'Give the user of the secret the right to create databases, or compare with --scratch and the URL of another server.',
    cause: error,
  });
}
