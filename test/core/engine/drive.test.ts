import { beforeEach, describe, expect, it } from '@jest/globals';
import type { SqlAction } from '../../../core/bundle/bundle';
import { verifyChain } from '../../../core/ledger/audit';
import { createTable, MemoryWorld, scope, sqlMigration, tableMigration } from '../../support/memory-world';

const first = [sqlMigration('1.0.0'), tableMigration('1.0.0', [createTable('plans')])];
const second = [
  ...first,
  sqlMigration('1.1.0', { contract: ['drop old'] }),
  tableMigration('1.1.0', [createTable('lists')]),
];

let world: MemoryWorld;

beforeEach(() => {
  world = new MemoryWorld();
});

/** A stack at revision A, settled. */
const deployedA = () => world.deployed('A', first);

async function state() {
  return world.ledger.load(scope);
}

describe('a first deployment', () => {
  it('applies everything and waits for the end of the stack operation', async () => {
    const outcome = await world.migrations('Create', world.revision('A', first));

    expect(outcome).toMatchObject({ status: 'SUCCESS', physicalId: scope, data: { Revision: 'A' } });
    expect(world.users.statements).toEqual(['s1.0.0']);
    expect([...world.meals.tables.keys()]).toEqual(['plans']);
    expect((await state()).open).toMatchObject([{ state: 'applied', from: null }]);
  });

  it('is committed when the stack operation has ended', async () => {
    await deployedA();
    expect((await state()).open).toEqual([]);
    expect((await state()).applied?.revision).toBe('A');
  });

  it('is undone completely by a Delete while the stack rolls back', async () => {
    const a = world.revision('A', first);
    await world.migrations('Create', a);
    world.stackIs('ROLLBACK_IN_PROGRESS');

    const outcome = await world.migrations('Delete', a);

    expect(outcome.status).toBe('SUCCESS');
    expect(world.snapshot()).toEqual({ users: [], meals: {} });
    expect(world.claims.owners.size).toBe(0);
    expect((await state()).applied).toBeNull();
  });

  it('is undone before CloudFormation is answered, when it fails', async () => {
    const a = world.revision('A', [...first, sqlMigration('1.1.0', { up: ['one', 'fail two', 'three'] })]);

    const outcome = await world.migrations('Create', a);

    expect(outcome.status).toBe('FAILED');
    expect(outcome.reason).toContain('users/1.1.0');
    expect(outcome.reason).toContain('users/1.1.0_step.sql:3');
    expect(outcome.reason).toContain('fail two');
    expect(world.snapshot()).toEqual({ users: [], meals: {} });
  });

  it('is stopped and undone by a Delete with an id that was never issued, when a sibling cancels it', async () => {
    const a = world.revision('A', first);
    const create = await world.request({ kind: 'migrations', type: 'Create', physicalId: undefined, properties: a });
    await world.tick(create, { stopBy: 0 });
    world.stackIs('ROLLBACK_IN_PROGRESS');

    const outcome = await world.migrations('Delete', a, 'App-Migrations-1XMADEUP');

    expect(outcome).toMatchObject({ status: 'SUCCESS', physicalId: 'App-Migrations-1XMADEUP' });
    expect(await world.work(create)).toMatchObject({ status: 'FAILED' });
    expect(world.snapshot()).toEqual({ users: [], meals: {} });
  });
});

