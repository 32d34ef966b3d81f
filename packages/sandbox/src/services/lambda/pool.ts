import type { ExecutionEnvironment } from './execution-environment';

/** More processes than this would make a laptop slower, not faster; further invocations wait for a free one. */
const MAX_PROCESSES = 24;
/** Idle processes end after this time, as Lambda's do after some minutes. */
const IDLE_MS = 60_000;

interface Slot {
  /** Changes when the function's code or configuration does: processes of another version are not used again. */
  readonly version: string;
  readonly functionName: string;
  readonly environment: ExecutionEnvironment;
  busy: boolean;
  idleTimer?: NodeJS.Timeout;
}

/** The processes of all functions: warm ones are used again, the number of them is bounded. */
export class ProcessPool {
  readonly #slots = new Set<Slot>();
  readonly #waiting: (() => void)[] = [];
  /** Processes end by themselves when their channel closes, but not one that an interceptor stopped or that is busy. */
  readonly #killAll = (): void => {
    for (const slot of this.#slots) slot.environment.kill();
  };

  constructor() {
    process.on('exit', this.#killAll);
  }

  running(functionName: string): number {
    return [...this.#slots].filter((slot) => slot.functionName === functionName && slot.busy).length;
  }

  async use<T>(
    functionName: string,
    version: string,
    start: () => ExecutionEnvironment,
    work: (environment: ExecutionEnvironment) => Promise<T>,
  ): Promise<T> {
    const slot = await this.#acquire(functionName, version, start);
    try {
      return await work(slot.environment);
    } finally {
      this.#release(slot);
    }
  }

  /** Ends the idle processes of a function; busy ones finish their invocation first, as in Lambda. */
  retire(functionName: string): void {
    for (const slot of this.#slots) {
      if (slot.functionName === functionName && !slot.busy) this.#end(slot);
    }
  }

  async close(): Promise<void> {
    process.off('exit', this.#killAll);
    const slots = [...this.#slots];
    for (const slot of slots) this.#end(slot);
    await Promise.all(slots.map((slot) => slot.environment.exited));
  }

  async #acquire(functionName: string, version: string, start: () => ExecutionEnvironment): Promise<Slot> {
    for (;;) {
      const warm = this.#idle().find((slot) => slot.functionName === functionName && slot.version === version);
      if (warm) return this.#take(warm);
      if (this.#slots.size < MAX_PROCESSES) return this.#start(functionName, version, start);
      const other = this.#idle()[0];
      if (other) this.#end(other);
      else await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }

  #idle(): readonly Slot[] {
    return [...this.#slots].filter((slot) => !slot.busy && slot.environment.usable);
  }

  #start(functionName: string, version: string, start: () => ExecutionEnvironment): Slot {
    const slot: Slot = { functionName, version, environment: start(), busy: true };
    this.#slots.add(slot);
    slot.environment.exited.then(() => this.#forget(slot));
    return slot;
  }

  #take(slot: Slot): Slot {
    clearTimeout(slot.idleTimer);
    slot.busy = true;
    return slot;
  }

  #release(slot: Slot): void {
    slot.busy = false;
    if (slot.environment.usable) slot.idleTimer = setTimeout(() => this.#end(slot), IDLE_MS).unref();
    else this.#forget(slot);
    this.#waiting.shift()?.();
  }

  #end(slot: Slot): void {
    this.#forget(slot);
    slot.environment.kill();
  }

  #forget(slot: Slot): void {
    clearTimeout(slot.idleTimer);
    this.#slots.delete(slot);
  }
}
