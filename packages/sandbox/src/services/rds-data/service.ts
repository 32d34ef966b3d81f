import { AwsError } from '../../aws-error';
import type { StateStore } from '../../state';
import { type AssumptionValues, assume as chooser } from '../assumption';
import { type Clock, systemClock } from '../clock';
import { type Input, parseInput, text } from '../input';
import type { Environment, Service, ServiceRequest } from '../service';
import { RDS_DATA_ASSUMPTIONS, type RdsDataAssume } from './assumptions';
import { type Backends, makeBackends } from './backends';
import { type Cluster, Clusters, type NewCluster } from './clusters';
import { refuser } from './errors';
import { type OperationContext, operationAt } from './operations';
import { TimeLimits } from './time-limits';

export interface RdsDataOptions {
  readonly state: StateStore;
  readonly environment: Environment;
  /** A PostgreSQL server with the right to create databases. Default: PGlite, inside the state folder. */
  readonly postgresUrl?: string;
  /** A MySQL or MariaDB server, likewise. Default: clusters with such an engine run no SQL. */
  readonly mysqlUrl?: string;
  readonly assumptions?: AssumptionValues;
  /** Default: the time of this machine. */
  readonly clock?: Clock;
  /** Whether the Secrets Manager has the secret that a call names. */
  readonly secretExists: (secretArn: string) => boolean | Promise<boolean>;
}

export interface RdsDataService extends Service {
  readonly clusters: ClusterControl;
  /** Runs one statement for the host, with nothing asked of instances, endpoint or secret. Rows as objects. */
  query(cluster: string, database: string, sql: string): Promise<readonly Record<string, unknown>[]>;
  close(): Promise<void>;
}

/** What the resource types do with clusters. */
export interface ClusterControl {
  list(): readonly Cluster[];
  find(arnOrIdentifier: string): Cluster | undefined;
  create(request: Omit<NewCluster, 'pausedCalls'>): Cluster;
  update(
    arnOrIdentifier: string,
    change: (cluster: Cluster) => Partial<Pick<Cluster, 'httpEndpoint' | 'port' | 'instances'>>,
  ): void;
  /** Makes the next calls find the cluster paused: each answers DatabaseResumingException. */
  pause(arnOrIdentifier: string, calls: number): void;
  /** With all its databases. Deleting what is gone succeeds. */
  delete(arnOrIdentifier: string): Promise<void>;
}

/** The RDS Data API (aws-facts RDS-1 to RDS-20), wire-exact for the AWS SDKs. */
export function rdsDataService(options: RdsDataOptions): RdsDataService {
  const assume: RdsDataAssume = chooser(RDS_DATA_ASSUMPTIONS, options.assumptions);
  const clusters = new Clusters(options.state, options.environment);
  const limits = new TimeLimits(assume, options.clock ?? systemClock);
  const backends = makeBackends({ ...options, clusters, limits, assume });
  const context = (cluster: Cluster): OperationContext => ({
    ...backends.of(cluster),
    assume,
    refuse: refuser(assume),
  });
  return {
    signingNames: ['rds-data'],
    protocol: 'rest-json',
    permission(request) {
      const input = parseInput(request.body);
      return [
        { action: `rds-data:${operationAt(request.path).action}`, resource: text(input, 'resourceArn') },
        { action: 'secretsmanager:GetSecretValue', resource: text(input, 'secretArn') },
      ];
    },
    async handle(request) {
      const answer = await handle(request, clusters, { assume, context, secretExists: options.secretExists });
      const body = typeof answer === 'string' ? answer : JSON.stringify(answer);
      return { statusCode: 200, headers: { 'content-type': 'application/json' }, body };
    },
    clusters: clusterControl(clusters, backends, assume),
    query(name, database, sql) {
      const cluster = clusters.find(name);
      if (!cluster) throw noCluster(name, clusters.list());
      if (!cluster.databases.includes(database)) throw noDatabase(cluster, database);
      return backends.of(cluster).executor.rows({ cluster, database, continueAfterTimeout: false }, sql);
    },
    async close() {
      await backends.close();
    },
  };
}

