import { randomBytes } from 'node:crypto';
import type { StateStore } from '../../state';
import { arn } from '../arn';
import type { Environment } from '../service';

export interface Cluster {
  readonly arn: string;
  readonly identifier: string;
  /** Of this very cluster: a later one with the same identifier has another, and so other (empty) databases. */
  readonly resourceId: string;
  readonly engine: string;
  readonly masterUsername: string;
  /** The database that calls without a name are for. */
  readonly defaultDatabase: string;
  readonly databases: readonly string[];
  readonly httpEndpoint: boolean;
  readonly port: number;
  /** Identifiers of its DB instances. Without one the Data API answers DatabaseNotFoundException. */
  readonly instances: readonly string[];
  /** How many more calls find the cluster resuming from a pause. */
  readonly pausedCalls: number;
}

export interface NewCluster {
  readonly identifier: string;
  readonly engine: string;
  readonly masterUsername?: string;
  readonly databaseName?: string;
  readonly httpEndpoint?: boolean;
  readonly port?: number;
  readonly pausedCalls: number;
}

const DOCUMENT = 'rds-clusters.json';
/** What every server has; a cluster without DatabaseName has no other. */
const MAINTENANCE_DATABASES = { postgres: 'postgres', mysql: 'mysql' };

/** The clusters of this AWS, kept in the state folder. */
export class Clusters {
  readonly #state: StateStore;
  readonly #environment: Environment;

  constructor(state: StateStore, environment: Environment) {
    this.#state = state;
    this.#environment = environment;
  }

  list(): readonly Cluster[] {
    return this.#state.read<readonly Cluster[]>(DOCUMENT, []);
  }

  /** By ARN or identifier. */
  find(name: string): Cluster | undefined {
    return this.list().find((cluster) => cluster.arn === name || cluster.identifier === name);
  }

  create(request: NewCluster): Cluster {
    const isOfPostgres = isPostgres(request.engine);
    const maintenance = MAINTENANCE_DATABASES[isOfPostgres ? 'postgres' : 'mysql'];
    const databaseName = request.databaseName ?? maintenance;
    const cluster: Cluster = {
      arn: arn(this.#environment, 'rds', `cluster:${request.identifier}`),
      identifier: request.identifier,
      resourceId: `cluster-${randomBytes(13).toString('hex').toUpperCase()}`,
      engine: request.engine,
      masterUsername: request.masterUsername ?? (isOfPostgres ? 'postgres' : 'admin'),
      defaultDatabase: databaseName,
      databases: [...new Set([databaseName, maintenance])],
      httpEndpoint: request.httpEndpoint ?? false,
      port: request.port ?? (isOfPostgres ? 5432 : 3306),
      instances: [],
      pausedCalls: request.pausedCalls,
    };
    this.#write([...this.list(), cluster]);
    return cluster;
  }

  /** Changes members of a cluster. Does nothing when the cluster is gone. */
  update(name: string, change: (cluster: Cluster) => Partial<Cluster>): void {
    this.#write(
      this.list().map((cluster) =>
        cluster.arn === name || cluster.identifier === name ? { ...cluster, ...change(cluster) } : cluster,
      ),
    );
  }

  remove(clusterArn: string): void {
    this.#write(this.list().filter((cluster) => cluster.arn !== clusterArn));
  }

  #write(clusters: readonly Cluster[]): void {
    this.#state.write(DOCUMENT, clusters);
  }
}

export function isPostgres(engine: string): boolean {
  return engine.includes('postgres');
}

/** The writer's or the readers' address, as it would be on AWS. Nothing listens there. */
export function clusterHost(
  { arn: clusterArn, identifier, resourceId }: Cluster,
  kind: 'cluster' | 'cluster-ro',
): string {
  const [, , , region] = clusterArn.split(':');
  return `${identifier}.${kind}-${resourceId.slice(-12).toLowerCase()}.${region}.rds.amazonaws.com`;
}

/**
 * Name of the real database behind a database of a cluster: stable, unique to this very cluster, safe as a folder and
 * as a name of PostgreSQL (63 bytes) and MySQL (64 characters) whatever characters the cluster's database name has.
 */
export function physicalDatabase(cluster: Cluster, database: string): string {
  const safe = Buffer.from(database).toString('hex').slice(0, 24);
  const readable = /^[a-z0-9_]{1,24}$/.test(database) ? database : `x${safe}`;
  return `sandbox_${cluster.resourceId.slice('cluster-'.length).toLowerCase()}_${readable}`;
}
