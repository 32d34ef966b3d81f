import { appendFileSync, readdirSync, readFileSync } from 'node:fs';
import type { StateStore } from '../../state';
import type { Properties } from '../resource-type';
import type { StackRecord } from './stack-record';

/** All stacks: one document each, `stacks/<name>.json`. A deleted stack stays until its name is used again. */
export class StackStore {
  readonly #records = new Map<string, StackRecord>();

  constructor(private readonly state: StateStore) {
    for (const file of documents(state.path('stacks'))) {
      const record = state.read<StackRecord | undefined>(`stacks/${file}`, undefined);
      if (record) this.#records.set(record.name, record);
    }
  }

  save(record: StackRecord): void {
    this.#records.set(record.name, record);
    this.state.write(`stacks/${record.name}.json`, record);
  }

  /**
   * Keeps the properties that an event shows (aws-facts CFN-25), in a file beside the record that only grows: part of the
   * record, they would be written again with every later event.
   */
  logProperties(record: StackRecord, event: Pick<LoggedProperties, 'logicalId' | 'time' | 'properties'>): void {
    appendFileSync(this.logOf(record), `${JSON.stringify({ stackId: record.id, ...event })}\n`);
  }

  loggedProperties(record: StackRecord): readonly LoggedProperties[] {
    try {
      const lines = readFileSync(this.logOf(record), 'utf8').split('\n').filter(Boolean);
      return lines.map((line) => JSON.parse(line) as LoggedProperties).filter(({ stackId }) => stackId === record.id);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
      throw error;
    }
  }

  private logOf({ name }: StackRecord): string {
    return this.state.path(`stacks/${name}.properties.jsonl`);
  }

  /** By id, also when deleted; by name only while it exists, as DescribeStacks does. */
  find(nameOrId: string): StackRecord | undefined {
    const named = this.#records.get(nameOrId);
    if (named) return named.status === 'DELETE_COMPLETE' ? undefined : named;
    return [...this.#records.values()].find((record) => record.id === nameOrId);
  }

  /** The name of the stack that a stack is nested in, through all levels; its own when it is not nested. */
  rootName(name: string): string {
    const parentId = this.#records.get(name)?.parent?.stackId;
    const parent = parentId === undefined ? undefined : this.find(parentId);
    return parent ? this.rootName(parent.name) : name;
  }

  /** The stacks that exist, oldest first, also when they were read from a folder, which has no order. */
  list(): readonly StackRecord[] {
    const existing = [...this.#records.values()].filter((record) => record.status !== 'DELETE_COMPLETE');
    return existing.sort((a, b) => (a.createdAt + a.name < b.createdAt + b.name ? -1 : 1));
  }
}

export interface LoggedProperties {
  readonly stackId: string;
  readonly logicalId: string;
  /** Of the event. */
  readonly time: string;
  readonly properties: Properties;
}

function documents(folder: string): readonly string[] {
  try {
    return readdirSync(folder).filter((file) => file.endsWith('.json'));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}
