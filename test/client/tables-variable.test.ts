import { expect, it } from '@jest/globals';
import { environmentNames } from '../../core/wire';
import { tablesVariable } from '../../packages/client/src/tables-variable';

it('the client reads the variable that the construct sets', () => {
  expect(tablesVariable).toBe(environmentNames.tables);
});
