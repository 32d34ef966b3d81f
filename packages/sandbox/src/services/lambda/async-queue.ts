import { setTimeout as sleep } from 'node:timers/promises';
import { AwsError } from '../../aws-error';
import type { InvocationResult } from './function-error';

const THROTTLE_PAUSE_MS = 100;

export interface AsyncQueueOptions {
  readonly invoke: (functionName: string, payload: string, requestId: string) => Promise<InvocationResult>;
  readonly retries: (functionName: string) => number;
  /** How long an event may wait. */
  readonly maxAgeMs: (functionName: string) => number;
  readonly retryDelayMs: number;
  readonly onGivenUp: (event: LostEvent) => void;
}

interface QueuedEvent {
  readonly functionName: string;
  readonly payload: string;
  readonly requestId: string;
}

/** An event that no attempt could work on. */
export interface LostEvent extends QueuedEvent {
  readonly condition: 'RetriesExhausted' | 'EventAgeExceeded';
  readonly attempts: number;
  /** What the last attempt answered, when there was one. */
  readonly result?: InvocationResult;
  /** For people. */
  readonly reason: string;
}

/**
 * Asynchronous (`Event`) invocations. Lambda tries a failed one again, twice by default, with the same request id
 * (aws-facts CR-16): handlers see events more than once. What it gives up goes to the function's destination (aws-facts
 * LAM-2).
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
    const event = { functionName, payload, requestId };
    const delivery = this.#deliver(event)
      .catch((error): LostEvent => ({ ...event, condition: 'RetriesExhausted', attempts: 1, reason: messageOf(error) }))
      .then((lost) => lost && this.options.onGivenUp(lost))
      .finally(() => this.#pending.delete(delivery));
    this.#pending.set(delivery, functionName);
  }

  async drained(): Promise<void> {
    while (!this.isEmpty) await Promise.all(this.#pending.keys());
  }

  close(): void {
    this.#closed = true;
  }

  async #deliver(event: QueuedEvent): Promise<LostEvent | undefined> {
    const { functionName } = event;
    const expiresAt = Date.now() + this.options.maxAgeMs(functionName);
    let result: InvocationResult | undefined;
    for (let attempts = 0; !this.#closed; ) {
      const answer = await this.#unthrottled(event, expiresAt);
      if (answer === 'expired') {
        return { ...event, condition: 'EventAgeExceeded', attempts, result, reason: 'It became too old.' };
      }
      if (!answer?.error) return undefined;
      result = answer;
      attempts += 1;
      if (attempts > this.options.retries(functionName)) {
        return { ...event, condition: 'RetriesExhausted', attempts, result, reason: answer.error.errorMessage };
      }
      await sleep(this.options.retryDelayMs * attempts, undefined, { ref: false });
    }
    return undefined;
  }

  /** A throttled event stays in the queue (for hours, in AWS) and uses up none of its retries. */
  async #unthrottled(
    { functionName, payload, requestId }: QueuedEvent,
    expiresAt: number,
  ): Promise<InvocationResult | 'expired' | undefined> {
    while (!this.#closed) {
      try {
        return await this.options.invoke(functionName, payload, requestId);
      } catch (error) {
        if (!(error instanceof AwsError) || error.code !== 'TooManyRequestsException') throw error;
        if (Date.now() >= expiresAt) return 'expired';
        await sleep(THROTTLE_PAUSE_MS, undefined, { ref: false });
      }
    }
    return undefined;
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
