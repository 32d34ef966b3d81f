import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { scenarios } from './scenarios';
import { simulate } from './simulate';
import { SimulationWorld } from './world';

/**
 * A sample of the crash points of every scenario, spread evenly, so that it fits into each test run.
 * `npm run simulate` tries them all.
 */
const stride = 127;

describe('a process that dies at any effect', () => {
  let world: SimulationWorld;

  beforeAll(async () => {
    // The engine writes what it does, thousands of times, to its log.
    jest.spyOn(console, 'log').mockReturnValue();
    world = await SimulationWorld.open();
  }, 120_000);

  afterAll(async () => {
    await world?.close();
    jest.restoreAllMocks();
  });

  it.each(scenarios.map((scenario, index) => ({ ...scenario, index })))(
    'the databases converge wherever a process dies: $name',
    async (scenario) => {
      const report = await simulate(world, scenario, { stride, offset: scenario.index * 5 });

      expect(report.failures).toEqual([]);
      expect(report.crashPoints).toBeGreaterThan(0);
    },
    240_000,
  );
});
