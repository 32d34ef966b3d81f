import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { RDSDataClient, RDSDataClientConfig } from '@aws-sdk/client-rds-data';
import type { Bundles, Claims, Clock, HeldLease, Ports, Stacks, Target, Targets } from '../../core/ports';
import type { AuroraTargetProperties } from '../../core/wire';
import type { ScalingService } from './auto-scaling';
import { DynamoDbLeases } from './dynamodb-leases';
import { DynamoDbLedger } from './dynamodb-ledger';
import { DynamoDbRequests } from './dynamodb-requests';
import { DynamoDbSegments } from './dynamodb-segments';
import { LedgerProtection } from './ledger-protection';
import { LedgerTable } from './ledger-table';
import { once } from './once';
import { sendingOptions } from './sending-options';
import type { ClusterIsGone } from './sql/data-api';

export interface AwsPortsOptions {
  readonly ledgerTable: string;
  /** Seconds a lease lives without renewal. */
  readonly leaseSeconds: number;
  /** Default: a client of its own. */
  readonly dynamodb?: DynamoDBClient;
}

/**
 * Everything the engine needs, in AWS. Each request touches the ledger; every other adapter is loaded with its SDK
 * client when it is first asked for something, so that a function starts in half the time (docs/bench.md).
 */
export function awsPorts({ ledgerTable, leaseSeconds, dynamodb = dynamoDbClient() }: AwsPortsOptions): Ports {
  const table = new LedgerTable(ledgerTable, dynamodb);
  return {
    ledger: new DynamoDbLedger(table, systemClock),
    leases: new DynamoDbLeases(table, systemClock, leaseSeconds * 1000),
    requests: new DynamoDbRequests(table),
    targets: targets(dynamodb),
    bundles: bundles(),
    stacks: stacks(),
    claims: claims(),
    segments: new DynamoDbSegments(table, systemClock),
    clock: systemClock,
  };
}

/** What switches the deletion protection of a ledger. */
export function ledgerProtection(ledgerTable: string, dynamodb: DynamoDBClient): LedgerProtection {
  return new LedgerProtection(ledgerTable, dynamodb, systemClock);
}

export function dynamoDbClient(): DynamoDBClient {
  return new DynamoDBClient(sendingOptions());
}

/** @internal */
export const systemClock: Clock = {
  now: () => Date.now(),
  sleep: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
  mark: () => ({ at: performance.now(), busy: performance.eventLoopUtilization().active }),
};

function targets(dynamodb: DynamoDBClient): Targets {
  const openTable = once(() => import('./dynamodb-tables.js'));
  const client = once(async () => (await import('./sql/data-api.js')).rdsDataClient());
  return {
    async open(_name, properties, lease): Promise<Target> {
      if (properties.DatabaseKind !== 'dynamodb') return openWith(client, properties, lease);
      const { DynamoDbTables } = await openTable();
      return new DynamoDbTables(dynamodb, properties, lease, scalingService);
    },
  };
}

/** A SQL database whose Data API is not where this process finds AWS. */
export async function openSql(
  properties: AuroraTargetProperties,
  lease: HeldLease,
  config: RDSDataClientConfig,
): Promise<Target> {
  return openWith(async () => (await import('./sql/data-api.js')).rdsDataClient(config), properties, lease);
}

const adapters = {
  'aurora-postgresql': once(async () => (await import('./sql/aurora-postgresql.js')).AuroraPostgresql),
  'aurora-mysql': once(async () => (await import('./sql/aurora-mysql.js')).AuroraMysql),
};

async function openWith(
  client: () => Promise<RDSDataClient>,
  properties: AuroraTargetProperties,
  lease: HeldLease,
): Promise<Target> {
  const [Adapter, opened, { DataApi }] = await Promise.all([
    adapters[properties.DatabaseKind](),
    client(),
    import('./sql/data-api.js'),
  ]);
  return new Adapter(new DataApi(opened, properties, clusterIsGone), lease, lockTimeoutOf(properties));
}

/** Undefined where an older version of the construct did not say it, and where its user did not. */
function lockTimeoutOf({ LockTimeout }: AuroraTargetProperties): number | undefined {
  return LockTimeout === undefined ? undefined : Number(LockTimeout);
}

/** Asked only when a database cannot be reached, so its SDK client is loaded then. */
const clusterIsGone: ClusterIsGone = async (clusterArn) =>
  (await import('./sql/rds-clusters.js')).clusterIsGone()(clusterArn);

/** Asked only when the auto scaling of a provisioned table or index counts, so its SDK client is loaded then. */
const scalingService: ScalingService = {
  settings: async (table, index) => (await scaling()).settings(table, index),
  apply: async (setting) => (await scaling()).apply(setting),
  remove: async (setting) => (await scaling()).remove(setting),
};

const scaling = once(async () => (await import('./auto-scaling.js')).scalingService());

function bundles(): Bundles {
  const loaded = once(async () => new (await import('./s3-bundles.js')).S3Bundles());
  return {
    load: async (location) => (await loaded()).load(location),
    module: async (location, migration) => (await loaded()).module(location, migration),
    seedPart: async (location, seed, part) => (await loaded()).seedPart(location, seed, part),
  };
}

function stacks(): Stacks {
  const loaded = once(async () => new (await import('./cloudformation-stacks.js')).CloudFormationStacks());
  return {
    view: async (stackId, since) => (await loaded()).view(stackId, since),
    opensTarget: async (stackId, properties) => (await loaded()).opensTarget(stackId, properties),
  };
}

/** Who owns which database, in the account and region at hand. */
export function claims(): Claims {
  const loaded = once(async () => new (await import('./ssm-claims.js')).SsmClaims());
  return {
    claim: async (names, claim) => (await loaded()).claim(names, claim),
    release: async (names, owner) => (await loaded()).release(names, owner),
    list: async () => (await loaded()).list(),
    noteFormer: async (names, owner) => (await loaded()).noteFormer(names, owner),
    former: async (names) => (await loaded()).former(names),
    forgetFormer: async (names) => (await loaded()).forgetFormer(names),
  };
}
