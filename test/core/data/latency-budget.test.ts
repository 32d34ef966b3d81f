import { expect, it } from '@jest/globals';
import { LatencyBudget, strictBudget, usualBudget } from '../../../core/data/latency-budget';
import type { Clock } from '../../../core/ports';
import { SimulatedTime } from '../../support/simulated-time';

/** A database that does one thing after the other, so that whoever asks while it works waits. */
class BusyDatabase {
  private free = 0;

  constructor(private readonly clock: Clock) {}

  /** Resolves with the milliseconds that it took. */
  async request(milliseconds: number): Promise<number> {
    const askedAt = this.clock.now();
    this.free = Math.max(this.free, askedAt) + milliseconds;
    await this.clock.sleep(this.free - askedAt);
    return this.clock.now() - askedAt;
  }
}

/** Between 0 and 1, evenly spread, always the same ones. */
function uneven(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return state / 2_147_483_648;
  };
}

interface Run {
  /** What the application's requests took, in milliseconds. */
  readonly latencies: readonly number[];
  /** Parts of the work that were done. */
  readonly done: number;
  readonly load: number;
}

/** An application that asks 50 times a second, and workers beside it, for so many seconds. */
async function run(seconds: number, workers: number, partTakes: number, percent = 10, seed = 1): Promise<Run> {
  const time = new SimulatedTime();
  const database = new BusyDatabase(time);
  const until = time.now() + seconds * 1000;
  const latencies: number[] = [];
  const budget = new LatencyBudget(time, strictBudget(percent), Math.max(1, workers));
  const ofProbe = uneven(7 * seed);
  const probe = () => database.request(1 + 4 * ofProbe() ** 4);
  const gap = uneven(seed);
  const service = uneven(2 * seed);
  const application = async () => {
    while (time.now() < until) {
      await time.sleep(10 + 20 * gap());
      // Open loop: the next one does not wait for it.
      void database.request(1 + 4 * service() ** 4).then((took) => latencies.push(took));
    }
  };
  let done = 0;
  const worker = async () => {
    await budget.join(probe);
    while (time.now() < until) {
      await budget.turn(() => database.request(partTakes));
      done += 1;
    }
    budget.leave();
  };
  await time.run([application(), ...Array.from({ length: workers }, worker)]);
  return { latencies, done, load: budget.load };
}

function p99(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.ceil(values.length * 0.99) - 1]!;
}

it.each([
  [3, 1],
  [3, 1_000],
  [8, 1],
  [8, 1_000],
])(
  'keeps the slowest requests of the application within the budget, with parts that take %i ms (%i)',
  async (part, seed) => {
    const alone = await run(300, 0, 0, 10, seed);
    const beside = await run(300, 4, part, 10, seed);
    expect(alone.latencies.length).toBeGreaterThan(12_000);
    expect(p99(beside.latencies) / p99(alone.latencies)).toBeLessThan(1.1);
    expect(beside.load).toBeLessThan(0.5);
    expect(beside.done).toBeGreaterThan(300);
  },
);

it('notices within a moment that the application waits, while the load still grows fast', async () => {
  const alone = await run(300, 0, 0);
  // Longer than what the application's slowest requests take, but not much: so it is not one probe that tells.
  const { latencies } = await run(15, 4, 3);
  const late = latencies.filter((took) => took > p99(alone.latencies) * 1.1);
  expect(latencies.length).toBeGreaterThan(600);
  expect(late.length / latencies.length).toBeLessThan(0.02);
});

it('works as fast as it can where the application does not feel it', async () => {
  const time = new SimulatedTime();
  const database = new BusyDatabase(time);
  const budget = new LatencyBudget(time, strictBudget(10), 4);
  let done = 0;
  const worker = async () => {
    await budget.join(() => database.request(2));
    // Of another database, or of other parts of this one.
    for (; time.now() < 60_000; done += 1) await budget.turn(() => time.sleep(20));
    budget.leave();
  };
  await time.run([worker(), worker(), worker(), worker()]);
  expect(budget.load).toBe(4);
  // Of 60 s, in which each of four does fifty a second: but for the beginning, and the moments in which all rest.
  expect(done).toBeGreaterThan(60 * 4 * 50 * 0.85);
});

