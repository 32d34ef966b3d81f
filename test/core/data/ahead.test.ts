import { beforeEach, describe, expect, it } from '@jest/globals';
import type { BundledMigration } from '../../../core/bundle/bundle';
import type { DataAction } from '../../../core/bundle/data-action';
import type { DataFunctions, Item, Pass } from '../../../core/ports';
import { startAhead, undoStarted } from '../../support/ahead';
import { byKey, dataMigration, people, peopleTables, place, seedOf, split } from '../../support/data-migration';
import { MemoryWorld, scope, tableMigration } from '../../support/memory-world';

/** What `migrations backfill start` and `undo` do, and what deployments make of it. */

const swept = ['backfill', 'verify', 'sweep'] as const;
const before = people(100);
const transformed = byKey(before.map(split));

let world: MemoryWorld;
beforeEach(async () => {
  world = new MemoryWorld();
  await world.deployed('a', [peopleTables]);
  world.meals.items.put('people', ...before);
});

function inPlace(change: Partial<DataAction> = {}, functions: DataFunctions = { transform: split }): BundledMigration {
  return dataMigration(world, '1.1.0', functions, { segments: 5, ...change }, swept);
}

async function update(...migrations: readonly BundledMigration[]) {
  world.stackIs('UPDATE_IN_PROGRESS');
  return world.migrations('Update', world.revision('b', [peopleTables, ...migrations]));
}

async function rolledBack() {
  world.stackIs('UPDATE_ROLLBACK_IN_PROGRESS');
  const outcome = await world.migrations('Update', world.revision('a', [peopleTables]));
  world.stackIs('UPDATE_ROLLBACK_COMPLETE');
  return outcome;
}

async function committed(): Promise<void> {
  world.stackIs('UPDATE_COMPLETE_CLEANUP_IN_PROGRESS');
  await world.markerDelete('a');
  world.stackIs('UPDATE_COMPLETE');
}

/** Somebody cancels the work when so many pages were read. */
function cancelAfter(pages: number): void {
  let count = 0;
  world.meals.items.meanwhile = (event) => {
    if (event === 'page' && ++count === pages)
      void aheadPass().then((pass) => world.segments.setControl(pass, { state: 'cancelled' }));
  };
}

async function aheadPass(): Promise<Pass> {
  const [work] = await world.segments.aheads(scope);
  return { scope, deployment: work!.deployment, key: work!.key, step: work!.step, direction: 'forward' };
}

const doneAhead = async () =>
  (await world.segments.list(await aheadPass())).filter(({ state }) => state === 'done').length;
const eventTypes = async () => (await world.ledger.events(scope)).map(({ type }) => type);
const detailOf = async (type: string) =>
  (await world.ledger.events(scope)).findLast((event) => event.type === type)?.detail;
const nothingLeft = async () => ({
  records: await world.segments.aheads(scope),
  passes: world.segments.passNames.filter((name) => name.includes(' ahead-')),
});
const nothing = { records: [], passes: [] };

