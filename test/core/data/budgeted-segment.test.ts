import { expect, it } from '@jest/globals';
import type { DataAction } from '../../../core/bundle/data-action';
import { LatencyBudgets } from '../../../core/data/latency-budgets';
import { runSegment } from '../../../core/data/run-segment';
import type { SegmentWork } from '../../../core/data/segment-work';
import type { Control, HeldLease, ItemTable } from '../../../core/ports';
import { people, split } from '../../support/data-migration';
import { MemoryItems } from '../../support/memory/items';
import { MemorySegments } from '../../support/memory/segments';
import { SimulatedTime } from '../../support/simulated-time';

interface Worked {
  /** How often an item was looked at, as the application does. */
  readonly probes: number;
  readonly seconds: number;
  /** Of pages and writes: how many items. */
  readonly pages: readonly number[];
  readonly writes: readonly number[];
  /** Whether anybody could have taken over the segment at any time. */
  readonly hasLapsed: boolean;
}

/** Works on a table whose every page and write takes 20 ms, and every look at an item 2 ms, or longer beside work. */
async function work(count: number, control?: Control, change: Partial<DataAction> = {}, slow = 0): Promise<Worked> {
  const time = new SimulatedTime();
  const segments = new MemorySegments(time);
  const store = new MemoryItems();
  store.put('people', ...people(count));
  const pass = { scope: 's', deployment: 'd', key: 'k', step: 'backfill.0', direction: 'forward' } as const;
  if (control) await segments.setControl(pass, control);
  let probes = 0;
  const pages: number[] = [];
  const writes: number[] = [];
  const taking = (table: ItemTable): ItemTable =>
    Object.assign(Object.create(table) as ItemTable, {
      async page(...parameters: Parameters<ItemTable['page']>) {
        pages.push(parameters[2]);
        await time.sleep(20);
        return table.page(...parameters);
      },
      async find(...parameters: Parameters<ItemTable['find']>) {
        probes += 1;
        await time.sleep(2 + (time.now() % 10_000 > 480 && writes.length > 0 ? slow : 0));
        return table.find(...parameters);
      },
      async write(...parameters: Parameters<ItemTable['write']>) {
        writes.push(parameters[0].length);
        await time.sleep(20);
        return table.write(...parameters);
      },
    });
  const reader: HeldLease = { scope: 's', token: 1, guard: async () => {} };
  const division = await (await store.open(reader).table('people')).divide(1);
  const task: SegmentWork = {
    division,
    ...{
      pass,
      number: 0,
      of: 1,
      attempt: 'r',
      keepsImages: true,
      isNewDestination: false,
      file: 'f.ts',
      codeLines: [],
    },
    functions: { transform: split },
    action: {
      ...{ type: 'data', pass: 'write', source: { target: 't', table: 'people' }, existing: 'keep' },
      ...{ undo: 'before-image', mayFail: 0, finish: 'application', ...change },
    },
    open: async (lease: HeldLease) => ({ source: taking(await store.open(lease).table('people')) }),
  };
  const limits = { stopBy: Number.POSITIVE_INFINITY, pageSize: 500, workers: 1, budgets: new LatencyBudgets(1) };
  let result: string | undefined;
  let seconds = 0;
  let hasLapsed = false;
  const watch = async () => {
    while (result === undefined) {
      await time.sleep(1_000);
      const [segment] = await segments.list(pass);
      if (segment?.worker !== undefined && segment.leaseUntil < time.now()) hasLapsed = true;
    }
  };
  await time.run([
    runSegment({ segments, clock: time }, task, 'worker', limits).then((ended) => {
      result = ended;
      seconds = time.now() / 1000;
    }),
    watch(),
  ]);
  expect(result).toBe('done');
  expect(store.list('people').filter((item) => !('first' in item))).toEqual([]);
  // Nothing goes on when the segment is done.
  const before = probes;
  await time.run([time.sleep(5_000)]);
  expect(probes).toBe(before);
  return { probes, seconds, pages, writes, hasLapsed };
}

it('works faster and faster while the application does not feel it', async () => {
  const { probes, pages, writes } = await work(4_000, undefined, { latencyBudget: 10 });
  expect(probes).toBeGreaterThan(40);
  expect(pages[0]).toBe(500);
  expect(pages.at(-1)).toBe(500);
  expect([writes[0], writes.at(-2)]).toEqual([5, 100]);
});

it('works slowly, in small parts, while the application feels it', async () => {
  const { pages, writes, seconds } = await work(1_000, undefined, { latencyBudget: 10 }, 100);
  expect(new Set(pages.slice(3))).toEqual(new Set([5]));
  expect(new Set(writes)).toEqual(new Set([5]));
  // Two hundred parts, of which each but the first few is followed by a rest of a second.
  expect(seconds).toBeGreaterThan(100);
  expect(seconds).toBeLessThan(300);
});

it('does a tenth of the work at least where the migration says nothing', async () => {
  const asked = await work(1_000, undefined, { latencyBudget: 10 }, 100);
  const usual = await work(1_000, undefined, {}, 100);
  expect(usual.seconds).toBeLessThan(asked.seconds / 4);
  expect(usual.probes).toBeGreaterThan(10);
});

it('keeps to a rate at which a whole page would take minutes, in pages that take seconds', async () => {
  const { seconds, pages } = await work(1_000, { state: 'running', rate: 8 });
  expect(Math.max(...pages)).toBe(40);
  // But for the last page, after which nothing is waited for.
  expect(seconds).toBeGreaterThan((1_000 - 40) / 8 - 1);
  expect(seconds).toBeLessThan(1_000 / 8 + 1);
});

it('waits for as long as a single item takes at its rate, and keeps its segment meanwhile', async () => {
  const { seconds, hasLapsed } = await work(6, { state: 'running', rate: 0.02 });
  expect(hasLapsed).toBe(false);
  expect(seconds).toBeGreaterThan(5 * 50 - 1);
  expect(seconds).toBeLessThan(6 * 50 + 1);
});

it.each([
  ['when an operator has set a rate', 1_000, { state: 'running', rate: 100_000 }, {}],
  ['when an operator wants no limit', 1_000, { state: 'running', rate: 0 }, {}],
  ['when the migration wants none', 1_000, undefined, { latencyBudget: 'none' }],
  ['for a table that is one page', 499, undefined, {}],
] as const)('looks at no latency %s', async (_when, count, control, change) => {
  const { probes, writes } = await work(count, control, change);
  expect(probes).toBe(0);
  expect(writes[0]).toBe(Math.min(count, 100));
});
