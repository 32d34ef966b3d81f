import { beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { BundledMigration } from '../../../core/bundle/bundle';
import { MigrationError } from '../../../core/errors/index';
import type { DataFunctions, Item, LeftItem } from '../../../core/ports';
import { endingAfter } from '../../../lambda/aws/evaluate';
import { byKey, dataMigration, people, peopleTables, place, split } from '../../support/data-migration';
import { MemoryWorld, scope } from '../../support/memory-world';

let world: MemoryWorld;
beforeEach(() => {
  world = new MemoryWorld();
});

const table = peopleTables;

async function deployedTable() {
  await world.deployed('a', [table]);
  world.meals.items.put('people', ...people(100));
}

async function update(revision: string, migrations: readonly BundledMigration[]) {
  world.stackIs('UPDATE_IN_PROGRESS');
  return world.migrations('Update', world.revision(revision, [table, ...migrations]));
}

async function committed(): Promise<void> {
  world.stackIs('UPDATE_COMPLETE_CLEANUP_IN_PROGRESS');
  await world.markerDelete('a');
  world.stackIs('UPDATE_COMPLETE');
}

async function rolledBack() {
  world.stackIs('UPDATE_ROLLBACK_IN_PROGRESS');
  return world.migrations('Update', world.revision('a', [table]));
}

const events = async (type: string) => (await world.ledger.events(scope)).filter((event) => event.type === type);

describe('a backfill in place', () => {
  it('transforms every item, and says in the history what it did', async () => {
    await deployedTable();
    const outcome = await update('b', [dataMigration(world, '1.1.0', { transform: split })]);

    expect(outcome).toMatchObject({ status: 'SUCCESS' });
    expect(world.meals.items.list('people')).toHaveLength(100);
    expect(world.meals.items.of('people').get('"p7"')).toEqual({ id: 'p7', first: 'First7', last: 'Last7', age: 7 });
    expect(await events('items-transformed')).toMatchObject([{ detail: { table: 'people', read: 100, updated: 100 } }]);
    const [checked, ...others] = await events('items-checked');
    expect(others).toEqual([]);
    expect(checked).toMatchObject({ detail: { read: 100, unchanged: 100, wrong: 0 } });
    // Plain data, which any ledger can keep: sixteen buckets of 128 bits.
    const sums = Object.entries(checked!.detail['sums'] as object);
    expect(sums.length).toBeGreaterThan(10);
    for (const [bucket, sum] of sums) expect(`${bucket} ${sum}`).toMatch(/^[0-9a-f] [0-9a-f]{32}$/);
  });

  it('is taken back item by item when the update fails, but for what the application has changed since', async () => {
    await deployedTable();
    await update('b', [dataMigration(world, '1.1.0', { transform: split })]);
    world.meals.items.put('people', { id: 'p7', first: 'Anna', last: 'Last7', age: 7 });
    world.meals.items.put('people', { id: 'p8', first: 'First8', last: 'Last8', age: 99 });
    const outcome = await rolledBack();

    expect(outcome).toMatchObject({ status: 'SUCCESS' });
    expect(outcome.reason).toBe(
      'Undid meals/1.1.0. Left as it is: 1 item, which somebody has changed since. See `migrations backfill status`.',
    );
    const expected = new Map(byKey(people(100)));
    expected.set('"p7"', { id: 'p7', first: 'Anna', last: 'Last7', age: 7 });
    expected.set('"p8"', { id: 'p8', name: 'First8 Last8', age: 99 });
    expect(world.meals.items.of('people')).toEqual(expected);
    expect(await events('items-restored')).toMatchObject([{ detail: { restored: 99, kept: 1 } }]);
  });

  it('is named with the time that it took from its first step, and with all that a rollback undid', async () => {
    await deployedTable();
    world.meals.items.meanwhile = (event) => {
      if (event === 'page') world.clock.time += 1_000;
    };
    const migrations = ['1.1.0', '1.2.0'].map((version) => dataMigration(world, version, { transform: split }));
    const { reason } = await update('b', migrations);
    // Each in two passes of three segments at the least.
    const [, ...took] =
      /^Applied 2 migrations: meals\/1\.1\.0 \((\d+) ms\), meals\/1\.2\.0 \((\d+) ms\)/.exec(reason) ?? [];
    expect(took.map((text) => Number(text) >= 6_000)).toEqual([true, true]);
    expect((await rolledBack()).reason).toMatch(/Undid meals\/1\.2\.0, meals\/1\.1\.0\./);
  });

  it('has as many segments, and the rate, that were asked for before it began', async () => {
    await deployedTable();
    await world.segments.ask(scope, 'meals/1.1.0', { segments: 5, rate: 20 });
    const startedAt = world.clock.time;
    await update('b', [dataMigration(world, '1.1.0', { transform: split })]);

    const [deployment] = (await world.ledger.load(scope)).open;
    const pass = { scope, deployment: deployment!.id, key: 'meals|meals-1|1.1.0', direction: 'forward' } as const;
    for (const step of ['backfill.0', 'verify.0']) {
      expect(await world.segments.list({ ...pass, step })).toHaveLength(5);
      expect(await world.segments.control({ ...pass, step })).toEqual({ state: 'running', rate: 20 });
    }
    // A page of ten items is paid for before the next one; the last one of a segment is not.
    expect(world.clock.time - startedAt).toBeGreaterThan(4_000);
    await rolledBack();
    expect(world.meals.items.of('people')).toEqual(byKey(people(100)));
  });

  it('never overwrites what the application writes at the same time', async () => {
    await deployedTable();
    const written = new Map<string, Item>();
    let count = 0;
    world.meals.items.meanwhile = (event, name) => {
      if (event !== 'write' || name !== 'people') return;
      for (const [key, item] of world.meals.items.of('people')) {
        if (count++ % 7 !== 0) continue;
        const changed = { ...item, ...('name' in item && { name: `New${count} Name${count}` }), age: 1_000 + count };
        written.set(key, changed);
        world.meals.items.of('people').set(key, changed);
      }
    };
    await update('b', [dataMigration(world, '1.1.0', { transform: split })]);

    expect(written.size).toBeGreaterThan(20);
    for (const [key, item] of written) expect(world.meals.items.of('people').get(key)).toEqual(split(item));
    expect(world.meals.items.list('people').filter((item) => 'name' in item && item['name'] !== undefined)).toEqual([]);
  });

  it('fails with the place and rolls back when an item cannot be transformed', async () => {
    await deployedTable();
    world.meals.items.put('people', { id: 'bad', name: 42 });
    const transform = (item: Item) => {
      if (item['id'] === 'bad') throw new Error(`cannot read ${JSON.stringify(item)}`);
      return split(item);
    };
    const outcome = await update('b', [dataMigration(world, '1.1.0', { transform })]);

    expect(outcome).toMatchObject({ status: 'FAILED' });
    expect(outcome.reason).toMatch(/1 items of people could not be transformed/);
    expect(outcome.reason).not.toMatch(/42|cannot read/);
    expect(world.meals.items.list('people').filter((item) => 'first' in item)).toEqual([]);
  });

  it('leaves as many items as may fail, and notes why', async () => {
    await deployedTable();
    world.meals.items.put('people', { id: 'bad', name: 42 });
    const transform = (item: Item) => {
      if (item['id'] === 'bad') throw new Error('no text');
      return split(item);
    };
    const outcome = await update('b', [dataMigration(world, '1.1.0', { transform }, { mayFail: 1 }, ['backfill'])]);

    expect(outcome).toMatchObject({ status: 'SUCCESS' });
    const [deployment] = (await world.ledger.load(scope)).open;
    const pass = { scope, deployment: deployment!.id, key: 'meals|meals-1|1.1.0', step: 'backfill.0' };
    expect(await world.segments.left({ ...pass, direction: 'forward' }, 10)).toEqual([
      { key: '"bad"', why: 'failed', reason: 'no text' },
    ]);
  });

  it.each([
    ['as a failure', 0, 'FAILED'],
    ['as one of those that may fail, also in the sweep', 1, 'SUCCESS'],
  ] as const)('counts an item that the database refuses to change %s', async (_how, mayFail, status) => {
    await deployedTable();
    const refused = new MigrationError('STATEMENT_FAILED', 'a constraint');
    world.meals.items.refuses = ({ first }) => (first === 'First7' ? refused : undefined);
    const phases = ['backfill', 'verify', 'sweep'] as const;
    const migration = dataMigration(world, '1.1.0', { transform: split }, { mayFail }, phases);
    const outcome = await update('b', [migration]);

    expect(outcome).toMatchObject({ status });
    if (status === 'FAILED') {
      expect(outcome.reason).toMatch(/1 items of people could not be transformed.*a constraint/);
      return;
    }
    await committed();
    await world.settle();
    const { applied, open } = await world.ledger.load(scope);
    expect({ applied: applied?.revision, open }).toEqual({ applied: 'b', open: [] });
    const left = world.meals.items.list('people').filter((item) => !('first' in item));
    expect(left).toEqual([people(100)[7]]);
  });

  it.each<[string, DataFunctions['transform'], RegExp]>([
    ['is no projection', (item) => ({ ...item, age: Number(item['age']) + 1 }), /transform\(transform\(item\)\)/],
    ['changes the key', (item) => ({ ...item, id: `x${String(item['id']).replace(/^x+/, '')}` }), /changed the key/],
    ['returns a list', (item) => [item], /returned a list/],
    ['returns nothing', (() => undefined) as never, /returned nothing/],
    ['returns a promise', (async (item: Item) => item) as never, /returned a promise/],
  ])('refuses a transform that %s', async (_what, transform, words) => {
    await deployedTable();
    const outcome = await update('b', [dataMigration(world, '1.1.0', { transform })]);

    expect(outcome).toMatchObject({ status: 'FAILED' });
    expect(outcome.reason).toMatch(words);
    expect(world.meals.items.list('people')).toEqual(people(100));
  });

  it.each<[string, unknown]>([
    ['nothing', undefined],
    ['a promise', Promise.resolve(true)],
    ['a number', 1],
  ])('refuses a validate that returns %s', async (what, verdict) => {
    await deployedTable();
    const validate = (() => verdict) as never;
    const { status, reason } = await update('b', [dataMigration(world, '1.1.0', { transform: split, validate })]);
    expect(status).toBe('FAILED');
    expect(reason).toMatch(new RegExp(`validate returned ${what}; it must return true, false, or a text`));
    expect(world.meals.items.of('people')).toEqual(byKey(people(100)));
  });

  it('ends at an item for which a function does not return, and notes it', async () => {
    await deployedTable();
    const transform = (item: Item) => {
      for (; item['id'] === 'p7'; );
      return split(item);
    };
    const noted: LeftItem[] = [];
    const { noteLeft } = world.segments;
    world.segments.noteLeft = async (pass, items) => {
      noted.push(...items);
      return noteLeft.call(world.segments, pass, items);
    };
    const { status, reason } = await update('b', [
      dataMigration(world, '1.1.0', { transform, within: endingAfter(50) }),
    ]);
    expect(status).toBe('FAILED');
    expect(reason).toMatch(/A function of the migration does not return for an item of people\./);
    expect(noted).toEqual([{ key: '"p7"', why: 'failed', reason: expect.stringMatching(/does not return for it/) }]);
    expect(world.meals.items.of('people')).toEqual(byKey(people(100)));
  });

  it('deletes the items for which the transform returns null, and puts them back', async () => {
    await deployedTable();
    const transform = (item: Item) => (Number(item['age']) < 10 ? null : item);
    await update('b', [dataMigration(world, '1.1.0', { transform })]);
    expect(world.meals.items.list('people')).toHaveLength(90);

    await rolledBack();
    expect(world.meals.items.of('people')).toEqual(byKey(people(100)));
  });

  it('is undone by the function undo, when it has one', async () => {
    await deployedTable();
    const undo = ({ first, last, ...item }: Item) =>
      first === undefined ? item : { ...item, name: `${first} ${last}` };
    await update('b', [dataMigration(world, '1.1.0', { transform: split, undo }, { undo: 'function' })]);
    await rolledBack();

    expect(new Set(world.meals.items.list('people'))).toEqual(new Set(people(100)));
  });

  it('lets what the former release writes meanwhile pass, when a sweep follows, and not what validate refuses', async () => {
    await deployedTable();
    let count = 0;
    world.meals.items.meanwhile = (event, name) => {
      count += 1;
      if (event === 'page' && name === 'people')
        world.meals.items.put('people', { id: `late${count}`, name: 'Late Comer' });
    };
    const phases = ['backfill', 'verify', 'sweep'] as const;
    const outcome = await update('b', [dataMigration(world, '1.1.0', { transform: split }, {}, phases)]);
    expect(outcome).toMatchObject({ status: 'SUCCESS' });
    const [checked] = await events('items-checked');
    expect(Number(checked!.detail['former'])).toBeGreaterThan(0);

    world.meals.items.meanwhile = () => {};
    await committed();
    expect(world.meals.items.list('people').filter((item) => item['name'] !== undefined)).toEqual([]);

    const validate = (item: Item) => item['id'] !== 'p5' || 'p5 is refused';
    const next = dataMigration(world, '1.2.0', { transform: (item) => item, validate }, {}, phases);
    expect((await update('c', [dataMigration(world, '1.1.0', { transform: split }, {}, phases), next])).reason).toMatch(
      /1 of \d+ items of people are not as they must be/,
    );
  });

  it('is swept again after the update, before contract, and then what takes it back is forgotten', async () => {
    await deployedTable();
    await update('b', [dataMigration(world, '1.1.0', { transform: split }, {}, ['backfill', 'sweep'])]);
    // The former release of the application still writes the old shape.
    world.meals.items.put('people', { id: 'late', name: 'Late Comer' });
    const [deployment] = (await world.ledger.load(scope)).open;
    await committed();

    expect(world.meals.items.of('people').get('"late"')).toEqual({ id: 'late', first: 'Late', last: 'Comer' });
    const pass = { scope, deployment: deployment!.id, key: 'meals|meals-1|1.1.0', step: 'backfill.0' };
    const images = await Promise.all([0, 1, 2].map((n) => world.segments.images({ ...pass, direction: 'forward' }, n)));
    expect(images).toEqual([undefined, undefined, undefined]);
    expect((await world.ledger.load(scope)).open).toEqual([]);
  });
});

describe('work that takes longer than CloudFormation waits', () => {
  /** Each page takes so many seconds. */
  const slow = (seconds: number) => {
    world.meals.items.meanwhile = (event) => {
      if (event === 'page') world.clock.time += seconds * 1000;
    };
  };

  it('is taken back at the end of its time, and says how far it came', async () => {
    await deployedTable();
    slow(300);
    const outcome = await update('b', [dataMigration(world, '1.1.0', { transform: split })]);

    expect(outcome).toMatchObject({ status: 'FAILED' });
    expect(outcome.reason).toMatch(/expired with (0|33|66) % of the items of people transformed/);
    expect(new Set(world.meals.items.list('people'))).toEqual(new Set(people(100)));
  });

  it.each([300, 700])('follows when the update is complete, if it may end in the background', async (seconds) => {
    await deployedTable();
    slow(seconds);
    const change = { finish: 'background' } as const;
    // As the bundler makes it.
    const phases = ['backfill', 'verify', 'sweep'] as const;
    const outcome = await update('b', [dataMigration(world, '1.1.0', { transform: split }, change, phases)]);
    expect(outcome).toMatchObject({ status: 'SUCCESS' });
    expect(outcome.reason).toMatch(
      /^Applied 1 migration: \S+ \(\d+ ms\)\. (0|33|66) % of the items of people are transformed; the others follow [^.]*\.$/,
    );

    slow(0);
    await committed();
    expect(new Set(world.meals.items.list('people'))).toEqual(new Set(people(100).map(split)));
  });

  it('is said to follow by the process that answers, also when the one that left it died', async () => {
    await deployedTable();
    slow(300);
    const phases = ['backfill', 'verify', 'sweep'] as const;
    const migration = dataMigration(world, '1.1.0', { transform: split }, { finish: 'background' }, phases);
    const write = world.ledger.write.bind(world.ledger);
    const refuse = jest.spyOn(world.ledger, 'write').mockImplementation(async (lease, head, transition) => {
      if (transition.deployments?.some(({ state }) => state === 'applied')) throw new Error('killed');
      return write(lease, head, transition);
    });
    world.stackIs('UPDATE_IN_PROGRESS');
    const properties = world.revision('b', [table, migration]);
    const request = await world.request({ kind: 'migrations', type: 'Update', physicalId: scope, properties });
    await expect(world.work(request)).rejects.toThrow('killed');
    refuse.mockRestore();
    world.clock.time += 120_000;

    expect((await world.work(request)).reason).toMatch(/ % of the items of people are transformed; the others follow/);
  });

  it('goes on after the answer, once the update has succeeded', async () => {
    await deployedTable();
    world.meals.items.put('people', ...people(400));
    await update('b', [dataMigration(world, '1.1.0', { transform: split }, { segments: 1 }, ['backfill', 'sweep'])]);
    world.meals.items.put('people', { id: 'late', name: 'Late Comer' });
    world.stackIs('UPDATE_COMPLETE_CLEANUP_IN_PROGRESS');
    slow(60);
    const request = await world.request({ kind: 'marker', type: 'Delete', physicalId: `${scope}@a`, revision: 'a' });
    const answered: boolean[] = [];
    for (let turn = 0; turn < 200 && !(await world.turn(request)); turn += 1) {
      const recorded = await world.requests.find(scope, request.key);
      answered.push(recorded?.answered === true && world.clock.time < request.answerBy);
    }

    expect(answered).toContain(true);
    expect((await world.requests.find(scope, request.key))?.outcome).toMatchObject({
      status: 'SUCCESS',
      reason: expect.stringMatching(/% of what meals\/1\.1\.0 has left to do are done; the rest goes on by itself/),
    });
    expect(world.clock.time).toBeGreaterThan(request.answerBy);
    expect((await world.ledger.load(scope)).open).toEqual([]);
    expect(world.meals.items.of('people').get('"late"')).toEqual({ id: 'late', first: 'Late', last: 'Comer' });
  });
});

describe('a backfill to another table', () => {
  const copy = (item: Item): Item => ({ id: item['id'], text: item['name'] });
  const destination = place('copies');

  it('copies, and takes away what it has copied', async () => {
    await deployedTable();
    await update('b', [dataMigration(world, '1.1.0', { transform: copy }, { destination })]);
    expect(world.meals.items.list('copies')).toHaveLength(100);
    expect(world.meals.items.list('people')).toEqual(people(100));

    await rolledBack();
    expect(world.meals.items.list('copies')).toEqual([]);
  });

  it('makes several of one, or none', async () => {
    await deployedTable();
    const transform = ({ id, age }: Item) => (age === 3 ? [] : [{ id: `${id}-a` }, { id: `${id}-b` }]);
    await update('b', [dataMigration(world, '1.1.0', { transform }, { destination })]);
    expect(world.meals.items.list('copies')).toHaveLength(198);
  });

  it('combines several to one by their key', async () => {
    await deployedTable();
    const transform = ({ id, age }: Item) => ({ id: `group${Number(age) % 4}`, members: [id] });
    const combine = (existing: Item, incoming: Item) => {
      const members = new Set([...(existing['members'] as string[]), ...(incoming['members'] as string[])]);
      return { ...existing, members: [...members].sort() };
    };
    // Several segments change one item in turn, so copies of what was before cannot be put back segment by segment.
    const undo = () => null;
    const change = { destination, existing: 'combine', undo: 'function' } as const;
    await update('b', [dataMigration(world, '1.1.0', { transform, combine, undo }, change)]);

    const groups = [...world.meals.items.list('copies')].sort((a, b) => (String(a['id']) < String(b['id']) ? -1 : 1));
    expect(groups.map(({ id, members }) => [id, (members as string[]).length])).toEqual([
      ['group0', 25],
      ['group1', 25],
      ['group2', 25],
      ['group3', 25],
    ]);
    await rolledBack();
    expect(world.meals.items.list('copies')).toEqual([]);
  });

  it('keeps what is there already, and says so', async () => {
    await deployedTable();
    world.meals.items.put('copies', { id: 'p5', text: 'written by the application' });
    await update('b', [dataMigration(world, '1.1.0', { transform: copy }, { destination }, ['backfill'])]);

    expect(world.meals.items.of('copies').get('"p5"')).toEqual({ id: 'p5', text: 'written by the application' });
    expect(await events('items-transformed')).toMatchObject([{ detail: { inserted: 99, kept: 1 } }]);
  });

  it('finds what is missing or different after the copy', async () => {
    await deployedTable();
    const migration = dataMigration(world, '1.1.0', { transform: copy }, { destination, existing: 'replace' });
    let isChanged = false;
    world.meals.items.meanwhile = (event, name) => {
      const { size } = world.meals.items.of('copies');
      if (event !== 'page' || name !== 'people' || size < 100 || isChanged) return;
      isChanged = true;
      world.meals.items.of('copies').delete('"p3"');
    };
    const outcome = await update('b', [migration]);

    expect(outcome).toMatchObject({ status: 'FAILED' });
    expect(outcome.reason).toMatch(/1 of 100 items of people are not as they must be/);
    expect(world.meals.items.list('copies')).toEqual([]);
  });
});

describe('an operator', () => {
  const pass = async () => {
    const [deployment] = (await world.ledger.load(scope)).open;
    const key = 'meals|meals-1|1.1.0';
    return { scope, deployment: deployment!.id, key, step: 'backfill.0', direction: 'forward' as const };
  };

  it('pauses the work within a page, and resumes it', async () => {
    await deployedTable();
    let pages = 0;
    world.meals.items.meanwhile = (event) => {
      pages += event === 'page' ? 1 : 0;
      if (event === 'page' && pages === 2) void pass().then((it) => world.segments.setControl(it, { state: 'paused' }));
    };
    world.stackIs('UPDATE_IN_PROGRESS');
    const migration = dataMigration(world, '1.1.0', { transform: split });
    const asked = await world.request({
      kind: 'migrations',
      type: 'Update',
      physicalId: scope,
      properties: world.revision('b', [table, migration]),
    });
    for (let tick = 0; tick < 5; tick += 1) await world.turn(asked);
    expect(pages).toBeLessThanOrEqual(3);

    await world.segments.setControl(await pass(), { state: 'running' });
    expect(await world.work(asked)).toMatchObject({ status: 'SUCCESS' });
    expect(await events('items-transformed')).toMatchObject([{ detail: { read: 100, updated: 100 } }]);
  });

  it('cancels the work, which rolls the deployment back', async () => {
    await deployedTable();
    let pages = 0;
    world.meals.items.meanwhile = (event) => {
      pages += event === 'page' ? 1 : 0;
      if (event === 'page' && pages === 3)
        void pass().then((it) => world.segments.setControl(it, { state: 'cancelled' }));
    };
    const outcome = await update('b', [dataMigration(world, '1.1.0', { transform: split })]);

    expect(outcome).toMatchObject({ status: 'FAILED' });
    expect(outcome.reason).toMatch(/cancelled by/);
    expect(new Set(world.meals.items.list('people'))).toEqual(new Set(people(100)));
  });
});
