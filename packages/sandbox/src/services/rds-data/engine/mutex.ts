/** First come, first served. A waiter gives up when its signal fires, without holding up those behind it. */
export class Mutex {
  #held = false;
  readonly #waiters: (() => void)[] = [];

  get held(): boolean {
    return this.#held;
  }

  /** Returns the function that releases the lock. */
  async lock(signal: AbortSignal): Promise<() => void> {
    signal.throwIfAborted();
    if (this.#held) await this.#turn(signal);
    this.#held = true;
    return () => this.#unlock();
  }

  #turn(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const proceed = () => {
        signal.removeEventListener('abort', giveUp);
        resolve();
      };
      const giveUp = () => {
        this.#waiters.splice(this.#waiters.indexOf(proceed), 1);
        reject(signal.reason);
      };
      this.#waiters.push(proceed);
      signal.addEventListener('abort', giveUp, { once: true });
    });
  }

  /** Passes the lock on while it is still held, so that no newcomer can slip in between. */
  #unlock(): void {
    const next = this.#waiters.shift();
    if (next) next();
    else this.#held = false;
  }
}
