import { beforeEach, describe, expect, it } from '@jest/globals';
import type { BundledMigration } from '../../../core/bundle/bundle';
import { MigrationError } from '../../../core/errors/index';
import type { Transition } from '../../../core/ledger/state';
import type { Ledger, Ports, Section } from '../../../core/ports';
import { CrashingWorld, diedWhen } from '../../support/crashing-world';
import { MemorySqlDatabase } from '../../support/memory/sql-database';
import { MemoryWorld, scope, sqlMigration } from '../../support/memory-world';

const versions = Array.from({ length: 40 }, (_, index) => `1.${index}.0`);
const migrations = versions.map((version) => sqlMigration(version));

/** A world whose ledger is slow, and that watches each section as it begins and each transition that is written. */
class WatchedWorld extends MemoryWorld {
  readonly transitions: Transition[] = [];
  onSection: (section: Section) => Promise<void> = async () => {};
  /** Called before a transition is written. */
  onWrite: (transition: Transition) => void = () => {};

  override get ports(): Ports {
    const { ledger, targets, ...ports } = super.ports;
    const write: Ledger['write'] = async (lease, head, transition) => {
      this.onWrite(transition);
      for (let turn = 0; turn < 30; turn += 1) await Promise.resolve();
      this.transitions.push(transition);
      return ledger.write(lease, head, transition);
    };
    return {
      ...ports,
      ledger: Object.assign(Object.create(ledger), { write }),
      targets: {
        open: async (name, properties, lease) => {
          const { sql, ...target } = await targets.open(name, properties, lease);
          return {
            ...target,
            sql: sql && {
              ...sql,
              runSection: async (section) => {
                await this.onSection(section);
                return sql.runSection(section);
              },
            },
          };
        },
      },
    };
  }

  /** States by migration as the ledger has them. */
  async states(): Promise<Readonly<Record<string, string>>> {
    const { migrations: records } = await this.ledger.load(scope);
    return Object.fromEntries(records.map(({ id, state }) => [id, state]));
  }

  async plannedKeys(): Promise<readonly string[]> {
    const { migrations: records } = await this.ledger.load(scope);
    const plans = await this.ledger.undoPlans(
      scope,
      records.map(({ key }) => key),
    );
    return plans.map(({ plan }) => plan.key);
  }
}

let world: WatchedWorld;

beforeEach(() => {
  world = new WatchedWorld();
});

const deploy = (list: readonly BundledMigration[]) => world.migrations('Create', world.revision('A', list));

describe('undo plans', () => {
  it('are in the ledger before the migrations that they undo begin, however slow the ledger is', async () => {
    const missing: string[] = [];
    world.onSection = async ({ change, mark }) => {
      const keys = await world.plannedKeys();
      const version = mark.id.split('/')[1];
      if (change === 'add' && !keys.some((key) => key.endsWith(`|${version}`))) missing.push(mark.id);
    };

    expect((await deploy(migrations)).status).toBe('SUCCESS');
    expect(missing).toEqual([]);
    expect(world.users.statements).toHaveLength(40);
  });

  it('of many small migrations are written with few calls', async () => {
    await deploy(migrations);

    const writes = world.transitions.filter(({ undoPlans }) => (undoPlans ?? []).length > 0);
    expect(writes.flatMap(({ undoPlans }) => undoPlans!.map(({ key }) => key.split('|')[2]))).toEqual(versions);
    expect(writes.length).toBeLessThanOrEqual(5);
  });

  it('are written while migrations run, and an error of that ends the deployment before the next one begins', async () => {
    let writes = 0;
    world.onWrite = ({ undoPlans }) => {
      if (undoPlans) writes += 1;
      if (writes >= 2) throw new MigrationError('LEASE_LOST', 'Another process has the lease.');
    };
    const begun: string[] = [];
    world.onSection = async ({ mark }) => void begun.push(mark.id);
    const properties = world.revision('A', migrations);
    const recorded = await world.request({ kind: 'migrations', type: 'Create', physicalId: undefined, properties });

    expect(await world.tick(recorded)).toMatchObject({ status: 'wait' });
    // No more than were in the ledger with the first write.
    expect(begun.length).toBeLessThanOrEqual(16);
    expect(Object.keys(await world.states())).toEqual(expect.arrayContaining(begun));
  });

  it('are not written any more once the lease is given back', async () => {
    world.onSection = async ({ mark }) => {
      if (mark.id === 'users/1.7.0') throw new MigrationError('LEASE_LOST', 'Another process raised the fence.');
    };
    const properties = world.revision('A', migrations);
    const recorded = await world.request({ kind: 'migrations', type: 'Create', physicalId: undefined, properties });

    expect(await world.tick(recorded)).toMatchObject({ status: 'wait' });
    const written = world.transitions.length;
    for (let turn = 0; turn < 100; turn += 1) await Promise.resolve();
    expect(world.transitions).toHaveLength(written);
  });

  it('of migrations on another database, or with steps that are no transactions, are written when those begin', async () => {
    const standalone = sqlMigration('1.1.0', { transaction: false });
    const seen: Record<string, readonly string[]> = {};
    world.onSection = async ({ mark }) => {
      seen[mark.id] = Object.keys(await world.states());
    };

    await deploy([sqlMigration('1.0.0'), standalone, sqlMigration('1.2.0')]);
    expect(seen['users/1.0.0']).toEqual(['users/1.0.0']);

    world = new WatchedWorld();
    world.onSection = async ({ mark }) => {
      seen[mark.id] = Object.keys(await world.states());
    };
    world.targets.databases.set('orders-1', new MemorySqlDatabase());
    const elsewhere = { ...sqlMigration('1.0.0'), id: 'orders/1.0.0', target: 'orders' };
    const properties = world.revision('A', [sqlMigration('1.0.0'), elsewhere]);
    const Targets = { ...properties.Targets, orders: { ...properties.Targets['users']!, Identity: 'orders-1' } };
    await world.migrations('Create', { ...properties, Targets });
    expect(seen).toMatchObject({
      'users/1.0.0': ['users/1.0.0'],
      'orders/1.0.0': ['users/1.0.0', 'orders/1.0.0'],
    });
  });
});

