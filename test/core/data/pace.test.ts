import { expect, it } from '@jest/globals';
import { Pace } from '../../../core/data/pace';
import { dataMigration, people, peopleTables, split } from '../../support/data-migration';
import { MemoryWorld, scope } from '../../support/memory-world';

/** A clock that only sleeping moves, and how long was slept since the last look. */
function clock() {
  let now = 0;
  const pass = (milliseconds: number) => {
    now += milliseconds;
  };
  return {
    clock: { now: () => now, sleep: async (milliseconds: number) => pass(milliseconds) },
    works: pass,
    slept: async (pace: Pace) => {
      const begun = now;
      await pace.beforePage();
      return now - begun;
    },
  };
}

it('a worker without a rate never waits while the database is quick', async () => {
  const time = clock();
  const pace = new Pace(time.clock);
  for (let page = 0; page < 5; page += 1) {
    time.works(100);
    pace.afterPage({ items: 250, took: 100, latency: 10 });
    expect(await time.slept(pace)).toBe(0);
  }
});

it('a worker waits as long as its rate asks for, less the time that the page took', async () => {
  const time = clock();
  const pace = new Pace(time.clock);
  time.works(100);
  pace.afterPage({ items: 250, took: 100, latency: 10 }, 500);
  expect(await time.slept(pace)).toBe(400);
});

it('a worker becomes slower while the database answers late, and recovers', async () => {
  const time = clock();
  const pace = new Pace(time.clock);
  const pages = async (latency: number, count: number) => {
    const waits: number[] = [];
    for (let page = 0; page < count; page += 1) {
      pace.afterPage({ items: 250, took: 100, latency });
      waits.push(await time.slept(pace));
    }
    return waits;
  };
  expect(await pages(10, 1)).toEqual([0]);
  // Half of its time, then a quarter.
  expect(await pages(200, 2)).toEqual([100, 300]);
  const recovering = await pages(10, 8);
  expect(recovering).toEqual([...recovering].sort((a, b) => b - a));
  expect(recovering.at(-1)).toBe(0);
});

it('the work of a pass keeps to the rate that its control has', async () => {
  const world = new MemoryWorld();
  await world.deployed('a', [peopleTables]);
  world.meals.items.put('people', ...people(100));
  const migration = dataMigration(world, '1.1.0', { transform: split }, { segments: 1 }, ['backfill']);
  world.stackIs('UPDATE_IN_PROGRESS');
  const properties = world.revision('b', [peopleTables, migration]);
  const update = await world.request({ kind: 'migrations', type: 'Update', physicalId: scope, properties });
  await world.tick(update);
  const [deployment] = (await world.ledger.load(scope)).open;
  const pass = { scope, deployment: deployment!.id, key: 'meals|meals-1|1.1.0', step: 'backfill.0' };
  await world.segments.setControl({ ...pass, direction: 'forward' }, { state: 'running', rate: 10 });

  const begun = world.clock.time;
  expect((await world.work(update)).status).toBe('SUCCESS');
  // Ten pages of ten items, of which the last is not waited for.
  expect(world.clock.time - begun).toBe(9_000);
});
