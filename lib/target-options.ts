import type * as dynamodb from 'aws-cdk-lib/aws-dynamodb';
import type * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';

/** Options of {@link MigrationTarget.aurora}. */
export interface AuroraTargetOptions {
  /** The PostgreSQL database inside the cluster. It must exist: migrations do not create databases. */
  readonly databaseName: string;

  /**
   * Secret with `username` and `password` of the database user that runs the migrations and owns what they create.
   *
   * @default - the cluster's own secret
   */
  readonly secret?: secretsmanager.ISecret;
}

/** Options of {@link MigrationTarget.dynamodb}. At least one of them is needed. */
export interface DynamoDbTargetOptions {
  /**
   * Tables that exist outside of the migrations, by the logical name that migrations use. Migrations can change their
   * indexes; the template that made them must not declare those indexes too.
   *
   * @default - no table besides those that migrations create
   */
  readonly tables?: { [logicalName: string]: dynamodb.ITable };

  /**
   * Physical name of every other table = this prefix + its logical name. Unique per account and region.
   *
   * @default - migrations cannot create tables
   */
  readonly tableNamePrefix?: string;
}
