import { type IndexDefinition, type KeyAttribute, keyAttributes, type Projection } from '../bundle/table-definitions';
import type { Capacity } from '../bundle/table-settings';

/**
 * A global secondary index as its table has it: what migrations define, and what only others set. Engines of any version
 * read what the others wrote: what came later is optional, and a key has its first attribute where it always was.
 */
export interface TableIndex {
  readonly name: string;
  readonly partitionKey: KeyAttribute;
  readonly sortKey?: KeyAttribute;
  readonly projection?: Projection;
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

/** The index that a migration defines. Its auto scaling is no part of it. */
export function tableIndexOf({ name, partitionKey, sortKey, projection, throughput }: IndexDefinition): TableIndex {
  const [first, ...furtherPartitionKeys] = keyAttributes(partitionKey);
  const [firstSort, ...furtherSortKeys] = keyAttributes(sortKey);
  return {
    name,
    partitionKey: first!,
    ...(furtherPartitionKeys.length > 0 && { furtherPartitionKeys }),
    ...(firstSort && { sortKey: firstSort }),
    ...(furtherSortKeys.length > 0 && { furtherSortKeys }),
    ...(projection && { projection }),
    ...(throughput && { provisioned: throughput }),
  };
}
