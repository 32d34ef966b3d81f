import type { DataFunctions } from '../ports/data-functions';
import type { Item, ItemSource, StoredItem } from '../ports/items';
import { eachItem } from './each-item';
import { otherHasKey, PageTally, type PageTask, type PageTools, type PageWork } from './page-work';
import { writtenTable } from './segment-work';
import { combineItems, TransformRefused, transformInPlace, transformToDestination } from './transform';
import { areEqual, seen } from './values';

/** Changes nothing: counts the items that a write would change, and those that `validate` refuses. */
export const check: PageWork = async (items, page) => {
  const tally = new PageTally();
  tally.count('read', items.length);
  if (page.work.action.destination) await checkDestination(items, page, tally);
  else eachItem(items, page.work.functions, keyIn(writtenTable(page)), (stored) => checkItem(stored, page, tally));
  return tally.result();
};

function checkItem({ item }: StoredItem, page: PageTools, tally: PageTally): void {
  const { work, sums } = page;
  const table = writtenTable(page);
  const key = table.keyOf(item);
  judge(key, tally, () => {
    const { result } = transformInPlace(work.functions.transform!, item, table);
    if (result === null || !areEqual(result, item)) return former('it has not been transformed', work);
    return validate(item, work.functions);
  });
  sums.add(key, item);
}

/** Everything that the items make must be in the destination. With `existing: 'combine'`, combining it again changes nothing. */
async function checkDestination(items: readonly StoredItem[], tools: PageTools, tally: PageTally): Promise<void> {
  const { destination, work, sums } = tools;
  const table = destination!;
  const made: Item[] = [];
  eachItem(items, work.functions, keyIn(tools.source), ({ item }) => made.push(...makes(item, tools, tally)));
  // A key may be made twice; each is looked up once.
  const byKey = new Map(made.map((item) => [table.keyOf(item), item]));
  const keys = [...byKey.keys()];
  const found = new Map((await table.find([...byKey.values()])).map((stored, index) => [keys[index]!, stored]));
  eachItem(
    made,
    work.functions,
    (item) => table.keyOf(item),
    (item) => {
      const key = table.keyOf(item);
      judge(key, tally, () => {
        const there = found.get(key)?.item;
        if (!there) return former('it is missing in the destination', work);
        if (!isContained(item, there, tools)) return former(otherHasKey, work);
        return validate(there, work.functions);
      });
      sums.add(key, item);
    },
  );
}

function keyIn(table: ItemSource): (stored: StoredItem) => string {
  return ({ item }) => table.keyOf(item);
}

function makes(item: Item, { source, work }: PageTools, tally: PageTally): readonly Item[] {
  try {
    return transformToDestination(work.functions.transform!, item);
  } catch (error) {
    tally.fail(source.keyOf(item), error);
    return [];
  }
}

function isContained(made: Item, there: Item, { work: { action, functions }, destination }: PageTools): boolean {
  if (action.existing === 'combine')
    return areEqual(destination!.arriving(combineItems(functions.combine!, there, made), there), there);
  // With `keep`, what the application wrote to the destination since then counts more.
  return action.existing === 'keep' || areEqual(destination!.arriving(made, there), there);
}

type Judgement = 'unchanged' | 'former' | { readonly wrong: string };

/**
 * What the former release of the application may have written since it was transformed. Where items may fail, it may also be
 * one that the database refused to change.
 */
function former(why: string, { action }: PageTask): Judgement {
  if (action.letsFormerPass) return 'former';
  if (action.mayFail > 0) throw new TransformRefused(why);
  return { wrong: why };
}

function validate(item: Item, { validate: isValid }: DataFunctions): Judgement {
  const verdict: unknown = isValid ? isValid(item) : true;
  if (verdict === true) return 'unchanged';
  if (verdict === false) return { wrong: 'validate refused it' };
  if (typeof verdict === 'string') return { wrong: verdict };
  throw new TransformRefused(
    `validate returned ${seen(verdict)}; it must return true, false, or a text that says why not.`,
  );
}

function judge(key: string, tally: PageTally, look: () => Judgement): void {
  try {
    const judgement = look();
    if (typeof judgement === 'string') tally.count(judgement);
    else tally.leave('wrong', key, judgement.wrong);
  } catch (error) {
    tally.fail(key, error);
  }
}
