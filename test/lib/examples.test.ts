import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { NutritionStack } from '../../bin/nutrition-stack';
import { type CloudFormationTemplate, folderWith, Synthesized, testApp } from './support';

const root = join(__dirname, '../..');
const migrations = join(root, 'migrations');

describe('the nutrition app', () => {
  let template: Synthesized;
  beforeAll(() => {
    template = new Synthesized(new NutritionStack(testApp(), 'Nutrition', { migrationsPath: migrations }));
  });

  it('deploys its function and its feature flags after the migrations', () => {
    const [id] = template.one('Custom::DatabaseMigrations');

    const later = ['FeatureFlags', template.one('AWS::Lambda::Function', 'Api')[0]];
    expect(later.filter((name) => !template.resources.get(name)!.DependsOn?.includes(id))).toEqual([]);
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
        'meals/1.1.1_measure_portions.ts',
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

/** A template of the orders app. It is made of ES modules, and runs as `cdk synth` runs it: in a process of its own. */
function synthOrders(stack: string): CloudFormationTemplate {
  const folder = folderWith({});
  execFileSync(process.execPath, ['--import', 'tsx', 'examples/orders/app.mjs'], {
    cwd: root,
    env: { ...process.env, CDK_OUTDIR: folder },
    stdio: 'pipe',
  });
  return JSON.parse(readFileSync(join(folder, `${stack}.template.json`), 'utf8'));
}

describe('the orders app', () => {
  it('imports the table by name and deploys its API after the migrations', () => {
    const template = new Synthesized(synthOrders('OrdersService'));
    const [id, { Properties }] = template.one('Custom::DatabaseMigrations');

    expect(Properties.Targets.store.Tables).toEqual({ orders: 'shop-orders' });
    expect(template.one('AWS::ApiGateway::RestApi')[1].DependsOn).toContain(id);
    expect(template.one('AWS::CloudWatch::Alarm')[1].Condition).toBe('IsProduction');
    expect(template.cycles()).toEqual([]);
  });
});
