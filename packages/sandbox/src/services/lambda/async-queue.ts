import { setTimeout as sleep } from 'node:timers/promises';
import { AwsError } from '../../aws-error';
import type { InvocationResult } from './function-error';

const THROTTLE_PAUSE_MS = 100;

export interface AsyncQueueOptions {
  readonly invoke: (functionName: string, payload: string, requestId: string) => Promise<InvocationResult>;
  readonly retries: (functionName: string) => number;
  readonly retryDelayMs: number;
  readonly onGivenUp: (functionName: string, error: unknown) => void;
}

/**
 * Asynchronous (`Event`) invocations. Lambda tries a failed one again, twice by default, with the same request id
 * (aws-facts CR-16): handlers see events more than once.
 */
export class AsyncQueue {
  /** With the name of the function. */
  readonly #pending = new Map<Promise<void>, string>();
  #closed = false;

  constructor(private readonly options: AsyncQueueOptions) {}

  get isEmpty(): boolean {
    return this.#pending.size === 0;
  }

  get functionNames(): readonly string[] {
    return [...new Set(this.#pending.values())];
  }

  push(functionName: string, payload: string, requestId: string): void {
    const delivery = this.#deliver(functionName, payload, requestId)
      .catch((error) => this.options.onGivenUp(functionName, error))
      .finally(() => this.#pending.delete(delivery));
    this.#pending.set(delivery, functionName);
  }

  async drained(): Promise<void> {
    while (!this.isEmpty) await Promise.all(this.#pending.keys());
  }

  close(): void {
    this.#closed = true;
  }

  async #deliver(functionName: string, payload: string, requestId: string): Promise<void> {
    for (let attempt = 0; !this.#closed; attempt++) {
      const result = await this.#unthrottled(functionName, payload, requestId);
      if (!result?.error) return;
      if (attempt >= this.options.retries(functionName)) throw new Error(result.error.errorMessage);
      await sleep(this.options.retryDelayMs * (attempt + 1), undefined, { ref: false });
    }
  }

  /** A throttled event stays in the queue (for hours, in AWS) and uses up none of its retries. */
  async #unthrottled(functionName: string, payload: string, requestId: string): Promise<InvocationResult | undefined> {
    while (!this.#closed) {
      try {
        return await this.options.invoke(functionName, payload, requestId);
      } catch (error) {
        if (!(error instanceof AwsError) || error.code !== 'TooManyRequestsException') throw error;
        await sleep(THROTTLE_PAUSE_MS, undefined, { ref: false });
      }
    }
    return undefined;
  }
}
