import type { DataAction } from '../bundle/data-action';
import type { Clock } from '../ports/index';

/** What workers keep to for the application's sake. */
export interface Budget {
  /** How much slower the slowest of a hundred requests of the application may become. */
  readonly percent: number;
  /** How many workers of a process work at the same time on average at the least, whatever the application feels. */
  readonly least: number;
}

/**
 * Unless the migration says otherwise. Some latencies vary so much by themselves that no work at all seems to fit into a
 * budget; a migration that nobody gave a budget must end all the same.
 * @internal
 */
export const usualBudget: Budget = { percent: 10, least: 0.1 };

/**
 * What somebody asked for: almost nothing is done rather than more.
 * @internal
 */
export function strictBudget(percent: number): Budget {
  return { percent, least: 0.01 };
}

/** What workers on an action keep to; undefined for nothing. */
export function budgetOf({ latencyBudget }: Pick<DataAction, 'latencyBudget'>): Budget | undefined {
  if (latencyBudget === 'none') return undefined;
  return latencyBudget === undefined ? usualBudget : strictBudget(latencyBudget);
}

/** What is one of the application's small requests: a read of one item, by its key. */
export type Probe = () => Promise<unknown>;

/** Milliseconds between two probes while work is done, and in a quiet moment; how many go before, and how many of those count. */
const probes = { between: 100, quietly: 20, unmeasured: 20, before: 100 };

/**
 * Milliseconds: workers of all processes rest at the same time by the clock, so that what the application's requests take
 * without them is known at any time. What they sent before has this long to end.
 */
const quiet = { every: 10_000, lasts: 500, settles: 100 };

/** Of that many of the latest quiet probes the percentile is taken. */
const mostQuiet = 500;

/** One request in a hundred is slower than this part of them. */
const slowest = 0.99;

/** Part of the probes that may be slower than the slowest were before, by the budget: a little less, because probes are few. */
const mayBeLate = 0.003;

/**
 * One probe in ten is slower than this part of the quiet ones if nobody feels the work. More than one in five are no chance: a
 * sum to which each that is slow adds one, and from which each other takes its relief, then reaches this many. The slowest of a
 * hundred tell too late when the load grows fast, and nothing when each piece of work delays others by less than they vary anyway.
 */
const slow = { part: 0.9, many: 3, relief: 1 / 4 };

/** Milliseconds of one rest, at most: what operators ask for is looked at between pages. */
const longestRest = 1_000;

/**
 * How many workers of this process work at the same time on average. A late probe takes it down, and each that is in time takes
 * it up by so little that it settles where as many probes are late as may be. It grows fast until the first is late.
 */
const load = { first: 0.02, onLate: 0.7, atFirst: 1.1, onFirstLate: 0.2 };
const onTime = load.onLate ** (-mayBeLate / (1 - mayBeLate));

/**
 * Lets the workers of a process work only as much as the application does not feel. A probe reads an item of its table a few times a
 * second, as the application would, whether anybody works at that moment or not: so it meets the work as often as the
 * application's requests do.
 */
export class LatencyBudget {
  private readonly quietLatencies: number[] = [];
  private readonly most: number;
  private current: number;
  private hasBeenLate = false;
  /** Grows while more probes are slow than by chance. */
  private suspicion = 0;
  private begun: Promise<void> | undefined;
  private users = 0;
  private isWatching = false;
  private working = 0;
  /** When the rest after the last turn ends. */
  private free = 0;
  private entered: Promise<void> = Promise.resolve();
  private left = signal();

  /** @param workers how many of this process may work at the same time */
  constructor(
    private readonly clock: Clock,
    private readonly budget: Budget,
    workers: number,
  ) {
    this.most = Math.max(1, workers);
    this.current = Math.max(load.first, budget.least);
  }

  /** How many workers work at the same time, on average; less than 1 when one rests in between. */
  get load(): number {
    return this.current;
  }

  /** Nothing that the application feels keeps any worker from working all the time. */
  get isUnlimited(): boolean {
    return this.current >= this.most;
  }

  /** A worker comes. The first one looks how quick the application's requests are before anybody works. */
  join(probe: Probe): Promise<void> {
    this.users += 1;
    if (this.users === 1) this.begun = this.begin(probe);
    return this.begun!;
  }

  leave(): void {
    this.users -= 1;
  }

