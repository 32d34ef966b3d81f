const signals = ['SIGINT', 'SIGTERM'] as const;

/** npm and npx pass on the Ctrl-C that the terminal has sent to all processes already: that is one, not two. */
const sameMs = 500;

/** Ctrl-C, and being asked to end, as something to wait for. While this exists, neither ends the process by itself. */
export class Interruptions {
  #lastAt = 0;
  #resolve: () => void = () => {};
  readonly #notice = (): void => {
    const isSame = Date.now() - this.#lastAt < sameMs;
    this.#lastAt = Date.now();
    if (!isSame) this.#resolve();
  };

  constructor() {
    for (const signal of signals) process.on(signal, this.#notice);
  }

  next(): Promise<void> {
    return new Promise((resolve) => {
      this.#resolve = resolve;
    });
  }

  end(): void {
    for (const signal of signals) process.off(signal, this.#notice);
  }
}

/** Lets a command say something before Ctrl-C ends its process, as the signal would have without it. Returns how to stop. */
export function beforeInterruption(say: () => Promise<void>): () => void {
  let firstAt: number | undefined;
  const stop = (): void => {
    for (const signal of signals) process.off(signal, notice);
  };
  const end = (signal: NodeJS.Signals): void => {
    stop();
    process.kill(process.pid, signal);
  };
  const notice = (signal: NodeJS.Signals): void => {
    if (firstAt === undefined) {
      firstAt = Date.now();
      say()
        .catch(() => {})
        .finally(() => end(signal));
    } else if (Date.now() - firstAt >= sameMs) {
      // A second Ctrl-C does not wait for the words of the first.
      end(signal);
    }
  };
  for (const signal of signals) process.on(signal, notice);
  return stop;
}