describe('an update', () => {
  it('commits when the marker of the old revision is deleted in cleanup', async () => {
    await deployedA();
    world.stackIs('UPDATE_IN_PROGRESS');
    await world.migrations('Update', world.revision('B', second));
    expect(world.users.statements).not.toContain('drop old');
    world.stackIs('UPDATE_COMPLETE_CLEANUP_IN_PROGRESS');

    const outcome = await world.markerDelete('A');

    expect(outcome.status).toBe('SUCCESS');
    expect(world.users.statements).toContain('drop old');
    expect((await state()).open).toEqual([]);
  });

  it('is committed late by the next request when every signal was lost', async () => {
    await deployedA();
    world.stackIs('UPDATE_IN_PROGRESS');
    await world.migrations('Update', world.revision('B', second));
    world.stackIs('UPDATE_COMPLETE');
    world.stackIs('UPDATE_IN_PROGRESS');

    await world.migrations('Update', world.revision('C', [...second, sqlMigration('1.2.0')]));

    expect(world.users.statements).toEqual(['s1.0.0', 's1.1.0', 'drop old', 's1.2.0']);
    expect((await state()).open).toMatchObject([{ from: { revision: 'B' }, state: 'applied' }]);
  });

  it('is rolled back after cutover by the swapped Update, with nothing but the undo plans', async () => {
    const a = await deployedA();
    const before = world.snapshot();
    world.stackIs('UPDATE_IN_PROGRESS');
    await world.migrations('Update', world.revision('B', second));
    world.stackIs('UPDATE_ROLLBACK_IN_PROGRESS');
    world.bundles.bundles.clear();

    const outcome = await world.migrations('Update', a);

    expect(outcome.status).toBe('SUCCESS');
    expect(world.snapshot()).toEqual(before);
    world.stackIs('UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS');
    expect((await world.markerDelete('B')).status).toBe('SUCCESS');
    expect(world.snapshot()).toEqual(before);
  });

  it('answers the swapped Update with success and changes nothing, when it failed by itself', async () => {
    const a = await deployedA();
    const before = world.snapshot();
    world.stackIs('UPDATE_IN_PROGRESS');
    const failed = await world.migrations(
      'Update',
      world.revision('B', [...first, sqlMigration('1.1.0', { up: ['fail'] })]),
    );
    expect(failed.status).toBe('FAILED');
    world.stackIs('UPDATE_ROLLBACK_IN_PROGRESS');

    expect((await world.migrations('Update', a)).status).toBe('SUCCESS');
    expect(world.snapshot()).toEqual(before);
  });

  it('is refused when an applied migration was edited, and names it', async () => {
    await deployedA();
    world.stackIs('UPDATE_IN_PROGRESS');
    const edited = [sqlMigration('1.0.0', { checksum: 'edited' }), first[1]!];

    const outcome = await world.migrations('Update', world.revision('B', edited));

    expect(outcome.status).toBe('FAILED');
    expect(outcome.reason).toContain('users/1.0.0');
  });

  it('is refused when its bundle is older', async () => {
    await deployedA();
    world.stackIs('UPDATE_IN_PROGRESS');

    const outcome = await world.migrations('Update', world.revision('O', first.slice(1)));

    expect(outcome.status).toBe('FAILED');
    expect(outcome.reason).toContain('lacks the applied migrations users/1.0.0');
  });

  it('undoes newer migrations at commit when its bundle is older and the policy allows it', async () => {
    await deployedA();
    world.stackIs('UPDATE_IN_PROGRESS');
    const older = world.revision('O', first.slice(1), { OnOlderRevision: 'downgrade' });

    expect((await world.migrations('Update', older)).status).toBe('SUCCESS');
    expect(world.users.statements).toEqual(['s1.0.0']);
    world.stackIs('UPDATE_COMPLETE_CLEANUP_IN_PROGRESS');
    await world.markerDelete('A');

    expect(world.users.statements).toEqual([]);
    expect((await state()).applied?.revision).toBe('O');
  });

  it('is refused when the database does not know what was applied to it', async () => {
    await deployedA();
    world.users.forgetHistory();
    world.stackIs('UPDATE_IN_PROGRESS');

    const outcome = await world.migrations('Update', world.revision('B', second));

    expect(outcome).toMatchObject({ status: 'FAILED' });
    expect(outcome.reason).toContain('has no record of users/1.0.0');
  });
});

describe('a database that knows a migration from another deployment', () => {
  it.each([
    ['as it is', 'sum-1.0.0-s1.0.0', 'SUCCESS'],
    ['another one now', 'another sum', 'FAILED'],
  ] as const)('is adopted by its file alone, which is %s', async (_what, checksum, status) => {
    const mark = { id: 'users/1.0.0', phase: 'up', step: 0, checksum, deployment: 'of a lost ledger' } as const;
    const lease = { scope, token: 0, guard: async () => undefined };
    await world.users.open(lease).sql.transact('add', mark, async () => undefined);

    const outcome = await world.migrations('Create', world.revision('A', first));

    expect(outcome.status).toBe(status);
    if (status === 'FAILED') {
      expect(outcome.reason).toContain('has a record of users/1.0.0 with another checksum');
      expect(world.snapshot()).toEqual({ users: [], meals: {} });
      expect((await state()).migrations).toEqual([]);
    }
  });
});

