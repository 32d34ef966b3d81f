const signals = ['SIGINT', 'SIGTERM'] as const;

/** Resolves at the next Ctrl-C, or when this process is asked to end. */
export function interruption(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of signals) process.once(signal, () => resolve());
  });
}

/** Lets a command say something before Ctrl-C ends its process, as the signal would have without it. Returns how to stop. */
export function beforeInterruption(say: () => Promise<void>): () => void {
  const stop = (): void => {
    for (const signal of signals) process.off(signal, end);
  };
  const end = (signal: NodeJS.Signals): void => {
    // A second Ctrl-C does not wait for the words of the first.
    stop();
    say()
      .catch(() => {})
      .finally(() => process.kill(process.pid, signal));
  };
  for (const signal of signals) process.on(signal, end);
  return stop;
}
