import { afterEach, describe, expect, it, vi } from 'vitest';
import { tableName } from '../src';

describe('tableName', () => {
  afterEach(() => vi.unstubAllEnvs());

  it('gives the physical name', () => {
    vi.stubEnv('MIGRATIONS_TABLES', '{"meals":{"plans":"nutrition-plans"}}');

    expect(tableName('meals', 'plans')).toBe('nutrition-plans');
  });

  it('names the targets when the target is unknown', () => {
    vi.stubEnv('MIGRATIONS_TABLES', '{"meals":{},"stock":{}}');

    expect(() => tableName('meal', 'plans')).toThrow(
      "Unknown target 'meal'. Targets of this deployment: meals, stock.",
    );
  });

  it('names the tables when the table is unknown', () => {
    vi.stubEnv('MIGRATIONS_TABLES', '{"meals":{}}');

    expect(() => tableName('meals', 'plans')).toThrow(
      "Target 'meals' has no table 'plans'. Tables of this deployment: none.",
    );
  });

  it('says how to connect a function that is not connected', () => {
    vi.stubEnv('MIGRATIONS_TABLES', undefined);

    expect(() => tableName('meals', 'plans')).toThrow(
      /MIGRATIONS_TABLES is not set\. Call `migrations\.connect\(fn\)`/,
    );
  });
});
