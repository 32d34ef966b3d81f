/** What migration files import from `cdk-migrations/authoring`. */
export type {
  AddGlobalIndex,
  CreateTable,
  DeleteTable,
  IndexDefinition,
  KeyAttribute,
  KeyType,
  RemoveGlobalIndex,
  TableOperation,
} from '../core/bundle/bundle';
export type { Item, SqlConnection, SqlResult, SqlRow } from '../core/ports';
export { type DataMigration, type DataMigrationProps, data, type TableReference } from './data';
export { type DynamoDbMigration, type DynamoDbMigrationProps, dynamodb } from './dynamodb';
export {
  type AddGlobalIndexProps,
  addGlobalIndex,
  type CreateTableProps,
  createTable,
  type DeleteTableOptions,
  deleteTable,
  type RemoveGlobalIndexProps,
  removeGlobalIndex,
} from './operations';
export { type SqlFunction, type SqlMigration, type SqlMigrationProps, sql } from './sql';
