import type { Duration } from 'aws-cdk-lib';
import type * as dynamodb from 'aws-cdk-lib/aws-dynamodb';
import type * as kms from 'aws-cdk-lib/aws-kms';
import type * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';

/**
 * The kinds of Aurora that migrations run on.
 *
 * @example
 * import { AuroraDatabaseKind, MigrationTarget } from 'cdk-migrations';
 *
 * const orders = MigrationTarget.aurora(importedCluster, {
 *   databaseName: 'app',
 *   databaseKind: AuroraDatabaseKind.AURORA_MYSQL,
 *   secret: migrationsUserSecret,
 * });
 */
export enum AuroraDatabaseKind {
  /** Aurora PostgreSQL, where schema changes are transactional: a section is applied whole or not at all. */
  AURORA_POSTGRESQL = 'aurora-postgresql',
  /** Aurora MySQL, where schema changes commit by themselves: each statement is a step that is resumed and undone by itself. */
  AURORA_MYSQL = 'aurora-mysql',
}

/**
 * Options of {@link MigrationTarget.aurora}.
 *
 * @example
 * import { type AuroraTargetOptions, MigrationTarget } from 'cdk-migrations';
 *
 * const options: AuroraTargetOptions = { databaseName: 'app', secret: migrationsUserSecret };
 * const users = MigrationTarget.aurora(cluster, options);
 */
export interface AuroraTargetOptions {
  /**
   * The database inside the cluster. It must exist, because migrations do not create databases. A letter or underscore,
   * followed by letters, digits, `_`, `-` or `$`; 63 characters at most in PostgreSQL, 64 in MySQL.
   */
  readonly databaseName: string;

  /**
   * Which kind of Aurora the cluster is. Needed for an imported MySQL cluster that was imported without its `engine`.
   *
   * @default - what the cluster's engine says; Aurora PostgreSQL for an imported cluster without one
   */
  readonly databaseKind?: AuroraDatabaseKind;

  /**
   * Secret with the keys `username` and `password` of the database user that runs the migrations and owns what they
   * create.
   *
   * @default - the cluster's own secret
   */
  readonly secret?: secretsmanager.ISecret;

  /**
   * How long a section of a migration waits for a lock, 100 milliseconds to 30 seconds. Whoever comes after it in the
   * queue for the lock waits as long, so it should be short. A section that does not get a lock lets go of everything and
   * is tried again: for twelve times as long when migrations are applied, for at least ten minutes when they are undone
   * or contracted. Then it fails with `LOCK_NOT_AVAILABLE`, which says who holds the lock. A section may say otherwise
   * with `SET LOCAL lock_timeout`. Statements outside of a transaction, such as CREATE INDEX CONCURRENTLY, wait as long
   * as they need. Only for PostgreSQL: for MySQL set `lock_wait_timeout` in the parameter group of the cluster.
   *
   * @default Duration.seconds(5)
   */
  readonly lockTimeout?: Duration;

  /**
   * For a database that exists already: migrations up to this version are recorded as applied without running, after the
   * database was compared with what they make of an empty one. See `baseline` of {@link DatabaseMigrationsProps}.
   *
   * @default - `baseline` of the construct
   * @example
   * import { MigrationTarget } from 'cdk-migrations';
   *
   * const users = MigrationTarget.aurora(cluster, { databaseName: 'app', baseline: '1.40.0' });
   */
  readonly baseline?: string;
}

/**
 * Options of {@link MigrationTarget.dynamodb}. At least one of them is needed.
 *
 * @example
 * import { type DynamoDbTargetOptions, MigrationTarget } from 'cdk-migrations';
 *
 * const options: DynamoDbTargetOptions = { tables: { orders: ordersTable }, tableNamePrefix: 'app-' };
 * const store = MigrationTarget.dynamodb(options);
 */
export interface DynamoDbTargetOptions {
  /**
   * Tables that exist outside of the migrations, by the logical name that migrations use. Migrations can change their
   * indexes and settings but neither create nor delete them; the template that made a table must not declare what they change too.
   *
   * @default - no tables besides those that migrations create
   */
  readonly tables?: { [logicalName: string]: dynamodb.ITable };

