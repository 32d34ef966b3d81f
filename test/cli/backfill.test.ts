import { beforeEach, describe, expect, it } from '@jest/globals';
import { endedPassesOf } from '../../cli/backfill/ended-passes';
import { passesOf } from '../../cli/backfill/passes';
import { progressLine, renderEnded, renderPasses } from '../../cli/backfill/render';
import type { Terminal } from '../../cli/output';
import { terminal } from '../../cli/output';
import { startAhead } from '../support/ahead';
import { dataMigration, people, peopleTables, split } from '../support/data-migration';
import { MemoryWorld, scope } from '../support/memory-world';

let world: MemoryWorld;
let screen: Terminal;
beforeEach(async () => {
  world = new MemoryWorld();
  screen = terminal({});
  await world.deployed('a', [peopleTables]);
  world.meals.items.put('people', ...people(100));
});

const passes = () => passesOf({ scope, stack: 'App', ports: world.ports });

/** An update that stands after so many turns. */
async function updating(turns: number, transform = split, mayFail = 0) {
  world.stackIs('UPDATE_IN_PROGRESS');
  const properties = world.revision('b', [
    peopleTables,
    dataMigration(world, '1.1.0', { transform }, { mayFail }, ['backfill']),
  ]);
  const request = await world.request({ kind: 'migrations', type: 'Update', physicalId: scope, properties });
  for (let turn = 0; turn < turns; turn += 1) await world.turn(request);
  return request;
}

describe('the passes of a scope', () => {
  it('are none before a deployment and after it', async () => {
    expect(await passes()).toEqual([]);
    expect(renderPasses(scope, await passes(), screen)).toBe(`${scope} has no data migration under way.`);
  });

  it('say how far a backfill is, at which rate, and how long it still takes', async () => {
    let pages = 0;
    // The worker of the second segment stops in the middle.
    const step = { scope, key: 'meals|meals-1|1.1.0', step: 'backfill.0', direction: 'forward' as const };
    const stop = async () => {
      const [deployment] = (await world.ledger.load(scope)).open;
      await world.segments.setControl({ ...step, deployment: deployment!.id }, { state: 'paused', rate: 50 });
    };
    world.meals.items.meanwhile = (event) => {
      if (event === 'page' && ++pages === 6) void stop();
      if (event === 'page') world.clock.time += 10_000;
    };
    await updating(1);
    const [report, ...others] = await passes();

    expect(others).toEqual([]);
    expect(report).toMatchObject({
      migration: 'meals/1.1.0',
      table: 'people',
      does: 'write',
      state: 'paused',
      control: { rate: 50 },
      progress: { segments: { of: 3, done: 1 }, percent: 33 },
    });
    const { counts, rate, secondsLeft } = report!.progress;
    expect(counts.read).toBeGreaterThan(30);
    expect(counts.updated).toBe(counts.read);
    expect(rate).toBe(Math.round(counts.read / 60));
    // One of three segments took a minute with the part of another that was done meanwhile.
    expect(secondsLeft).toBe(120);
    expect(progressLine(report!)).toBe(
      `[####--------]  33 % meals/1.1.0 write paused, ${counts.read} items, 1/s of 50, 2 min left`,
    );
  });

  it('name the items that were left, and why', async () => {
    const transform = (item: Parameters<typeof split>[0]) => {
      if (item['id'] === 'p9') throw new Error('no name');
      return split(item);
    };
    await updating(3, transform, 1);
    const [report] = await passes();

    expect(report).toMatchObject({ state: 'done', left: [{ key: '"p9"', why: 'failed', reason: 'no name' }] });
    expect(renderPasses(scope, [report!], screen)).toMatch(/meals\/1\.1\.0 {2}failed {2}"p9" {2}no name/);
  });

  it('show the way back of a rollback', async () => {
    await world.work(await updating(0));
    world.stackIs('UPDATE_ROLLBACK_IN_PROGRESS');
    const properties = world.revision('a', [peopleTables]);
    const request = await world.request({ kind: 'migrations', type: 'Update', physicalId: scope, properties });
    await world.turn(request);

    expect(await passes()).toMatchObject([
      { does: 'write', state: 'done' },
      { does: 'undo', progress: { counts: { restored: 100 } } },
    ]);
  });

  it('of a sweep are named so', async () => {
    await updating(3);
    const [report] = await passes();
    const ofSweep = [
      { ...report!, phase: 'sweep' as const },
      { ...report!, phase: 'sweep' as const, does: 'check' as const },
    ];
    expect(ofSweep.map(progressLine)).toEqual([
      expect.stringMatching(/100 % meals\/1\.1\.0 sweep done, /),
      expect.stringMatching(/100 % meals\/1\.1\.0 check of sweep done, /),
    ]);
  });

  it('of a deployment that was rolled back are shown with what they left, until another one begins', async () => {
    const ended = () => endedPassesOf({ scope, stack: 'App', ports: world.ports });
    expect(await ended()).toBeUndefined();
    const transform = (item: Parameters<typeof split>[0]) => {
      if (item['id'] === 'p9') throw new Error('no name');
      return split(item);
    };
    const request = await updating(0, transform);
    expect(await ended()).toBeUndefined();
    await world.work(request);
    expect(await passes()).toEqual([]);
    const last = await ended();
    expect(last).toMatchObject({ state: 'rolled-back' });
    expect(last!.passes).toMatchObject([
      { does: 'write', state: 'failed', left: [{ key: '"p9"', why: 'failed', reason: 'no name' }] },
      { does: 'undo', state: 'done' },
    ]);
    const text = renderEnded(scope, last!, screen);
    expect(text).toMatch(/^App\/Migrations has no data migration under way\. The last deployment was rolled back at /);
    expect(text).toMatch(/"p9" {2}no name/);
  });

  it('show what is done ahead, and count it in the deployment that passes by it', async () => {
    const phases = ['backfill', 'verify', 'sweep'] as const;
    const migration = dataMigration(world, '1.1.0', { transform: split }, {}, phases);
    let pages = 0;
    world.meals.items.meanwhile = (event) => {
      if (event === 'page' && ++pages > 9) throw new Error('interrupted');
    };
    await expect(startAhead(world, migration)).rejects.toThrow('interrupted');
    world.meals.items.meanwhile = () => {};
    const ahead = { does: 'write', isAhead: true, migration: 'meals/1.1.0', control: { state: 'running' } };
    expect(await passes()).toMatchObject([{ ...ahead, progress: { segments: { of: 3, done: 2 } } }]);
    const [interrupted] = await passes();
    expect(progressLine(interrupted!)).toMatch(/66 % meals\/1\.1\.0 write ahead/);
    await startAhead(world, migration);
    expect(await passes()).toMatchObject([{ ...ahead, state: 'done', progress: { counts: { read: 100 } } }]);

    world.stackIs('UPDATE_IN_PROGRESS');
    await world.migrations('Update', world.revision('b', [peopleTables, migration]));
    expect((await passes()).some(({ isAhead }) => isAhead)).toBe(false);
    const [written, checked, ...others] = await passes();
    expect(written).toMatchObject({
      does: 'write',
      state: 'done',
      progress: { percent: 100, counts: { updated: 100 } },
    });
    expect([checked, others]).toMatchObject([{ does: 'check', state: 'done' }, []]);
    const [deployment] = (await world.ledger.load(scope)).open;
    expect(written!.pass.deployment).toBe(deployment!.id);
  });
});
