import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { BundledMigration } from '../../../core/bundle/bundle';
import { verifyChain } from '../../../core/ledger/audit';
import type { RecordedRequest } from '../../../core/request/request';
import type { MigrationsProperties } from '../../../core/wire';
import { CrashingWorld, type CrashPoint } from '../../support/crashing-world';
import { createTable, scope, sqlMigration, tableMigration } from '../../support/memory-world';

/** Kills the process at every call of a port in turn, before and after the call takes effect (guarantee G3). */

const byWeek = { name: 'byWeek', partitionKey: { name: 'week', type: 'S' as const } };
const byUser = { name: 'byUser', partitionKey: { name: 'user', type: 'S' as const } };

const codeMigration: BundledMigration = {
  ...sqlMigration('1.2.0'),
  id: 'users/1.2.0',
  code: 'compiled',
  phases: [
    { name: 'up', actions: [{ type: 'code', function: 'up' }] },
    { name: 'verify', actions: [{ type: 'verify', statements: [{ text: 'SELECT true', line: 9, column: 1 }] }] },
    { name: 'down', actions: [{ type: 'code', function: 'down' }] },
  ],
};

/** An index that was there before any migration, with what only others set. */
const byDay = { name: 'byDay', partitionKey: { name: 'day', type: 'S' as const }, provisioned: { read: 5, write: 6 } };
const scalingOfByDay = [{ kind: 'target' as const, input: { MinCapacity: 5 } }];
const withoutByDay = tableMigration('1.0.1', [{ kind: 'removeGlobalIndex', table: 'orders', index: 'byDay' }]);

const first = [sqlMigration('1.0.0'), tableMigration('1.0.0', [createTable('plans')])];
const second = [
  ...first,
  sqlMigration('1.1.0', { up: ['one', 'two'], contract: ['drop old'] }),
  tableMigration('1.1.0', [
    createTable('lists'),
    { kind: 'addGlobalIndex', table: 'plans', index: byWeek },
    { kind: 'addGlobalIndex', table: 'plans', index: byUser },
  ]),
  codeMigration,
  sqlMigration('1.2.1', { transaction: false, up: ['alone index', 'plain', 'alone other index'] }),
];
/** So many that undo plans are written ahead several times. */
const small = Array.from({ length: 20 }, (_, index) => sqlMigration(`1.0.${index + 1}`));
const failing = [...second, sqlMigration('1.3.0', { up: ['three', 'fail four'] })];

interface Scenario {
  readonly name: string;
  /** Prepares a world, up to the request whose process dies. */
  readonly prepare: (world: CrashingWorld) => Promise<RecordedRequest>;
  /** What the databases must look like at the end. */
  readonly ends:
    | 'at A'
    | 'made by hand'
    | 'made otherwise'
    | 'at B'
    | 'at B, contracted'
    | 'at A, with small ones'
    | 'at A, with orders'
    | 'empty';
  readonly answers: 'SUCCESS' | 'FAILED';
}

function newWorld(): CrashingWorld {
  const world = new CrashingWorld();
  world.meals.looks = 2;
  world.bundles.modules.set('users/1.2.0', {
    codeLines: [],
    up: async (connection) => {
      await connection.execute('code one');
      await connection.execute('code two');
    },
    down: async (connection) => {
      await connection.execute('undo code two');
      await connection.execute('undo code one');
    },
  });
  return world;
}

const migrations = (world: CrashingWorld, type: 'Create' | 'Update' | 'Delete', properties: MigrationsProperties) =>
  world.request({ kind: 'migrations', type, physicalId: type === 'Create' ? undefined : scope, properties });

const deployedA = (world: CrashingWorld) => world.deployed('A', first);

/** What is applied at A, where `users` was made by hand before. */
function madeByHand(world: CrashingWorld, statement = 's1.0.0'): MigrationsProperties {
  world.users.make(statement);
  const { Targets, ...a } = world.revision('A', first);
  return { ...a, Targets: { ...Targets, users: { ...Targets['users']!, Baseline: '1.0.0' } } };
}

async function deployedB(world: CrashingWorld): Promise<MigrationsProperties> {
  const a = await deployedA(world);
  world.stackIs('UPDATE_IN_PROGRESS');
  await world.migrations('Update', world.revision('B', second));
  return a;
}