it('works more when the budget is larger', async () => {
  const small = await run(120, 2, 8, 5);
  const large = await run(120, 2, 8, 300);
  expect(large.done).toBeGreaterThan(3 * small.done);
});

it.each([
  ['almost nothing', strictBudget(10), 0.01],
  ['a tenth of the work of one worker, unless a budget was asked for,', usualBudget, 0.1],
])('does %s when every request is late, and lets nobody wait for long', async (_what, asked, least) => {
  const time = new SimulatedTime();
  const budget = new LatencyBudget(time, asked, 2);
  const turns: number[] = [];
  const worker = async () => {
    // Slow whenever anybody may work.
    await budget.join(() => time.sleep(time.now() > 1_000 && time.now() % 10_000 > 480 ? 50 : 2));
    while (time.now() < 120_000) {
      await budget.turn(() => time.sleep(10));
      turns.push(time.now());
    }
    budget.leave();
  };
  await time.run([worker()]);
  expect(budget.load).toBeCloseTo(least, 3);
  const gaps = turns.slice(1).map((at, index) => at - turns[index]!);
  expect(Math.max(...gaps)).toBeLessThanOrEqual(1_000 + 500 + 10);
});

it('rests in all processes at the same time', async () => {
  const time = new SimulatedTime();
  const begun: number[] = [];
  const process = async () => {
    const budget = new LatencyBudget(time, strictBudget(10), 1);
    await budget.join(() => time.sleep(2));
    while (time.now() < 60_000) {
      await budget.turn(async () => {
        begun.push(time.now() % 10_000);
        await time.sleep(7);
      });
    }
    budget.leave();
  };
  await time.run([process(), process(), process()]);
  expect(Math.min(...begun)).toBeGreaterThanOrEqual(500);
});

it('knows nothing of the database from a probe that waited for this process', async () => {
  const time = new SimulatedTime();
  let busy = 0;
  const clock: Clock = { ...boundTo(time), mark: () => ({ at: time.now(), busy }) };
  const budget = new LatencyBudget(clock, strictBudget(10), 1);
  await time.run([
    (async () => {
      let count = 0;
      await budget.join(async () => {
        count += 1;
        if (count <= 120) return time.sleep(2);
        // After those before the work, this process is busy for most of the time.
        const isBusy = time.now() % 10_000 > 480;
        await time.sleep(isBusy ? 40 : 2);
        if (isBusy) busy += 39;
        return undefined;
      });
      while (time.now() < 30_000) await budget.turn(() => time.sleep(100));
      budget.leave();
    })(),
  ]);
  // Only those count that did not wait; otherwise it would do the least.
  expect(budget.load).toBeGreaterThanOrEqual(0.02);
});

it('takes what this process needs for a quiet probe for no time of the database', async () => {
  const time = new SimulatedTime();
  let busy = 0;
  const clock: Clock = { ...boundTo(time), mark: () => ({ at: time.now(), busy }) };
  const budget = new LatencyBudget(clock, strictBudget(10), 1);
  let isWorking = false;
  await time.run([
    (async () => {
      await budget.join(async () => {
        // The process takes 20 ms of each probe, the database 2, and 10 while work is done.
        await time.sleep(20 + (isWorking && time.now() % 10_000 > 480 ? 10 : 2));
        busy += 20;
      });
      isWorking = true;
      while (time.now() < 30_000) await budget.turn(() => time.sleep(100));
      budget.leave();
    })(),
  ]);
  expect(budget.load).toBeLessThan(0.02);
});

function boundTo(time: SimulatedTime): Clock {
  return { now: () => time.now(), sleep: (milliseconds) => time.sleep(milliseconds) };
}
