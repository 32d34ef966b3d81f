import type { IndexDefinition, KeyAttribute } from '../bundle/bundle';

/** So many reads and writes per second. */
export interface Capacity {
  readonly read?: number;
  readonly write?: number;
}

/**
 * A global secondary index as its table has it: what migrations define, and what only others set. What is beyond an
 * {@link IndexDefinition} is optional, so that engines of any version read what the others wrote.
 */
export interface TableIndex extends IndexDefinition {
  /** The attributes of the partition key after the first (aws-facts DDB-15). */
  readonly furtherPartitionKeys?: readonly KeyAttribute[];
  /** Likewise of the sort key. */
  readonly furtherSortKeys?: readonly KeyAttribute[];
  /** What is reserved and paid for; none in an on-demand table. */
  readonly provisioned?: Capacity;
  /** The most that an index of an on-demand table may be asked for. */
  readonly limit?: Capacity;
  /** What the index can take from one moment to the next, where that is more than what a new one can (aws-facts DDB-16). */
  readonly warm?: Capacity;
}

/** An index before it was removed. */
export interface RemovedIndex extends TableIndex {
  readonly scaling?: readonly ScalingSetting[];
}

/**
 * Part of what makes the throughput of an index follow its use: within which limits, by which rule, at which time. Its
 * `input` is the request that makes it, as plain data, which nobody reads but the service that answers it.
 */
export interface ScalingSetting {
  readonly kind: 'target' | 'policy' | 'schedule';
  readonly input: Readonly<Record<string, unknown>>;
}
