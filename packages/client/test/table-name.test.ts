import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { tableName } from '../src';

/** For one test. */
function connect(tables: string | undefined): void {
  jest.replaceProperty(process, 'env', { MIGRATIONS_TABLES: tables });
}

describe('tableName', () => {
  afterEach(() => void jest.restoreAllMocks());

  it('gives the physical name', () => {
    connect('{"meals":{"plans":"nutrition-plans"}}');

    expect(tableName('meals', 'plans')).toBe('nutrition-plans');
  });

  it('names the targets when the target is unknown', () => {
    connect('{"meals":{},"stock":{}}');

    expect(() => tableName('meal', 'plans')).toThrow(
      "Unknown target 'meal'. Targets of this deployment: meals, stock.",
    );
  });

  it('names the tables when the table is unknown', () => {
    connect('{"meals":{}}');

    expect(() => tableName('meals', 'plans')).toThrow(
      "Target 'meals' has no table 'plans'. Tables of this deployment: none.",
    );
  });

  it('says how to connect a function that is not connected', () => {
    connect(undefined);

    expect(() => tableName('meals', 'plans')).toThrow(
      /MIGRATIONS_TABLES is not set\. Call `migrations\.connect\(fn\)`/,
    );
  });
});
