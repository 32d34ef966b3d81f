import { beforeEach, describe, expect, it } from '@jest/globals';
import { MemoryLedger } from '../../support/memory/ledger';
import { createTable, MemoryWorld, scope, sqlMigration, tableMigration } from '../../support/memory-world';

const migrations = [sqlMigration('1.0.0'), tableMigration('1.0.0', [createTable('plans')])];

let world: MemoryWorld;

beforeEach(() => {
  world = new MemoryWorld();
});

/** Deployed with the ledger `first`, and removed with its databases kept. */
async function kept() {
  const a = await world.deployed('A', migrations, { Ledger: 'first' });
  world.stackIs('DELETE_IN_PROGRESS');
  await world.migrations('Delete', a);
  world.stackIs('CREATE_IN_PROGRESS');
  return world.snapshot();
}

/** A ledger that knows nothing. */
function newLedger() {
  Object.assign(world, { ledger: new MemoryLedger(world.leases, world.requests) });
}

describe('databases that a removed construct left', () => {
  it('are not migrated with a new ledger; the reason names the old one, and the line to write', async () => {
    const before = await kept();
    newLedger();

    const { status, reason } = await world.migrations('Create', world.revision('A', migrations, { Ledger: 'second' }));

    expect(status).toBe('FAILED');
    expect(reason).toContain(`migrated by scope ${scope} until`);
    expect(reason).toContain("ledgerTable: Table.fromTableName(this, 'Ledger', 'first')");
    expect(reason).not.toContain('already exists');
    expect(world.snapshot()).toEqual(before);
    expect(world.claims.owners.size).toBe(0);
  });

  it('are migrated with their old ledger, and are its own again once that is committed', async () => {
    await kept();
    const next = world.revision('B', [...migrations, sqlMigration('1.1.0')], { Ledger: 'first' });

    expect((await world.migrations('Create', next)).status).toBe('SUCCESS');
    expect(world.users.statements).toEqual(['s1.0.0', 's1.1.0']);
    expect(world.claims.formers.size).toBe(2);
    world.stackIs('CREATE_COMPLETE');
    await world.settle();
    expect(world.claims.formers.size).toBe(0);
    expect(world.claims.owners.size).toBe(2);
  });

  it('are migrated with a new ledger once the old one was forgotten', async () => {
    await kept();
    newLedger();
    world.claims.formers.clear();
    const sqlOnly = world.revision('A', migrations.slice(0, 1), { Ledger: 'second' });

    expect((await world.migrations('Create', sqlOnly)).status).toBe('SUCCESS');
    expect(world.users.statements).toEqual(['s1.0.0']);
  });

  it('leave no trace when nothing had been applied to them', async () => {
    const empty = await world.deployed('A', [], { Ledger: 'first' });
    world.stackIs('DELETE_IN_PROGRESS');
    await world.migrations('Delete', empty);

    expect(world.claims.formers.size).toBe(0);
  });
});
