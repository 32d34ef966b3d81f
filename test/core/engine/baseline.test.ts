import { beforeEach, describe, expect, it } from '@jest/globals';
import type { BundledMigration } from '../../../core/bundle/bundle';
import { MigrationError } from '../../../core/errors/index';
import type { MigrationsProperties } from '../../../core/wire';
import { dataMigration, place } from '../../support/data-migration';
import { MemorySqlDatabase } from '../../support/memory/sql-database';
import { createTable, MemoryWorld, scope, sqlMigration, tableMigration } from '../../support/memory-world';

const one = sqlMigration('1.0.0');
const two = sqlMigration('1.1.0', { up: ['a', 'b'], contract: ['drop old'], irreversible: true });
const three = sqlMigration('1.2.0');
const old = [one, two];
const all = [...old, three];
/** What the migrations up to 1.1.0 make, contract phases and all. */
const made = ['s1.0.0', 'a', 'b', 'drop old'];

let world: MemoryWorld;

beforeEach(() => {
  world = new MemoryWorld();
});

const firstRequest = () =>
  world.request({ kind: 'migrations', type: 'Create', physicalId: undefined, properties: withBaseline('1.1.0') });

/** A revision whose target `users`, or `meals`, has a baseline. */
function withBaseline(
  version: string,
  migrations: readonly BundledMigration[] = all,
  change: Partial<MigrationsProperties> = {},
  target = 'users',
): MigrationsProperties {
  const properties = world.revision(`B${migrations.length}`, migrations, change);
  return {
    ...properties,
    Targets: { ...properties.Targets, [target]: { ...properties.Targets[target]!, Baseline: version } },
  };
}

function ignoringWhatIsByHand(): MigrationsProperties {
  const properties = withBaseline('1.1.0');
  const users = { ...properties.Targets['users']!, Ignore: ['* by hand'] };
  return { ...properties, Targets: { ...properties.Targets, users } };
}

async function state() {
  const { applied, migrations, open } = await world.ledger.load(scope);
  return {
    applied: applied?.revision ?? null,
    open: open.map((deployment) => deployment.state),
    records: migrations.map(({ id, state, baselined = false, contract }) => `${id} ${state} ${baselined} ${contract}`),
    marks: world.users.marks.map(({ id, phase, step }) => `${id} ${phase} ${step}`),
  };
}

const events = async (type: string) => (await world.ledger.events(scope)).filter((event) => event.type === type);

async function adopted(): Promise<MigrationsProperties> {
  world.users.make(...made);
  const properties = withBaseline('1.1.0');
  await world.migrations('Create', properties);
  return properties;
}

