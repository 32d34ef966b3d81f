import { describe, expect, it } from '@jest/globals';
import type { BundledMigration } from '../../../core/bundle/bundle';
import type { Item } from '../../../core/ports';
import type { RecordedRequest } from '../../../core/request/request';
import { startAhead } from '../../support/ahead';
import { Crash, CrashingWorld, type CrashPoint } from '../../support/crashing-world';
import { byKey, dataMigration, people, peopleTables, place, seedOf, split } from '../../support/data-migration';
import { createTable, scope, tableMigration } from '../../support/memory-world';

/**
 * Kills the process of a data migration at calls of a port (guarantee G3), the workers among them: at every third one in turn, or
 * with `ALL_CRASHES=1` at every one.
 */
const stride = process.env['ALL_CRASHES'] ? 1 : 3;

const before = people(8);
const copy = ({ id, name }: Item): Item => ({ id, text: name });
const transformed = byKey(before.map((item) => split(item)));
const former = byKey(before);

interface Scenario {
  readonly name: string;
  readonly prepare: (world: CrashingWorld) => Promise<RecordedRequest>;
  readonly people: ReadonlyMap<string, Item>;
  readonly copies?: ReadonlyMap<string, Item>;
  /** Undefined: there is no such table. */
  readonly archive?: ReadonlyMap<string, Item>;
  readonly answers: 'SUCCESS' | 'FAILED';
}

const inPlace = (world: CrashingWorld) => [
  peopleTables,
  dataMigration(world, '1.1.0', { transform: split }, { segments: 2 }, ['backfill', 'verify', 'sweep']),
];
const copying = (world: CrashingWorld) => [
  peopleTables,
  dataMigration(world, '1.1.0', { transform: copy }, { destination: place('copies'), segments: 2 }),
];
const seeding = (world: CrashingWorld) => {
  const change = { source: seedOf(world, before, 3), destination: place('copies'), segments: 2 };
  return [peopleTables, dataMigration(world, '1.1.0', { transform: copy }, change)];
};
/** Into a table that the same deployment makes: without copies for the undo, which deletes the table. */
const copyingToNew = (world: CrashingWorld) => [
  peopleTables,
  tableMigration('1.1.0', [createTable('archive')]),
  dataMigration(world, '1.2.0', { transform: copy }, { destination: place('archive'), segments: 2 }),
];
const failingAfterCopy = (world: CrashingWorld) => {
  const transform = () => {
    throw new Error('cannot');
  };
  return [...copyingToNew(world), dataMigration(world, '1.3.0', { transform }, { segments: 1 }, ['backfill'])];
};
const failing = (world: CrashingWorld) => {
  const transform = (item: Item) => {
    if (item['id'] === 'p6') throw new Error('cannot');
    return item;
  };
  return [
    peopleTables,
    dataMigration(world, '1.1.0', { transform: split }, { segments: 2 }, ['backfill']),
    dataMigration(world, '1.2.0', { transform }, { segments: 1 }, ['backfill']),
  ];
};

async function update(world: CrashingWorld, migrations: typeof inPlace): Promise<RecordedRequest> {
  await world.deployed('a', [peopleTables]);
  world.meals.items.put('people', ...before);
  world.stackIs('UPDATE_IN_PROGRESS');
  const properties = world.revision('b', migrations(world));
  return world.request({ kind: 'migrations', type: 'Update', physicalId: scope, properties });
}

async function rollback(world: CrashingWorld, migrations: typeof inPlace): Promise<RecordedRequest> {
  await world.work(await update(world, migrations));
  world.stackIs('UPDATE_ROLLBACK_IN_PROGRESS');
  const properties = world.revision('a', [peopleTables]);
  return world.request({ kind: 'migrations', type: 'Update', physicalId: scope, properties });
}

const scenarios: readonly Scenario[] = [
  {
    name: 'a backfill in place',
    prepare: (world) => update(world, inPlace),
    people: transformed,
    answers: 'SUCCESS',
  },
  {
    name: 'the rollback of a backfill in place',
    prepare: (world) => rollback(world, inPlace),
    people: former,
    answers: 'SUCCESS',
  },
  {
    name: 'a backfill after which another one fails',
    prepare: (world) => update(world, failing),
    people: former,
    answers: 'FAILED',
  },
  {
    name: 'a backfill to another table',
    prepare: (world) => update(world, copying),
    people: former,
    copies: byKey(before.map(copy)),
    answers: 'SUCCESS',
  },
  {
    name: 'the rollback of a backfill to another table',
    prepare: (world) => rollback(world, copying),
    people: former,
    answers: 'SUCCESS',
  },
  {
    name: 'the rollback of a seed file',
    prepare: (world) => rollback(world, seeding),
    people: former,
    answers: 'SUCCESS',
  },
  {
    name: 'a backfill to a new table',
    prepare: (world) => update(world, copyingToNew),
    people: former,
    archive: byKey(before.map(copy)),
    answers: 'SUCCESS',
  },
  {
    name: 'the rollback of a backfill to a new table',
    prepare: (world) => rollback(world, copyingToNew),
    people: former,
    answers: 'SUCCESS',
  },
  {
    name: 'a backfill to a new table after which another one fails',
    prepare: (world) => update(world, failingAfterCopy),
    people: former,
    answers: 'FAILED',
  },
  {
    name: 'the sweep after the update',
    async prepare(world) {
      await world.work(await update(world, inPlace));
      // What the former release still wrote.
      world.meals.items.put('people', before[3]!);
      world.stackIs('UPDATE_COMPLETE_CLEANUP_IN_PROGRESS');
      return world.request({ kind: 'marker', type: 'Delete', physicalId: `${scope}@a`, revision: 'a' });
    },
    people: transformed,
    answers: 'SUCCESS',
  },
];

