import type * as rds from 'aws-cdk-lib/aws-rds';
import { auroraTarget } from './aurora-target';
import { dynamoDbTarget } from './dynamodb-target';
import type { TargetBinding } from './target-binding';
import type { AuroraTargetOptions, DynamoDbTargetOptions } from './target-options';

/**
 * A database that migrations change: a database in an Aurora PostgreSQL or Aurora MySQL cluster, or a set of DynamoDB tables. Its name
 * in {@link DatabaseMigrationsProps.targets} is the name of its folder below `migrationsPath`.
 *
 * Creating one never throws: what is wrong with it is reported, together with all other mistakes, by the constructor of
 * {@link DatabaseMigrations} that it is passed to.
 *
 * @example
 * import { MigrationTarget } from 'cdk-migrations';
 *
 * const targets = {
 *   users: MigrationTarget.aurora(cluster, { databaseName: 'app' }),
 *   meals: MigrationTarget.dynamodb({ tableNamePrefix: 'app-' }),
 * };
 */
export class MigrationTarget {
  /**
   * A database in an Aurora PostgreSQL or Aurora MySQL (version 3) cluster, reached through the RDS Data API
   * (https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/data-api.html), so no network path to it is needed.
   * The Data API must be enabled; for a cluster of the app this is checked at synth.
   *
   * @param cluster made in the same stack, in another stack of the app, or imported by its attributes
   * @param options which database of the cluster, and the secret of its user
   * @example
   * import { MigrationTarget } from 'cdk-migrations';
   *
   * const users = MigrationTarget.aurora(cluster, { databaseName: 'app' });
   */
  public static aurora(cluster: rds.IDatabaseCluster, options: AuroraTargetOptions): MigrationTarget {
    return new MigrationTarget(auroraTarget(cluster, options));
  }

  /**
   * A set of DynamoDB tables: existing ones, ones that migrations create, or both.
   *
   * @param options the existing tables, and how the tables that migrations create are named; at least one of the
   *   two, and what new tables get besides
   * @example
   * import { MigrationTarget } from 'cdk-migrations';
   *
   * const meals = MigrationTarget.dynamodb({
   *   tables: { orders: ordersTable },
   *   tableNamePrefix: 'app-',
   *   tableDefaults: { tags: { team: 'nutrition' } },
   * });
   */
  public static dynamodb(options: DynamoDbTargetOptions): MigrationTarget {
    return new MigrationTarget(dynamoDbTarget(options));
  }

  /** @internal */
  public readonly _binding: TargetBinding;

  private constructor(binding: TargetBinding) {
    this._binding = binding;
  }
}
