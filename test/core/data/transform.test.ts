import { describe, expect, it } from '@jest/globals';
import { shown } from '../../../core/data/shown-error';
import { combineItems, transformInPlace, transformToDestination } from '../../../core/data/transform';
import type { Item } from '../../../core/ports';

const table = { replaced: (_was: Item, by: Item) => by };

describe('a transform', () => {
  it('changes only its own copy of bytes, also within sets and lists', () => {
    const item = {
      id: 'a',
      raw: new Uint8Array([1]),
      all: new Set([new Uint8Array([1])]),
      list: [new Uint8Array([1])],
    };
    const transform = (own: Item) => {
      const { raw, all, list } = own as typeof item;
      for (const bytes of [raw, ...all, ...list]) bytes[0] = 9;
      return own;
    };
    const { result } = transformInPlace(transform, item, table);
    const changed = new Uint8Array([9]);
    expect(result).toEqual({ id: 'a', raw: changed, all: new Set([changed]), list: [changed] });
    expect(transformToDestination(transform, item)).toEqual([result]);
    expect([item.raw, ...item.all, ...item.list].map(([first]) => first)).toEqual([1, 1, 1]);
  });

  it('is told that it need not clone its item', () => {
    const transform = (item: Item) => ({ ...structuredClone(item) });
    expect(() => transformInPlace(transform, { id: 'a' }, table)).toThrow(
      /^transform called structuredClone .* a copy already/,
    );
  });

  it.each<[string, unknown, string]>([
    ['nothing', undefined, 'transform returned nothing;'],
    ['a text', 'x', 'transform returned a string;'],
    ['a Map', new Map([['id', 'a']]), 'transform returned a Map;'],
    ['a Date', new Date(0), 'transform returned a Date;'],
    ['bytes', new Uint8Array(1), 'transform returned a Uint8Array;'],
    ['null in a list', [null], 'transform returned null;'],
    ['a promise in a list', [Promise.resolve({})], 'transform returned a promise;'],
  ])('that returns %s is refused in words', (_what, result, words) => {
    expect(() => transformToDestination(() => result as Item, { id: 'a' })).toThrow(words);
  });

  it('that takes back is refused under its own name', () => {
    const undo = (item: Item) => ({ ...item, age: Number(item['age']) + 1 });
    expect(() => transformInPlace(undo, { age: 1 }, table, 'undo')).toThrow(
      /^undo\(undo\(item\)\) is not undo\(item\)/,
    );
    expect(() => transformInPlace(() => [], { age: 1 }, table, 'undo')).toThrow(
      /^undo returned a list; it must return an item, or null to delete it/,
    );
  });
});

describe('combining', () => {
  it('changes neither of the two items', () => {
    const existing = { id: 'a', members: ['x'] };
    const combine = (one: Item, other: Item) => {
      (one['members'] as string[]).push(...(other['members'] as string[]));
      return one;
    };
    expect(combineItems(combine, existing, { id: 'a', members: ['y'] })).toEqual({ id: 'a', members: ['x', 'y'] });
    expect(existing).toEqual({ id: 'a', members: ['x'] });
  });

  it('must give an item', () => {
    expect(() => combineItems((() => undefined) as never, { id: 'a' }, { id: 'a' })).toThrow(
      'combine returned nothing; it must return an item.',
    );
  });
});

describe('what is shown of an error', () => {
  const thrown = (work: () => unknown): unknown => {
    try {
      return work();
    } catch (error) {
      return error;
    }
  };
  // As untyped code meets it.
  const item = { name: 'Ann Lee', age: 4711, big: 1n, none: undefined } as never as Readonly<Record<string, unknown>>;

  it.each<[string, () => unknown]>([
    ["Cannot read properties of undefined (reading 'split')", () => (item['none'] as string).split],
    ['item.name.splitt is not a function', () => (item['name'] as { splitt(): void }).splitt()],
    ['Cannot mix BigInt and other types, use explicit conversions', () => (item['big'] as never as number) + 1],
    ['Do not know how to serialize a BigInt', () => JSON.stringify(item['big'])],
  ])('is its message, where that holds no data: %s', (message, work) => {
    expect(shown(thrown(work))).toBe(message);
  });

  it.each<[string, () => unknown]>([
    [
      'a property of a text',
      () => {
        (item['name'] as { first: string }).first = 'Ann';
      },
    ],
    ['a name in a text', () => 'first' in (item['name'] as object)],
    ['a number that is no list', () => new Set(item['age'] as never)],
    ['a name that the item gives', () => (item['none'] as Record<string, string>)[item['name'] as string]],
    [
      'words of its own',
      () => {
        throw new TypeError(item['name'] as string);
      },
    ],
  ])('is its name, where its message would show %s', (_what, work) => {
    const error = thrown(work);
    expect((error as Error).message).toMatch(/Ann Lee|4711/);
    expect(shown(error)).toBe('It threw TypeError.');
  });
});
