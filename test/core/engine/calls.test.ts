import { beforeEach, describe, expect, it, jest } from '@jest/globals';
import { LiveState } from '../../../core/ledger/transition';
import type { MigrationsProperties } from '../../../core/wire';
import { CountedWorld } from '../../support/counted-world';
import { sqlMigration } from '../../support/memory-world';

const count = 50;

/** Calls of a deployment whatever the number of its migrations: reading the state, starting, reporting. */
const fixed = 10;

const versions = Array.from({ length: count }, (_, index) => `1.${index}.0`);
const migrations = versions.map((version) => sqlMigration(version, { verify: [`SELECT ${version} IS NOT NULL`] }));

let world: CountedWorld;
let properties: MigrationsProperties;

beforeEach(() => {
  world = new CountedWorld();
  properties = world.revision('A', migrations);
});

/** Everything that the engine may ask the database besides sections. */
function otherSqlCalls(): number {
  return world.calls('sql.') + world.calls('standalone.') - world.calls('sql.runSection');
}

describe('50 pending transactional migrations with verification', () => {
  it('are applied with one call of the database each and one of the ledger for several', async () => {
    const outcome = await world.migrations('Create', properties);

    expect(outcome.status).toBe('SUCCESS');
    expect(world.users.statements).toEqual(versions.map((version) => `s${version}`));
    expect(world.calls('sql.runSection')).toBe(count);
    expect(otherSqlCalls()).toBe(0);
    expect(world.calls('ledger.')).toBeLessThanOrEqual(0.2 * count + fixed);
  });

  it('do not go through all migrations of the scope for each', async () => {
    const all = jest.spyOn(LiveState.prototype, 'migrations', 'get');
    try {
      await world.migrations('Create', properties);
      expect(all.mock.calls.length).toBeLessThanOrEqual(fixed);
    } finally {
      all.mockRestore();
    }
  });

  it('cost no more when they take several ticks, because a tick reads nothing of a migration that is applied', async () => {
    // A tick lasts 40 s, and a migration takes 2 s: one call of the database and one of the ledger.
    world = new CountedWorld(1000);
    const outcome = await world.migrations('Create', world.revision('A', migrations));

    expect(outcome.status).toBe('SUCCESS');
    expect(world.calls('ledger.load')).toBeGreaterThanOrEqual(3);
    expect(world.calls('sql.runSection')).toBe(count);
    expect(world.calls('ledger.')).toBeLessThanOrEqual(1.2 * count + fixed);
  });

  it('are undone with one call of the database each and one of the ledger for several', async () => {
    await world.migrations('Create', properties);
    world.stackIs('ROLLBACK_IN_PROGRESS');
    world.restart();

    const outcome = await world.migrations('Delete', properties);

    expect(outcome.status).toBe('SUCCESS');
    expect(world.users.statements).toEqual([]);
    expect(world.calls('sql.runSection')).toBe(count);
    expect(otherSqlCalls()).toBe(0);
    expect(world.calls('ledger.')).toBeLessThanOrEqual(0.2 * count + fixed);
  });

  it('are rolled back with one call each when the migration after them fails', async () => {
    const failing = sqlMigration('2.0.0', { up: ['fail here'] });

    const outcome = await world.migrations('Create', world.revision('B', [...migrations, failing]));

    expect(outcome.status).toBe('FAILED');
    expect(world.users.statements).toEqual([]);
    // Each up and down, and of the failing one the attempt to apply and the look whether there is anything to undo.
    expect(world.calls('sql.runSection')).toBe(2 * count + 2);
    expect(otherSqlCalls()).toBe(0);
    expect(world.calls('ledger.')).toBeLessThanOrEqual(2 * 0.2 * count + fixed);
  });
});