describe('a database that is what its baseline says', () => {
  it('gets what is later, and a record of the rest', async () => {
    world.users.make(...made);

    const outcome = await world.migrations('Create', withBaseline('1.1.0'));

    expect(outcome).toMatchObject({
      status: 'SUCCESS',
      reason: 'Applied 1 migration: users/1.2.0 (0 ms). Baselined 2 migrations: users/1.0.0, users/1.1.0.',
    });
    expect(world.users.statements).toEqual([...made, 's1.2.0']);
    expect(await state()).toEqual({
      applied: 'B3',
      open: ['applied'],
      records: ['users/1.0.0 applied true none', 'users/1.1.0 applied true done', 'users/1.2.0 applied false none'],
      marks: ['users/1.0.0 up 0', 'users/1.1.0 up 0', 'users/1.1.0 contract 0', 'users/1.2.0 up 0'],
    });
    expect((await events('migration-baselined')).map(({ version }) => version)).toEqual(['1.0.0', '1.1.0']);
    expect((await events('baseline-compared'))[0]).toMatchObject({ target: 'users', version: '1.1.0' });
    expect(world.users.scratches.size).toBe(0);
  });

  it('has no contract phase run of what it had', async () => {
    const properties = await adopted();
    world.stackIs('CREATE_COMPLETE');
    await world.settle();

    expect(world.users.statements).toEqual([...made, 's1.2.0']);
    // It means nothing to later deployments.
    world.stackIs('UPDATE_IN_PROGRESS');
    const next = { ...world.revision('N', [...all, sqlMigration('1.3.0')]), Targets: properties.Targets };
    expect((await world.migrations('Update', next)).status).toBe('SUCCESS');
    expect(await events('baseline-ignored')).toEqual([]);
  });

  it('may have what its target ignores', async () => {
    world.users.make('by hand', ...made);

    expect(await world.migrations('Create', ignoringWhatIsByHand())).toMatchObject({ status: 'SUCCESS' });
    expect(world.users.statements).toEqual(['by hand', ...made, 's1.2.0']);
  });

  it('is untouched by the rollback, which takes the records back', async () => {
    const properties = await adopted();
    world.stackIs('ROLLBACK_IN_PROGRESS');

    const outcome = await world.migrations('Delete', properties);

    expect(outcome.status).toBe('SUCCESS');
    expect(world.users.statements).toEqual(made);
    expect(await state()).toEqual({ applied: null, open: [], records: [], marks: [] });
    expect((await events('migration-released')).map(({ version }) => version)).toEqual(['1.1.0', '1.0.0']);
  });

  it('is untouched when a later migration fails', async () => {
    world.users.make(...made);

    const outcome = await world.migrations(
      'Create',
      withBaseline('1.1.0', [...all, sqlMigration('1.3.0', { up: ['fail'] })]),
    );

    expect(outcome.status).toBe('FAILED');
    expect(outcome.reason).toContain('Undone: users/1.2.0. The databases are as they were');
    expect(world.users.statements).toEqual(made);
    expect(await state()).toEqual({ applied: null, open: [], records: [], marks: [] });
  });

  it('keeps what it had when migrations are undone on removal', async () => {
    const properties = await adopted();
    world.stackIs('CREATE_COMPLETE');
    await world.settle();
    world.stackIs('DELETE_IN_PROGRESS');

    const outcome = await world.migrations('Delete', { ...properties, OnRemoval: 'undo' });

    expect(outcome.status).toBe('SUCCESS');
    expect(world.users.statements).toEqual(made);
    expect(await state()).toEqual({ applied: null, open: [], records: [], marks: [] });
  });

  it('cannot be downgraded below it', async () => {
    await adopted();
    world.stackIs('CREATE_COMPLETE');
    await world.settle();
    world.stackIs('UPDATE_IN_PROGRESS');

    const outcome = await world.migrations('Update', world.revision('O', [one], { OnOlderRevision: 'downgrade' }));

    expect(outcome.status).toBe('FAILED');
    expect(outcome.reason).toContain('cannot be undone: users/1.1.0 (baselined: it never ran)');
  });

  it('is compared by as many processes as it takes', async () => {
    world.users.make(...made);
    const request = await firstRequest();
    expect(await world.tick(request, { stopBy: world.clock.time })).toEqual({ status: 'continue' });
    expect(await state()).toMatchObject({ open: [], records: [] });

    expect((await world.work(request)).status).toBe('SUCCESS');
  });

  it('is compared once for a request, however long the others take', async () => {
    const orders = new MemorySqlDatabase();
    world.targets.databases.set('orders-1', orders);
    const ofOrders = (migration: BundledMigration) => ({
      ...migration,
      target: 'orders',
      id: `orders/${migration.version}`,
    });
    world.users.make(...made);
    orders.make(...made);
    const { Targets, ...properties } = withBaseline('1.1.0', [...old.map(ofOrders), ...old]);
    const both = { ...Targets, orders: { ...Targets['users']!, Identity: 'orders-1' } };
    const request = await world.request({
      ...{ kind: 'migrations', type: 'Create', physicalId: undefined, properties: { ...properties, Targets: both } },
    });
    const ran: string[] = [];
    for (const [name, database] of Object.entries({ orders, users: world.users })) {
      database.onScratchStatement = (statement) => {
        ran.push(`${name} ${statement}`);
        world.clock.time += 1_000;
      };
    }

    // Enough for two sections in each process.
    let slices = 0;
    while ((await world.tick(request, { stopBy: world.clock.time + 2_000 })).status !== 'done') slices += 1;

    expect(slices).toBeGreaterThan(1);
    expect(ran.sort()).toEqual(
      ['orders', 'users'].flatMap((name) => [...made].sort().map((text) => `${name} ${text}`)),
    );
    expect((await state()).records).toHaveLength(4);
  });

  it('gets a record of very many in writes that DynamoDB takes, by as many processes as it takes', async () => {
    const many = Array.from({ length: 60 }, (_, number) => sqlMigration(`1.0.${number}`));
    world.users.make(...many.map(({ version }) => `s${version}`));
    const sizes: number[] = [];
    const write = world.ledger.write.bind(world.ledger);
    world.ledger.write = (lease, head, transition) => {
      const { deployments = [], migrations = [], events, outcome } = transition;
      sizes.push(deployments.length + migrations.length + events.length + (outcome ? 3 : 2));
      // Each write takes a second, and each process has time for three of them.
      world.clock.time += 1_000;
      return write(lease, head, transition);
    };
    const request = await world.request({
      ...{ kind: 'migrations', type: 'Create', physicalId: undefined, properties: withBaseline('1.0.59', many) },
    });
    let slices = 0;
    while ((await world.tick(request, { stopBy: world.clock.time + 3_000 })).status !== 'done') slices += 1;

    expect(slices).toBeGreaterThan(0);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(100);
    expect(world.users.marks).toHaveLength(60);
    expect(await events('migration-baselined')).toHaveLength(60);
    expect((await world.ledger.load(scope)).migrations.map(({ version }) => version)).toEqual(
      many.map(({ version }) => version),
    );
  });

  it('is not compared for ever', async () => {
    world.users.make(...made);
    const request = await firstRequest();
    world.clock.time += 2_400_001;

    const result = await world.tick(request, { stopBy: world.clock.time });

    expect(result).toMatchObject({
      status: 'done',
      outcome: { status: 'FAILED', reason: expect.stringContaining('while the database of target users was compared') },
    });
  });
});

