import type { MigrationError } from '../errors/index';
import type { ChangeResult, Item, ItemChange, ItemTable, StoredItem } from '../ports/items';
import type { LeftItem, SegmentCounts } from '../ports/segments';
import type { HashSums } from './hash-sums';
import type { DataTables, SegmentWork } from './segment-work';

/** What was done with the items of a page. */
export interface PageResult {
  readonly counts: Partial<SegmentCounts>;
  readonly left: readonly LeftItem[];
  /** Of the first item that failed. */
  readonly error?: unknown;
}

/** What is done with items, wherever they are. */
export type PageTask = Pick<SegmentWork, 'action' | 'functions' | 'isNewDestination'>;

/** One way to work on a page of items. */
export type PageWork = (items: readonly StoredItem[], page: PageTools) => Promise<PageResult>;

export type PageTools = DataTables & {
  readonly work: PageTask;
  /** Of what was read, and of what was made of it. */
  readonly sums: HashSums;
  /** Makes changes of different items, after what takes them back is kept. Returns those that were not made. */
  write(table: ItemTable, changes: readonly ItemChange[]): Promise<readonly UnmadeChange[]>;
};

/** A change that met a conflict, or that the database refuses. */
export interface UnmadeChange {
  readonly change: ItemChange;
  readonly refused?: MigrationError;
}

/** Which changes were not made, given what the table answered to each. */
export function unmadeOf(changes: readonly ItemChange[], results: readonly ChangeResult[]): readonly UnmadeChange[] {
  return changes.flatMap((change, index): readonly UnmadeChange[] => {
    const result = results[index]!;
    if (result === 'written') return [];
    return [result === 'conflict' ? { change } : { change, refused: result.refused }];
  });
}

/** Why an item stays as it is whose key has a result that is otherwise. */
export const otherHasKey = 'the destination has another item with this key';

/** How often an item is read again that the application changes at the same time. */
export const mostAttempts = 5;

/** Collects what becomes of the items of a page. */
export class PageTally {
  private readonly counts: { -readonly [Name in keyof SegmentCounts]?: number } = {};
  private readonly left: LeftItem[] = [];
  private error: unknown;

  count(name: keyof SegmentCounts, by = 1): void {
    this.counts[name] = (this.counts[name] ?? 0) + by;
  }

  fail(key: string, error: unknown): void {
    this.error ??= error;
    this.leave('failed', key, error instanceof Error ? error.message : String(error));
  }

  /** Counts an item that stays as it is, and notes why. */
  leave(why: LeftItem['why'], key: string, reason: string): void {
    this.count(why);
    this.left.push({ key, why, reason });
  }

  result(): PageResult {
    return { counts: this.counts, left: this.left, error: this.error };
  }
}

const counters = { update: 'updated', put: 'inserted', insert: 'inserted', delete: 'deleted' } as const;

/** Counts the changes that were made, and those that the database refuses. Returns those that met a conflict. */
export function countChanges(
  tally: PageTally,
  changes: readonly ItemChange[],
  unmade: readonly UnmadeChange[],
  table: ItemTable,
): readonly ItemChange[] {
  const left = new Map(unmade.map((one) => [one.change, one]));
  for (const change of changes) {
    const one = left.get(change);
    if (!one) tally.count(counters[change.change]);
    else if (one.refused) tally.fail(table.keyOf(itemOf(change)), one.refused);
  }
  return unmade.flatMap(({ change, refused }) => (refused ? [] : [change]));
}

/** An item with the key of the one that is changed. */
export function itemOf(change: ItemChange): Item {
  return 'was' in change ? change.was.item : change.becomes;
}
