import type { AutoScaling, Throughput } from './table-definitions';
import type { BillingMode, StreamView, TableClass } from './table-settings';

/** Operations that change what a table has, and leave what it is. */

/**
 * Changes how a table is paid for.
 *
 * @example
 * import { dynamodb, setBillingMode, type SetBillingMode } from 'cdk-migrations/authoring';
 *
 * const onDemand: SetBillingMode = setBillingMode({ table: 'mealPlans', billingMode: 'on-demand' });
 * export default dynamodb({ up: [onDemand] });
 */
export interface SetBillingMode {
  /** Tells this operation from the others. */
  readonly kind: 'setBillingMode';
  /** The logical name of the table. */
  readonly table: string;
  /** How it is to be paid for. */
  readonly billingMode: BillingMode;
  /**
   * What the table can take at first, when it becomes provisioned; needed then.
   * @default - an on-demand table takes what comes
   */
  readonly throughput?: Throughput;
  /**
   * What its global indexes can take at first, by name, when it becomes provisioned.
   * @default - each as much as the table
   */
  readonly indexThroughput?: Readonly<Record<string, Throughput>>;
}

/**
 * Changes the throughput of a provisioned table, or of one of its indexes.
 *
 * @example
 * import { dynamodb, setCapacity, type SetCapacity } from 'cdk-migrations/authoring';
 *
 * const more: SetCapacity = setCapacity({ table: 'mealPlans', throughput: { read: 20, write: 5 } });
 * export default dynamodb({ up: [more] });
 */
export interface SetCapacity {
  /** Tells this operation from the others. */
  readonly kind: 'setCapacity';
  /** The logical name of the table. */
  readonly table: string;
  /**
   * The name of a global index, whose throughput it is.
   * @default - the throughput of the table itself
   */
  readonly index?: string;
  /** What it is to take. */
  readonly throughput: Throughput;
}

/**
 * Changes what makes the throughput of a provisioned table, or of one of its indexes, follow its use.
 *
 * @example
 * import { dynamodb, setAutoScaling, type SetAutoScaling } from 'cdk-migrations/authoring';
 *
 * const scaled: SetAutoScaling = setAutoScaling({
 *   table: 'mealPlans',
 *   autoScaling: { read: { min: 5, max: 100 }, write: { min: 5, max: 50 } },
 * });
 * export default dynamodb({ up: [scaled] });
 */
export interface SetAutoScaling {
  /** Tells this operation from the others. */
  readonly kind: 'setAutoScaling';
  /** The logical name of the table. */
  readonly table: string;
  /**
   * The name of a global index, whose throughput it is.
   * @default - the throughput of the table itself
   */
  readonly index?: string;
  /** All the auto scaling that it is to have; null for none. */
  readonly autoScaling: AutoScaling | null;
}

/**
 * Gives a table a stream, another one, or none. A view cannot be edited: another view is another stream.
 *
 * @example
 * import { dynamodb, setStream, type SetStream } from 'cdk-migrations/authoring';
 *
 * const changes: SetStream = setStream({ table: 'mealPlans', view: 'NEW_IMAGE' });
 * export default dynamodb({ up: [changes] });
 */
export interface SetStream {
  /** Tells this operation from the others. */
  readonly kind: 'setStream';
  /** The logical name of the table. */
  readonly table: string;
  /** What the stream tells of each change; null for no stream. */
  readonly view: StreamView | null;
  /**
   * The reason, in words, why `up` may do this before the commit: what reads the stream that there is would get nothing more.
   * @default - refused in `up`
   */
  readonly allowDestructive?: string;
}

/**
 * Lets items of a table expire, or not any more.
 *
 * @example
 * import { dynamodb, setTimeToLive, type SetTimeToLive } from 'cdk-migrations/authoring';
 *
 * const expiring: SetTimeToLive = setTimeToLive({ table: 'mealPlans', attribute: 'expiresAt' });
 * export default dynamodb({ up: [], contract: [expiring] });
 */
