import { expect, it } from '@jest/globals';
import { applied, mutationsOf } from '../scripts/mutate/mutations';

/** What `npm run mutate` would make of a text. */
const mutants = (text: string) => mutationsOf('a.ts', text).map((mutation) => applied(text, mutation));

it.each([
  ['a condition', 'if (a) b = 1;', ['if (!(a)) b = 1;']],
  ['a comparison', 'const a = b === 1;', ['const a = b !== 1;']],
  ['a comparison that is a condition, once', 'if (a < 1) b = 1;', ['if (!(a < 1)) b = 1;']],
  ['a condition of several parts', 'if (a && b) c = 1;', ['if (!(a && b)) c = 1;', 'if (a || b) c = 1;']],
  ['a call without a result', 'await a(); b = c();', ['; b = c();']],
  ['a truth', 'const a = { b: true };', ['const a = { b: false };']],
  ['no type and no import', "import 'a'; type B = true; const c: true | D = d;", []],
])('a mutation changes %s', (_what, text, expected) => {
  expect(mutants(text)).toEqual(expected);
});