describe('a transition', () => {
  /** Items of DynamoDB: the lease and the head, and each record. */
  const itemsOf = ({ deployments, migrations: records, undoPlans, steps, forget, events }: Transition) => {
    const written = [deployments, records, undoPlans, steps, events].map((list) => list?.length ?? 0);
    return 2 + written.reduce((sum, count) => sum + count, 0) + 3 * (forget?.length ?? 0);
  };

  it('has at most the 100 items that a transaction of DynamoDB takes, up and undone', async () => {
    const properties = world.revision('A', migrations);
    await world.migrations('Create', properties);
    const up = Math.max(...world.transitions.map(itemsOf));
    world.stackIs('ROLLBACK_IN_PROGRESS');
    await world.migrations('Delete', properties);

    expect(up).toBeGreaterThanOrEqual(32);
    expect(Math.max(...world.transitions.map(itemsOf))).toBeLessThanOrEqual(100);
    expect(world.users.statements).toEqual([]);
  });
});

describe('a migration whose undo plan was written ahead', () => {
  it('is planned in the ledger until it begins', async () => {
    let states: Readonly<Record<string, string>> = {};
    world.onSection = async () => {
      if (Object.keys(states).length === 0) states = await world.states();
    };
    await deploy(migrations.slice(0, 3));

    expect(states).toEqual({ 'users/1.0.0': 'applying', 'users/1.1.0': 'planned', 'users/1.2.0': 'planned' });
  });

  it('is applying in the ledger while it runs, when migrations take long', async () => {
    const running: (string | undefined)[] = [];
    world.onSection = async ({ mark }) => {
      for (let turn = 0; turn < 100; turn += 1) await Promise.resolve();
      running.push((await world.states())[mark.id]);
      world.clock.time += 1_500;
    };
    await deploy(migrations.slice(0, 5));

    expect(running).toEqual(Array.from({ length: 5 }, () => 'applying'));
  });

  it('is applying in the ledger while a section runs that takes several ticks', async () => {
    let busy = false;
    world.onSection = async ({ mark }) => {
      busy ||= mark.id === 'users/1.3.0';
      if (busy) throw new MigrationError('DATABASE_BUSY', 'The section is still running.');
    };
    const properties = world.revision('A', migrations.slice(0, 6));
    const recorded = await world.request({ kind: 'migrations', type: 'Create', physicalId: undefined, properties });
    for (let tick = 0; tick < 6; tick += 1) expect(await world.tick(recorded)).toMatchObject({ status: 'wait' });

    expect(await world.states()).toMatchObject({ 'users/1.3.0': 'applying', 'users/1.4.0': 'planned' });
  });

  it('is forgotten without a call of the database when an earlier one fails', async () => {
    const failing = sqlMigration('1.2.0', { up: ['fail here'] });
    const touched: string[] = [];
    world.onSection = async ({ change, mark }) => void touched.push(`${change} ${mark.id}`);

    const outcome = await deploy([...migrations.slice(0, 2), failing, ...migrations.slice(3)]);

    expect(outcome.status).toBe('FAILED');
    expect(touched).toEqual([
      ...['add users/1.0.0', 'add users/1.1.0', 'add users/1.2.0'],
      ...['remove users/1.2.0', 'remove users/1.1.0', 'remove users/1.0.0'],
    ]);
    expect(await world.states()).toEqual({});
  });

  it('does not stop a rollback that comes before it began, even when it is irreversible', async () => {
    const list = [...migrations.slice(0, 2), sqlMigration('1.2.0', { irreversible: true })];
    const { crashing, properties } = await diedWhen(
      list,
      async ({ ledger, users }) =>
        (await ledger.load(scope)).migrations.length === 3 && !users.statements.includes('s1.2.0'),
    );

    crashing.stackIs('ROLLBACK_IN_PROGRESS');
    crashing.clock.time += 120_000;
    expect((await crashing.migrations('Delete', properties)).status).toBe('SUCCESS');
    expect((await crashing.ledger.load(scope)).migrations).toEqual([]);
    expect(crashing.users.statements).toEqual([]);
  });

  it('is left as it is by a rollback after a crash, when another deployment had applied it', async () => {
    const crashing = new CrashingWorld();
    const properties = crashing.revision('A', migrations.slice(0, 3));
    // The database knows it, the ledger does not: the ledger was lost.
    const lease = { scope, token: 0, guard: async () => {} };
    const { id, checksum } = migrations[2]!;
    const mark = { id, phase: 'up', step: 0, checksum, deployment: 'of another ledger' } as const;
    const work = async (connection: { execute(statement: string): Promise<unknown> }) =>
      void (await connection.execute('s1.2.0'));
    await crashing.users.open(lease).sql.transact('add', mark, work);
    const recorded = await crashing.request({ kind: 'migrations', type: 'Create', physicalId: undefined, properties });
    for (let call = 1; (await crashing.ledger.load(scope)).migrations.length < 3; call += 1) {
      await crashing.workWithCrash(recorded, { call, when: 'after' });
    }

    crashing.stackIs('ROLLBACK_IN_PROGRESS');
    crashing.clock.time += 120_000;
    expect((await crashing.migrations('Delete', properties)).status).toBe('SUCCESS');
    expect(crashing.users.statements).toEqual(['s1.2.0']);
    expect(crashing.users.marks).toHaveLength(1);
  });
});
