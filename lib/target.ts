import type * as rds from 'aws-cdk-lib/aws-rds';
import { auroraTarget } from './aurora-target';
import { dynamoDbTarget } from './dynamodb-target';
import type { TargetBinding } from './target-binding';
import type { AuroraTargetOptions, DynamoDbTargetOptions } from './target-options';

/** A database that migrations change. Its name is the name of its folder below `migrationsPath`. */
export class MigrationTarget {
  /**
   * A database in an Aurora PostgreSQL cluster, reached through the RDS Data API
   * (https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/data-api.html). No network path to it is needed.
   *
   * @param cluster made in the same stack, in another stack of the app, or imported by its attributes
   */
  public static aurora(cluster: rds.IDatabaseCluster, options: AuroraTargetOptions): MigrationTarget {
    return new MigrationTarget(auroraTarget(cluster, options));
  }

  /** A set of DynamoDB tables: existing ones, ones that migrations create, or both. */
  public static dynamodb(options: DynamoDbTargetOptions): MigrationTarget {
    return new MigrationTarget(dynamoDbTarget(options));
  }

  /** @internal */
  public readonly _binding: TargetBinding;

  private constructor(binding: TargetBinding) {
    this._binding = binding;
  }
}