describe('a database that is not what its baseline says', () => {
  it('is refused with what differs', async () => {
    world.users.make('s1.0.0', 'a', 'drop old', 'by hand');

    const outcome = await world.migrations('Create', withBaseline('1.1.0'));

    expect(outcome.status).toBe('FAILED');
    expect(outcome.reason).toContain(
      'not what its migrations up to the baseline 1.1.0 make of an empty one. 2 differences: effect b is missing; ' +
        'effect by hand is in the database and in no migration.',
    );
    expect(outcome.reason).toMatch(/lower the baseline .* Nothing was changed\.$/);
    expect(await state()).toEqual({ applied: null, open: [], records: [], marks: [] });
    expect((await events('deployment-refused'))[0]?.detail['code']).toBe('BASELINE_DIFFERS');
    expect(world.claims.owners.size).toBe(0);
  });

  it('is refused with the first differences of many', async () => {
    world.users.make(...Array.from({ length: 30 }, (_, number) => `by hand ${number}`));

    const { reason } = await world.migrations('Create', withBaseline('1.1.0', old));

    expect(reason).toContain('34 differences: ');
    expect(reason).toContain('And 14 more.');
  });

  it('is refused when a migration cannot be tried on an empty one', async () => {
    world.users.make('s1.0.0', 'beyond role');

    const { reason } = await world.migrations(
      'Create',
      withBaseline('1.1.0', [one, sqlMigration('1.1.0', { up: ['beyond role'] })]),
    );

    expect(reason).toContain('users/1.1.0 cannot be tried in a scratch database');
    expect(reason).toMatch(/Take out of their files what is not of the database itself.* Nothing was changed\.$/);

    world.users.onScratchStatement = () => {
      throw new MigrationError('STATEMENT_FAILED', 'no such extension');
    };
    const failed = await world.migrations('Create', withBaseline('1.0.0', [one]));
    expect(failed.reason).toContain('users/1.0.0 fails on an empty database: no such extension');
    expect(world.users.scratches.size).toBe(0);
  });

  it('is a new one when it has nothing but what its target ignores', async () => {
    world.users.make('by hand');

    expect(await world.migrations('Create', ignoringWhatIsByHand())).toMatchObject({ status: 'SUCCESS' });
    expect(await events('migration-baselined')).toEqual([]);
    expect((await events('baseline-ignored'))[0]?.detail).toMatchObject({ because: 'the database is empty' });
  });

  it('is migrated as any new one when it is empty', async () => {
    const outcome = await world.migrations('Create', withBaseline('1.1.0', [one, three]));

    expect(outcome.status).toBe('SUCCESS');
    expect(world.users.statements).toEqual(['s1.0.0', 's1.2.0']);
    expect(await events('migration-baselined')).toEqual([]);
    expect((await events('baseline-ignored'))[0]?.detail).toMatchObject({ because: 'the database is empty' });
  });

  it('is left to the migrations once they have been applied to it', async () => {
    await world.deployed('A', [three]);
    world.stackIs('UPDATE_IN_PROGRESS');

    const outcome = await world.migrations('Update', withBaseline('1.1.0', [one, three]));

    expect(outcome.status).toBe('SUCCESS');
    expect(world.users.statements).toEqual(['s1.2.0', 's1.0.0']);
    expect((await events('baseline-ignored'))[0]?.detail).toEqual({
      because: 'the target has been migrated since',
      first: 'users/1.0.0',
      last: 'users/1.0.0',
      migrations: 1,
    });
  });

  it('is refused when the version leaves out what its migrations depend on', async () => {
    world.users.make('s1.0.0');
    const late = { ...one, dependsOn: ['users/1.2.0'] };

    const { status, reason } = await world.migrations('Create', withBaseline('1.1.0', [three, late]));

    expect(status).toBe('FAILED');
    expect(reason).toContain('users/1.0.0 depends on users/1.2.0, which is later than the baseline 1.1.0.');
  });
});

