import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { story, tell } from './random-story';

it('any order of requests, deaths, duplicates, delays and losses ends in exactly what CloudFormation says', async () => {
  const runs = 150;
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
