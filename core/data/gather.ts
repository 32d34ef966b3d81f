import type { Item, ItemTable, StoredItem } from '../ports/items';
import { eachItem } from './each-item';
import { otherHasKey, type PageTally, type PageTools } from './page-work';
import { transformToDestination } from './transform';
import { areEqual } from './values';

/** What a page makes for a destination. */
export interface Gathered {
  /** By the key that it has there. */
  readonly incoming: Map<string, readonly Item[]>;
  /** Keys of results that have the key of the item that they are made of: no other item makes one that has, too. */
  readonly keeping: ReadonlySet<string>;
}

/** With `existing: 'keep'` of two results with one key the first is kept, but one that keeps its item's key before others. */
export function gather(items: readonly StoredItem[], page: PageTools, tally: PageTally): Gathered {
  const { source, work } = page;
  const table = page.destination!;
  const incoming = new Map<string, readonly Item[]>();
  const keeping = new Set<string>();
  const haveSameKeys = table.hasKeysOf?.(source) === true;
  eachItem(
    items,
    work.functions,
    ({ item }) => source.keyOf(item),
    ({ item }) => {
      for (const made of resultsOf(item, page, tally)) {
        const key = table.keyOf(made);
        const known = incoming.get(key) ?? [];
        const keepsKey = haveSameKeys && source.keyOf(item) === key;
        if (keepsKey) keeping.add(key);
        if (work.action.existing !== 'keep' || known.length === 0) incoming.set(key, [...known, made]);
        else {
          if (!areEqual(known[0], made)) tally.leave('kept', key, otherHasKey);
          if (keepsKey) incoming.set(key, [made]);
        }
      }
    },
  );
  return { incoming, keeping };
}

function resultsOf(item: Item, { source, destination, work }: PageTools, tally: PageTally): readonly Item[] {
  try {
    const made = transformToDestination(work.functions.transform!, item);
    // An item counts as failed as a whole.
    for (const one of made) destination!.keyOf(one);
    return made;
  } catch (error) {
    tally.fail(source.keyOf(item), error);
    return [];
  }
}

/**
 * Leaves out results that have the key of another item that makes one with it: that one will be there, whether it was written
 * before or comes later.
 */
export async function leaveToOwners({ incoming, keeping }: Gathered, page: PageTools, tally: PageTally): Promise<void> {
  const moved = [...incoming].filter(([key]) => !keeping.has(key));
  if (moved.length === 0 || page.destination!.hasKeysOf?.(page.source) !== true) return;
  const owners = await page.source.find(moved.map(([, made]) => made[0]!));
  const withOwners = moved.map((one, index) => [...one, owners[index]] as const);
  eachItem(
    withOwners,
    page.work.functions,
    ([key]) => key,
    ([key, made, owner]) => {
      const own = owner && madeWith(key, owner.item, page, page.destination!);
      if (!own) return;
      if (!areEqual(own, made[0])) tally.leave('kept', key, otherHasKey);
      incoming.delete(key);
    },
  );
}

function madeWith(key: string, item: Item, { work }: PageTools, table: ItemTable): Item | undefined {
  try {
    return transformToDestination(work.functions.transform!, item).find((made) => table.keyOf(made) === key);
  } catch {
    // It will count as failed, and make nothing.
    return undefined;
  }
}
