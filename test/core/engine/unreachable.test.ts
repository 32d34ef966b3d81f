import { beforeEach, describe, expect, it } from '@jest/globals';
import { MemoryWorld, scope, sqlMigration } from '../../support/memory-world';

const migrations = [sqlMigration('1.0.0'), sqlMigration('1.1.0')];

let world: MemoryWorld;

beforeEach(() => {
  world = new MemoryWorld();
});

const minutesSince = (start: number) => (world.clock.time - start) / 60_000;

/** "Cannot be reached" is not "gone" (G8). */
describe('a database that cannot be reached', () => {
  it('is waited for while a deployment is rolled back, which then succeeds', async () => {
    const a = world.revision('A', migrations);
    await world.migrations('Create', a);
    world.stackIs('ROLLBACK_IN_PROGRESS');
    world.targets.unreachable.add('users-1');
    const request = await world.request({ kind: 'migrations', type: 'Delete', physicalId: scope, properties: a });

    expect(await world.tick(request)).toEqual({ status: 'wait', waitSeconds: 15 });
    world.targets.unreachable.clear();
    expect((await world.work(request)).status).toBe('SUCCESS');
    expect(world.users.statements).toEqual([]);
  });

  it('fails the rollback with the reason when it stays so, and nothing is forgotten', async () => {
    const a = world.revision('A', migrations);
    await world.migrations('Create', a);
    const before = await world.ledger.load(scope);
    world.stackIs('ROLLBACK_IN_PROGRESS');
    world.targets.unreachable.add('users-1');
    const asked = world.clock.time;

    const outcome = await world.migrations('Delete', a);

    expect(outcome.status).toBe('FAILED');
    expect(outcome.reason).toContain('The database of target users cannot be reached: no secret.');
    expect(outcome.reason).toContain('Not yet undone: users/1.0.0, users/1.1.0.');
    expect(minutesSince(asked)).toBeGreaterThan(9);
    expect(minutesSince(asked)).toBeLessThan(12);
    const after = await world.ledger.load(scope);
    expect(after.migrations.map(({ id }) => id)).toEqual(before.migrations.map(({ id }) => id));
    expect(after.open).toMatchObject([{ state: 'failed' }]);

    world.targets.unreachable.clear();
    expect((await world.migrations('Delete', a)).status).toBe('SUCCESS');
    expect(world.users.statements).toEqual([]);
    expect((await world.ledger.load(scope)).migrations).toEqual([]);
  });

  it('refuses a deployment after a while, before anything is changed', async () => {
    world.targets.unreachable.add('users-1');
    const asked = world.clock.time;

    const outcome = await world.migrations('Create', world.revision('A', migrations));

    expect(outcome.status).toBe('FAILED');
    expect(outcome.reason).toContain('cannot be reached: no secret.');
    expect(outcome.reason).toContain('Nothing was changed.');
    expect(minutesSince(asked)).toBeLessThan(4);
    expect((await world.ledger.load(scope)).open).toEqual([]);
  });

  describe('in the middle of a deployment', () => {
    /** A process applied the first migration, and no later one reaches the database for so many minutes. */
    async function interrupted(minutes: number) {
      world.users.onStatement = () => {
        world.clock.time += 45_000;
      };
      const properties = world.revision('A', migrations);
      const request = await world.request({ kind: 'migrations', type: 'Create', physicalId: undefined, properties });
      expect(await world.tick(request)).toEqual({ status: 'continue' });
      world.targets.unreachable.add('users-1');
      const end = world.clock.time + minutes * 60_000;
      while (world.clock.time < end) {
        expect(await world.tick(request)).toEqual({ status: 'wait', waitSeconds: 15 });
        await world.clock.sleep(15_000);
      }
      return request;
    }

    it('is waited for as long as the deployment may take', async () => {
      const request = await interrupted(30);
      world.targets.unreachable.clear();

      expect((await world.work(request)).status).toBe('SUCCESS');
      expect(world.users.statements).toEqual(['s1.0.0', 's1.1.0']);
    });

    it('fails it with the reason afterwards, and nothing is forgotten', async () => {
      const request = await interrupted(30);

      const { status, reason } = await world.work(request);

      expect(status).toBe('FAILED');
      expect(reason).toContain('cannot be reached: no secret.');
      expect((await world.ledger.load(scope)).migrations.map(({ id }) => id)).toContain('users/1.0.0');
      expect(minutesSince(request.receivedAt)).toBeLessThan(45);
    });
  });

  it('is answered for in time, however little of it CloudFormation gives', async () => {
    const a = world.revision('A', migrations);
    await world.migrations('Create', a);
    world.stackIs('ROLLBACK_IN_PROGRESS');
    world.targets.unreachable.add('users-1');
    const request = await world.request({ kind: 'migrations', type: 'Delete', physicalId: scope, properties: a });
    const short = { ...request, answerBy: world.clock.time + 180_000 };
    world.requests.kept.set(short.key, short);

    const outcome = await world.work(short);

    expect(world.clock.time).toBeLessThan(short.answerBy);
    expect(outcome.reason).toContain('cannot be reached: no secret.');
  });
});

describe('a database that is gone', () => {
  it('leaves nothing to undo', async () => {
    const a = world.revision('A', migrations);
    await world.migrations('Create', a);
    world.stackIs('ROLLBACK_IN_PROGRESS');
    world.targets.databases.delete('users-1');

    expect((await world.migrations('Delete', a)).status).toBe('SUCCESS');
    expect((await world.ledger.load(scope)).migrations).toEqual([]);
  });
});

describe('a database that the deployment itself made reachable', () => {
  it('is not migrated, because CloudFormation would close it before the migrations are undone', async () => {
    world.stacks.opened.add('users-1');

    const outcome = await world.migrations('Create', world.revision('A', migrations));

    expect(outcome.status).toBe('FAILED');
    expect(outcome.reason).toContain('Use two deployments');
    expect(outcome.reason).toContain('Nothing was changed.');
    expect(world.users.statements).toEqual([]);
    expect(world.claims.owners.size).toBe(0);
  });

  it('does not matter to a deployment that migrates another one', async () => {
    world.stacks.opened.add('meals-1');

    expect((await world.migrations('Create', world.revision('A', migrations))).status).toBe('SUCCESS');
  });
});
