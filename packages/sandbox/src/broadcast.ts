import type { StackEvent } from './api';

export interface Listener {
  readonly onStackEvent?: (event: StackEvent) => void;
  readonly onWarning?: (message: string) => void;
  readonly onFunctionLog?: (functionName: string, line: string) => void;
}

/** Tells all listeners: the opener of the sandbox, and second processes while they wait for a command. */
export class Broadcast {
  readonly #listeners = new Set<Listener>();
  readonly #warned = new Set<string>();

  listen(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  stackEvent(event: StackEvent): void {
    for (const listener of this.#listeners) listener.onStackEvent?.(event);
  }

  /** Each warning is told once: deployments repeat themselves. */
  warning(message: string): void {
    if (this.#warned.has(message)) return;
    this.#warned.add(message);
    for (const listener of this.#listeners) listener.onWarning?.(message);
  }

  functionLog(functionName: string, line: string): void {
    for (const listener of this.#listeners) listener.onFunctionLog?.(functionName, line);
  }
}
