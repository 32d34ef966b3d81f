/** What migration files import from `cdk-migrations/authoring`. */
export type {
  SetAutoScaling,
  SetBillingMode,
  SetCapacity,
  SetDeletionProtection,
  SetPointInTimeRecovery,
  SetStream,
  SetTableClass,
  SetTimeToLive,
  Tag,
  Untag,
} from '../core/bundle/setting-operations';
export type {
  AutoScaling,
  IndexDefinition,
  KeyAttribute,
  KeyType,
  LocalIndexDefinition,
  Projection,
  ScalingRange,
  Throughput,
} from '../core/bundle/table-definitions';
export type {
  AddGlobalIndex,
  CreateTable,
  DeleteTable,
  RebuildTable,
  RemoveGlobalIndex,
  TableOperation,
} from '../core/bundle/table-operations';
export type { BillingMode, Encryption, StreamView, TableClass } from '../core/bundle/table-settings';
export type { Item, SqlConnection, SqlResult, SqlRow } from '../core/ports';
export { type DataMigration, type DataMigrationProps, data, type SeedFile, type TableReference } from './data';
export { type DynamoDbMigration, type DynamoDbMigrationProps, dynamodb } from './dynamodb';
export {
  type AddGlobalIndexProps,
  addGlobalIndex,
  type CreateTableProps,
  createTable,
  type DeleteTableOptions,
  deleteTable,
  type RemoveGlobalIndexProps,
  rebuildTable,
  removeGlobalIndex,
} from './operations';
export {
  setAutoScaling,
  setBillingMode,
  setCapacity,
  setDeletionProtection,
  setPointInTimeRecovery,
  setStream,
  setTableClass,
  setTimeToLive,
  tag,
  untag,
} from './setting-operations';
export { type SqlFunction, type SqlMigration, type SqlMigrationProps, sql } from './sql';
