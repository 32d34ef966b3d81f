import { expect, it } from '@jest/globals';
import { TookTooLong } from '../../core/data/each-item';
import { endingAfter, evaluate } from '../../lambda/aws/evaluate';

const migration = (code: string) => ({ file: 'meals/1.1.0_change.ts', code, codeLines: [] }) as never;

it('a loop without an end, and a pattern that takes for ever, are ended wherever they are caught', () => {
  const within = endingAfter(50);
  const { transform } = evaluate(
    migration(`module.exports.default = { transform(item) {
      try { for (;;) if (/^(a+)+$/.test(item.id)) return item; } catch {} finally { for (;;); } } };`),
  );
  const items = [{ id: 'b' }, { id: `${'a'.repeat(50)}!` }];
  for (const item of items) expect(() => within(() => void transform!(item))).toThrow(TookTooLong);
});

it('what work does and throws is the same within a limit', () => {
  const within = endingAfter(5_000);
  const done: string[] = [];
  within(() => done.push('a'));
  within(() => done.push('b'));
  expect(done).toEqual(['a', 'b']);
  const error = new RangeError('of its own');
  expect(() =>
    within(() => {
      throw error;
    }),
  ).toThrow(error);
});

it('the functions of a migration come with a limit', () => {
  const { within } = evaluate(migration('module.exports.default = { transform: (item) => item };'));
  let isDone = false;
  within!(() => {
    isDone = true;
  });
  expect(isDone).toBe(true);
});
