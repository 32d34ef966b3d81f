// What a user writes in TypeScript. Only ever compiled, against the declarations of the packed library.
import { App, Duration, Stack } from 'aws-cdk-lib';
import { DatabaseMigrations, MigrationsRemoval, MigrationTarget } from 'cdk-migrations';
import { addGlobalIndex, dynamodb, sql } from 'cdk-migrations/authoring';
import { tableName } from 'cdk-migrations/client';

const stack = new Stack(new App(), 'Types');
const migrations = new DatabaseMigrations(stack, 'Migrations', {
  migrationsPath: 'migrations',
  targets: { store: MigrationTarget.dynamodb({ tableNamePrefix: 'types-' }) },
  onRemoval: MigrationsRemoval.REVERT,
  timeout: Duration.minutes(30),
});
const revision: string = migrations.revision;

// @ts-expect-error the path is required
new DatabaseMigrations(stack, 'Incomplete', { targets: {} });

export const index = dynamodb({
  dependsOn: ['1.0.0'],
  up: [addGlobalIndex({ table: 'plans', name: 'byWeek', partitionKey: { name: 'week', type: 'S' } })],
});

// @ts-expect-error DynamoDB has no such key type
addGlobalIndex({ table: 'plans', name: 'byWeek', partitionKey: { name: 'week', type: 'BOOL' } });

export const emails = sql({
  async up(db) {
    await db.execute('UPDATE users SET email = lower(email) WHERE id = :id', { id: 1 });
  },
  irreversible: true,
});

export const names: readonly string[] = [revision, tableName('store', 'plans')];
