import { beforeEach, describe, expect, it } from '@jest/globals';
import { dataMigration, people, peopleTables, split } from '../../support/data-migration';
import { MemoryWorld } from '../../support/memory-world';

let world: MemoryWorld;

/** A deployment of a data migration that nothing can undo. */
beforeEach(async () => {
  world = new MemoryWorld();
  await world.deployed('a', [peopleTables]);
  world.meals.items.put('people', ...people(20));
  world.stackIs('UPDATE_IN_PROGRESS');
  const migration = dataMigration(world, '1.1.0', { transform: split }, { undo: 'nothing' }, ['contract']);
  const revision = world.revision('b', [peopleTables, { ...migration, irreversible: true }]);
  expect(await world.migrations('Update', revision)).toMatchObject({ status: 'SUCCESS' });
});

describe('an irreversible data migration', () => {
  it('changes nothing until the commit, so the deployment can be rolled back until then', async () => {
    expect(world.meals.items.list('people')).toEqual(people(20));
    world.stackIs('UPDATE_ROLLBACK_IN_PROGRESS');
    const outcome = await world.migrations('Update', world.revision('a', [peopleTables]));

    expect(outcome).toMatchObject({ status: 'SUCCESS' });
    expect(world.meals.items.list('people')).toEqual(people(20));
  });

  it('transforms everything at the commit, and is never undone afterwards', async () => {
    world.stackIs('UPDATE_COMPLETE_CLEANUP_IN_PROGRESS');
    await world.markerDelete('a');
    world.stackIs('UPDATE_COMPLETE');
    expect(world.meals.items.of('people').get('"p7"')).toEqual({ id: 'p7', first: 'First7', last: 'Last7', age: 7 });

    world.stackIs('UPDATE_IN_PROGRESS');
    const older = { ...world.revision('a', [peopleTables]), OnOlderRevision: 'downgrade' as const };
    expect(await world.migrations('Update', older)).toMatchObject({
      status: 'FAILED',
      reason: expect.stringContaining('These migrations cannot be undone: meals/1.1.0'),
    });
  });
});
