import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { noCounts } from '../../core/data/counts';
import type { AheadWork, Pass, Segment, Segments } from '../../core/ports';
import type { MemoryClock } from '../support/memory/world';
import { type SegmentStore, segmentStores } from './support/stores';

const lease = 30_000;

describe.each(segmentStores)('work in segments in $name', ({ open }) => {
  let store: SegmentStore;
  let segments: Segments;
  let clock: MemoryClock;
  let pass: Pass;
  let count = 0;

  beforeAll(async () => {
    store = await open();
    ({ segments, clock } = store);
  });
  afterAll(() => store.close());
  beforeEach(() => {
    count += 1;
    pass = {
      scope: 'App/Migrations',
      deployment: `20260101T000000Z-${count}`,
      key: 'meals|meals-1|1.1.0',
      step: 'backfill.0',
      direction: 'forward',
    };
  });

  const take = async (number = 0, worker = 'one'): Promise<Segment> => {
    const taken = await segments.take(pass, number, 4, worker, clock.now() + lease);
    if (taken) return taken;
    throw new Error(`Segment ${number} was not given to ${worker}.`);
  };
  const refused = (number = 0, worker = 'two') => segments.take(pass, number, 4, worker, clock.now() + lease);

  it('a segment is taken once, from its beginning, and shows by whom', async () => {
    const taken = await take();

    expect(taken).toEqual({
      ...{ number: 0, of: 4, state: 'running', counts: noCounts, worker: 'one', token: 1 },
      ...{ leaseUntil: clock.now() + lease, startedAt: new Date(clock.now()).toISOString() },
    });
    expect(await refused()).toBeUndefined();
    expect(await segments.list(pass)).toEqual([taken]);
  });

  it('of several workers that want one at once, one gets it', async () => {
    const taken = await Promise.all(['a', 'b', 'c', 'd'].map((worker) => refused(1, worker)));

    expect(taken.filter(Boolean)).toHaveLength(1);
  });

  it('lists the segments that were taken, by number, of this pass only', async () => {
    for (const number of [11, 2, 0]) await take(number);
    const before = pass;
    pass = { ...pass, direction: 'undo' };
    await take(3);

    expect((await segments.list(before)).map(({ number }) => number)).toEqual([0, 2, 11]);
    expect((await segments.list(pass)).map(({ number }) => number)).toEqual([3]);
  });

  it('what was saved is where the next worker continues, with a greater token', async () => {
    const first = await take();
    const progress = {
      checkpoint: { key: { id: { S: 'x' }, b: { B: '/w==' } } },
      counts: { ...noCounts, read: 7, updated: 3 },
      sums: { a: '0f' },
    };
    expect(await segments.save(pass, { ...first, ...progress, leaseUntil: clock.now() + 1 })).toBe(true);
    clock.time += 1;
    const second = await take(0, 'two');

    expect(second).toMatchObject({ ...progress, worker: 'two', token: 2, startedAt: first.startedAt });
  });

  it('a worker that was overtaken can save nothing more', async () => {
    const first = await take();
    clock.time += lease;
    const second = await take(0, 'two');

    expect(await segments.save(pass, { ...first, checkpoint: { key: 'old' } })).toBe(false);
    expect(await segments.list(pass)).toEqual([second]);
  });

  it('a worker that gave it back can save nothing more, and another takes it at once', async () => {
    const { worker: _worker, ...released } = await take();
    expect(await segments.save(pass, { ...released, leaseUntil: 0 })).toBe(true);

    expect(await segments.save(pass, { ...released, worker: 'one' })).toBe(false);
    expect(await take(0, 'two')).toMatchObject({ worker: 'two', token: 2 });
  });

  it('what has ended is never taken again; what has failed is, and its failure is forgotten', async () => {
    const { worker: _a, ...done } = await take(0);
    const { worker: _b, ...failed } = await take(1);
    const failure = { attempt: 'r1', code: 'ITEMS_FAILED', message: 'no', file: 'f.ts', line: 3 };
    const endedAt = new Date(clock.now()).toISOString();
    await segments.save(pass, { ...done, state: 'done', leaseUntil: 0, endedAt });
    await segments.save(pass, { ...failed, state: 'failed', leaseUntil: 0, failure });
    expect(await segments.list(pass)).toMatchObject([
      { state: 'done', endedAt },
      { state: 'failed', failure },
    ]);

    clock.time += 10 * lease;
    expect(await refused(0)).toBeUndefined();
    const again = await take(1, 'two');
    expect(again).toMatchObject({ state: 'running', token: 2 });
    expect(again.failure).toBeUndefined();
  });

  it('control is running until somebody says otherwise', async () => {
    expect(await segments.control(pass)).toEqual({ state: 'running' });
    await segments.setControl(pass, { state: 'paused', rate: 100 });
    expect(await segments.control(pass)).toEqual({ state: 'paused', rate: 100 });
    await segments.setControl(pass, { state: 'running' });
    expect(await segments.control(pass)).toEqual({ state: 'running' });
  });

  it('control is begun once, and never instead of what somebody has said', async () => {
    await segments.beginControl(pass, { state: 'running', rate: 50 });
    expect(await segments.control(pass)).toEqual({ state: 'running', rate: 50 });
    await segments.setControl(pass, { state: 'paused' });
    await segments.beginControl(pass, { state: 'running', rate: 50 });
    expect(await segments.control(pass)).toEqual({ state: 'paused' });
  });

  it('keeps what is asked of a migration before it begins, of each by itself', async () => {
    const migration = `meals/1.${count}.0`;
    expect(await segments.asked(pass.scope, migration)).toEqual({});
    await segments.ask(pass.scope, migration, { segments: 7, rate: 50 });
    expect(await segments.asked(pass.scope, migration)).toEqual({ segments: 7, rate: 50 });
    await segments.ask(pass.scope, migration, { segments: undefined, rate: 9 });
    expect(await segments.asked(pass.scope, migration)).toEqual({ rate: 9 });
    expect(await segments.asked('other', migration)).toEqual({});
  });

  it('keeps what was begun ahead, one of a migration, and forgets it with all that its passes kept', async () => {
    const migration = `meals/1.${count}.1`;
    const source = { target: 'meals', table: 'people' };
    const work: AheadWork = {
      ...{ migration, version: '1.1.0', checksum: 'c', deployment: pass.deployment, key: pass.key, step: pass.step },
      action: {
        type: 'data',
        pass: 'write',
        source,
        existing: 'keep',
        undo: 'nothing',
        mayFail: 0,
        finish: 'application',
      },
      ...{ segments: 4, identities: { meals: 'meals-1' }, actor: 'cli', startedAt: '2026-01-01T00:00:00.000Z' },
    };
    const own = async () => (await segments.aheads(pass.scope)).filter((one) => one.migration === migration);
    await segments.keepAhead(pass.scope, work);
    await segments.keepAhead(pass.scope, { ...work, undoing: true });
    expect(await own()).toEqual([{ ...work, undoing: true }]);
    expect(await segments.aheads('other')).toEqual([]);

    const other = { ...pass, deployment: `${pass.deployment}0` };
    for (const each of [pass, { ...pass, direction: 'undo' as const }, other]) {
      for (let number = 0; number < 30; number += 1) await segments.take(each, number, 30, 'one', clock.now() + lease);
      await segments.keepImages(each, { segment: 0, number: 1, images: [{ key: 'a' }] });
      await segments.setControl(each, { state: 'paused' });
      await segments.noteLeft(each, [{ key: 'a', why: 'kept', reason: '' }]);
    }
    const kept = async (of: Pass) => [
      (await segments.list(of)).length,
      (await segments.images(of, 0))?.number,
      (await segments.control(of)).state,
      (await segments.left(of, 9)).length,
    ];
    expect(await segments.forgetAhead(pass.scope, work, clock.now() + 1)).toBe(true);
    expect(await own()).toEqual([]);
    expect(await kept(pass)).toEqual([0, undefined, 'running', 0]);
    expect(await kept({ ...pass, direction: 'undo' })).toEqual([0, undefined, 'running', 0]);
    expect(await kept(other)).toEqual([30, 1, 'paused', 1]);
  });

  const keep = (number: number, images: readonly Record<string, unknown>[], segment = 0) =>
    segments.keepImages(pass, { segment, number, images });

  it('gives images of a segment back newest first, whatever the number of digits', async () => {
    for (const number of [1_000_001, 9_000_002, 1_000_002, 10_000_001]) await keep(number, [{ key: number }]);
    await keep(5_000_000, [{ key: 'other' }], 1);

    const numbers: number[] = [];
    let before: number | undefined;
    for (;;) {
      const batch = await segments.images(pass, 0, before);
      if (!batch) break;
      expect(batch).toEqual({ segment: 0, number: batch.number, images: [{ key: batch.number }] });
      numbers.push(batch.number);
      before = batch.number;
    }
    expect(numbers).toEqual([10_000_001, 9_000_002, 1_000_002, 1_000_001]);
  });

  it('keeps images that are larger than an item may be', async () => {
    // Bytes that do not compress, of more than two parts.
    const images = [{ key: 'a', old: randomBytes(600_000).toString('base64') }, { key: 'b' }];
    await keep(1_000_001, [{ key: 'earlier' }]);
    await keep(1_000_002, images);

    expect(await segments.images(pass, 0)).toEqual({ segment: 0, number: 1_000_002, images });
    expect(await segments.images(pass, 0, 1_000_002)).toMatchObject({ images: [{ key: 'earlier' }] });
  });

  it('notes what was left by its key, however long, and the same key again replaces it', async () => {
    const long = 'k'.repeat(3_000);
    await segments.noteLeft(pass, [
      { key: 'a', why: 'failed', reason: 'no text' },
      { key: long, why: 'kept', reason: 'r'.repeat(5_000) },
    ]);
    await segments.noteLeft(pass, [{ key: 'a', why: 'wrong', reason: 'second' }]);
    await segments.noteLeft(
      pass,
      Array.from({ length: 60 }, (_, index) => ({ key: `n${index}`, why: 'kept' as const, reason: '' })),
    );

    const left = await segments.left(pass, 100);
    expect(left).toHaveLength(62);
    expect(left).toContainEqual({ key: 'a', why: 'wrong', reason: 'second' });
    expect(left.some(({ key }) => key.startsWith('kkk'))).toBe(true);
    expect(await segments.left(pass, 5)).toHaveLength(5);
  });

  it('forgets images of every segment, and says when time did not suffice', async () => {
    for (const segment of [0, 1]) {
      await take(segment);
      for (let number = 1; number <= 30; number += 1) await keep(number, [{ key: number }], segment);
    }
    const isDone = await segments.forgetImages(pass, clock.now() - 1);
    const left = await Promise.all([0, 1].map((segment) => segments.images(pass, segment)));

    expect(isDone).toBe(left.every((batch) => batch === undefined));
    expect(await segments.forgetImages(pass, clock.now() + 1)).toBe(true);
    expect(await segments.images(pass, 0)).toBeUndefined();
    expect(await segments.images(pass, 1)).toBeUndefined();
  });
});

describe('images in DynamoDB', () => {
  it('a batch of which a worker could not keep the first part is not there', async () => {
    const store = await segmentStores.find(({ name }) => name !== 'memory')!.open();
    const { segments } = store;
    const pass = { scope: 's', deployment: 'd', key: 'k', step: 'backfill.0', direction: 'forward' } as const;
    const large = (key: string) => [{ key, old: randomBytes(600_000).toString('base64') }];
    try {
      for (const number of [1, 2, 3]) {
        await segments.keepImages(pass, { segment: 0, number, images: large(`b${number}`) });
      }
      await store.loseFirstPart(pass, 0, 3);
      await store.loseFirstPart(pass, 0, 2);

      expect(await segments.images(pass, 0)).toMatchObject({ number: 1 });
      expect(await segments.images(pass, 0, 1)).toBeUndefined();
    } finally {
      await store.close();
    }
  });
});
