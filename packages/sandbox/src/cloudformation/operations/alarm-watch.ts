import { setTimeout as sleep } from 'node:timers/promises';
import type { RollbackConfiguration } from '../stack/stack-record';
import type { AlarmState, Operation } from './operation';

const POLL_SECONDS = 1;

/**
 * Rollback triggers (aws-facts CFN-15): watched while resources are made and for the monitoring time after, before any
 * delete. Only ALARM counts; a missing alarm fails the operation.
 */
export class AlarmWatch {
  readonly #finished = new AbortController();

  constructor(
    private readonly operation: Operation,
    private readonly configuration: RollbackConfiguration,
  ) {}

  /** Looks once, then keeps looking: what it finds interrupts the operation. */
  async start(): Promise<void> {
    await this.#look();
    void this.#keepLooking();
  }

  /** Returns after the monitoring time, or earlier when the operation was interrupted. */
  async monitor(): Promise<void> {
    const { monitoringSeconds } = this.configuration;
    if (monitoringSeconds > 0) await this.#wait(monitoringSeconds, this.operation.interrupt.signal);
    if (!this.operation.interrupt.signal.aborted) await this.#look();
  }

  stop(): void {
    this.#finished.abort();
  }

  async #keepLooking(): Promise<void> {
    const signal = AbortSignal.any([this.#finished.signal, this.operation.interrupt.signal]);
    while (!signal.aborted && this.configuration.alarms.length > 0) {
      await this.#wait(POLL_SECONDS, signal);
      if (!signal.aborted) await this.#look();
    }
  }

  async #look(): Promise<void> {
    const { engine, interrupt } = this.operation;
    for (const alarm of this.configuration.alarms) {
      const fault = await engine.options.alarmState(alarm).then(faultOf, (error: Error) => error.message);
      if (fault !== undefined) interrupt.abort(`Rollback trigger ${alarm}: ${fault}`);
    }
  }

  async #wait(seconds: number, signal: AbortSignal): Promise<void> {
    const milliseconds = this.operation.engine.milliseconds(seconds);
    await sleep(milliseconds, undefined, { signal }).catch(() => undefined);
  }
}

function faultOf(state: AlarmState | undefined): string | undefined {
  if (state === undefined) return 'the alarm does not exist.';
  return state === 'ALARM' ? 'the alarm is in ALARM state.' : undefined;
}
