import type { Terminal } from './output';

/** After so long without a line, one says what is going on. */
const silenceMs = 10_000;

/** Says that a command still works whenever nothing else was said for a while. */
export class Heartbeat {
  readonly #startedAt = Date.now();
  #timer: NodeJS.Timeout;

  constructor(
    private readonly terminal: Terminal,
    /** What is going on, told how long it has taken. */
    private readonly tell: (seconds: number) => string,
  ) {
    this.#timer = this.#wait();
  }

  /** Something else was said. */
  reset(): void {
    clearTimeout(this.#timer);
    this.#timer = this.#wait();
  }

  end(): void {
    clearTimeout(this.#timer);
  }

  #wait(): NodeJS.Timeout {
    return setTimeout(() => {
      this.terminal.say(this.terminal.paint('gray', this.tell(secondsSince(this.#startedAt))));
      this.reset();
    }, silenceMs).unref();
  }
}

export function secondsSince(time: number): number {
  return Math.round((Date.now() - time) / 1000);
}
