import { setMaxListeners } from 'node:events';

/** One unit of work in a graph. */
export interface Task {
  readonly id: string;
  /** Tasks that must be done before; ids that are not in the graph are ignored. */
  readonly after: readonly string[];
  run(signal: AbortSignal): Promise<void>;
}

export interface TaskOptions {
  /** `stop` starts nothing new and aborts what runs; `skip-dependents` lets independent paths continue. */
  readonly onFailure: 'stop' | 'skip-dependents';
  /** Stops from outside, as a failure would. */
  readonly signal?: AbortSignal;
}

export interface TaskFailure {
  readonly id: string;
  readonly error: unknown;
}

/**
 * Runs a graph of tasks with maximal parallelism and returns the failures when nothing runs any more. Every phase of
 * an operation is such a graph: what differs is the direction of the edges and what one failure means for the rest.
 */
export async function runTasks(tasks: readonly Task[], options: TaskOptions): Promise<readonly TaskFailure[]> {
  const stop = new AbortController();
  const signal = options.signal ? AbortSignal.any([stop.signal, options.signal]) : stop.signal;
  setMaxListeners(0, signal);
  const waiting = new Map(tasks.map((task) => [task.id, task]));
  const unfinished = new Set(waiting.keys());
  const running = new Set<Promise<void>>();
  const failures: TaskFailure[] = [];

  const fail = (id: string, error: unknown): void => {
    failures.push({ id, error });
    if (options.onFailure === 'stop') stop.abort();
  };
  const start = (task: Task): void => {
    waiting.delete(task.id);
    const run: Promise<void> = task
      .run(signal)
      .then(() => void unfinished.delete(task.id))
      .catch((error: unknown) => fail(task.id, error))
      .finally(() => running.delete(run));
    running.add(run);
  };
  const isReady = (task: Task): boolean => task.after.every((id) => !unfinished.has(id));

  for (;;) {
    if (!signal.aborted) [...waiting.values()].filter(isReady).forEach(start);
    if (running.size === 0) return failures;
    await Promise.race(running);
  }
}