describe('a data migration that is started ahead', () => {
  it('is done before the deployment, which reads its items only to check them, and forgets it at the commit', async () => {
    const result = await startAhead(world, inPlace());
    expect(result).toMatchObject({ state: 'done', counts: { read: 100, updated: 100 } });
    expect(world.meals.items.of('people')).toEqual(transformed);
    expect((await world.ledger.load(scope)).open).toEqual([]);
    expect(await doneAhead()).toBe(5);

    expect(await update(inPlace())).toMatchObject({ status: 'SUCCESS' });
    const [deployment] = (await world.ledger.load(scope)).open;
    expect(await world.segments.list({ ...(await aheadPass()), deployment: deployment!.id })).toEqual([]);
    expect(await detailOf('items-transformed')).toMatchObject({ read: 100, updated: 100, ahead: 5 });
    await committed();
    expect(world.meals.items.of('people')).toEqual(transformed);
    expect(await nothingLeft()).toEqual(nothing);
  });

  it('goes on where it was when it is started again, with the segments it has', async () => {
    // Several pages of each segment, so that it is stopped between them.
    world.pageSize = 4;
    cancelAfter(3);
    await expect(startAhead(world, inPlace())).rejects.toMatchObject({ code: 'BACKFILL_CANCELLED' });
    const halfDone = await world.segments.list(await aheadPass());
    expect(halfDone.some(({ checkpoint, state }) => checkpoint !== undefined && state !== 'done')).toBe(true);
    await expect(startAhead(world, inPlace(), { segments: 7 })).rejects.toMatchObject({ code: 'CANNOT_START_AHEAD' });

    expect(await startAhead(world, inPlace())).toMatchObject({ state: 'done', counts: { read: 100, updated: 100 } });
    expect((await eventTypes()).filter((type) => type === 'ahead-started')).toHaveLength(1);
  });

  it('has the segments and the rate that were asked for, as a deployment has', async () => {
    await world.segments.ask(scope, 'meals/1.1.0', { segments: 4, rate: 20 });
    const startedAt = world.clock.time;
    await startAhead(world, inPlace());
    expect(await world.segments.list(await aheadPass())).toHaveLength(4);
    expect(world.clock.time - startedAt).toBeGreaterThan(3_000);
  });

  it('is completed by the deployment where it is half done, which takes back only that, and the next one passes by again', async () => {
    cancelAfter(6);
    await expect(startAhead(world, inPlace())).rejects.toMatchObject({ code: 'BACKFILL_CANCELLED' });
    const afterStart = new Map(world.meals.items.of('people'));
    const done = await doneAhead();
    expect(done).toBeGreaterThan(0);
    expect(done).toBeLessThan(5);
    expect(await update(inPlace())).toMatchObject({ status: 'SUCCESS' });
    expect(world.meals.items.of('people')).toEqual(transformed);

    expect(await rolledBack()).toMatchObject({ status: 'SUCCESS' });
    expect(world.meals.items.of('people')).toEqual(afterStart);
    expect(await doneAhead()).toBe(done);

    await startAhead(world, inPlace());
    expect(await doneAhead()).toBe(5);
    expect(await update(inPlace())).toMatchObject({ status: 'SUCCESS' });
    await committed();
    expect(world.meals.items.of('people')).toEqual(transformed);
    expect(await nothingLeft()).toEqual(nothing);
  });

  it('leaves to the sweep what the application writes after it', async () => {
    await startAhead(world, inPlace());
    world.meals.items.put('people', { id: 'p7', name: 'New Name', age: 7 });
    expect(await update(inPlace())).toMatchObject({ status: 'SUCCESS' });
    expect(await detailOf('items-checked')).toMatchObject({ former: 1 });
    await committed();
    expect(world.meals.items.of('people').get('"p7"')).toEqual({ id: 'p7', first: 'New', last: 'Name', age: 7 });
  });

  it('gives way to a deployment that begins meanwhile, which waits for its workers', async () => {
    world.pageSize = 4;
    let begun: Promise<unknown> | undefined;
    let pages = 0;
    world.meals.items.meanwhile = (event) => {
      if (event === 'page' && ++pages === 4) begun = update(inPlace());
    };
    const result = await startAhead(world, inPlace());
    expect(await begun).toMatchObject({ status: 'SUCCESS' });
    expect(result.state).toBe('taken-over');
    expect(world.meals.items.of('people')).toEqual(transformed);
    await expect(startAhead(world, inPlace())).rejects.toMatchObject({ code: 'CANNOT_START_AHEAD' });
  });

  it('ends when its work was committed while its process was stopped', async () => {
    cancelAfter(3);
    await expect(startAhead(world, inPlace())).rejects.toMatchObject({ code: 'BACKFILL_CANCELLED' });
    const sleep = world.clock.sleep.bind(world.clock);
    let isStopped = false;
    world.clock.sleep = async (milliseconds) => {
      await sleep(milliseconds);
      if (isStopped || (await nothingLeft()).records.length === 0) return;
      isStopped = true;
      await update(inPlace());
      await committed();
    };
    let pages = 0;
    const set = async (state: 'paused') => world.segments.setControl(await aheadPass(), { state });
    world.meals.items.meanwhile = (event) => {
      if (event === 'page' && ++pages === 2) void set('paused');
    };
    expect(await startAhead(world, inPlace())).toMatchObject({ state: 'taken-over' });
    expect(world.meals.items.of('people')).toEqual(transformed);
    expect(await nothingLeft()).toEqual(nothing);
  });

  it('waits while somebody has paused it, and goes on when it is resumed', async () => {
    let pages = 0;
    const set = async (state: 'paused' | 'running') => world.segments.setControl(await aheadPass(), { state });
    world.meals.items.meanwhile = (event) => {
      if (event === 'page' && ++pages === 3) void set('paused');
    };
    let waits = 0;
    let readWhenPaused = 0;
    const sleep = world.clock.sleep.bind(world.clock);
    world.clock.sleep = async (milliseconds) => {
      waits += 1;
      if (waits === 2) readWhenPaused = pages;
      if (waits === 5) {
        expect(pages).toBe(readWhenPaused);
        await set('running');
      }
      await sleep(milliseconds);
    };
    expect(await startAhead(world, inPlace())).toMatchObject({ state: 'done', counts: { read: 100 } });
    expect(waits).toBeGreaterThanOrEqual(5);
    expect(readWhenPaused).toBeLessThan(pages);
  });

  it('stops at an item that cannot be transformed, and says where', async () => {
    const transform = (item: Item) => {
      if (item['id'] === 'p9') throw new Error('no name');
      return split(item);
    };
    await expect(startAhead(world, inPlace({}, { transform }))).rejects.toMatchObject({ code: 'ITEMS_FAILED' });
  });

  it('to a destination needs the sweep, and leaves its copies when the deployment is rolled back', async () => {
    const copy = ({ id, name }: Item): Item => ({ id, text: name });
    const change = { destination: place('copies'), segments: 5 };
    const copying = dataMigration(world, '1.1.0', { transform: copy }, change, swept);
    await startAhead(world, copying);
    expect(world.meals.items.of('copies')).toEqual(byKey(before.map(copy)));
    await update(copying);
    await rolledBack();
    expect(world.meals.items.of('copies')).toEqual(byKey(before.map(copy)));
    expect(await undoStarted(world, copying)).toMatchObject({ restored: 100 });
    expect(world.meals.items.list('copies')).toEqual([]);
  });
});

