import type { Clock } from '../../core/ports';

/** Time in which many things happen at once: whoever sleeps is woken in the order of time, which passes only then. */
export class SimulatedTime implements Clock {
  private time = 0;
  private count = 0;
  private readonly sleepers: { readonly at: number; readonly order: number; readonly wake: () => void }[] = [];

  now(): number {
    return this.time;
  }

  sleep(milliseconds: number): Promise<void> {
    return new Promise((wake) => {
      const at = this.time + Math.max(0, milliseconds);
      this.count += 1;
      const sleeper = { at, order: this.count, wake };
      let index = this.sleepers.length;
      while (index > 0 && isLater(sleeper, this.sleepers[index - 1]!)) index -= 1;
      this.sleepers.splice(index, 0, sleeper);
    });
  }

  /** Lets time pass until all of it is done. */
  async run(all: readonly Promise<unknown>[]): Promise<void> {
    let isOver = false;
    const end = Promise.all(all).finally(() => {
      isOver = true;
    });
    end.catch(() => undefined);
    for (;;) {
      // All that follows from what has happened happens before anything else.
      await new Promise((resolve) => setImmediate(resolve));
      if (isOver) break;
      const next = this.sleepers.pop();
      if (!next) throw new Error('Nothing will ever happen again.');
      this.time = next.at;
      next.wake();
    }
    return end.then(() => undefined);
  }
}

function isLater(a: { at: number; order: number }, b: { at: number; order: number }): boolean {
  return a.at > b.at || (a.at === b.at && a.order > b.order);
}