/** These stories are long. */
const aheadStride = stride === 1 ? 1 : 7;

/** A part was done ahead; then this happens, each with a process that dies once, in turn. */
async function aheadStory(world: CrashingWorld, deadStep: number, point: CrashPoint): Promise<string | undefined> {
  const migration = dataMigration(world, '1.1.0', { transform: split }, { segments: 2 }, [
    'backfill',
    'verify',
    'sweep',
  ]);
  await world.deployed('a', [peopleTables]);
  world.meals.items.put('people', ...before);
  const updated = (revision: string, migrations: readonly BundledMigration[]) => {
    const properties = world.revision(revision, migrations);
    return world.request({ kind: 'migrations', type: 'Update', physicalId: scope, properties });
  };
  let pages = 0;
  world.meals.items.meanwhile = (event) => {
    if (event === 'page' && ++pages > 2) throw new Crash('the process that worked ahead was killed');
  };
  await startAhead(world, migration).catch(() => undefined);
  world.meals.items.meanwhile = () => {};
  const steps: readonly (readonly [status: string, request: () => Promise<RecordedRequest>])[] = [
    ['UPDATE_IN_PROGRESS', () => updated('b', [peopleTables, migration])],
    ['UPDATE_ROLLBACK_IN_PROGRESS', () => updated('a', [peopleTables])],
    ['UPDATE_IN_PROGRESS', () => updated('b', [peopleTables, migration])],
    [
      'UPDATE_COMPLETE_CLEANUP_IN_PROGRESS',
      () => world.request({ kind: 'marker', type: 'Delete', physicalId: `${scope}@a`, revision: 'a' }),
    ],
  ];
  let crashedAt: string | undefined;
  for (const [index, [status, request]] of steps.entries()) {
    world.stackIs(status);
    const recorded = await request();
    if (index === deadStep) {
      await world.workWithCrash(recorded, point);
      crashedAt = world.crashedAt;
    }
    expect([crashedAt, (await world.work(recorded)).status]).toEqual([crashedAt, 'SUCCESS']);
  }
  return crashedAt;
}

describe.each([
  ['the deployment', 0],
  ['its rollback', 1],
  ['the next deployment', 2],
  ['its commit', 3],
])('what was done ahead in part, when a process of %s dies', (_name, deadStep) => {
  it('is completed, and nothing is left of it in the ledger', async () => {
    for (let call = 1, survived = 0; survived < 2; call += aheadStride) {
      survived = 0;
      for (const when of ['before', 'after'] as const) {
        const world = new CrashingWorld();
        world.pageSize = 3;
        const died = await aheadStory(world, deadStep, { call, when });
        if (died === undefined) survived += 1;
        const left = world.segments.passNames.filter((name) => name.includes(' ahead-'));
        expect([died, world.meals.items.of('people')]).toEqual([died, transformed]);
        expect([died, left, await world.segments.aheads(scope)]).toEqual([died, [], []]);
      }
    }
  });
});

describe.each(scenarios)('$name', ({ prepare, people: expected, copies = new Map(), archive, answers }) => {
  it('ends the same wherever its process died', async () => {
    let survived = 0;
    for (let call = 1; survived < 2; call += stride) {
      survived = 0;
      for (const when of ['before', 'after'] as const) {
        const world = new CrashingWorld();
        world.pageSize = 3;
        const request = await prepare(world);
        await world.workWithCrash(request, { call, when });
        if (world.crashedAt === undefined) survived += 1;
        const died = `died ${world.crashedAt ?? 'never'}`;
        const outcome = await world.work(request);
        expect([died, outcome.status]).toEqual([died, answers]);
        expect([died, world.meals.items.of('people')]).toEqual([died, expected]);
        expect([died, world.meals.items.of('copies')]).toEqual([died, copies]);
        expect([died, world.meals.items.tables.get('archive')]).toEqual([died, archive]);
        expect([died, world.meals.tables.has('archive')]).toEqual([died, archive !== undefined]);
      }
    }
  });
});
