import { expect, it } from '@jest/globals';
import { EndlessFunction, eachItem, TookTooLong } from '../../../core/data/each-item';

const keyOf = (item: string) => item;

/** Ends work at these calls of it, counted from 1, over all items. */
function endingAt(...calls: readonly number[]) {
  let count = 0;
  const did: string[] = [];
  const work = (item: string) => {
    count += 1;
    if (calls.includes(count)) throw new TookTooLong();
    did.push(item);
  };
  return { did, work };
}

const within = (work: () => void) => work();

it('work on items goes on where it was when all of them together take too long', () => {
  const { did, work } = endingAt(2, 4);
  eachItem(['a', 'b', 'c'], { within }, keyOf, work);
  expect(did).toEqual(['a', 'b', 'c']);
});

it('an item is tried again, because the process may have been stopped meanwhile', () => {
  const { did, work } = endingAt(1);
  eachItem(['a', 'b'], { within }, keyOf, work);
  expect(did).toEqual(['a', 'b']);
});

it('an item for which a function does not return is named', () => {
  const { did, work } = endingAt(2, 3, 4);
  const run = () => eachItem(['a', 'b', 'c'], { within }, keyOf, work);
  expect(run).toThrow(EndlessFunction);
  expect(did).toEqual(['a']);
  expect(() => eachItem(['b'], { within }, keyOf, () => void endless())).toThrow(expect.objectContaining({ key: 'b' }));
});

it('what else is thrown is thrown, and without a limit nothing is ended', () => {
  const fail = () => {
    throw new RangeError('another');
  };
  expect(() => eachItem(['a'], { within }, keyOf, fail)).toThrow(RangeError);
  const { did, work } = endingAt();
  eachItem(['a', 'b'], {}, keyOf, work);
  expect(did).toEqual(['a', 'b']);
});

function endless(): never {
  throw new TookTooLong();
}
