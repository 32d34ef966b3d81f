import { beforeEach, describe, expect, it } from '@jest/globals';
import { type AskedNow, askBefore, askOfPassesToCome, renderAsked } from '../../cli/backfill/ask';
import type { BundledMigration } from '../../core/bundle/bundle';
import { dataMigration, people, peopleTables, split } from '../support/data-migration';
import { MemoryWorld, scope } from '../support/memory-world';
import { errorOf } from '../support/migrations-folder';

let world: MemoryWorld;
beforeEach(async () => {
  world = new MemoryWorld();
  await world.deployed('a', [peopleTables]);
  world.meals.items.put('people', ...people(100));
});

const migrations = (): readonly BundledMigration[] => [
  peopleTables,
  dataMigration(world, '1.1.0', { transform: split }, {}, ['backfill']),
];

function ask(now: AskedNow, named?: string) {
  const local = { bundle: { format: 1, migrations: migrations() }, seedFolder: '/nowhere' } as const;
  return askBefore({ scope, stack: 'App', ports: world.ports }, local, named, now);
}

/** An update that stands after so many turns. */
async function updating(turns: number) {
  world.stackIs('UPDATE_IN_PROGRESS');
  const properties = world.revision('b', migrations());
  const request = await world.request({ kind: 'migrations', type: 'Update', physicalId: scope, properties });
  for (let turn = 0; turn < turns; turn += 1) await world.turn(request);
  return request;
}

describe('what is asked of a data migration before it begins', () => {
  it('is what the deployment begins it with', async () => {
    const asked = await ask({ segments: 5 });
    expect(renderAsked(scope, asked)).toBe(
      'App/Migrations: when a deployment begins meals/1.1.0, it works in 5 segments, as fast as the application does not feel.',
    );
    await ask({ rate: 200 });
    await updating(1);

    const deployment = (await world.ledger.load(scope)).open[0]!.id;
    const step = { key: 'meals|meals-1|1.1.0', step: 'backfill.0', direction: 'forward' } as const;
    expect(await world.segments.list({ scope, deployment, ...step })).toHaveLength(5);
    expect(await world.segments.control({ scope, deployment, ...step })).toEqual({ state: 'running', rate: 200 });
  });

  it('is added to what was asked before, and taken back by 0 and auto', async () => {
    await ask({ segments: 5, rate: 200 });
    expect(await ask({ segments: 7 })).toEqual({ migration: 'meals/1.1.0', asked: { segments: 7, rate: 200 } });
    const { asked } = await ask({ segments: 0, rate: 'auto' });
    expect(asked).toEqual({ segments: undefined, rate: undefined });
    expect(renderAsked(scope, { migration: 'meals/1.1.0', asked })).toMatch(
      /in as many segments as it says itself, as fast as/,
    );
  });

  it.each([undefined, '1.1.0'])(
    'is refused once it has begun, with the number that it has (named: %s)',
    async (named) => {
      await updating(1);
      const error = await errorOf(() => ask({ segments: 5 }, named));
      expect(error).toMatchObject({ code: 'SEGMENTS_FIXED', payload: { migration: 'meals/1.1.0', segments: 3 } });
      expect(error.message).toBe('meals/1.1.0 has begun with 3 segments, which cannot be changed any more.');
      expect(await world.segments.asked(scope, 'meals/1.1.0')).toEqual({});
    },
  );

  it('is the rate of passes to come, also once it has begun', async () => {
    await updating(1);
    expect(await ask({ rate: 20 }, '1.1.0')).toEqual({ migration: 'meals/1.1.0', asked: { rate: 20 } });
    expect(await errorOf(() => ask({ rate: 20 }))).toMatchObject({ code: 'DATA_MIGRATION_UNKNOWN' });
  });

  it('is also the rate that was asked of what runs, until it is taken back', async () => {
    await ask({ segments: 5 });
    await updating(1);
    const access = { scope, ports: world.ports };
    await askOfPassesToCome(access, [{ migration: 'meals/1.1.0' }, { migration: 'meals/1.1.0' }], 30);
    expect(await world.segments.asked(scope, 'meals/1.1.0')).toEqual({ segments: 5, rate: 30 });
    await askOfPassesToCome(access, [{ migration: 'meals/1.1.0' }], 'auto');
    expect(await world.segments.asked(scope, 'meals/1.1.0')).toEqual({ segments: 5, rate: undefined });
  });

  it('is refused when it is applied', async () => {
    await world.work(await updating(0));
    world.stackIs('UPDATE_COMPLETE_CLEANUP_IN_PROGRESS');
    await world.markerDelete('a');
    world.stackIs('UPDATE_COMPLETE');
    expect(await errorOf(() => ask({ segments: 5 }, '1.1.0'))).toMatchObject({ code: 'ALREADY_APPLIED' });
    expect(await errorOf(() => ask({ segments: 5 }))).toMatchObject({ code: 'DATA_MIGRATION_UNKNOWN' });
  });

  it('holds again for the next deployment, after one that was rolled back', async () => {
    await ask({ segments: 5 });
    await world.work(await updating(0));
    world.stackIs('UPDATE_ROLLBACK_IN_PROGRESS');
    await world.migrations('Update', world.revision('a', [peopleTables]));
    world.stackIs('UPDATE_ROLLBACK_COMPLETE');
    await world.settle();
    await updating(1);

    const deployment = (await world.ledger.load(scope)).open[0]!.id;
    const pass = { scope, deployment, key: 'meals|meals-1|1.1.0', step: 'backfill.0', direction: 'forward' } as const;
    expect(await world.segments.list(pass)).toHaveLength(5);
  });
});