function noCluster(name: string, all: readonly Cluster[]): AwsError {
  const known = all.flatMap(({ identifier, databases }) => databases.map((database) => `${identifier}/${database}`));
  const there = known.length === 0 ? 'There is none.' : `There are: ${known.join(', ')}.`;
  return new AwsError('DBClusterNotFoundFault', `DBCluster ${name} not found. ${there}`, 404);
}

function noDatabase({ identifier, databases }: Cluster, name: string): AwsError {
  const there = databases.map((database) => `${identifier}/${database}`).join(', ');
  return new AwsError(
    'DatabaseNotFoundException',
    `Cluster ${identifier} has no database ${name}. There are: ${there}.`,
    404,
  );
}

interface Handling {
  readonly assume: RdsDataAssume;
  readonly context: (cluster: Cluster) => OperationContext;
  readonly secretExists: RdsDataOptions['secretExists'];
}

async function handle(
  request: ServiceRequest,
  clusters: Clusters,
  { assume, context, secretExists }: Handling,
): Promise<string | object> {
  const operation = operationAt(request.path);
  const input = parseInput(request.body);
  const cluster = reachable(input, clusters, assume);
  await checkSecret(text(input, 'secretArn'), secretExists);
  if (operation.mayFindPaused) resume(cluster, clusters);
  return operation.run(input, cluster, context(cluster));
}

function reachable(input: Input, clusters: Clusters, assume: RdsDataAssume): Cluster {
  const clusterArn = text(input, 'resourceArn');
  const cluster = clusters.list().find((candidate) => candidate.arn === clusterArn);
  // The real service does not tell a cluster that is gone from one whose endpoint is off (its troubleshooting page).
  if (!cluster) {
    throw new AwsError(assume('unknown-cluster-error'), `HttpEndpoint is not enabled for cluster ${clusterArn}`);
  }
  if (!cluster.httpEndpoint) {
    throw new AwsError(
      'HttpEndpointNotEnabledException',
      `HttpEndpoint is not enabled for cluster ${cluster.identifier}. Set EnableHttpEndpoint (in CDK: enableDataApi).`,
    );
  }
  if (cluster.instances.length > 0) return cluster;
  throw new AwsError(
    'DatabaseNotFoundException',
    `The DB cluster ${cluster.identifier} doesn't have a DB instance.`,
    404,
  );
}

async function checkSecret(secretArn: string, secretExists: RdsDataOptions['secretExists']): Promise<void> {
  if (await secretExists(secretArn)) return;
  throw new AwsError('SecretsErrorException', `Secrets Manager can't find the specified secret: ${secretArn}`);
}

/** The call that finds a cluster paused is the one that wakes it (aws-facts RDS-6). */
function resume(cluster: Cluster, clusters: Clusters): void {
  if (cluster.pausedCalls === 0) return;
  clusters.update(cluster.arn, ({ pausedCalls }) => ({ pausedCalls: pausedCalls - 1 }));
  throw new AwsError(
    'DatabaseResumingException',
    `The Aurora DB instance ${cluster.instances[0]} is resuming after being auto-paused. Please wait a few seconds and try again.`,
  );
}

function clusterControl(clusters: Clusters, backends: Backends, assume: RdsDataAssume): ClusterControl {
  return {
    list: () => clusters.list(),
    find: (name) => clusters.find(name),
    create: (request) => clusters.create({ ...request, pausedCalls: Number(assume('paused-clusters')) }),
    update: (name, change) => clusters.update(name, change),
    pause: (name, calls) => clusters.update(name, () => ({ pausedCalls: calls })),
    async delete(name) {
      const cluster = clusters.find(name);
      if (!cluster) return;
      clusters.remove(cluster.arn);
      // In this order: dropping ends what runs, and a transaction need not wait for its statement to roll back.
      const backend = backends.find(cluster);
      await backend?.databases.dropAll(cluster);
      await backend?.transactions.close(cluster.arn);
    },
  };
}