const scenarios: readonly Scenario[] = [
  {
    name: 'a first deployment',
    prepare: (world) => migrations(world, 'Create', world.revision('A', first)),
    ends: 'at A',
    answers: 'SUCCESS',
  },
  {
    name: 'the rollback of a first deployment',
    async prepare(world) {
      const a = world.revision('A', first);
      await world.migrations('Create', a);
      world.stackIs('ROLLBACK_IN_PROGRESS');
      return migrations(world, 'Delete', a);
    },
    ends: 'empty',
    answers: 'SUCCESS',
  },
  {
    name: 'an update',
    async prepare(world) {
      await deployedA(world);
      world.stackIs('UPDATE_IN_PROGRESS');
      return migrations(world, 'Update', world.revision('B', second));
    },
    ends: 'at B',
    answers: 'SUCCESS',
  },
  {
    name: 'an update that fails by itself',
    async prepare(world) {
      await deployedA(world);
      world.stackIs('UPDATE_IN_PROGRESS');
      return migrations(world, 'Update', world.revision('F', failing));
    },
    ends: 'at A',
    answers: 'FAILED',
  },
  {
    name: 'the rollback of an update',
    async prepare(world) {
      const a = await deployedB(world);
      world.stackIs('UPDATE_ROLLBACK_IN_PROGRESS');
      return migrations(world, 'Update', a);
    },
    ends: 'at A',
    answers: 'SUCCESS',
  },
  {
    name: 'the commit of an update',
    async prepare(world) {
      await deployedB(world);
      world.stackIs('UPDATE_COMPLETE_CLEANUP_IN_PROGRESS');
      return world.request({ kind: 'marker', type: 'Delete', physicalId: `${scope}@A`, revision: 'A' });
    },
    ends: 'at B, contracted',
    answers: 'SUCCESS',
  },
  {
    name: 'an update of many small migrations',
    async prepare(world) {
      await deployedA(world);
      world.stackIs('UPDATE_IN_PROGRESS');
      return migrations(world, 'Update', world.revision('S', [...first, ...small]));
    },
    ends: 'at A, with small ones',
    answers: 'SUCCESS',
  },
  {
    name: 'an update of many small migrations, one of which fails',
    async prepare(world) {
      await deployedA(world);
      world.stackIs('UPDATE_IN_PROGRESS');
      const some = small.map((migration, index) =>
        index === 12 ? sqlMigration('1.0.13', { up: ['fail'] }) : migration,
      );
      return migrations(world, 'Update', world.revision('T', [...first, ...some]));
    },
    ends: 'at A',
    answers: 'FAILED',
  },
  {
    name: 'the rollback of many small migrations',
    async prepare(world) {
      const a = await deployedA(world);
      world.stackIs('UPDATE_IN_PROGRESS');
      await world.migrations('Update', world.revision('S', [...first, ...small]));
      world.stackIs('UPDATE_ROLLBACK_IN_PROGRESS');
      return migrations(world, 'Update', a);
    },
    ends: 'at A',
    answers: 'SUCCESS',
  },
  {
    name: "the rollback of an index's removal",
    async prepare(world) {
      world.meals.tables.set('orders', [byDay]);
      world.meals.scaling.set('orders/byDay', scalingOfByDay);
      const a = await deployedA(world);
      world.stackIs('UPDATE_IN_PROGRESS');
      await world.migrations('Update', world.revision('R', [...first, withoutByDay]));
      world.stackIs('UPDATE_ROLLBACK_IN_PROGRESS');
      return migrations(world, 'Update', a);
    },
    ends: 'at A, with orders',
    answers: 'SUCCESS',
  },
  {
    name: 'a first deployment with a baseline',
    prepare: (world) => migrations(world, 'Create', madeByHand(world)),
    ends: 'at A',
    answers: 'SUCCESS',
  },
  {
    name: 'a first deployment with a baseline that the database is not at',
    prepare: (world) => migrations(world, 'Create', madeByHand(world, 'otherwise')),
    ends: 'made otherwise',
    answers: 'FAILED',
  },
  {
    name: 'the rollback of a first deployment with a baseline',
    async prepare(world) {
      const properties = madeByHand(world);
      await world.migrations('Create', properties);
      world.stackIs('ROLLBACK_IN_PROGRESS');
      return migrations(world, 'Delete', properties);
    },
    ends: 'made by hand',
    answers: 'SUCCESS',
  },
  {
    name: 'the removal of everything',
    async prepare(world) {
      await deployedA(world);
      const a = world.revision('A', first, { OnRemoval: 'undo' });
      world.stackIs('DELETE_IN_PROGRESS');
      return migrations(world, 'Delete', a);
    },
    ends: 'empty',
    answers: 'SUCCESS',
  },
];

const statementsOfB = ['alone index', 'alone other index', 'code one', 'code two', 'one', 'plain', 's1.0.0', 'two'];
const tablesOfB = { lists: [], plans: [byWeek, byUser] };
const databases = {
  empty: { users: [], meals: {} },
  'made by hand': { users: ['s1.0.0'], meals: {} },
  'made otherwise': { users: ['otherwise'], meals: {} },
  'at A': { users: ['s1.0.0'], meals: { plans: [] } },
  'at B': { users: statementsOfB, meals: tablesOfB },
  'at A, with small ones': {
    users: ['s1.0.0', ...small.map(({ version }) => `s${version}`)].sort(),
    meals: { plans: [] },
  },
  'at A, with orders': {
    users: ['s1.0.0'],
    meals: { orders: [byDay], plans: [] },
    scaling: { 'orders/byDay': scalingOfByDay },
  },
  'at B, contracted': { users: [...statementsOfB, 'drop old'].sort(), meals: tablesOfB },
} as const;

