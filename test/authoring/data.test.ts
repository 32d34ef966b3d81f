import { describe, expect, it } from '@jest/globals';
import { data, type Item } from '../../authoring';

const transform = (item: Item) => item;
const combine = (item: Item) => item;
const place = { source: 'meals', transform };
const copy = { ...place, destination: 'copies' };
/** What a JavaScript author, or a cast, can pass. */
const wrong = (value: unknown) => value as never;

describe('data()', () => {
  it.each<[string, object]>([
    [
      'in place',
      { ...place, dependsOn: ['1.0.0'], name: 'split', undo: transform, validate: () => true, sweep: false },
    ],
    ['a copy to another target', { ...place, destination: { table: 'meals', target: 'archive' }, existing: 'replace' }],
    ['from another target', { ...copy, source: { table: 'copies', target: 'archive' }, finish: 'background' }],
    ['several to one', { ...copy, existing: 'combine', combine, undo: () => null }],
    [
      'irreversible',
      { ...copy, existing: 'combine', combine, irreversible: true, latencyBudget: 'none', mayFail: 3, segments: 1_000 },
    ],
  ])('returns what was declared: %s', (_, props) => {
    expect(data(props as typeof place)).toEqual({ kind: 'data', ...props });
  });

  it.each<[string, unknown, RegExp]>([
    [
      'no object',
      undefined,
      /^The argument of data\(\) must be an object with the properties dependsOn, .*, got undefined\.$/,
    ],
    [
      'misspelt property',
      { ...place, mayfail: 1 },
      /^The argument of data\(\) must not have a property "mayfail"\. Its/,
    ],
    [
      'dependsOn a text',
      { ...place, dependsOn: '1.0.0' },
      /^Property dependsOn must be a list of strings, got "1\.0\.0"\.$/,
    ],
    [
      'no source',
      { transform },
      /^Property source must be the name of a table, or an object such as .*, got undefined\.$/,
    ],
    ['an empty source', { source: '', transform }, /^The name of a table must be 1 to 255 .*, got ""\.$/],
    ['a source without table', { ...place, source: {} }, /^The name of a table must be .*, got undefined\.$/],
    [
      'misspelt target',
      { ...place, source: { table: 'meals', taget: 'x' } },
      /^Property source must not have a property "taget"\. Its properties: table, target\.$/,
    ],
    [
      'a target in capitals',
      { ...place, source: { table: 'meals', target: 'Meals' } },
      /^The target of source must be lower-case letters, digits and hyphens, got "Meals"\.$/,
    ],
    [
      'destination a number',
      { ...place, destination: 1 },
      /^Property destination must be the name of a table, .*, got 1\.$/,
    ],
    [
      'a file as destination',
      { ...place, destination: { file: 'a.csv' } },
      /^Property destination must not have a property "file"/,
    ],
    [
      'no transform',
      { source: 'meals' },
      /^Property transform must be a function such as \(item\) => \(\{ \.\.\.item \}\), got undefined\.$/,
    ],
    ['undo a text', { ...place, undo: 'x' }, /^Property undo must be a function .*, got "x"\.$/],
    [
      'an async transform',
      { ...place, transform: async () => null },
      /^Property transform must be a function that returns its result at once, got "AsyncFunction"\.$/,
    ],
    ['a generator', { ...place, *transform() {} }, /at once, got "GeneratorFunction"\.$/],
    [
      'an unknown existing',
      { ...copy, existing: 'merge' },
      /^Property existing must be keep, replace or combine, got "merge"\.$/,
    ],
    [
      'an unknown finish',
      { ...place, finish: 'later' },
      /^Property finish must be application or background, got "later"\.$/,
    ],
    ['sweep a text', { ...place, sweep: 'no' }, /^Property sweep must be true or false, got "no"\.$/],
    [
      'irreversible a text',
      { ...place, irreversible: 'yes' },
      /^Property irreversible must be true or false, got "yes"\.$/,
    ],
    ['mayFail negative', { ...place, mayFail: -1 }, /^Property mayFail must be an integer from 0, got -1\.$/],
    ['mayFail a part', { ...place, mayFail: 0.01 }, /^Property mayFail must be an integer from 0, got 0\.01\.$/],
    [
      'no budget at all',
      { ...place, latencyBudget: 0 },
      /^Property latencyBudget must be an integer from 1 to 1000, or none, got 0\.$/,
    ],
    ['no segments', { ...place, segments: 0 }, /^Property segments must be an integer from 1 to 1000, got 0\.$/],
    [
      '1,001 segments',
      { ...place, segments: 1_001 },
      /^Property segments must be an integer from 1 to 1000, got 1001\.$/,
    ],
    ['existing in place', { ...place, existing: 'keep' }, /^Properties existing and combine need a destination: /],
    [
      'combine in place',
      { ...place, combine, undo: transform },
      /^Properties existing and combine need a destination: /,
    ],
    ['to where it comes from', { ...place, destination: { table: 'meals' } }, /^The destination is the source\. Leave/],
    [
      'combine without a function',
      { ...copy, existing: 'combine' },
      /^existing: 'combine' and the function combine need each other\.$/,
    ],
    [
      'a function that nothing calls',
      { ...copy, combine, undo: transform },
      /^existing: 'combine' and the function combine need each other\.$/,
    ],
    [
      'combine that nothing undoes',
      { ...copy, existing: 'combine', combine },
      /^A migration with combine needs a function undo, or irreversible: true\.$/,
    ],
    [
      'undo that never runs',
      { ...place, undo: transform, irreversible: true },
      /^The migration is irreversible, but has a function undo/,
    ],
    [
      'a sweep that never runs',
      { ...place, sweep: false, irreversible: true },
      /^An irreversible migration runs after the update/,
    ],
    [
      'background that never ends',
      { ...place, sweep: false, finish: 'background' },
      /^finish: 'background' leaves to the sweep/,
    ],
  ])('refuses a wrong declaration: %s', (_, props, message) => {
    expect(() => data(wrong(props))).toThrow(message);
    expect(() => data(wrong(props))).toThrow(TypeError);
  });
});

