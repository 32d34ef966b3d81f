import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { areEqual, canonicalText } from '../../../core/data/values';

class Precise {
  constructor(readonly value: string) {}
}

describe('values of items', () => {
  it.each<[string, unknown, unknown, boolean]>([
    ['attributes in another order', { a: 1, b: 2 }, { b: 2, a: 1 }, true],
    ['an undefined attribute and a missing one', { a: 1, b: undefined }, { a: 1 }, true],
    ['a missing attribute and null', { a: 1 }, { a: 1, b: null }, false],
    ['a number and its digits', { a: 1 }, { a: '1' }, false],
    ['a number and a bigint', [1], [1n], true],
    ['a number and a precise one', 1.5, new Precise('1.5'), true],
    ['zero and minus zero', 0, -0, true],
    ['sets in another order', new Set(['a', 'b']), new Set(['b', 'a']), true],
    ['a set and a list', new Set(['a']), ['a'], false],
    ['bytes and the same bytes', new Uint8Array([1, 2]), Buffer.from([1, 2]), true],
    ['lists of different length', [1], [1, 2], false],
    ['a list and an object', [], {}, false],
    ['nested values', { a: [{ b: new Set([1]) }] }, { a: [{ b: new Set([2]) }] }, false],
  ])('compares %s', (_what, a, b, expected) => {
    expect([areEqual(a, b), areEqual(b, a)]).toEqual([expected, expected]);
  });

  const value = fc.letrec((tie) => ({
    any: fc.oneof(
      fc.constantFrom('a', 'b', 0, 1, 2n, true, null, new Set(['a']), new Uint8Array([1])),
      fc.array(tie('any'), { maxLength: 2 }),
      fc.dictionary(fc.constantFrom('a', 'b', 'c'), fc.option(tie('any'), { nil: undefined }), {
        noNullPrototype: true,
      }),
    ),
  })).any;

  it('are equal when their texts are', () => {
    fc.assert(
      fc.property(value, value, (a, b) => areEqual(a, b) === (canonicalText(a) === canonicalText(b))),
      { numRuns: 2000 },
    );
  });
});
