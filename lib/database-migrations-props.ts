import type { Duration } from 'aws-cdk-lib';
import type * as dynamodb from 'aws-cdk-lib/aws-dynamodb';
import type * as kms from 'aws-cdk-lib/aws-kms';
import type { MigrationsRemoval, OlderRevisionPolicy } from './policies';
import type { MigrationTarget } from './target';

/** Properties of {@link DatabaseMigrations}. */
export interface DatabaseMigrationsProps {
  /** Folder with one folder per target. A relative path starts at the working directory, as paths of assets do. */
  readonly migrationsPath: string;

  /** The databases, by the names of their folders in `migrationsPath`. At least one. */
  readonly targets: { [name: string]: MigrationTarget };

  /**
   * Table that remembers what was applied. Several constructs may share one. It needs the string keys `pk` (partition)
   * and `sk` (sort) and must live at least as long as the databases do. Time to live on `timeToLive` is welcome.
   *
   * @default - an own table: on-demand, point-in-time recovery, deletion protection, kept when the stack is deleted
   */
  readonly ledgerTable?: dynamodb.ITable;

  /**
   * Customer managed key for the own ledger table. Cannot be given with `ledgerTable`, which has its own encryption.
   *
   * @default - a key that DynamoDB owns
   */
  readonly encryptionKey?: kms.IKey;

  /**
   * What to do when migrations are deployed that lack some which are applied already. Rollbacks are always possible.
   *
   * @default OlderRevisionPolicy.REFUSE
   */
  readonly onOlderRevision?: OlderRevisionPolicy;

  /**
   * What happens to the databases when the construct is removed or its stack deleted.
   *
   * @default MigrationsRemoval.RETAIN
   */
  readonly onRemoval?: MigrationsRemoval;

  /**
   * Time for forward work, after which the engine stops and undoes what it did. At most three quarters of `timeout`.
   *
   * @default - two thirds of `timeout`: 40 minutes
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
   * After how long without a sign of life another engine may take over, from 10 seconds to 5 minutes.
   *
   * @default Duration.seconds(60)
   */
  readonly lease?: Duration;
}