describe('a deployment of a migration that was started ahead', () => {
  it('is refused when the file was edited since, before anything is changed', async () => {
    await startAhead(world, inPlace());
    const outcome = await update({ ...inPlace(), checksum: 'edited' });
    expect(outcome).toMatchObject({ status: 'FAILED' });
    expect(outcome.reason).toMatch(/meals\/1\.1\.0 was started ahead at .*edited since.*backfill undo/);
    expect((await world.ledger.load(scope)).open).toEqual([]);
    await expect(startAhead(world, { ...inPlace(), checksum: 'edited' })).rejects.toMatchObject({
      code: 'AHEAD_CHANGED',
    });
  });

  it('is refused while the work is being taken back', async () => {
    await startAhead(world, inPlace());
    const [work] = await world.segments.aheads(scope);
    await world.segments.keepAhead(scope, { ...work!, undoing: true });
    expect((await update(inPlace())).reason).toMatch(/being taken back/);
    await expect(startAhead(world, inPlace())).rejects.toMatchObject({ code: 'AHEAD_UNDOING' });
  });
});

describe('what was done ahead', () => {
  it('is taken back, but for what the application has changed since, and nothing is left of it', async () => {
    await startAhead(world, inPlace());
    world.meals.items.put('people', { id: 'p7', first: 'Anna', last: 'Last7', age: 7 });
    expect(await undoStarted(world, inPlace())).toMatchObject({ restored: 99, kept: 1 });
    const expected = new Map(byKey(before));
    expected.set('"p7"', { id: 'p7', first: 'Anna', last: 'Last7', age: 7 });
    expect(world.meals.items.of('people')).toEqual(expected);
    expect(await nothingLeft()).toEqual(nothing);
    expect((await eventTypes()).slice(-3)).toEqual(['ahead-started', 'ahead-undo-started', 'ahead-undone']);
    expect(await detailOf('ahead-undone')).toEqual({ restored: 99, kept: 1 });
    // As if it had never been: of another name, so that no worker of before has a right to it.
    expect(await startAhead(world, inPlace())).toMatchObject({ state: 'done' });
  });

  it('is taken back by the function undo, which a rollback does not apply to it', async () => {
    const undo = ({ first, last, ...item }: Item): Item =>
      first === undefined ? item : { ...item, name: `${first} ${last}` };
    const withUndo = inPlace({ undo: 'function' }, { transform: split, undo });
    await startAhead(world, withUndo);
    await update(withUndo);
    await rolledBack();
    expect(world.meals.items.of('people')).toEqual(transformed);
    await undoStarted(world, withUndo);
    expect(world.meals.items.of('people')).toEqual(byKey(before));
  });

  it('is not taken back once a deployment has begun it', async () => {
    await startAhead(world, inPlace());
    await update(inPlace());
    await expect(undoStarted(world, inPlace())).rejects.toMatchObject({ code: 'CANNOT_UNDO_AHEAD' });
  });
});

describe('what cannot be started ahead is refused with a reason', () => {
  const refusal = (message: RegExp) =>
    expect.objectContaining({
      code: 'CANNOT_START_AHEAD',
      message: expect.stringMatching(message),
      hint: expect.any(String),
    });
  const data = (change: Partial<DataAction>, phases: Parameters<typeof dataMigration>[4]) =>
    dataMigration(world, '1.1.0', { transform: split }, change, phases);

  it.each([
    ['nothing is swept', /it is not swept/, () => data({}, ['backfill', 'verify'])],
    ['it is irreversible', /irreversible/, () => data({ undo: 'nothing' }, ['contract'])],
    [
      'the source is a file',
      /a file/,
      () => data({ source: seedOf(world, before, 50), destination: place('copies') }, swept),
    ],
    [
      'undo is of a whole destination',
      /all of the destination/,
      () => data({ destination: place('copies'), undo: 'function' }, swept),
    ],
    [
      'it depends on what is not applied',
      /meals\/1\.0\.5 must be applied/,
      () => ({ ...inPlace(), dependsOn: ['meals/1.0.5'] }),
    ],
    [
      'no such target is deployed',
      /no such target/,
      () => data({ source: { target: 'other', table: 'people' } }, swept),
    ],
  ])('%s', async (_name, message, migration) => {
    await expect(startAhead(world, migration())).rejects.toEqual(refusal(message));
    expect(await nothingLeft()).toEqual(nothing);
  });

  it('a deployment is open, or has applied it', async () => {
    await update(tableMigration('1.0.1', []));
    await expect(startAhead(world, inPlace())).rejects.toEqual(refusal(/has not ended/));
    await rolledBack();
    await update(inPlace());
    await expect(startAhead(world, inPlace())).rejects.toEqual(refusal(/is applied/));
  });
});
