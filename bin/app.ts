import { App } from 'aws-cdk-lib';
import { NutritionStack } from './nutrition-stack';

// The stack creates a DatabaseMigrations construct: lib/database-migrations.ts.
const app = new App();
// `--context migrations=<folder>` deploys another release's migrations, as the demo does.
const migrationsPath: string = app.node.tryGetContext('migrations') ?? 'migrations';
new NutritionStack(app, 'Nutrition', { migrationsPath });