  /**
   * The physical name of every table that migrations create is this prefix followed by its logical name. 1 to 200
   * letters, digits, `_`, `-` and `.`, unique per account and region. No table in `tables` may begin with it.
   *
   * @default - migrations cannot create tables
   */
  readonly tableNamePrefix?: string;

  /**
   * What tables that migrations create get unless the migration says otherwise. It counts when a table is created: later
   * changes of it do not change tables that exist.
   *
   * @default - on-demand, with point-in-time recovery of 35 days and deletion protection
   */
  readonly tableDefaults?: DynamoDbTableDefaults;

  /**
   * For a database that exists already: migrations up to this version are recorded as applied without running, after the
   * database was compared with what they make of an empty one. See `baseline` of {@link DatabaseMigrationsProps}.
   *
   * @default - `baseline` of the construct
   * @example
   * import { MigrationTarget } from 'cdk-migrations';
   *
   * const meals = MigrationTarget.dynamodb({ tableNamePrefix: 'app-', baseline: '1.40.0' });
   */
  readonly baseline?: string;
}

/**
 * What tables that migrations create get unless the migration says otherwise.
 *
 * @example
 * import { BillingMode, TableEncryption } from 'aws-cdk-lib/aws-dynamodb';
 * import { type DynamoDbTableDefaults, MigrationTarget } from 'cdk-migrations';
 *
 * const tableDefaults: DynamoDbTableDefaults = {
 *   billingMode: BillingMode.PROVISIONED,
 *   readCapacity: 5,
 *   writeCapacity: 5,
 *   encryption: TableEncryption.AWS_MANAGED,
 *   tags: { team: 'nutrition' },
 * };
 * const meals = MigrationTarget.dynamodb({ tableNamePrefix: 'app-', tableDefaults });
 */
export interface DynamoDbTableDefaults {
  /**
   * How a table is paid for.
   *
   * @default BillingMode.PAY_PER_REQUEST
   */
  readonly billingMode?: dynamodb.BillingMode;

  /**
   * Read capacity units of a provisioned table and of its indexes, at least 1.
   *
   * @default - none: tables are on-demand
   */
  readonly readCapacity?: number;

  /**
   * Write capacity units of a provisioned table and of its indexes, at least 1.
   *
   * @default - none: tables are on-demand
   */
  readonly writeCapacity?: number;

  /**
   * What the stream of a table tells of each change.
   *
   * @default - no stream
   */
  readonly stream?: dynamodb.StreamViewType;

  /**
   * Whether a table can be restored to any second of the past.
   *
   * @default true
   */
  readonly pointInTimeRecovery?: boolean;

  /**
   * How far back that goes, in days, 1 to 35.
   *
   * @default 35
   */
  readonly recoveryPeriodInDays?: number;

  /**
   * Whose key encrypts a table.
   *
   * @default - a key that DynamoDB owns
   */
  readonly encryption?: dynamodb.TableEncryption;

  /**
   * Your own key, for `TableEncryption.CUSTOMER_MANAGED`. The engine is allowed to create tables with it; the policy of an
   * imported key must allow that too.
   *
   * @default - no key of your own
   */
  readonly encryptionKey?: kms.IKey;

  /**
   * What storage and requests cost.
   *
   * @default TableClass.STANDARD
   */
  readonly tableClass?: dynamodb.TableClass;

  /**
   * Whether a table refuses to be deleted. Migrations that delete it, or undo its creation, switch that off themselves.
   *
   * @default true
   */
  readonly deletionProtection?: boolean;

  /**
   * Tags of a table, at most 50. A migration may add others, and give these other values.
   *
   * @default - none
   */
  readonly tags?: { [key: string]: string };

  /**
   * Whether CloudWatch shows which keys are used most.
   *
   * @default false
   */
  readonly contributorInsights?: boolean;
}
