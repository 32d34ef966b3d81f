import { expect, it } from '@jest/globals';
import { baselineDiffers } from '../../../core/engine/baseline-errors';
import type { SchemaDifference } from '../../../core/schema/differences';

const changed = (expected: string, actual: string): SchemaDifference => ({
  ...{ kind: 'function', name: 'f()', difference: 'changed', expected, actual },
});

const message = (...differences: readonly SchemaDifference[]) =>
  baselineDiffers({ target: 'users', version: '1.1.0' }, differences).message;

it('a short definition is shown whole, in one line', () => {
  expect(message(changed('a\n  b', 'a c'))).toContain(
    'One difference: function f() is "a c", and by the migrations "a b".',
  );
});

it('a long definition is shown where it differs', () => {
  const before = 'x'.repeat(200);

  expect(message(changed(`${before}b${before}`, `${before}c`))).toContain(
    `function f() is "...${'x'.repeat(30)}c", and by the migrations "...${'x'.repeat(30)}b${'x'.repeat(89)}..."`,
  );
});
