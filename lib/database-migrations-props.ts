import type { Duration } from 'aws-cdk-lib';
import type * as dynamodb from 'aws-cdk-lib/aws-dynamodb';
import type * as ec2 from 'aws-cdk-lib/aws-ec2';
import type * as iam from 'aws-cdk-lib/aws-iam';
import type * as kms from 'aws-cdk-lib/aws-kms';
import type * as sqs from 'aws-cdk-lib/aws-sqs';
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
   * For databases that exist already: migrations up to this version are recorded as applied without running, contract phases
   * and data migrations included. Before that each database is compared with what they make of an empty one, in a scratch
   * database beside it, and the deployment is refused when they differ. It counts for databases to which this construct has
   * applied nothing yet. One that is empty is new, and gets all migrations. See docs/adopt.md.
   *
   * @default - none: all migrations run
   * @example
   * import { DatabaseMigrations, MigrationTarget } from 'cdk-migrations';
   *
   * new DatabaseMigrations(this, 'Migrations', {
   *   migrationsPath: 'migrations',
   *   targets: { users: MigrationTarget.aurora(cluster, { databaseName: 'app' }) },
   *   baseline: '1.40.0',
   * });
   */
  readonly baseline?: string;

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

  /**
   * The VPC in which the functions run, for accounts whose functions must. The databases do not need it. From its
   * subnets the functions must reach S3, DynamoDB, Step Functions, Systems Manager, CloudFormation and, for Aurora
   * targets, the RDS Data API: through NAT, or through VPC endpoints. The bucket to which CloudFormation has answers
   * sent is one that AWS owns, which the policy of an S3 endpoint must allow.
   *
   * @default - the functions run outside of a VPC
   * @example
   * import { DatabaseMigrations, MigrationTarget } from 'cdk-migrations';
   *
   * new DatabaseMigrations(this, 'Migrations', {
   *   migrationsPath: 'migrations',
   *   targets: { meals: MigrationTarget.dynamodb({ tableNamePrefix: 'app-' }) },
   *   vpc,
   * });
   */
  readonly vpc?: ec2.IVpc;

  /**
   * The subnets of `vpc` in which the functions run.
   *
   * @default - the private subnets of `vpc`
   * @example
   * import { SubnetType } from 'aws-cdk-lib/aws-ec2';
   * import { DatabaseMigrations, MigrationTarget } from 'cdk-migrations';
   *
   * new DatabaseMigrations(this, 'Migrations', {
   *   migrationsPath: 'migrations',
   *   targets: { meals: MigrationTarget.dynamodb({ tableNamePrefix: 'app-' }) },
   *   vpc,
   *   vpcSubnets: { subnetType: SubnetType.PRIVATE_WITH_EGRESS },
   * });
   */
  readonly vpcSubnets?: ec2.SubnetSelection;

  /**
   * The security groups of the functions in `vpc`.
   *
   * @default - one for each function, which allows everything out and nothing in
   * @example
   * import { SecurityGroup } from 'aws-cdk-lib/aws-ec2';
   * import { DatabaseMigrations, MigrationTarget } from 'cdk-migrations';
   *
   * new DatabaseMigrations(this, 'Migrations', {
   *   migrationsPath: 'migrations',
   *   targets: { meals: MigrationTarget.dynamodb({ tableNamePrefix: 'app-' }) },
   *   vpc,
   *   securityGroups: [new SecurityGroup(this, 'MigrationsOut', { vpc })],
   * });
   */
  readonly securityGroups?: ec2.ISecurityGroup[];

  /**
   * Customer managed key for the log group of the functions and the state machine. Its policy must let CloudWatch Logs
   * use it (https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html).
   *
   * @default - a key that CloudWatch Logs owns
   * @example
   * import { Key } from 'aws-cdk-lib/aws-kms';
   * import { DatabaseMigrations, MigrationTarget } from 'cdk-migrations';
   *
   * new DatabaseMigrations(this, 'Migrations', {
   *   migrationsPath: 'migrations',
   *   targets: { meals: MigrationTarget.dynamodb({ tableNamePrefix: 'app-' }) },
   *   logEncryptionKey: Key.fromLookup(this, 'LogKey', { aliasName: 'alias/logs' }),
   * });
   */
  readonly logEncryptionKey?: kms.IKey;

  /**
   * How many invocations of each function are reserved for it, and no more are possible. At least 2: while one request is
   * worked on, the request that rolls it back must be received.
   *
   * @default - no reserved concurrency: the functions share the account's
   * @example
   * import { DatabaseMigrations, MigrationTarget } from 'cdk-migrations';
   *
   * new DatabaseMigrations(this, 'Migrations', {
   *   migrationsPath: 'migrations',
   *   targets: { meals: MigrationTarget.dynamodb({ tableNamePrefix: 'app-' }) },
   *   reservedConcurrentExecutions: 5,
   * });
   */
  readonly reservedConcurrentExecutions?: number;

  /**
   * How many workers of a data migration there may be at the same time, 1 to 1,000. Each is an invocation of a Lambda function,
   * and works on a part of a table of its own.
   *
   * @default 10
   * @example
   * import { DatabaseMigrations, MigrationTarget } from 'cdk-migrations';
   *
   * new DatabaseMigrations(this, 'Migrations', {
   *   migrationsPath: 'migrations',
   *   targets: { meals: MigrationTarget.dynamodb({ tableNamePrefix: 'app-' }) },
   *   backfillConcurrency: 40,
   * });
   */
  readonly backfillConcurrency?: number;

  /**
   * The permissions boundary of every role that the construct makes.
   *
   * @default - none but those that are set on the stack or the app
   * @example
   * import { ManagedPolicy } from 'aws-cdk-lib/aws-iam';
   * import { DatabaseMigrations, MigrationTarget } from 'cdk-migrations';
   *
   * new DatabaseMigrations(this, 'Migrations', {
   *   migrationsPath: 'migrations',
   *   targets: { meals: MigrationTarget.dynamodb({ tableNamePrefix: 'app-' }) },
   *   permissionsBoundary: ManagedPolicy.fromManagedPolicyName(this, 'Boundary', 'developers'),
   * });
   */
  readonly permissionsBoundary?: iam.IManagedPolicy;

  /**
   * Where events go that reached no function: requests of CloudFormation that could be neither worked on nor answered, and
   * events of the stack. A request in it holds the URL by which it is answered, valid for two hours: let few read it.
   *
   * @default - such events are lost, and CloudFormation waits until `timeout`
   * @example
   * import { Queue } from 'aws-cdk-lib/aws-sqs';
   * import { DatabaseMigrations, MigrationTarget } from 'cdk-migrations';
   *
   * new DatabaseMigrations(this, 'Migrations', {
   *   migrationsPath: 'migrations',
   *   targets: { meals: MigrationTarget.dynamodb({ tableNamePrefix: 'app-' }) },
   *   deadLetterQueue: new Queue(this, 'LostEvents', { enforceSSL: true }),
   * });
   */
  readonly deadLetterQueue?: sqs.IQueue;
}
