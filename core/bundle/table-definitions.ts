/**
 * The attribute types that a DynamoDB key can have: `S` string, `N` number, `B` binary.
 *
 * @example
 * import { createTable, dynamodb, type KeyType } from 'cdk-migrations/authoring';
 *
 * const type: KeyType = 'S';
 * export default dynamodb({ up: [createTable({ table: 'mealPlans', partitionKey: { name: 'userId', type } })] });
 */
export type KeyType = 'S' | 'N' | 'B';

/**
 * An attribute that is a key of a table or of an index.
 *
 * @example
 * import { createTable, dynamodb, type KeyAttribute } from 'cdk-migrations/authoring';
 *
 * const partitionKey: KeyAttribute = { name: 'userId', type: 'S' };
 * export default dynamodb({ up: [createTable({ table: 'mealPlans', partitionKey })] });
 */
export interface KeyAttribute {
  /** The name of the attribute, 1 to 255 bytes of UTF-8. */
  readonly name: string;
  /** The type of its values; one type per attribute of a table. */
  readonly type: KeyType;
}

/**
 * Which attributes an index holds: `ALL`, only the keys (`KEYS_ONLY`), or the keys and 1 to 20 named attributes.
 *
 * @example
 * import { addGlobalIndex, dynamodb, type Projection } from 'cdk-migrations/authoring';
 *
 * const projection: Projection = ['title', 'calories'];
 * const byDay = { name: 'byDay', partitionKey: { name: 'day', type: 'S' }, projection } as const;
 * export default dynamodb({ up: [addGlobalIndex({ table: 'mealPlans', ...byDay })] });
 */
export type Projection = 'ALL' | 'KEYS_ONLY' | readonly string[];

/**
 * What a provisioned table or index can take, and is paid for.
 *
 * @example
 * import { dynamodb, setCapacity, type Throughput } from 'cdk-migrations/authoring';
 *
 * const throughput: Throughput = { read: 20, write: 5 };
 * export default dynamodb({ up: [setCapacity({ table: 'mealPlans', throughput })] });
 */
export interface Throughput {
  /** Read capacity units: strongly consistent reads of up to 4 KB per second, at least 1. */
  readonly read: number;
  /** Write capacity units: writes of up to 1 KB per second, at least 1. */
  readonly write: number;
}

/**
 * The limits within which provisioned throughput follows its use.
 *
 * @example
 * import { dynamodb, type ScalingRange, setAutoScaling } from 'cdk-migrations/authoring';
 *
 * const read: ScalingRange = { min: 5, max: 100, target: 70 };
 * export default dynamodb({ up: [setAutoScaling({ table: 'mealPlans', autoScaling: { read } })] });
 */
export interface ScalingRange {
  /** The fewest capacity units, at least 1. */
  readonly min: number;
  /** The most capacity units, not less than `min`. */
  readonly max: number;
  /**
   * How much of the throughput is to be in use, in percent from 20 to 90.
   * @default 70
   */
  readonly target?: number;
}

/**
 * What makes the throughput of a provisioned table or index follow its use.
 *
 * @example
 * import { type AutoScaling, dynamodb, setAutoScaling } from 'cdk-migrations/authoring';
 *
 * const autoScaling: AutoScaling = { read: { min: 5, max: 100 }, write: { min: 5, max: 50 } };
 * export default dynamodb({ up: [setAutoScaling({ table: 'mealPlans', autoScaling })] });
 */
export interface AutoScaling {
  /**
   * The limits for reads.
   * @default - the throughput for reads does not change by itself
   */
  readonly read?: ScalingRange;
  /**
   * The limits for writes.
   * @default - the throughput for writes does not change by itself
   */
  readonly write?: ScalingRange;
}

/**
 * A global secondary index of a table.
 *
 * @example
 * import { createTable, dynamodb, type IndexDefinition } from 'cdk-migrations/authoring';
 *
 * const byDay: IndexDefinition = { name: 'byDay', partitionKey: { name: 'day', type: 'S' }, projection: 'KEYS_ONLY' };
 * export default dynamodb({
 *   up: [createTable({ table: 'mealPlans', partitionKey: { name: 'userId', type: 'S' }, globalIndexes: [byDay] })],
 * });
 */
export interface IndexDefinition {
  /** The name of the index, 3 to 255 of `a-z A-Z 0-9 _ - .`, unique in its table. */
  readonly name: string;
  /** The attribute by whose value a query selects items, or up to four of them, all of whose values it gives. */
  readonly partitionKey: KeyAttribute | readonly KeyAttribute[];
  /**
   * The attribute by which items with the same partition key are ordered, or up to four of them, the first of which counts
   * most.
   * @default - items are not ordered
   */
  readonly sortKey?: KeyAttribute | readonly KeyAttribute[];
  /**
   * Which attributes the index holds: `ALL`, only the keys (`KEYS_ONLY`), or the keys and 1 to 20 named attributes.
   * @default ALL
   */
  readonly projection?: Projection;
  /**
   * What the index can take, in a provisioned table.
   * @default - as much as its table
   */
  readonly throughput?: Throughput;
  /**
   * What makes its throughput follow its use, in a provisioned table.
   * @default - the throughput does not change by itself
   */
  readonly autoScaling?: AutoScaling;
}

/**
 * A local secondary index: the items of each partition in another order. It is created with its table, and stays.
 *
 * @example
 * import { createTable, dynamodb, type LocalIndexDefinition } from 'cdk-migrations/authoring';
 *
 * const byCalories: LocalIndexDefinition = { name: 'byCalories', sortKey: { name: 'calories', type: 'N' } };
 * export default dynamodb({
 *   up: [
 *     createTable({
 *       table: 'mealPlans',
 *       partitionKey: { name: 'userId', type: 'S' },
 *       sortKey: { name: 'day', type: 'S' },
 *       localIndexes: [byCalories],
 *     }),
 *   ],
 * });
 */
export interface LocalIndexDefinition {
  /** The name of the index, 3 to 255 of `a-z A-Z 0-9 _ - .`, unique in its table. */
  readonly name: string;
  /** The attribute by which items with the same partition key are ordered. */
  readonly sortKey: KeyAttribute;
  /**
   * Which attributes the index holds: `ALL`, only the keys (`KEYS_ONLY`), or the keys and 1 to 20 named attributes.
   * @default ALL
   */
  readonly projection?: Projection;
}

/** The attributes of a key, which may be written as one attribute. */
export function keyAttributes(key: KeyAttribute | readonly KeyAttribute[] | undefined): readonly KeyAttribute[] {
  if (key === undefined) return [];
  return isList(key) ? key : [key];
}

function isList(key: KeyAttribute | readonly KeyAttribute[]): key is readonly KeyAttribute[] {
  return Array.isArray(key);
}
