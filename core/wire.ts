import type { SeedSource } from './bundle/seed';

/**
 * Names and shapes that synth time (lib/) and run time (lambda/) share. CloudFormation carries them as strings, and
 * keeps carrying the ones that an older version of this library wrote: change this file only by adding.
 */

/** Resource types of the two custom resources. They cannot change in an update of a deployed stack. */
export const resourceTypes = {
  migrations: 'Custom::DatabaseMigrations',
  commit: 'Custom::DatabaseMigrationsCommit',
} as const;

/** Handler names inside the Lambda asset. */
export const handlers = {
  onEvent: 'index.onEvent',
  tick: 'index.tick',
  work: 'index.work',
  respond: 'index.respond',
  undelivered: 'index.undelivered',
} as const;

/** Environment variables of the Lambda functions. */
export const environmentNames = {
  ledgerTable: 'MIGRATIONS_LEDGER_TABLE',
  stateMachine: 'MIGRATIONS_STATE_MACHINE',
  /** The scope, for events that do not come from its custom resources. */
  scope: 'MIGRATIONS_SCOPE',
  /** Seconds a lease lives without renewal. */
  leaseSeconds: 'MIGRATIONS_LEASE_SECONDS',
  /** `true` when the ledger is the construct's own, whose deletion protection the engine switches. */
  protectLedger: 'MIGRATIONS_PROTECT_LEDGER',
  /** JSON `{ "<target>": { "<logical table>": "<physical name>", ... } }` for applications, see packages/client. */
  tables: 'MIGRATIONS_TABLES',
} as const;

/** Attribute of a ledger item after which DynamoDB may delete it: epoch seconds. Only requests have it. */
export const ledgerTimeToLive = 'timeToLive';

/**
 * Partition of the ledger that keeps what takes the changes of a segment back. Policies allow a scope's functions the
 * partitions that begin with {@link imagePartitions}.
 */
export function imagePartition(scope: string, pass: string, segment: number): string {
  return `${imagePartitions(scope)}${pass}#${segment}`;
}

export function imagePartitions(scope: string): string {
  return `${scope}#images#`;
}

/** Folder of the SSM parameters that say which scope owns what, see lambda/aws/ssm-claims. */
export const claimPrefix = '/cdk-migrations/claims/';

/**
 * Description of the stack output by which the CLI finds a scope: its value is JSON, see {@link LedgerLocation}. The
 * description identifies it, since the logical id depends on the construct's path.
 */
export const ledgerOutputDescription = 'cdk-migrations: where the ledger is';

export interface LedgerLocation {
  readonly scope: string;
  readonly table: string;
  readonly stateMachine: string;
}

/** Where a bundle is stored. `Digest` is the SHA-256 of its bytes and equals its revision. */
export interface BundleLocation {
  readonly Bucket: string;
  readonly Key: string;
  readonly Digest: string;
}

/** The name of the file with the rows of a seed file, among the assets of an app and in a bucket. */
export function seedFileName({ digest }: Pick<SeedSource, 'digest'>): string {
  return `${digest}.jsonl`;
}

/** Where the rows are stored: beside the bundle. */
export function seedKey({ Key }: BundleLocation, seed: Pick<SeedSource, 'digest'>): string {
  return `${Key.slice(0, Key.lastIndexOf('/') + 1)}${seedFileName(seed)}`;
}

export type DatabaseKind = AuroraKind | 'dynamodb';

/** The kinds of database that are reached through the RDS Data API. */
type AuroraKind = 'aurora-postgresql' | 'aurora-mysql';

/** How run time reaches a target, as CloudFormation delivers it. */
export type TargetProperties = AuroraTargetProperties | DynamoDbTargetProperties;

interface AnyTargetProperties {
  /** Version up to which a database that has no migration yet has them all already; undefined: it has none. */
  readonly Baseline?: string;
  /** What is in the database and no business of the migrations, as core/schema/ignore reads it. */
  readonly Ignore?: readonly string[];
}

export interface AuroraTargetProperties extends AnyTargetProperties {
  readonly DatabaseKind: AuroraKind;
  /** ARN of the cluster and name of the database: the same for a cluster of the app and an imported one. */
  readonly Identity: string;
  readonly ClusterArn: string;
  readonly SecretArn: string;
  readonly DatabaseName: string;
  /** Milliseconds that a section waits for a lock before it is tried again; undefined: the default of the engine. */
  readonly LockTimeout?: string;
}

export interface DynamoDbTargetProperties extends AnyTargetProperties {
  readonly DatabaseKind: 'dynamodb';
  readonly Identity: string;
  /** Logical name to physical name, for tables that exist outside the migrations. */
  readonly Tables: { readonly [logicalName: string]: string };
  /** Physical name of any other table = this + logical name. Empty when migrations may create no table. */
  readonly TableNamePrefix: string;
  /** JSON of `TableDefaults` (core/bundle/table-settings): as one text, numbers and booleans arrive as they were. */
  readonly TableDefaults?: string;
}

/** Properties of the Migrations custom resource. */
export interface MigrationsProperties {
  readonly Format: '1';
  readonly Scope: string;
  /** Name of the ledger's table; undefined from versions that did not say. */
  readonly Ledger?: string;
  readonly Revision: string;
  readonly Bundle: BundleLocation;
  readonly Targets: { readonly [name: string]: TargetProperties };
  /** A value of the construct's OlderRevisionPolicy. */
  readonly OnOlderRevision: 'refuse' | 'downgrade';
  /** A value of the construct's MigrationsRemovalPolicy. */
  readonly OnRemoval: 'retain' | 'undo';
  /** Seconds of forward work after which the engine stops and compensates. */
  readonly ForwardSeconds: string;
  /** Seconds until CloudFormation gives up waiting for this resource, 1 to 3600. */
  readonly ServiceTimeout: string;
}

/** Properties of the commit marker. Its physical id is `<Scope>@<Revision>`, see {@link markerId}. */
export interface CommitProperties {
  readonly Format: '1';
  readonly Scope: string;
  readonly Revision: string;
  readonly ServiceTimeout: string;
}

/** The physical id of the commit marker. */
export function markerId(scope: string, revision: string): string {
  return `${scope}@${revision}`;
}
