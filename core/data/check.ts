import type { DataFunctions } from '../ports/data-functions';
import type { Item, StoredItem } from '../ports/items';
import { PageTally, type PageTools, type PageWork } from './page-work';
import { transformInPlace, transformToDestination } from './transform';
import { areEqual } from './values';

/** Changes nothing: counts the items that a write would change, and those that `validate` refuses. */
export const check: PageWork = async (items, page) => {
  const tally = new PageTally();
  tally.count('read', items.length);
  if (page.work.action.destination) await checkDestination(items, page, tally);
  else for (const stored of items) checkItem(stored, page, tally);
  return tally.result();
};

function checkItem({ item }: StoredItem, { source, work, sums }: PageTools, tally: PageTally): void {
  const key = source.keyOf(item);
  sums.add(key, item);
  guarded(key, tally, () => {
    const { result } = transformInPlace(work.functions.transform!, item);
    if (result === null || !areEqual(result, item)) throw new Wrong('it has not been transformed');
    validate(item, work.functions);
  });
}

/** Everything that the items make must be in the destination. With `existing: 'combine'`, combining it again changes nothing. */
async function checkDestination(items: readonly StoredItem[], tools: PageTools, tally: PageTally): Promise<void> {
  const { destination, source, work, sums } = tools;
  const table = destination!;
  const made = items.flatMap(({ item }) => {
    let results: readonly Item[] = [];
    guarded(source.keyOf(item), tally, () => {
      results = transformToDestination(work.functions.transform!, item);
    });
    return results;
  });
  // A key may be made twice; each is looked up once.
  const byKey = new Map(made.map((item) => [table.keyOf(item), item]));
  const keys = [...byKey.keys()];
  const found = new Map((await table.find([...byKey.values()])).map((stored, index) => [keys[index]!, stored]));
  for (const item of made) {
    const key = table.keyOf(item);
    sums.add(key, item);
    guarded(key, tally, () => {
      const there = found.get(key)?.item;
      if (!there) throw new Wrong('it is missing in the destination');
      if (!isContained(item, there, tools)) throw new Wrong('the destination has another item with this key');
      validate(there, work.functions);
    });
  }
}

function isContained(made: Item, there: Item, { work: { action, functions } }: PageTools): boolean {
  if (action.existing === 'combine') return areEqual(functions.combine!(there, made), there);
  // With `keep`, what the application wrote to the destination since then counts more.
  return action.existing === 'keep' || areEqual(made, there);
}

function validate(item: Item, { validate: isValid }: DataFunctions): void {
  const verdict = isValid?.(item) ?? true;
  if (verdict !== true) throw new Wrong(verdict === false ? 'validate refused it' : verdict);
}

class Wrong extends Error {}

function guarded(key: string, tally: PageTally, look: () => void): void {
  try {
    look();
    tally.count('unchanged');
  } catch (error) {
    if (error instanceof Wrong) tally.leave('wrong', key, error.message);
    else tally.fail(key, error);
  }
}