  /** Does a small part of the work when it is its turn, and then lets others rest. */
  async turn<T>(work: () => Promise<T>): Promise<T> {
    const before = this.entered;
    const entered = signal();
    this.entered = entered.happened;
    await before;
    while (this.working >= Math.max(1, Math.floor(this.current))) await this.left.happened;
    await this.rest();
    this.working += 1;
    entered.happen();
    const startedAt = this.clock.now();
    try {
      return await work();
    } finally {
      const took = this.clock.now() - startedAt;
      this.free = this.clock.now() + Math.min(longestRest, took * Math.max(0, 1 / this.current - 1));
      this.working -= 1;
      this.left.happen();
      this.left = signal();
    }
  }

  private async rest(): Promise<void> {
    const pause = this.free - this.clock.now();
    if (pause > 0) await this.clock.sleep(pause);
    const intoPeriod = this.clock.now() % quiet.every;
    if (intoPeriod < quiet.lasts) await this.clock.sleep(quiet.lasts - intoPeriod);
  }

  private async begin(probe: Probe): Promise<void> {
    // The first ones find nothing warm: no connection, no code that is compiled.
    if (this.quietLatencies.length === 0) {
      for (let count = 0; count < probes.unmeasured; count += 1) await probe().catch(() => undefined);
    }
    // A process that has worked on the table before knows already.
    for (let count = this.quietLatencies.length; count < probes.before; count += 1) {
      this.noteQuiet((await this.measure(probe)).least);
    }
    if (!this.isWatching) void this.watch(probe);
  }

  /** Until the last worker has gone. */
  private async watch(probe: Probe): Promise<void> {
    this.isWatching = true;
    for (let count = 0; ; count += 1) {
      // Not in step with anything that is done at fixed intervals.
      const uneven = 0.75 + ((count * 0.618) % 1) / 2;
      await this.clock.sleep((this.isQuiet() ? probes.quietly : probes.between) * uneven);
      if (this.users === 0) break;
      const beganQuietly = this.isQuiet();
      const latency = await this.measure(probe);
      if (!beganQuietly) this.note(latency);
      // One that lasted longer may have met work.
      else if (this.isQuiet()) this.noteQuiet(latency.least);
    }
    this.isWatching = false;
  }

  private isQuiet(): boolean {
    const intoPeriod = this.clock.now() % quiet.every;
    return this.working === 0 && intoPeriod >= quiet.settles && intoPeriod < quiet.lasts;
  }

  private async measure(probe: Probe): Promise<Latency> {
    const before = markOf(this.clock);
    // One that is refused is late as a rule: it was sent several times before.
    await probe().catch(() => undefined);
    const after = markOf(this.clock);
    const most = after.at - before.at;
    return { least: most - (after.busy - before.busy), most };
  }

  private noteQuiet(latency: number): void {
    this.quietLatencies.push(latency);
    if (this.quietLatencies.length > mostQuiet) this.quietLatencies.shift();
  }

  private note({ least, most }: Latency): void {
    const limit = this.limit(slowest);
    if (least > limit || this.isSuspicious(least)) {
      const factor = this.hasBeenLate ? load.onLate : load.onFirstLate;
      this.hasBeenLate = true;
      this.suspicion = 0;
      this.current = Math.max(this.budget.least, Math.min(1, this.current) * factor);
    } else if (most <= limit) {
      this.current = Math.min(this.most, this.current * (this.hasBeenLate ? onTime : load.atFirst));
    }
    // Else it was this process that was busy, and nobody knows what the database took.
  }

  private isSuspicious(latency: number): boolean {
    this.suspicion = Math.max(0, this.suspicion + (latency > this.limit(slow.part) ? 1 : -slow.relief));
    return this.suspicion >= slow.many;
  }

  /** Milliseconds that this part of the probes took in quiet moments, and what the budget adds. */
  private limit(part: number): number {
    return percentile(this.quietLatencies, part) * (1 + this.budget.percent / 100);
  }
}

/** Milliseconds: an answer may have waited until this process had time for it. */
interface Latency {
  readonly least: number;
  readonly most: number;
}

function markOf(clock: Clock): { readonly at: number; readonly busy: number } {
  return clock.mark?.() ?? { at: clock.now(), busy: 0 };
}

function percentile(values: readonly number[], part: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.ceil(sorted.length * part) - 1] ?? Number.POSITIVE_INFINITY;
}

function signal(): { readonly happened: Promise<void>; happen(): void } {
  let happen = () => {};
  const happened = new Promise<void>((resolve) => {
    happen = resolve;
  });
  return { happened, happen };
}
