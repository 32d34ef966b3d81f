import { beforeEach, describe, expect, it } from '@jest/globals';
import { MemoryWorld, scope, sqlMigration } from '../../support/memory-world';

const first = [sqlMigration('1.0.0')];
const second = [...first, sqlMigration('1.1.0')];

let world: MemoryWorld;

beforeEach(() => {
  world = new MemoryWorld();
});

const rollback = ['UPDATE_IN_PROGRESS', 'UPDATE_ROLLBACK_IN_PROGRESS', 'UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS'];

/** Deployed, and removed with its databases kept. */
async function kept() {
  const a = await world.deployed('A', first);
  world.stackIs('UPDATE_IN_PROGRESS');
  world.stackIs('UPDATE_COMPLETE_CLEANUP_IN_PROGRESS');
  await world.migrations('Delete', a);
  world.stackIs('UPDATE_COMPLETE');
}

describe('a construct that was kept and is added again', () => {
  it('is undone to the revision it was kept at when a sibling fails', async () => {
    await kept();
    world.stackIs('UPDATE_IN_PROGRESS');
    const b = world.revision('B', second);
    await world.migrations('Create', b);
    expect(world.users.statements).toEqual(['s1.0.0', 's1.1.0']);
    for (const status of rollback.slice(1)) world.stackIs(status);

    const outcome = await world.migrations('Delete', b);

    expect(outcome.status).toBe('SUCCESS');
    expect(world.users.statements).toEqual(['s1.0.0']);
    expect((await world.ledger.load(scope)).applied?.revision).toBe('A');
    expect(world.claims.owners.size).toBe(0);
  });
});

describe('a stack that cannot be viewed', () => {
  it('is asked again before a Delete is understood', async () => {
    const a = world.revision('A', first);
    await world.migrations('Create', a);
    world.stackIs('ROLLBACK_IN_PROGRESS');
    const views = new Map(world.stacks.views);
    world.stacks.views.clear();
    const request = await world.request({ kind: 'migrations', type: 'Delete', physicalId: scope, properties: a });

    expect(await world.tick(request)).toEqual({ status: 'wait', waitSeconds: 10 });
    expect(await world.leases.inspect(scope)).toBeUndefined();
    for (const [id, view] of views) world.stacks.views.set(id, view);
    expect((await world.work(request)).status).toBe('SUCCESS');
    expect(world.users.statements).toEqual([]);
  });

  it('fails the request in time, having changed nothing', async () => {
    const a = world.revision('A', first);
    await world.migrations('Create', a);
    world.stacks.views.clear();
    const request = await world.request({ kind: 'migrations', type: 'Delete', physicalId: scope, properties: a });
    const short = { ...request, answerBy: world.clock.time + 120_000 };
    world.requests.kept.set(short.key, short);

    const outcome = await world.work(short);

    expect(outcome).toMatchObject({ status: 'FAILED', reason: expect.stringContaining('which status the stack is') });
    expect(world.clock.time).toBeLessThan(short.answerBy);
    expect((await world.ledger.load(scope)).open).toHaveLength(1);
    expect(world.users.statements).toEqual(['s1.0.0']);
  });
});

describe('an update that moves the migrations', () => {
  const update = async (previous: { readonly Scope: string; readonly Ledger?: string }, Ledger?: string) => {
    const properties = world.revision('A', first, { Ledger });
    return world.work(
      await world.request({ kind: 'migrations', type: 'Update', physicalId: scope, properties, previous }),
    );
  };

  it.each([
    ['to another ledger', { Scope: scope, Ledger: 'old-table' }, 'the ledger table from old-table to new-table'],
    ['to another scope', { Scope: 'App/Old', Ledger: 'new-table' }, `the scope from App/Old to ${scope}`],
  ])('%s is refused before anything is changed', async (_where, previous, what) => {
    const outcome = await update(previous, 'new-table');

    expect(outcome.status).toBe('FAILED');
    expect(outcome.reason).toContain(what);
    expect(outcome.reason).toContain('Nothing was changed.');
    expect(world.users.statements).toEqual([]);
  });

  it('is understood when an older version did not say where its ledger was', async () => {
    expect((await update({ Scope: scope }, 'new-table')).status).toBe('SUCCESS');
  });
});

describe('a stack whose rollback is disabled', () => {
  it('is told so when the migrations are applied', async () => {
    const [id, view] = [...world.stacks.views][0]!;
    world.stacks.views.set(id, { ...view, rollbackDisabled: true });

    const outcome = await world.migrations('Create', world.revision('A', first));

    expect(outcome.reason).toBe(
      'Applied 1 migration: users/1.0.0 (0 ms). Rollback is disabled for this stack: should the operation fail, they stay applied and are not committed until it succeeds or is rolled back.',
    );
  });
});
