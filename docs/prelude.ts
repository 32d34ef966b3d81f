// What an app has besides its migrations. TypeScript in Markdown and in `@example`s uses these names without declaring
// them; everything else it must import or declare. CONTRIBUTING.md says how such code is compiled.
import type { ITable } from 'aws-cdk-lib/aws-dynamodb';
import type { Vpc } from 'aws-cdk-lib/aws-ec2';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import type { DatabaseCluster, IDatabaseCluster } from 'aws-cdk-lib/aws-rds';
import type { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import type { CfnParameter } from 'aws-cdk-lib/aws-ssm';

declare global {
  /** An Aurora PostgreSQL cluster with the Data API. */
  const cluster: DatabaseCluster;
  /** A cluster that another app made, without its engine. */
  const importedCluster: IDatabaseCluster;
  /** The secret of a user of this cluster, with `username` and `password`. */
  const migrationsUserSecret: ISecret;
  /** A DynamoDB table that exists outside of the migrations. */
  const ordersTable: ITable;
  /** A VPC with private subnets. */
  const vpc: Vpc;
  /** A function that uses the databases. */
  const apiFunction: LambdaFunction;
  /** A resource that changes with every release. */
  const featureFlags: CfnParameter;
}
