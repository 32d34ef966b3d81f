import { beforeEach, describe, expect, it } from '@jest/globals';
import { MigrationError } from '../../../core/errors/index';
import { MemoryWorld, scope, sqlMigration } from '../../support/memory-world';

const migrations = [sqlMigration('1.0.0'), sqlMigration('1.1.0')];

/** Milliseconds that a call waits for a lock. */
const timeout = 5_000;

let world: MemoryWorld;
let tries: number;

beforeEach(() => {
  world = new MemoryWorld();
  tries = 0;
  world.users.lockHolders = [
    {
      pid: 4711,
      user: 'app',
      application: 'nutrition-api',
      state: 'idle in transaction',
      seconds: 742,
      query: "UPDATE users SET name = '…' WHERE id = 5",
    },
  ];
});

const secondsSince = (start: number) => (world.clock.time - start) / 1000;

/** From now on, somebody holds the lock that a statement needs, for so many seconds. */
function hold(statement: string, seconds = Number.POSITIVE_INFINITY): void {
  const until = world.clock.time + seconds * 1000;
  world.users.onStatement = (text) => {
    if (text !== statement || world.clock.time >= until) return;
    tries += 1;
    world.clock.time += timeout;
    throw new MigrationError('LOCK_NOT_AVAILABLE', 'ERROR: canceling statement due to lock timeout');
  };
}

describe('a lock that others hold while migrations are applied', () => {
  it('is asked for again, until it is let go', async () => {
    hold('s1.1.0', 30);

    const outcome = await world.migrations('Create', world.revision('A', migrations));

    expect(outcome.status).toBe('SUCCESS');
    expect(world.users.statements).toEqual(['s1.0.0', 's1.1.0']);
    expect(tries).toBeGreaterThan(3);
  });

  it('fails the deployment after a minute, with who holds it, and nothing stays', async () => {
    hold('s1.1.0');
    const asked = world.clock.time;

    const outcome = await world.migrations('Create', world.revision('A', migrations));

    expect(outcome.status).toBe('FAILED');
    expect(outcome.reason).toContain('Migration users/1.1.0 failed at users/1.1.0_step.sql:');
    expect(outcome.reason).toContain(
      'Held by pid 4711 (user app, application "nutrition-api", idle in transaction, in a transaction since 742 s), ' +
        "whose last statement is: UPDATE users SET name = '…' WHERE id = 5.",
    );
    expect(outcome.reason).toContain('SELECT pg_terminate_backend(4711)');
    expect(outcome.reason).toContain('Undone: users/1.0.0.');
    expect(secondsSince(asked)).toBeGreaterThan(60);
    expect(secondsSince(asked)).toBeLessThan(90);
    expect(world.users.statements).toEqual([]);
    expect(world.users.marks).toEqual([]);
    expect((await world.ledger.load(scope)).open).toEqual([]);
  });

  it('does not outlast the time that applying may take', async () => {
    hold('s1.1.0');
    const asked = world.clock.time;

    const outcome = await world.migrations('Create', world.revision('A', migrations, { ForwardSeconds: '20' }));

    expect(outcome.status).toBe('FAILED');
    expect(outcome.reason).toContain('pid 4711');
    expect(secondsSince(asked)).toBeLessThan(40);
  });

  it('is asked for again by code too, whatever the code makes of the error', async () => {
    const code = {
      ...sqlMigration('1.1.0'),
      code: 'compiled',
      phases: [{ name: 'up' as const, actions: [{ type: 'code' as const, function: 'up' as const }] }],
    };
    world.bundles.modules.set('users/1.1.0', {
      codeLines: [],
      up: async (db) => {
        await db.execute('s1.1.0').catch(() => undefined);
      },
    });
    hold('s1.1.0', 30);

    const outcome = await world.migrations('Create', world.revision('A', [sqlMigration('1.0.0'), code]));

    expect(outcome.status).toBe('SUCCESS');
    expect(world.users.statements).toEqual(['s1.0.0', 's1.1.0']);
    expect(tries).toBeGreaterThan(3);
  });

  it('is told of also when nobody knows who holds it', async () => {
    world.users.lockHolders = [];
    hold('s1.1.0');

    const outcome = await world.migrations('Create', world.revision('A', migrations));

    expect(outcome.reason).toContain('Who holds it could not be found out.');
  });

  it('names three of many holders', async () => {
    const [one] = world.users.lockHolders;
    world.users.lockHolders = [1, 2, 3, 4, 5].map((pid) => ({ ...one!, pid }));
    hold('s1.1.0');

    const outcome = await world.migrations('Create', world.revision('A', migrations));

    expect(outcome.reason).toMatch(/pid 1 .*pid 2 .*pid 3 .*; and 2 more\./);
  });
});

describe('a lock that others hold while a deployment is rolled back', () => {
  const rollBack = async () => {
    const properties = world.revision('A', migrations);
    await world.migrations('Create', properties);
    world.stackIs('ROLLBACK_IN_PROGRESS');
    return properties;
  };

  it('is waited for much longer', async () => {
    const properties = await rollBack();
    hold('undo s1.1.0', 300);

    expect((await world.migrations('Delete', properties)).status).toBe('SUCCESS');
    expect(world.users.statements).toEqual([]);
  });

  it('fails the rollback in the end, with who holds it; a repair waits as long again', async () => {
    const properties = await rollBack();
    hold('undo s1.1.0');
    const asked = world.clock.time;

    const outcome = await world.migrations('Delete', properties);

    expect(outcome.status).toBe('FAILED');
    expect(outcome.reason).toContain('The rollback of the databases failed.');
    expect(outcome.reason).toContain('pid 4711');
    expect(secondsSince(asked)).toBeGreaterThan(600);
    expect(secondsSince(asked)).toBeLessThan(660);
    hold('undo s1.1.0', 300);
    await world.settle(true);
    expect(world.users.statements).toEqual([]);
  });
});