/** Everything that must not depend on where a process died. */
async function endOf(world: CrashingWorld) {
  const { applied, open, migrations: records } = await world.ledger.load(scope);
  return {
    databases: world.snapshot(),
    applied: applied?.revision ?? null,
    open: open.map(({ state, to }) => `${state} ${to?.revision}`),
    records: records.map(({ id, state, contract }) => `${id} ${state} ${contract}`),
    claims: [...world.claims.owners.keys()].sort(),
    history: world.users.marks.map(({ id, phase, step }) => `${id} ${phase} ${step}`).sort(),
  };
}

/** Calls back with a world that died at the first call, the second, and so on, until a run is over before it would die. */
async function sweep(scenario: Scenario, check: (world: CrashingWorld, request: RecordedRequest) => Promise<void>) {
  let survived = 0;
  for (let call = 1; survived < 2; call += 1) {
    survived = 0;
    for (const when of ['before', 'after'] as const) {
      const point: CrashPoint = { call, when };
      const world = newWorld();
      const request = await scenario.prepare(world);
      await world.workWithCrash(request, point);
      if (world.crashedAt === undefined) survived += 1;
      try {
        await check(world, request);
      } catch (error) {
        throw new Error(`Died ${world.crashedAt ?? 'never'}: ${String(error)}`, { cause: error });
      }
    }
    if (call > 1000) throw new Error('The scenario does not end.');
  }
}

describe.each(scenarios)('$name', (scenario) => {
  const { ends, answers } = scenario;

  it('ends the same wherever its process died, when the same request continues it', async () => {
    const untouched = newWorld();
    const outcome = await untouched.work(await scenario.prepare(untouched));
    const end = await endOf(untouched);
    expect(outcome.status).toBe(answers);
    expect(end.databases).toEqual(databases[ends]);

    await sweep(scenario, async (world, request) => {
      expect((await world.work(request)).status).toBe(answers);
      expect(await endOf(world)).toEqual(end);
      expect(verifyChain(await world.ledger.events(scope), await world.ledger.load(scope))).toBeUndefined();
    });
  });
});

describe('an update whose process died for good', () => {
  it.each(scenarios.filter(({ name }) => name.startsWith('an update')))(
    'is undone completely by the request that comes instead: $name',
    async (scenario) => {
      const untouched = newWorld();
      await deployedA(untouched);
      const end = await endOf(untouched);

      await sweep(scenario, async (world, request) => {
        const a = world.revision('A', first);
        world.stackIs('UPDATE_ROLLBACK_IN_PROGRESS');
        world.clock.time += 120_000;

        const { status, reason } = await world.migrations('Update', a);
        expect(`${status} ${reason}`).toMatch(/^SUCCESS/);

        expect(await endOf(world)).toEqual(end);
        expect((await world.requests.find(scope, request.key))?.outcome).toBeDefined();
        expect(verifyChain(await world.ledger.events(scope), await world.ledger.load(scope))).toBeUndefined();
      });
    },
  );

  it.each([
    ['a first deployment', 'empty'],
    ['a first deployment with a baseline', 'made by hand'],
  ] as const)('is undone completely by the Delete that comes instead, when it is %s', async (wanted, before) => {
    await sweep(scenarios.find(({ name }) => name === wanted)!, async (world) => {
      world.stackIs('ROLLBACK_IN_PROGRESS');
      world.clock.time += 120_000;

      const outcome = await world.migrations('Delete', world.revision('A', first), 'App-Migrations-1XMADEUP');

      expect(outcome.status).toBe('SUCCESS');
      const { records, databases: left, claims, history } = await endOf(world);
      expect({ records, left, history }).toEqual({ records: [], left: databases[before], history: [] });
      expect(claims).toEqual([]);
    });
  });
});

it('processes may die one after the other', async () => {
  const point = fc.record({ call: fc.integer({ min: 1, max: 60 }), when: fc.constantFrom('before', 'after') });
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...scenarios),
      fc.array(point, { minLength: 2, maxLength: 5 }),
      async (scenario, points) => {
        const world = newWorld();
        const request = await scenario.prepare(world);
        for (const one of points) await world.workWithCrash(request, one);

        expect((await world.work(request)).status).toBe(scenario.answers);
        expect(world.snapshot()).toEqual(databases[scenario.ends]);
      },
    ),
    { numRuns: 60 },
  );
});
