import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { story, tell } from './random-story';

/** A sample; `npm run simulate -- --runs 10000` tells as many as one likes. */
const runs = 60;

it('any order of requests, deaths, duplicates, delays and losses ends in exactly what CloudFormation says', async () => {
  let told = 0;
  await fc.assert(
    fc.asyncProperty(story, fc.scheduler(), async ({ operations }, scheduler) => {
      await tell(operations, scheduler);
      told += 1;
    }),
    { numRuns: runs },
  );
  expect(told).toBe(runs);
}, 120_000);
