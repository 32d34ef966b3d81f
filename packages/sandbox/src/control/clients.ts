import type { ServerResponse } from 'node:http';

/** Other processes that use a sandbox. */
export class Clients {
  readonly #connected = new Map<string, ServerResponse>();
  #seen = false;
  #isClosed = false;

  /** What one of them has begun may still run. */
  get areGone(): boolean {
    return this.#connected.size === 0;
  }

  /** Whether there ever was one. */
  get wereThere(): boolean {
    return this.#seen;
  }

  /** From now on nobody gets in: the process is about to end. */
  close(): void {
    this.#isClosed = true;
  }

  /** Keeps the response open until the client leaves, or its process ends. False when it is too late for one. */
  attach(id: string, response: ServerResponse): boolean {
    if (this.#isClosed) return false;
    this.#seen = true;
    this.#connected.set(id, response);
    response.on('close', () => this.#connected.delete(id));
    return true;
  }

  leave(id: string): void {
    this.#connected.get(id)?.end();
    this.#connected.delete(id);
  }
}
