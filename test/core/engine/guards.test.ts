import { beforeEach, describe, expect, it } from '@jest/globals';
import { MigrationError } from '../../../core/errors/index';
import { diedWhen } from '../../support/crashing-world';
import { MemoryWorld, scope, sqlMigration } from '../../support/memory-world';

/** What keeps the engine from acting at the wrong time, each for itself. */

const first = [sqlMigration('1.0.0')];
const second = [...first, sqlMigration('1.1.0')];

let world: MemoryWorld;

beforeEach(() => {
  world = new MemoryWorld();
});

/** A stack at revision A, settled. */
const deployedA = () => world.deployed('A', first);

describe('a request that comes late', () => {
  it.each(['UPDATE_ROLLBACK_IN_PROGRESS', 'UPDATE_ROLLBACK_COMPLETE', 'DELETE_IN_PROGRESS'])(
    'applies nothing while the stack is %s',
    async (status) => {
      await deployedA();
      world.stackIs('UPDATE_IN_PROGRESS');
      world.stackIs(status);

      const outcome = await world.migrations('Update', world.revision('B', second));

      expect(outcome.status).toBe('FAILED');
      expect(outcome.reason).toContain(`the stack is ${status}`);
      expect(world.users.statements).toEqual(['s1.0.0']);
    },
  );
});

describe('a request that is answered already', () => {
  it('has the lease given back that a process of its execution died with', async () => {
    const recorded = await world.request({ kind: 'settle', repair: false });
    await world.leases.acquire(scope, { id: `execution-${recorded.key}`, description: 'died' }, false);
    await world.requests.setOutcome(scope, recorded.key, { status: 'SUCCESS', physicalId: scope, reason: 'Done.' });

    expect((await world.work(recorded)).reason).toBe('Done.');
    expect(await world.leases.inspect(scope)).toBeUndefined();
  });

  it('does not have the lease of another execution taken away', async () => {
    const recorded = await world.request({ kind: 'settle', repair: false });
    await world.leases.acquire(scope, { id: 'execution-other', description: 'works' }, false);
    await world.requests.setOutcome(scope, recorded.key, { status: 'SUCCESS', physicalId: scope, reason: 'Done.' });

    await world.work(recorded);
    expect(await world.leases.inspect(scope)).toMatchObject({ holder: { id: 'execution-other' } });
  });
});

describe('undoing for good that fails', () => {
  const broken = [...first, sqlMigration('1.1.0', { down: ['fail'] })];

  async function deployedBroken() {
    await world.deployed('A', broken);
  }

  it('is described as what it is when the construct is removed', async () => {
    await deployedBroken();
    world.stackIs('DELETE_IN_PROGRESS');

    const { status, reason } = await world.migrations('Delete', world.revision('A', broken, { OnRemoval: 'undo' }));

    expect(status).toBe('FAILED');
    expect(reason).toMatch(/^The construct is being removed, but undoing its migrations failed\./);
    expect(reason).toContain('set onRemoval to RETAIN');
    expect(reason).not.toMatch(/contract|deploy again/);
  });

  it('is described as what it is when an older revision lacks the migration', async () => {
    await deployedBroken();
    world.stackIs('UPDATE_IN_PROGRESS');
    await world.migrations('Update', world.revision('O', first, { OnOlderRevision: 'downgrade' }));
    world.stackIs('UPDATE_COMPLETE_CLEANUP_IN_PROGRESS');

    const { status, reason } = await world.markerDelete('A');

    expect(status).toBe('FAILED');
    expect(reason).toContain('undoing the migrations that the older revision lacks failed');
    expect(reason).not.toContain('contract');
  });
});

describe('the reason of a deployment that fails', () => {
  it('does not say of what another deployment had applied that it was undone', async () => {
    const mark = { id: 'users/1.0.0', phase: 'up', step: 0, checksum: 'sum-1.0.0-s1.0.0', deployment: 'old' } as const;
    const lease = { scope, token: 0, guard: async () => undefined };
    await world.users.open(lease).sql.transact('add', mark, async () => undefined);

    const { reason } = await world.migrations(
      'Create',
      world.revision('A', [...second, sqlMigration('1.2.0', { up: ['fail'] })]),
    );

    expect(reason).toContain('Undone: users/1.1.0. The databases are as they were');
  });

  it('names the first ten migrations that were undone, and how many more there are', async () => {
    const many = Array.from({ length: 12 }, (_, index) => sqlMigration(`1.${index}.0`));
    const { reason } = await world.migrations(
      'Create',
      world.revision('A', [...many, sqlMigration('2.0.0', { up: ['fail'] })]),
    );

    expect(reason).toContain('users/1.9.0 and 2 more. The databases are as they were');
  });
});