describe('tables that are what a baseline says', () => {
  const byWeek = { name: 'byWeek', partitionKey: { name: 'week', type: 'S' as const } };
  const tables = () => [
    tableMigration('1.0.0', [createTable('plans')]),
    tableMigration('1.1.0', [{ kind: 'addGlobalIndex', table: 'plans', index: byWeek }]),
    dataMigration(world, '1.2.0', { transform: never }, { source: place('plans') }, [
      'backfill',
      'verify',
      'sweep',
      'contract',
    ]),
    tableMigration('1.3.0', [createTable('lists')]),
  ];
  const never = () => {
    throw new Error('It is not to run.');
  };
  const lease = { scope, token: 1, guard: async () => undefined };

  it('are kept, and data migrations are not run', async () => {
    const { tables: made } = world.meals.open(lease);
    await made.createTable({ kind: 'createTable', table: 'plans', partitionKey: { name: 'id', type: 'S' } });
    await made.change('plans', 'deletionProtection', true);
    await made.change('plans', 'pointInTimeRecovery', 35);
    const properties = withBaseline('1.2.0', tables(), {}, 'meals');

    const refused = await world.migrations('Create', properties);
    expect(refused.reason).toContain('One difference: index plans.byWeek is missing.');
    await made.addIndex('plans', byWeek);
    world.meals.items.put('plans', { id: 'p1' });
    const outcome = await world.migrations('Create', properties);

    expect(outcome.reason).toMatch(/^Applied 1 migration: meals\/1\.3\.0 .* Baselined 3 migrations/);
    expect([...world.meals.tables.keys()]).toEqual(['plans', 'lists']);
    world.stackIs('ROLLBACK_IN_PROGRESS');
    await world.migrations('Delete', properties);
    expect([...world.meals.tables.keys()]).toEqual(['plans']);
    expect((await state()).records).toEqual([]);
  });
});

it('tables that are not there are created', async () => {
  const tables = tableMigration('1.0.0', [createTable('plans')]);

  const outcome = await world.migrations('Create', withBaseline('1.0.0', [tables], {}, 'meals'));

  expect(outcome.status).toBe('SUCCESS');
  expect([...world.meals.tables.keys()]).toEqual(['plans']);
});
