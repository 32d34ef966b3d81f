import type { StateStore } from '../../state';
import type { RdsDataAssume } from './assumptions';
import { type Cluster, type Clusters, isPostgres } from './clusters';
import { Databases } from './databases';
import { PgliteEngine } from './engine/pglite-engine';
import { PostgresEngine } from './engine/postgres-engine';
import { refuser } from './errors';
import { Executor } from './executor';
import { mysqlDialect } from './mysql/dialect';
import { MysqlEngine } from './mysql/engine';
import { NO_RESULT } from './mysql/result';
import type { OperationContext } from './operations';
import { postgresDialect } from './postgres-dialect';
import type { TimeLimits } from './time-limits';
import { Transactions } from './transactions';

/** What runs the statements of one kind of cluster. */
type Backend = Pick<OperationContext, 'executor' | 'databases' | 'transactions'>;

export interface Backends {
  /** @throws AwsError when the sandbox has nothing that runs the cluster's SQL */
  of(cluster: Cluster): Backend;
  find(cluster: Cluster): Backend | undefined;
  close(): Promise<void>;
}

interface BackendOptions {
  readonly state: StateStore;
  readonly postgresUrl?: string;
  readonly mysqlUrl?: string;
  readonly clusters: Clusters;
  readonly limits: TimeLimits;
  readonly assume: RdsDataAssume;
}

/** PGlite or a PostgreSQL server for PostgreSQL, and the MySQL server that was given for MySQL. */
export function makeBackends(options: BackendOptions): Backends {
  const postgres = postgresBackend(options);
  const mysql = mysqlBackend(options);
  const find = (cluster: Cluster) => (isPostgres(cluster.engine) ? postgres : mysql);
  return {
    find,
    of(cluster) {
      const found = find(cluster);
      if (found) return found;
      throw refuser(options.assume)(
        `Cluster ${cluster.identifier} has the engine '${cluster.engine}', and no MySQL is built in: give the sandbox a MySQL or MariaDB server with --mysql mysql://USER:PASSWORD@HOST:PORT (mysqlUrl of openSandbox).`,
      );
    },
    async close() {
      await Promise.all([postgres.close(), mysql?.close()]);
    },
  };
}

type ClosableBackend = Backend & { close(): Promise<void> };

function postgresBackend({ state, postgresUrl, clusters, limits, assume }: BackendOptions): ClosableBackend {
  const engine = postgresUrl === undefined ? new PgliteEngine(state.path('postgres')) : new PostgresEngine(postgresUrl);
  const dialect = postgresDialect(assume);
  const databases = new Databases(clusters, engine, dialect);
  const transactions = new Transactions(engine, limits, dialect);
  const noRows = { command: '', rowCount: 0, columns: [], rows: [] };
  const executor = new Executor({ engine, dialect, databases, transactions, limits, assume, noRows });
  return { executor, databases, transactions, close: () => closing(transactions, engine) };
}

function mysqlBackend({ mysqlUrl, clusters, limits, assume }: BackendOptions): ClosableBackend | undefined {
  if (mysqlUrl === undefined) return undefined;
  const engine = new MysqlEngine(mysqlUrl);
  const dialect = mysqlDialect(assume);
  const databases = new Databases(clusters, engine, dialect);
  const transactions = new Transactions(engine, limits, dialect);
  const executor = new Executor({ engine, dialect, databases, transactions, limits, assume, noRows: NO_RESULT });
  return { executor, databases, transactions, close: () => closing(transactions, engine) };
}

async function closing(transactions: Backend['transactions'], engine: { close(): Promise<void> }): Promise<void> {
  await transactions.close();
  await engine.close();
}