describe('a migration in TypeScript', () => {
  const code = (up: (execute: (sql: string) => Promise<unknown>) => Promise<void>) => {
    world.bundles.modules.set('users/1.1.0', { codeLines: [], up: (db) => up((sql) => db.execute(sql)) });
    const migration = {
      ...sqlMigration('1.1.0'),
      code: 'compiled',
      phases: [{ name: 'up' as const, actions: [{ type: 'code' as const, function: 'up' as const }] }],
    };
    return world.request({
      kind: 'migrations',
      type: 'Create',
      physicalId: undefined,
      properties: world.revision('A', [...first, migration]),
    });
  };

  it.each([
    ['lets it pass', async (execute: (sql: string) => Promise<unknown>) => void (await execute('busy'))],
    [
      'catches it',
      async (execute: (sql: string) => Promise<unknown>) => void (await execute('busy').catch(() => undefined)),
    ],
    [
      'makes another of it',
      async (execute: (sql: string) => Promise<unknown>) =>
        void (await execute('busy').catch(() => {
          throw new Error('of my own');
        })),
    ],
  ])('is not blamed for what the infrastructure did, when it %s', async (_what, up) => {
    let busy = true;
    world.users.onStatement = (statement) => {
      if (statement === 'busy' && busy) throw new MigrationError('DATABASE_BUSY', 'The database is busy.');
    };
    const recorded = await code(up);

    expect(await world.tick(recorded)).toMatchObject({ status: 'wait' });
    busy = false;
    expect((await world.work(recorded)).status).toBe('SUCCESS');
    expect(world.users.statements).toEqual(['s1.0.0', 'busy']);
  });
});

describe('the reason of a success', () => {
  const contracted = [...first, sqlMigration('1.1.0', { contract: ['drop old'] })];

  it('says what was applied, and what was found applied', async () => {
    const mark = { id: 'users/1.0.0', phase: 'up', step: 0, checksum: 'sum-1.0.0-s1.0.0', deployment: 'old' } as const;
    const lease = { scope, token: 0, guard: async () => undefined };
    await world.users.open(lease).sql.transact('add', mark, async () => undefined);

    const { reason } = await world.migrations('Create', world.revision('A', second));

    expect(reason).toBe('Applied 2 migrations: users/1.0.0 (was applied already), users/1.1.0 (0 ms).');
  });

  it('says what a rollback undid', async () => {
    const a = await deployedA();
    world.stackIs('UPDATE_IN_PROGRESS');
    await world.migrations('Update', world.revision('B', second));
    world.stackIs('UPDATE_ROLLBACK_IN_PROGRESS');

    expect((await world.migrations('Update', a)).reason).toBe('Undid users/1.1.0.');
  });

  it('says what the commit contracted, and that there was nothing', async () => {
    await deployedA();
    world.stackIs('UPDATE_IN_PROGRESS');
    await world.migrations('Update', world.revision('B', contracted));
    world.stackIs('UPDATE_COMPLETE_CLEANUP_IN_PROGRESS');

    expect((await world.markerDelete('A')).reason).toBe('Ran the contract phase of users/1.1.0.');
    expect((await world.markerDelete('A')).reason).toBe('Nothing to commit.');
  });
});

describe('a process that runs out of time', () => {
  it('leaves the ledger as far as its work came', async () => {
    world.users.onStatement = () => {
      world.clock.time += 30_000;
    };
    const properties = world.revision('A', [...second, sqlMigration('1.2.0'), sqlMigration('1.3.0')]);
    const recorded = await world.request({ kind: 'migrations', type: 'Create', physicalId: undefined, properties });

    expect(await world.tick(recorded)).toEqual({ status: 'continue' });

    expect(world.users.statements).toEqual(['s1.0.0', 's1.1.0']);
    const { migrations } = await world.ledger.load(scope);
    expect(migrations.filter(({ state }) => state === 'applied').map(({ id }) => id)).toEqual([
      'users/1.0.0',
      'users/1.1.0',
    ]);
    const types = (await world.ledger.events(scope)).map(({ type }) => type);
    expect(types.filter((type) => type === 'migration-applied')).toHaveLength(2);
  });
});

describe('a statement whose effect nothing shows', () => {
  const hidden = sqlMigration('1.0.0', { transaction: false, up: ['hidden setting'], irreversible: true });

  it('is run when nothing is in doubt', async () => {
    expect((await world.migrations('Create', world.revision('A', [hidden]))).status).toBe('SUCCESS');
    expect(world.users.statements).toEqual(['hidden setting']);
  });

  it('is not run again when its answer was lost', async () => {
    const { crashing, recorded } = await diedWhen(
      [hidden],
      ({ crashedAt }) => crashedAt?.endsWith('standalone.run') === true,
    );

    const { status, reason } = await crashing.work(recorded);

    expect(status).toBe('FAILED');
    expect(reason).toContain('the database does not show whether it took effect');
    expect(crashing.users.statements).toEqual(['hidden setting']);
  });
});

it('a process opens each database once, and only those that it changes', async () => {
  const opened: string[] = [];
  const { targets } = world;
  const open = targets.open.bind(targets);
  targets.open = (name, ...rest) => {
    opened.push(name);
    return open(name, ...rest);
  };

  await world.migrations('Create', world.revision('A', [...second, sqlMigration('1.2.0')]));

  expect(opened).toEqual(['users']);
});
