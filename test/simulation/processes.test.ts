import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { LifecycleWorld } from '../support/lifecycle-world';
import { killProcesses } from './processes';

jest.setTimeout(240_000);

/** A sample; `npm run simulate -- --processes` kills at every call. */
describe('a Lambda process that is killed at any call', () => {
  let world: LifecycleWorld;

  beforeAll(async () => {
    // The database ends a dead process's transaction after 3 minutes (aws-facts RDS-2); here sooner.
    world = await LifecycleWorld.open({ assumptions: { 'transaction-idle-ms': '500' } });
  });

  afterAll(async () => {
    await world.close();
  });

  it.each([
    { rest: 'fails', offset: 11 },
    { rest: 'succeeds', offset: 20 },
  ] as const)(
    'the stack and its databases agree at the end, when the rest of the update $rest',
    async ({ rest, offset }) => {
      const report = await killProcesses(world, rest, { stride: 60, offset });

      expect(report.failures).toEqual([]);
      expect(report.crashPoints).toBeGreaterThan(2);
    },
  );
});
