import { expect, it } from '@jest/globals';
import type { PassWork } from '../../../core/engine/pass-work';
import { workOnSegment } from '../../../core/engine/work-on-segment';
import type { Ports } from '../../../core/ports';
import { byKey, dataMigration, people, peopleTables, split } from '../../support/data-migration';
import { MemoryWorld, scope } from '../../support/memory-world';

/** Ports of a process that stops in the middle of its first page, until it is let go on. */
function stopping(ports: Ports): { readonly ports: Ports; readonly stopped: Promise<void>; goOn(): void } {
  let goOn = () => {};
  let stop = () => {};
  const gate = new Promise<void>((resolve) => {
    goOn = resolve;
  });
  const stopped = new Promise<void>((resolve) => {
    stop = resolve;
  });
  const segments = new Proxy(ports.segments, {
    get: (target, name: keyof Ports['segments']) => {
      if (name !== 'keepImages') return (target[name] as (...args: unknown[]) => unknown).bind(target);
      return async (...args: Parameters<typeof target.keepImages>) => {
        await target.keepImages(...args);
        stop();
        await gate;
      };
    },
  });
  return { ports: { ...ports, segments }, stopped, goOn };
}

it('a worker that was stopped changes nothing when it goes on after the rollback', async () => {
  const world = new MemoryWorld();
  await world.deployed('a', [peopleTables]);
  world.meals.items.put('people', ...people(30));
  world.stackIs('UPDATE_IN_PROGRESS');
  const properties = world.revision('b', [peopleTables, dataMigration(world, '1.1.0', { transform: split })]);
  const update = await world.request({ kind: 'migrations', type: 'Update', physicalId: scope, properties });
  const { work } = (await world.tick(update)) as unknown as { readonly work: PassWork };
  const process = stopping(world.ports);
  const limits = { stopBy: world.clock.time + 240_000, pageSize: 10, workers: 1 };
  const task = { pass: work.pass, number: work.segments[0]!, of: work.of, attempt: work.attempt };
  const worker = workOnSegment(process.ports, task, 'stopped', limits);
  await process.stopped;

  // Its lease ends, and CloudFormation rolls the update back.
  world.clock.time += 60_000;
  world.stackIs('UPDATE_ROLLBACK_IN_PROGRESS');
  expect((await world.migrations('Update', world.revision('a', [peopleTables]))).status).toBe('SUCCESS');
  expect(world.meals.items.of('people')).toEqual(byKey(people(30)));

  process.goOn();
  expect(await worker).toBe('lost');
  expect(world.meals.items.of('people')).toEqual(byKey(people(30)));
});

it('a worker whose function is slow says that it still works, also while it only checks', async () => {
  const world = new MemoryWorld();
  await world.deployed('a', [peopleTables]);
  // Several parts of a page, each of which takes longer than half a lease.
  world.meals.items.put('people', ...people(300).map(split));
  const held: boolean[] = [];
  let looked = 0;
  const validate = () => {
    looked += 1;
    if (looked % 100 === 0) world.clock.time += 20_000;
    return true;
  };
  const save = world.segments.save.bind(world.segments);
  world.segments.save = async (pass, segment) => {
    const [before] = (await world.segments.list(pass)).filter(({ number }) => number === segment.number);
    held.push(before!.leaseUntil > world.clock.time);
    return save(pass, segment);
  };
  world.pageSize = 300;
  world.stackIs('UPDATE_IN_PROGRESS');
  const migration = dataMigration(world, '1.1.0', { transform: split, validate }, { segments: 1 });

  expect(await world.migrations('Update', world.revision('b', [peopleTables, migration]))).toMatchObject({
    status: 'SUCCESS',
  });
  expect(looked).toBe(300);
  expect(held).not.toContain(false);
});
