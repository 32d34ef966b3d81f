import type { Duration } from 'aws-cdk-lib';
import type * as dynamodb from 'aws-cdk-lib/aws-dynamodb';
import type * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';

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
   * The PostgreSQL database inside the cluster. It must exist, because migrations do not create databases. A letter or
   * underscore, followed by up to 62 letters, digits, `_`, `-` or `$`.
   */
  readonly databaseName: string;

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
   * as they need.
   *
   * @default Duration.seconds(5)
   */
  readonly lockTimeout?: Duration;
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
