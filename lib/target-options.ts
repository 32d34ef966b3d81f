import type * as dynamodb from 'aws-cdk-lib/aws-dynamodb';
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
   * indexes but neither create nor delete them; the template that made a table must not declare those indexes too.
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
}
