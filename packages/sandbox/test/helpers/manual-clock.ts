import type { Timers } from '../../src/services/timers';

/** Time that passes only when a test says so, and the time limits that end with it. */
export class ManualClock implements Timers {
  private time = Date.UTC(2026, 0, 1);
  private readonly running = new Set<{ readonly at: number; readonly callback: () => void }>();
  private readonly counts = new Map<number, number>();

  readonly now = () => this.time;

  after(milliseconds: number, callback: () => void) {
    const timer = { at: this.time + milliseconds, callback };
    this.running.add(timer);
    this.counts.set(milliseconds, this.started(milliseconds) + 1);
    return { cancel: () => void this.running.delete(timer) };
  }

  /** How many timers of this length were started so far. */
  started(milliseconds: number): number {
    return this.counts.get(milliseconds) ?? 0;
  }

  pass(milliseconds: number): void {
    this.time += milliseconds;
    const due = [...this.running].filter(({ at }) => at <= this.time);
    for (const timer of due) {
      this.running.delete(timer);
      timer.callback();
    }
  }
}
