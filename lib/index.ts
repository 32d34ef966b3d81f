export { DatabaseMigrations } from './database-migrations';
export type { DatabaseMigrationsProps } from './database-migrations-props';
export { MigrationsRemovalPolicy, OlderRevisionPolicy } from './policies';
export { MigrationTarget } from './target';
export {
  AuroraDatabaseKind,
  type AuroraTargetOptions,
  type DynamoDbTableDefaults,
  type DynamoDbTargetOptions,
} from './target-options';
