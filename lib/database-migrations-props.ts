import type { Duration } from 'aws-cdk-lib';
import type * as dynamodb from 'aws-cdk-lib/aws-dynamodb';
import type * as kms from 'aws-cdk-lib/aws-kms';
import type { MigrationsRemovalPolicy, OlderRevisionPolicy } from './policies';
import type { MigrationTarget } from './target';

/**
 * Properties of {@link DatabaseMigrations}.
 *
 * @example
 * import { Duration } from 'aws-cdk-lib';
 * import { DatabaseMigrations, type DatabaseMigrationsProps, MigrationTarget } from 'cdk-migrations';
 *
 * const props: DatabaseMigrationsProps = {
 *   migrationsPath: 'migrations',
 *   targets: { meals: MigrationTarget.dynamodb({ tableNamePrefix: 'app-' }) },
 *   timeout: Duration.minutes(30),
 * };
 * new DatabaseMigrations(this, 'Migrations', props);
 */
export interface DatabaseMigrationsProps {
  /**
   * The folder with the migrations: one folder per target, named like it, with files named
   * `<version>_<snake_name>.sql` or `.ts`. A relative path starts at the working directory, as paths of assets do.
   */
  readonly migrationsPath: string;

  /**
   * The databases, by the names of their folders in `migrationsPath`. At least one. A name is a lower-case letter,
   * followed by up to 63 lower-case letters, digits and hyphens.
   */
  readonly targets: { [name: string]: MigrationTarget };

  /**
   * The table that remembers what was applied. Several constructs may share one. It needs the string keys `pk`
   * (partition) and `sk` (sort) and must live at least as long as the databases do. Set its time-to-live attribute to
   * `timeToLive` so that DynamoDB deletes answered requests.
   *
   * @default - a table of its own: on-demand, point-in-time recovery, deletion protection, kept when the stack is deleted
   */
  readonly ledgerTable?: dynamodb.ITable;

  /**
   * Customer managed key for the construct's own ledger table. It cannot be combined with `ledgerTable`, which has its
   * own encryption.
   *
   * @default - a key that DynamoDB owns
   */
  readonly encryptionKey?: kms.IKey;

  /**
   * What to do when migrations are deployed that lack some of the applied ones. A rollback is always possible,
   * whatever this says.
   *
   * @default OlderRevisionPolicy.REFUSE
   */
  readonly onOlderRevision?: OlderRevisionPolicy;

  /**
   * What happens to the databases when the construct is removed or its stack is deleted.
   *
   * @default MigrationsRemovalPolicy.RETAIN
   */
  readonly onRemoval?: MigrationsRemovalPolicy;

  /**
   * Time for applying migrations, after which the engine stops and undoes what it did. At least 30 seconds and at most
   * three quarters of `timeout`: the rest is kept for undoing.
   *
   * @default - two thirds of `timeout`, which is 40 minutes by default
   */
  readonly forwardTimeout?: Duration;

  /**
   * How long CloudFormation waits for the migrations (its `ServiceTimeout`), from 2 minutes to 1 hour
   * (https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-cloudformation-customresource.html).
   *
   * @default Duration.hours(1)
   */
  readonly timeout?: Duration;

  /**
   * How long an engine may show no sign of life before another one takes over, from 10 seconds to 5 minutes.
   *
   * @default Duration.seconds(60)
   */
  readonly lease?: Duration;
}