export interface SetTimeToLive {
  /** Tells this operation from the others. */
  readonly kind: 'setTimeToLive';
  /** The logical name of the table. */
  readonly table: string;
  /** The attribute that says when an item expires, in seconds since 1970; null for items that do not. */
  readonly attribute: string | null;
  /**
   * The reason, in words, why `up` may do this before the commit: DynamoDB deletes what has expired, and no rollback brings it back.
   * @default - refused in `up`
   */
  readonly allowDestructive?: string;
}

/**
 * Lets a table be restored to any second of the past, or not any more.
 *
 * @example
 * import { dynamodb, setPointInTimeRecovery, type SetPointInTimeRecovery } from 'cdk-migrations/authoring';
 *
 * const kept: SetPointInTimeRecovery = setPointInTimeRecovery({ table: 'mealPlans', enabled: true });
 * export default dynamodb({ up: [kept] });
 */
export interface SetPointInTimeRecovery {
  /** Tells this operation from the others. */
  readonly kind: 'setPointInTimeRecovery';
  /** The logical name of the table. */
  readonly table: string;
  /** Whether the table can be restored. */
  readonly enabled: boolean;
  /**
   * How far back, 1 to 35 days.
   * @default 35
   */
  readonly days?: number;
  /**
   * The reason, in words, why `up` may do this before the commit: without it the past of the table is forgotten at once.
   * @default - refused in `up`
   */
  readonly allowDestructive?: string;
}

/**
 * Changes what storage and requests of a table cost.
 *
 * @example
 * import { dynamodb, setTableClass, type SetTableClass } from 'cdk-migrations/authoring';
 *
 * const archive: SetTableClass = setTableClass({ table: 'mealPlans', tableClass: 'STANDARD_INFREQUENT_ACCESS' });
 * export default dynamodb({ up: [archive] });
 */
export interface SetTableClass {
  /** Tells this operation from the others. */
  readonly kind: 'setTableClass';
  /** The logical name of the table. */
  readonly table: string;
  /** The class that it is to have. */
  readonly tableClass: TableClass;
}

/**
 * Makes a table refuse to be deleted, or not any more.
 *
 * @example
 * import { dynamodb, setDeletionProtection, type SetDeletionProtection } from 'cdk-migrations/authoring';
 *
 * const guarded: SetDeletionProtection = setDeletionProtection({ table: 'mealPlans', enabled: true });
 * export default dynamodb({ up: [guarded] });
 */
export interface SetDeletionProtection {
  /** Tells this operation from the others. */
  readonly kind: 'setDeletionProtection';
  /** The logical name of the table. */
  readonly table: string;
  /** Whether the table refuses to be deleted. */
  readonly enabled: boolean;
}

/**
 * Sets tags of a table. Its other tags stay.
 *
 * @example
 * import { dynamodb, tag, type Tag } from 'cdk-migrations/authoring';
 *
 * const owned: Tag = tag({ table: 'mealPlans', tags: { team: 'nutrition' } });
 * export default dynamodb({ up: [owned] });
 */
export interface Tag {
  /** Tells this operation from the others. */
  readonly kind: 'tag';
  /** The logical name of the table. */
  readonly table: string;
  /** Values by key: keys of 1 to 128 characters that do not begin with `aws:`, values of up to 256. */
  readonly tags: Readonly<Record<string, string>>;
}

/**
 * Removes tags of a table.
 *
 * @example
 * import { dynamodb, untag, type Untag } from 'cdk-migrations/authoring';
 *
 * const unowned: Untag = untag({ table: 'mealPlans', keys: ['team'] });
 * export default dynamodb({ up: [unowned] });
 */
export interface Untag {
  /** Tells this operation from the others. */
  readonly kind: 'untag';
  /** The logical name of the table. */
  readonly table: string;
  /** The keys of the tags to remove. */
  readonly keys: readonly string[];
}
