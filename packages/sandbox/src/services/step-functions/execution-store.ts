import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { AwsError } from '../../aws-error';
import type { StateStore } from '../../state';
import type { Json } from './definition';

export interface HistoryEvent {
  readonly type: string;
  /** Milliseconds since the epoch. */
  readonly timestamp: number;
  readonly state?: string;
  readonly input?: Json;
  readonly output?: Json;
  readonly error?: string;
  readonly cause?: string;
}

export interface ExecutionRecord {
  readonly executionArn: string;
  readonly stateMachineArn: string;
  readonly name: string;
  readonly status: 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'TIMED_OUT' | 'ABORTED';
  /** JSON. */
  readonly input: string;
  readonly output?: string;
  readonly error?: string;
  readonly cause?: string;
  /** ISO 8601. */
  readonly startDate: string;
  readonly stopDate?: string;
  readonly history: readonly HistoryEvent[];
}

const FOLDER = 'step-functions/executions';

/** All executions, each a file of its own. */
export class ExecutionStore {
  readonly #records = new Map<string, ExecutionRecord>();

  constructor(private readonly state: StateStore) {
    const folder = state.path(FOLDER);
    const names = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith('.json')) : [];
    for (const name of names) this.#load(JSON.parse(readFileSync(join(folder, name), 'utf8')) as ExecutionRecord);
  }

  all(): readonly ExecutionRecord[] {
    return [...this.#records.values()];
  }

  find(executionArn: string): ExecutionRecord | undefined {
    return this.#records.get(executionArn);
  }

  get(executionArn: string): ExecutionRecord {
    const found = this.find(executionArn);
    if (found) return found;
    throw new AwsError('ExecutionDoesNotExist', `Execution Does Not Exist: '${executionArn}'`);
  }

  save(record: ExecutionRecord): void {
    this.#records.set(record.executionArn, record);
    const [machine, name] = record.executionArn.split(':').slice(-2);
    this.state.write(`${FOLDER}/${machine}.${name}.json`, record);
  }

  /** What ran when the sandbox ended has no process any more: in AWS it would have continued, here it is over. */
  #load(record: ExecutionRecord): void {
    this.#records.set(record.executionArn, record);
    if (record.status !== 'RUNNING') return;
    const cause = 'The sandbox was closed while this execution ran.';
    this.save({ ...record, status: 'ABORTED', error: 'Sandbox.Closed', cause, stopDate: new Date().toISOString() });
  }
}
