import type { Clock } from '../../src/services/clock';
import { until } from './until';

/** Time that passes only when a test says so, and the time limits that end with it. */
export class ManualClock implements Clock {
  private time = Date.UTC(2026, 0, 1);
  private readonly running = new Set<{ readonly at: number; readonly callback: () => void }>();
  private readonly counts = new Map<number, number>();

  now(): number {
    return this.time;
  }

  after(milliseconds: number, callback: () => void) {
    const timer = { at: this.time + milliseconds, callback };
    this.running.add(timer);
    this.counts.set(milliseconds, this.started(milliseconds) + 1);
    return { cancel: () => void this.running.delete(timer) };
  }

  /** Resolves when so many more timers of this length were started. */
  async whenStarted(milliseconds: number, more: number): Promise<void> {
    const end = this.started(milliseconds) + more;
    await until(async () => this.started(milliseconds) >= end, Boolean);
  }

  pass(milliseconds: number): void {
    this.time += milliseconds;
    const due = [...this.running].filter(({ at }) => at <= this.time);
    for (const timer of due) {
      this.running.delete(timer);
      timer.callback();
    }
  }

  private started(milliseconds: number): number {
    return this.counts.get(milliseconds) ?? 0;
  }
}