describe('a rollback that fails', () => {
  const broken = [
    ...first,
    sqlMigration('1.1.0', { up: ['new'], down: ['undo what somebody removed', 'undo new'] }),
    sqlMigration('1.2.0'),
  ];

  it('names the statement and the remedies, and continues from the recorded step after the cause was fixed', async () => {
    const a = await deployedA();
    const before = world.snapshot();
    world.stackIs('UPDATE_IN_PROGRESS');
    await world.migrations('Update', world.revision('B', broken));
    world.stackIs('UPDATE_ROLLBACK_IN_PROGRESS');

    const failed = await world.migrations('Update', a);

    expect(failed.status).toBe('FAILED');
    expect(failed.reason).toMatch(
      /users\/1\.1\.0.*undo what somebody removed.*migrations repair.*ResourcesToSkip=Migrations.*backup/,
    );
    expect((await state()).open).toMatchObject([{ state: 'failed' }]);
    expect((await state()).migrations.map(({ id }) => id)).toContain('users/1.1.0');
    expect((await state()).migrations.map(({ id }) => id)).not.toContain('users/1.2.0');

    world.stackIs('UPDATE_ROLLBACK_FAILED');
    await removedAgain();
    expect((await world.settle(true)).status).toBe('SUCCESS');
    world.stackIs('UPDATE_ROLLBACK_IN_PROGRESS');
    expect((await world.migrations('Update', a)).status).toBe('SUCCESS');
    expect(world.snapshot()).toEqual(before);
  });

  it('is flagged when CloudFormation skipped it, and the next deployment undoes the rest first', async () => {
    await deployedA();
    world.stackIs('UPDATE_IN_PROGRESS');
    await world.migrations('Update', world.revision('B', second));
    world.stackIs('UPDATE_ROLLBACK_IN_PROGRESS');
    world.stackIs('UPDATE_ROLLBACK_COMPLETE');

    expect((await world.settle()).reason).toContain('migrations repair');
    expect((await state()).open).toMatchObject([{ state: 'failed' }]);
    world.stackIs('UPDATE_IN_PROGRESS');
    await world.migrations('Update', world.revision('C', [...first, sqlMigration('2.0.0')]));
    expect(world.users.statements).toEqual(['s1.0.0', 's2.0.0']);
  });

  it('runs no undo plan that was edited in the ledger', async () => {
    const a = await deployedA();
    world.stackIs('UPDATE_IN_PROGRESS');
    await world.migrations('Update', world.revision('B', second));
    const applied = world.snapshot();
    await edit('users/1.1.0', 'undo s1.0.0');
    world.stackIs('UPDATE_ROLLBACK_IN_PROGRESS');

    const outcome = await world.migrations('Update', a);

    expect(outcome.status).toBe('FAILED');
    expect(outcome.reason).toContain('The undo plan of users/1.1.0_step.sql in the ledger is not the one');
    expect((await state()).open).toMatchObject([{ state: 'failed', failure: { code: 'UNDO_PLAN_EDITED' } }]);
    expect(world.users.statements).toEqual((applied as { users: unknown }).users);
  });

  /** The person puts back what the down misses. */
  async function removedAgain() {
    const lease = await world.leases.acquire(scope, { id: 'person', description: 'mend' }, false);
    if (!('guard' in lease)) throw new Error('lease is held');
    const mark = { id: 'by hand', phase: 'up', step: 0, checksum: '', deployment: '' } as const;
    await world.users.open(lease).sql.transact('add', mark, async (connection) => {
      await connection.execute('what somebody removed');
    });
    await world.leases.release(lease);
  }

  /** Somebody who can write the ledger's table puts other SQL into an undo plan. */
  async function edit(id: string, text: string) {
    const record = (await state()).migrations.find((one) => one.id === id)!;
    const [planned] = await world.ledger.undoPlans(scope, [record.key]);
    const lease = await world.leases.acquire(scope, { id: 'somebody', description: 'edit' }, false);
    if (!('guard' in lease)) throw new Error('lease is held');
    const other: SqlAction = { type: 'sql', transaction: true, statements: [{ text, line: 1, column: 1 }] };
    const phases = planned!.plan.phases!.map((phase) =>
      phase.name === 'down' ? { ...phase, actions: [other] } : phase,
    );
    await world.ledger.write(lease, await state(), { undoPlans: [{ ...planned!.plan, phases }], events: [] });
    await world.leases.release(lease);
  }
});

