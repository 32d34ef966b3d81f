import type { Clock } from '../ports/index';

/** Milliseconds that a worker sleeps at once, at most: then it looks what it is asked for, and says that it still has its segment. */
const longestPause = 10_000;

/** How much slower a worker becomes when the database is under pressure, and how it recovers. */
const backOff = { factor: 0.5, recovery: 1.25, least: 0.05 };

/** Latency that counts as pressure, as a multiple of the shortest that this worker has seen. */
const pressure = 3;

/**
 * Keeps a worker at its share of a rate, and slows it down while the database answers late or refuses: then the
 * application, which uses the same database, waits too.
 */
export class Pace {
  private free: number;
  private fastest = Number.POSITIVE_INFINITY;
  /** Part of its time in which the worker works. */
  private share = 1;

  constructor(private readonly clock: Clock) {
    this.free = clock.now();
  }

  /** Waits until the next page may be worked on, but not for long at once. Returns whether it may. */
  async beforePage(): Promise<boolean> {
    const pause = this.free - this.clock.now();
    if (pause > 0) await this.clock.sleep(Math.min(pause, longestPause));
    return pause <= longestPause;
  }

  /**
   * Notes a page that was worked on.
   * @param page how many items, the milliseconds that it took, and those of its slowest request
   * @param rate items a second that this worker may; 0 as many as it can; undefined: as many as the database takes easily
   */
  afterPage(page: { readonly items: number; readonly took: number; readonly latency: number }, rate?: number): void {
    if (rate === 0) {
      this.free = this.clock.now();
      return;
    }
    this.fastest = Math.min(this.fastest, Math.max(page.latency, 1));
    const isPressed = page.latency > this.fastest * pressure && page.latency > 20;
    this.share = isPressed
      ? Math.max(backOff.least, this.share * backOff.factor)
      : Math.min(1, this.share * backOff.recovery);
    const byRate = rate === undefined ? 0 : (page.items / rate) * 1000 - page.took;
    const byPressure = page.took * (1 / this.share - 1);
    this.free = this.clock.now() + Math.max(0, byRate, byPressure);
  }
}
