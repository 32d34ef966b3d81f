import { describe, expect, it } from '@jest/globals';
import { jsonText, parseJson } from '../../lambda/aws/sql/items/json-text';
import { fromArrayText, toArrayText } from '../../lambda/aws/sql/items/lists';
import { decimalText, shortestSingle, timestampText } from '../../lambda/aws/sql/items/plain-texts';

describe('JSON', () => {
  const exact =
    '{"a":[12345678901234567890,1.5,"12345678901234567890 \\" exact:1"],"b":0.12345678901234567890123,"c":1e400}';

  it('keeps the digits of numbers that JavaScript would round, beside what a transform changes', () => {
    const value = parseJson(exact) as { readonly a: readonly unknown[] };
    expect(value.a).toEqual([12345678901234567890n, 1.5, '12345678901234567890 " exact:1']);
    expect(jsonText(value)).toBe(exact);
    expect(jsonText({ ...value, a: [1n, 'xexact:2'] })).toBe(
      '{"a":[1,"xexact:2"],"b":0.12345678901234567890123,"c":1e400}',
    );
  });

  it.each(['null', '"a"', '1', '[]', '{"a":{}}', '[1.50,-0,1e2]'])('%s is as it is parsed', (text) => {
    expect(parseJson(text)).toEqual(JSON.parse(text));
  });
});

describe('the digits of a number', () => {
  it.each([
    ['1.5', 2, '1.50'],
    ['1.50', undefined, '1.50'],
    ['-0.00', 2, '0.00'],
    ['1e21', undefined, '1000000000000000000000'],
    ['-12.5e-3', undefined, '-0.0125'],
    ['1e-7', 7, '0.0000001'],
    ['007', 0, '7'],
    ['.5', 1, '0.5'],
    ['1.230', 2, '1.23'],
    ['1.234', 2, undefined],
    ['NaN', 2, undefined],
    ['', 2, undefined],
    ['.', 2, undefined],
    ['1,5', 2, undefined],
    ['Infinity', 2, undefined],
  ])('%s with %s decimals are %s', (digits, scale, expected) => {
    expect(decimalText(digits, scale)).toBe(expected);
  });

  it.each([
    [0.1, '0.1'],
    [16_777_217, '16777216'],
    [1.401298464324817e-45, '1e-45'],
    [-3.4028234663852886e38, '-3.4028235e+38'],
  ])('that tell the single %s from its neighbours are %s', (value, expected) => {
    expect(shortestSingle(value)).toBe(expected);
  });
});

it.each([
  ['2026-01-31T10:00:00Z', 'timestamp', undefined, '2026-01-31 10:00:00'],
  ['2026-01-31T10:00:00.120Z', 'instant', undefined, '2026-01-31 10:00:00.12+00'],
  ['2026-01-31 10:00:00+00', 'instant', undefined, '2026-01-31 10:00:00+00'],
  ['2026-01-31 10:00:00', 'timestamp', 3, '2026-01-31 10:00:00.000'],
  ['2026-01-31 10:00:00.1234', 'timestamp', 3, undefined],
  ['2026-01-31T10:00:00+02:00', 'instant', undefined, '2026-01-31T10:00:00+02:00'],
  ['infinity', 'instant', undefined, 'infinity'],
] as const)('the time %s of a column %s with %s decimals is %s', (text, kind, scale, expected) => {
  expect(timestampText(text, kind, scale)).toBe(expected);
});

it.each([
  ['{}', []],
  ['{1,2,NULL}', ['1', '2', null]],
  ['{"NULL","a,b","c\\"\\\\{}",""}', ['NULL', 'a,b', 'c"\\{}', '']],
  [
    '{{1,2},{3,4}}',
    [
      ['1', '2'],
      ['3', '4'],
    ],
  ],
  ['[0:1]={a,b}', ['a', 'b']],
])('the array %s is read, and written so that it is read again', (text, expected) => {
  const list = fromArrayText(text, (element) => element) as unknown[];
  expect(list).toEqual(expected);
  expect(
    fromArrayText(
      toArrayText(list, (element) => element as string | null),
      (element) => element,
    ),
  ).toEqual(expected);
});
