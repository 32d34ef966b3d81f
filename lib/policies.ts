/**
 * What to do when the deployed migrations lack some of the applied ones, outside of a rollback.
 *
 * @example
 * import { DatabaseMigrations, MigrationTarget, OlderRevisionPolicy } from 'cdk-migrations';
 *
 * new DatabaseMigrations(this, 'Migrations', {
 *   migrationsPath: 'migrations',
 *   targets: { users: MigrationTarget.aurora(cluster, { databaseName: 'app' }) },
 *   onOlderRevision: OlderRevisionPolicy.DOWNGRADE,
 * });
 */
export enum OlderRevisionPolicy {
  /** Fail the deployment before anything changes. */
  REFUSE = 'refuse',
  /** Undo the migrations that the deployed revision lacks. */
  DOWNGRADE = 'downgrade',
}

/**
 * What happens to the migrated databases when the construct leaves the stack, or the stack is deleted.
 *
 * @example
 * import { DatabaseMigrations, MigrationsRemovalPolicy, MigrationTarget } from 'cdk-migrations';
 *
 * new DatabaseMigrations(this, 'Migrations', {
 *   migrationsPath: 'migrations',
 *   targets: { meals: MigrationTarget.dynamodb({ tableNamePrefix: 'test-' }) },
 *   onRemoval: MigrationsRemovalPolicy.UNDO,
 * });
 */
export enum MigrationsRemovalPolicy {
  /** Leave every schema and every row as it is. */
  RETAIN = 'retain',
  /** Undo all migrations, newest first. This deletes the tables that migrations created, with their data. */
  UNDO = 'undo',
}
