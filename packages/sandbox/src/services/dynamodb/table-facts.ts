import type { StateStore } from '../../state';
import type { Input } from '../input';
import type { FactsOfIndexes } from './index-facts';

/** When the throughput of a table (`''`) or index was decreased, in milliseconds. */
export type Decreases = Readonly<Record<string, readonly number[]>>;

/** What is remembered of a table beside dynoxide. */
export interface TableFacts {
  /** For conditions on `dynamodb:LeadingKeys`. */
  readonly partitionKey?: string;
  readonly recovery?: { readonly days: number; readonly since: number };
  /** When time to live was last changed, in milliseconds. */
  readonly timeToLiveChanged?: number;
  /** Where each stream begins, by stream ARN: a shard iterator taken when it was enabled. */
  readonly streamStarts?: Readonly<Record<string, string>>;
  readonly indexes?: FactsOfIndexes;
  readonly decreases?: Decreases;
  /** When it became on-demand, and when its class changed, in milliseconds; what is long ago is forgotten. */
  readonly madeOnDemand?: readonly number[];
  readonly classChanges?: readonly number[];
  readonly encryption?: Input;
  readonly policy?: { readonly text: string; readonly revision: string };
  /** Names of the indexes with contributor insights; an empty name for the table. */
  readonly insights?: readonly string[];
}

const DOCUMENT = 'dynamodb-tables.json';

/** Kept in the state folder, by table name; forgotten with the table. */
export class TableFactStore {
  readonly #state: StateStore;

  constructor(state: StateStore) {
    this.#state = state;
  }

  of(table: string): TableFacts {
    return this.#read()[table] ?? {};
  }

  set(table: string, facts: TableFacts): void {
    this.#state.write(DOCUMENT, { ...this.#read(), [table]: { ...this.of(table), ...facts } });
  }

  forget(table: string): void {
    const { [table]: _gone, ...others } = this.#read();
    this.#state.write(DOCUMENT, others);
  }

  #read(): Readonly<Record<string, TableFacts>> {
    return this.#state.read<Readonly<Record<string, TableFacts>>>(DOCUMENT, {});
  }
}