describe('removal', () => {
  it('keeps the databases by default, and releases them for others', async () => {
    const a = await deployedA();
    const before = world.snapshot();
    world.stackIs('DELETE_IN_PROGRESS');

    expect((await world.migrations('Delete', a)).status).toBe('SUCCESS');
    expect(world.snapshot()).toEqual(before);
    expect(world.claims.owners.size).toBe(0);
  });

  it('undoes everything when asked to', async () => {
    await deployedA();
    const a = world.revision('A', first, { OnRemoval: 'undo' });
    world.stackIs('DELETE_IN_PROGRESS');

    expect((await world.migrations('Delete', a)).status).toBe('SUCCESS');
    expect(world.snapshot()).toEqual({ users: [], meals: {} });
  });

  it('undoes nothing while CloudFormation cannot say what is happening', async () => {
    await deployedA();
    const before = world.snapshot();
    world.stacks.views.clear();

    expect((await world.migrations('Delete', world.revision('A', first, { OnRemoval: 'undo' }))).status).toBe('FAILED');
    expect(world.snapshot()).toEqual(before);
  });
});

describe('the lease', () => {
  it('is waited for, and its holder is asked to stop', async () => {
    const a = world.revision('A', first);
    const other = await world.leases.acquire(scope, { id: 'other', description: 'someone' }, false);
    const recorded = await world.request({ kind: 'migrations', type: 'Create', physicalId: undefined, properties: a });

    expect(await world.tick(recorded)).toMatchObject({ status: 'wait' });
    await expect('guard' in other && other.guard()).rejects.toMatchObject({ code: 'LEASE_LOST' });
    expect((await world.work(recorded)).status).toBe('SUCCESS');
  });

  it('does not keep CloudFormation waiting when it never becomes free', async () => {
    const a = world.revision('A', first);
    const recorded = await world.request({ kind: 'migrations', type: 'Create', physicalId: undefined, properties: a });
    world.clock.time = recorded.answerBy - 10_000;
    await world.leases.acquire(scope, { id: 'other', description: 'a long migration' }, false);

    const outcome = await world.work(recorded);

    expect(outcome.status).toBe('FAILED');
    expect(outcome.reason).toContain('a long migration');
  });

  it('makes a repeated delivery return the same outcome', async () => {
    const a = world.revision('A', first);
    const once = await world.request(
      { kind: 'migrations', type: 'Create', physicalId: undefined, properties: a },
      'same',
    );
    await world.request({ kind: 'migrations', type: 'Create', physicalId: undefined, properties: a }, 'same');

    const outcome = await world.work(once);
    expect(await world.work(once)).toEqual(outcome);
    expect(world.users.statements).toEqual(['s1.0.0']);
  });
});

it('the engine writes with which role CloudFormation deploys, since it cannot say for whom', async () => {
  const [id, view] = [...world.stacks.views][0]!;
  world.stacks.views.set(id, { ...view, serviceRole: 'arn:aws:iam::111122223333:role/deployer' });

  await world.migrations('Create', world.revision('A', first));

  const started = (await world.ledger.events(scope)).find(({ type }) => type === 'deployment-started');
  expect(started).toMatchObject({
    actor: expect.stringContaining('cloudformation App Migrations'),
    detail: { serviceRole: 'arn:aws:iam::111122223333:role/deployer' },
  });
});

it('the engine writes a history whose chain holds', async () => {
  const a = await deployedA();
  world.stackIs('UPDATE_IN_PROGRESS');
  await world.migrations('Update', world.revision('B', second));
  world.stackIs('UPDATE_ROLLBACK_IN_PROGRESS');
  await world.migrations('Update', a);

  const events = await world.ledger.events(scope);
  expect(events.map(({ type }) => type)).toEqual([
    'deployment-started',
    'undo-plans-written',
    'migration-started',
    'migration-applied',
    'undo-plans-written',
    'migration-started',
    'migration-applied',
    'deployment-applied',
    'commit-started',
    'deployment-committed',
    'deployment-started',
    'undo-plans-written',
    'migration-started',
    'migration-applied',
    'undo-plans-written',
    'migration-started',
    'migration-applied',
    'deployment-applied',
    'rollback-started',
    'migration-undone',
    'migration-undone',
    'deployment-rolled-back',
  ]);
  expect(verifyChain(events, await state())).toBeUndefined();
});