/** Held by the compiler: `npm run typecheck`. */
describe('the types of data()', () => {
  interface Meal {
    readonly id: string;
    readonly portion: string;
  }
  interface Measured {
    readonly id: string;
    readonly amount: number;
  }
  const measure = ({ id, portion }: Meal): Measured => ({ id, amount: Number(portion) });

  it('follow from the transform', () => {
    const { validate, undo } = data({
      source: 'meals',
      transform: measure,
      validate: ({ amount }) => amount > 0,
      undo: ({ id, amount }) => (amount === 0 ? null : { id, portion: `${amount}` }),
    });
    const typed: readonly [(item: Measured) => boolean | string, (item: Measured) => Meal | Measured | null] = [
      validate!,
      undo!,
    ];
    expect(typed[1]({ id: 'a', amount: 150 })).toEqual({ id: 'a', portion: '150' });
  });

  it('are those of any item when nothing says more', () => {
    const { transform: split } = data({ source: 'meals', transform: (item) => ({ ...item, kind: item['kind'] ?? 1 }) });
    expect(split({ id: 'a' })).toEqual({ id: 'a', kind: 1 });
  });

  it('take one of several results', () => {
    const { validate } = data({
      ...{ source: 'meals', destination: 'parts' },
      transform: (meal: Meal) => (meal.portion === '' ? null : [measure(meal)]),
      validate: ({ amount }) => amount > 0,
    });
    expect(validate!({ id: 'a', amount: 0 })).toBe(false);
  });

  it('refuse functions that do not fit', () => {
    const declarations = [
      // @ts-expect-error a number is no item
      () => data({ source: 'meals', transform: () => 1 }),
      // @ts-expect-error what the transform makes has no portion
      () => data({ source: 'meals', transform: measure, validate: ({ portion }) => portion !== '' }),
      // @ts-expect-error that is neither what an item was nor what it became
      () => data({ source: 'meals', transform: measure, undo: () => ({ other: 1 }) }),
      // @ts-expect-error combine is given results
      () => data({ ...copy, transform: measure, combine: (meal: Meal) => meal }),
    ];
    expect(declarations).toHaveLength(4);
  });
});
