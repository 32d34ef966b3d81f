import { cpSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Stack, StackProps } from 'aws-cdk-lib';
import type * as dynamodb from 'aws-cdk-lib/aws-dynamodb';
import type { Construct } from 'constructs';
import { beforeAll, describe, expect, it } from 'vitest';
import { NutritionStack } from '../../bin/nutrition-stack';
import { folderWith, Synthesized, testApp } from './support';

const root = join(__dirname, '../..');
const migrations = join(root, 'migrations');

describe('the nutrition app', () => {
  let template: Synthesized;
  beforeAll(() => {
    template = new Synthesized(new NutritionStack(testApp(), 'Nutrition', { migrationsPath: migrations }));
  });

  it('deploys its function and its feature flags after the migrations', () => {
    const [id] = template.one('Custom::DatabaseMigrations');

    for (const after of ['FeatureFlags', template.one('AWS::Lambda::Function', 'Api')[0]]) {
      expect(template.resources.get(after)!.DependsOn, after).toContain(id);
    }
    expect(template.cycles()).toEqual([]);
  });

  it('gives its function the names of the tables of all releases', () => {
    const { Environment } = template.one('AWS::Lambda::Function', 'Api')[1].Properties;

    expect(JSON.parse(Environment.Variables.MIGRATIONS_TABLES)).toEqual({
      users: {},
      meals: { mealPlans: 'nutrition-mealPlans', shoppingLists: 'nutrition-shoppingLists' },
    });
  });

  it.each([
    [
      'first',
      ['users/1.0.0_create_users.sql', 'users/1.1.0_add_user_analytics.sql', 'meals/1.0.0_create_meal_plans.ts'],
    ],
    [
      'second',
      [
        'users/1.0.0_create_users.sql',
        'users/1.1.0_add_user_analytics.sql',
        'users/1.2.0_add_diet_preference.sql',
        'users/1.2.1_guess_diet_from_events.ts',
        'meals/1.0.0_create_meal_plans.ts',
        'meals/1.1.0_find_plans_by_week.ts',
      ],
    ],
  ])('synthesizes its %s release with other feature flags than the last one', (_, files) => {
    const folder = folderWith({});
    for (const file of files) {
      mkdirSync(join(folder, file, '..'), { recursive: true });
      cpSync(join(migrations, file), join(folder, file));
    }
    const earlier = new Synthesized(new NutritionStack(testApp(), 'Nutrition', { migrationsPath: folder }));

    expect(earlier.resources.get('FeatureFlags')!.Properties.Value).not.toEqual(
      template.resources.get('FeatureFlags')!.Properties.Value,
    );
  });
});

type ServiceProps = StackProps & { ordersTableName: string; ledgerTable: dynamodb.ITable };
type DataStack = Stack & { ledgerTable: dynamodb.ITable };

describe('the orders app', () => {
  it('imports the table by name and deploys its API after the migrations', async () => {
    const load = (file: string) => import(pathToFileURL(join(root, 'examples/orders/lib', file)).href);
    const { OrdersDataStack } = (await load('orders-data-stack.mjs')) as {
      OrdersDataStack: new (scope: Construct, id: string, props: { ordersTableName: string }) => DataStack;
    };
    const { OrdersServiceStack } = (await load('orders-service-stack.mjs')) as {
      OrdersServiceStack: new (scope: Construct, id: string, props: ServiceProps) => Stack;
    };
    const app = testApp();
    const data = new OrdersDataStack(app, 'OrdersData', { ordersTableName: 'shop-orders' });
    const props = { ordersTableName: 'shop-orders', ledgerTable: data.ledgerTable };
    const template = new Synthesized(new OrdersServiceStack(app, 'OrdersService', props));
    const [id, { Properties }] = template.one('Custom::DatabaseMigrations');

    expect(Properties.Targets.store.Tables).toEqual({ orders: 'shop-orders' });
    expect(template.one('AWS::ApiGateway::RestApi')[1].DependsOn).toContain(id);
    expect(template.one('AWS::CloudWatch::Alarm')[1].Condition).toBe('IsProduction');
    expect(template.cycles()).toEqual([]);
  });
});
