import { beforeEach, describe, expect, it } from '@jest/globals';
import type { BundledMigration } from '../../../core/bundle/bundle';
import { type BaselineTools, compareBaseline, recordBaseline } from '../../../core/engine/baseline-scope';
import { RequestRun } from '../../../core/engine/request-run';
import type { HeldLease } from '../../../core/ports';
import { MemorySqlDatabase } from '../../support/memory/sql-database';
import { MemoryWorld, scope, sqlMigration } from '../../support/memory-world';

/** What `migrations baseline` does, without a deployment of the stack. */

const one = sqlMigration('1.0.0');
const two = sqlMigration('1.1.0', { up: ['a'], contract: ['b'] });
const three = sqlMigration('1.2.0');
const all = [one, two, three];

let world: MemoryWorld;

beforeEach(async () => {
  world = new MemoryWorld();
});

async function baseline(
  version: string,
  migrations: readonly BundledMigration[] = all,
  { withScratch, ignore }: Partial<BaselineTools> = {},
) {
  const lease = (await world.leases.acquire(scope, { id: 'cli', description: 'cli' }, false)) as HeldLease;
  const recorded = await world.request({ kind: 'settle', repair: false });
  const limits = { stopBy: world.clock.time + 60_000, pollInterval: 500 };
  const run = new RequestRun(world.ports, lease, limits, recorded, await world.ledger.load(scope));
  const properties = world.revision('A', []).Targets['users']!;
  const asked = { target: 'users', properties, version, migrations };
  const module = async () => ({ codeLines: [] });
  try {
    const { fresh, differences } = await compareBaseline(run, asked, { module, withScratch, ignore });
    if (differences.length === 0) await recordBaseline(run, asked, fresh);
    return {
      fresh: fresh.map(({ id }) => id),
      differences: differences.map(({ name, difference }) => `${difference} ${name}`),
    };
  } finally {
    await world.leases.release(lease);
  }
}

async function records() {
  const { migrations, open, applied } = await world.ledger.load(scope);
  expect({ open, revision: applied?.revision }).toEqual({ open: [], revision: 'A' });
  return migrations.map(({ id, state, baselined = false, contract }) => `${id} ${state} ${baselined} ${contract}`);
}

const refusal = (message: string) =>
  expect.objectContaining({ code: 'BASELINE_REFUSED', message: expect.stringContaining(message) });

describe('a database that was deployed to without migrations', () => {
  beforeEach(() => world.deployed('A', []));

  it('gets a record of those that it has, and the next deployment applies the others', async () => {
    world.users.make('s1.0.0', 'a', 'b');

    expect(await baseline('1.1.0')).toEqual({ fresh: ['users/1.0.0', 'users/1.1.0'], differences: [] });

    expect(await records()).toEqual(['users/1.0.0 applied true none', 'users/1.1.0 applied true done']);
    world.stackIs('UPDATE_IN_PROGRESS');
    const outcome = await world.migrations('Update', world.revision('B', all));
    expect(outcome.reason).toMatch(/^Applied 1 migration: users\/1\.2\.0/);
    world.stackIs('UPDATE_ROLLBACK_IN_PROGRESS');
    await world.migrations('Update', world.revision('A', []));
    expect(world.users.statements).toEqual(['s1.0.0', 'a', 'b']);
    expect(await records()).toHaveLength(2);
  });

  it('gets no record when it differs', async () => {
    world.users.make('s1.0.0', 'a', 'by hand');

    expect((await baseline('1.1.0')).differences).toEqual(['missing b', 'unexpected by hand']);

    expect(await records()).toEqual([]);
    expect(world.users.marks).toEqual([]);
  });

  it('gets a record when all that differs is ignored, and is empty with nothing else', async () => {
    world.users.make('by hand');
    await expect(baseline('1.1.0', all, { ignore: ['* by hand'] })).rejects.toEqual(refusal('is empty'));
    world.users.make('s1.0.0', 'a', 'b');

    expect((await baseline('1.1.0', all, { ignore: ['* by hand'] })).differences).toEqual([]);
    expect(await records()).toHaveLength(2);
  });

  it('is refused when it is empty, or no migration is left', async () => {
    await expect(baseline('1.1.0')).rejects.toEqual(refusal('is empty'));
    world.users.make('s1.0.0', 'a', 'b');
    await expect(baseline('0.9.0')).rejects.toEqual(refusal('No migration of target users up to 0.9.0'));
    await baseline('1.1.0');
    await expect(baseline('1.1.0')).rejects.toEqual(refusal('No migration of target users up to 1.1.0'));
    await expect(baseline('1.0.0')).rejects.toEqual(refusal('not among its migrations up to 1.0.0: users/1.1.0.'));
  });

  it('can be said to be further than it was, with what was applied by hand since', async () => {
    world.users.make('s1.0.0');
    await baseline('1.0.0');
    world.users.make('a', 'b');

    expect(await baseline('1.1.0')).toEqual({ fresh: ['users/1.1.0'], differences: [] });
  });

  it('can be compared with a scratch database that is made elsewhere', async () => {
    world.users.make('s1.0.0', 'beyond role');
    const roles = [one, sqlMigration('1.1.0', { up: ['beyond role'] })];
    await expect(baseline('1.1.0', roles)).rejects.toMatchObject({
      code: 'SCRATCH_REFUSED',
      hint: expect.stringContaining('Or compare with --scratch'),
    });

    const other = new MemorySqlDatabase();
    const elsewhere: BaselineTools['withScratch'] = async (live) => {
      const { schema } = other.open({ scope, token: 1, guard: async () => undefined });
      return { ...live, scratch: (name) => schema.scratch(name), reachesBeyond: () => undefined };
    };

    expect(await baseline('1.1.0', roles, { withScratch: elsewhere })).toMatchObject({ differences: [] });
    expect(await records()).toHaveLength(2);
  });

  it('loses what a process recorded that died over it', async () => {
    world.users.make('s1.0.0', 'a', 'b');
    const write = world.ledger.write.bind(world.ledger);
    world.ledger.write = async (lease, head, transition) => {
      if (world.users.marks.length > 0) throw new Error('The process is dead.');
      return write(lease, head, transition);
    };
    await expect(baseline('1.1.0')).rejects.toThrow('The process is dead.');
    expect(world.users.marks).not.toEqual([]);
    world.ledger.write = write;

    expect((await world.settle(true)).status).toBe('SUCCESS');

    expect(await records()).toEqual([]);
    expect(world.users.marks).toEqual([]);
    expect(world.users.statements).toEqual(['s1.0.0', 'a', 'b']);
  });
});

it('a scope that was never deployed to is told to use the construct', async () => {
  world.users.make('s1.0.0', 'a', 'b');
  await expect(baseline('1.1.0')).rejects.toEqual(refusal('No deployment of App/Migrations has succeeded'));
});

it('an open deployment is waited for', async () => {
  await world.migrations('Create', world.revision('A', []));
  await expect(baseline('1.1.0')).rejects.toEqual(refusal('A deployment of App/Migrations is open.'));
});
