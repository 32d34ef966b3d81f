import type { Item, ItemChange, ItemTable, StoredItem } from '../ports/items';
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

/** One way to work on a page of items. */
export type PageWork = (items: readonly StoredItem[], page: PageTools) => Promise<PageResult>;

export interface PageTools extends DataTables {
  readonly work: SegmentWork;
  /** Of what was read, and of what was made of it. */
  readonly sums: HashSums;
  /** Makes changes of different items, after what takes them back is kept. Returns those that met a conflict. */
  write(table: ItemTable, changes: readonly ItemChange[]): Promise<readonly ItemChange[]>;
}

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

/** Counts the changes that were made, which are those that met no conflict. */
export function countChanges(tally: PageTally, changes: readonly ItemChange[], conflicts: readonly ItemChange[]): void {
  const refused = new Set(conflicts);
  for (const change of changes) if (!refused.has(change)) tally.count(counters[change.change]);
}

/** An item with the key of the one that is changed. */
export function itemOf(change: ItemChange): Item {
  return 'was' in change ? change.was.item : change.becomes;
}
