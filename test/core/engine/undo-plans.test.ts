import { beforeEach, describe, expect, it } from '@jest/globals';
import type { MigrationsProperties } from '../../../core/wire';
import { MemoryWorld, scope, sqlMigration } from '../../support/memory-world';

/** More than the ledger keeps of one migration. */
const large = (version: string, contract = ['contracted']) => {
  const up = Array.from({ length: 200 }, (_, index) => `${version} ${index} ${'x'.repeat(2_000)}`);
  return sqlMigration(version, { up, contract });
};
const small = sqlMigration('1.0.0');

let world: MemoryWorld;
let a: MigrationsProperties;

beforeEach(async () => {
  world = new MemoryWorld();
  a = world.revision('A', [small]);
  await world.migrations('Create', a);
  world.stackIs('CREATE_COMPLETE');
  await world.settle();
  world.stackIs('UPDATE_IN_PROGRESS');
});

async function plans() {
  const { migrations } = await world.ledger.load(scope);
  return world.ledger.undoPlans(
    scope,
    migrations.map(({ key }) => key),
  );
}

async function rollBack() {
  world.stackIs('UPDATE_ROLLBACK_IN_PROGRESS');
  return world.migrations('Update', a);
}

describe('the undo plan of a large migration', () => {
  it('names the bundle and a digest, where that of a small one has its phases', async () => {
    await world.migrations('Update', world.revision('B', [small, large('2.0.0')]));

    const [ofSmall, ofLarge] = (await plans()).map(({ plan }) => plan);
    expect(ofSmall).toMatchObject({ phases: [{ name: 'up' }, { name: 'down' }] });
    expect(ofSmall).not.toHaveProperty('digest');
    expect(ofLarge).toMatchObject({ bundle: { Digest: 'B' }, digest: expect.stringMatching(/^[0-9a-f]{64}$/) });
    expect(ofLarge).not.toHaveProperty('phases');
    expect(JSON.stringify(ofLarge).length).toBeLessThan(1_000);
  });

  it('undoes it all the same', async () => {
    const before = world.snapshot();
    await world.migrations('Update', world.revision('B', [small, large('2.0.0')]));
    expect(world.users.statements).toHaveLength(201);

    expect((await rollBack()).status).toBe('SUCCESS');
    expect(world.snapshot()).toEqual(before);
    expect(await plans()).toHaveLength(1);
  });

  it('contracts it all the same', async () => {
    await world.migrations('Update', world.revision('B', [small, large('2.0.0')]));
    world.stackIs('UPDATE_COMPLETE_CLEANUP_IN_PROGRESS');
    await world.markerDelete('A');

    expect(world.users.statements.at(-1)).toBe('contracted');
  });

  it('is found in the bundle of a later revision when its own was deleted', async () => {
    await world.migrations('Update', world.revision('B', [small, large('2.0.0', [])]));
    world.stackIs('UPDATE_COMPLETE');
    await world.settle();
    world.stackIs('UPDATE_IN_PROGRESS');
    await world.migrations('Update', world.revision('C', [small, large('2.0.0', []), sqlMigration('3.0.0')]));
    world.stackIs('UPDATE_COMPLETE');
    await world.settle();
    world.bundles.bundles.delete('B');
    world.stackIs('UPDATE_IN_PROGRESS');
    await world.migrations('Update', { ...a, OnOlderRevision: 'downgrade' });
    world.stackIs('UPDATE_COMPLETE');
    await world.settle();

    expect(world.users.statements).toEqual(['s1.0.0']);
  });

  it('undoes nothing when what the bundle holds is not what was applied', async () => {
    await world.migrations('Update', world.revision('B', [small, large('2.0.0')]));
    world.revision('B', [small, sqlMigration('2.0.0')]);

    const outcome = await rollBack();

    expect(outcome.status).toBe('FAILED');
    expect(outcome.reason).toContain('users/2.0.0');
    expect(world.users.statements.length).toBeGreaterThan(200);
  });
});
