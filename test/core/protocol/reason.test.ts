import { expect, it } from '@jest/globals';
import type { Failure } from '../../../core/ledger/state';
import { reasonForRolledBack } from '../../../core/protocol/reason';

const failure: Failure = {
  ...{ during: 'forward', code: 'ITEMS_FAILED', message: 'Some failed.', requestKey: 'r', hint: 'Try again.' },
  undone: { first: ['meals/1.1.0'], count: 1 },
};

it.each([
  [0, /Undone: meals\/1\.1\.0\. The databases are as they were before this deployment\. Try again\.$/],
  [2, /before this deployment, but for what others have changed\. Left as it is: 2 items, which somebody has changed/],
] as const)('a deployment that failed says that %d items were not taken back', (left, words) => {
  expect(reasonForRolledBack(failure, left)).toMatch(words);
});
