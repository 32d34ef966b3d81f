import type { Item, ItemChange, StoredItem } from '../ports/items';
import type { SegmentCounts } from '../ports/segments';
import { check } from './check';
import { addCounts, noCounts } from './counts';
import { EndlessFunction } from './each-item';
import { HashSums } from './hash-sums';
import { inPlace } from './in-place';
import { itemOf, type PageTask, type PageTools, unmadeOf } from './page-work';
import type { DataTables } from './segment-work';
import { toDestination } from './to-destination';
import { UnwrittenTable } from './unwritten-table';

/** What a data migration would do with one item. */
export interface DryRunItem {
  /** Its key in the source. */
  readonly key: string;
  /** `kept`: the destination has another item. `failed`: it could not be transformed. `wrong`: the check would refuse the result. */
  readonly outcome: 'unchanged' | 'changed' | 'kept' | 'failed' | 'wrong';
  readonly reason?: string;
  readonly changes: readonly DryRunChange[];
}

interface DryRunChange {
  /** In the table that would be written to. */
  readonly key: string;
  /** Undefined when nothing is there. */
  readonly before: Item | undefined;
  /** Undefined when nothing would be there any more. */
  readonly after: Item | undefined;
}

export interface DryRun {
  /** As a deployment would count them. */
  readonly counts: SegmentCounts;
  readonly items: readonly DryRunItem[];
}

/** Items that are read at once. */
const pageSize = 250;

/**
 * Does with the first items what a migration does, check included, and writes nothing. Each item meets what those before it would
 * have left.
 * @param limit how many items
 */
export async function dryRun(tables: DataTables, task: PageTask, limit: number): Promise<DryRun> {
  const run = new ItemRun(unwritten(tables), task);
  const items: DryRunItem[] = [];
  for await (const stored of firstItems(tables, limit)) items.push(await run.ofAny(stored));
  return { counts: run.counts, items };
}

function unwritten(tables: DataTables): DataTables {
  return tables.destination
    ? { source: tables.source, destination: new UnwrittenTable(tables.destination) }
    : { source: new UnwrittenTable(tables.source) };
}

async function* firstItems({ source }: DataTables, limit: number): AsyncGenerator<StoredItem> {
  let left = limit;
  const whole = { number: 0, of: 1, division: await source.divide(1) };
  for (let page = await source.page(whole, undefined, Math.min(left, pageSize)); ; ) {
    const items = page.items.slice(0, left);
    yield* items;
    left -= items.length;
    if (!page.next || left <= 0) return;
    page = await source.page(whole, page.next, Math.min(left, pageSize));
  }
}

class ItemRun {
  counts: SegmentCounts = noCounts;

  constructor(
    private readonly tables: DataTables,
    private readonly work: PageTask,
  ) {}

  async ofAny(stored: StoredItem): Promise<DryRunItem> {
    const before = this.counts;
    try {
      return await this.of(stored);
    } catch (error) {
      if (!(error instanceof EndlessFunction)) throw error;
      this.counts = addCounts(before, { read: 1, failed: 1 });
      const key = this.tables.source.keyOf(stored.item);
      return { key, outcome: 'failed', reason: error.message, changes: [] };
    }
  }

  private async of(stored: StoredItem): Promise<DryRunItem> {
    const changes: ItemChange[] = [];
    const tools: PageTools = {
      ...this.tables,
      work: this.work,
      sums: new HashSums(),
      write: async (table, asked) => {
        const results = await table.write(asked);
        changes.push(...asked.filter((_, index) => results[index] === 'written'));
        return unmadeOf(asked, results);
      },
    };
    const { source, destination } = this.tables;
    const transform = destination ? toDestination : inPlace(this.work.functions.transform!);
    const written = await transform([stored], tools);
    this.counts = addCounts(this.counts, written.counts);
    const key = source.keyOf(stored.item);
    const made = changes.map((change) => changeOf((destination ?? source).keyOf(itemOf(change)), change));
    const failed = written.left.find(({ why }) => why === 'failed');
    if (failed) return { key, outcome: 'failed', reason: failed.reason, changes: made };
    const wrong = await this.wrong(stored, changes, tools);
    if (wrong !== undefined) return { key, outcome: 'wrong', reason: wrong, changes: made };
    const kept = written.left[0];
    if (kept) return { key, outcome: 'kept', reason: kept.reason, changes: made };
    return { key, outcome: made.length > 0 ? 'changed' : 'unchanged', changes: made };
  }

  /** Why the check would refuse what was made. */
  private async wrong(
    stored: StoredItem,
    changes: readonly ItemChange[],
    tools: PageTools,
  ): Promise<string | undefined> {
    const [change] = changes;
    const isDeleted = !this.tables.destination && change?.change === 'delete';
    if (isDeleted) return undefined;
    const after = !this.tables.destination && change && 'becomes' in change ? change.becomes : stored.item;
    const read = after === stored.item ? stored : { item: after, stored: undefined };
    const { counts, left } = await check([read], tools);
    this.counts = addCounts(this.counts, { wrong: counts.wrong, failed: counts.failed });
    return left[0]?.reason;
  }
}

function changeOf(key: string, change: ItemChange): DryRunChange {
  const before = 'was' in change ? change.was.item : undefined;
  return { key, before, after: 'becomes' in change ? withoutUndefined(change.becomes) : undefined };
}

function withoutUndefined(item: Item): Item {
  return Object.fromEntries(Object.entries(item).filter(([, value]) => value !== undefined));
}
