import type { Transform } from '../ports/data-functions';
import type { Item, ItemChange, StoredItem } from '../ports/items';
import { eachItem } from './each-item';
import { countChanges, itemOf, mostAttempts, PageTally, type PageTools, type PageWork } from './page-work';
import { writtenTable } from './segment-work';
import { type TransformName, TransformRefused, transformInPlace } from './transform';
import { areEqual } from './values';

/**
 * Transforms items where they are. A change is made only while all that the transform looked at is as it was read, so what the
 * application writes meanwhile is never overwritten: the item is read again and transformed again.
 */
export function inPlace(transform: Transform, name: TransformName = 'transform'): PageWork {
  return async (items, page) => {
    const tally = new PageTally();
    tally.count('read', items.length);
    const keyOf = ({ item }: StoredItem) => writtenTable(page).keyOf(item);
    let pending = items;
    for (let attempt = 1; pending.length > 0; attempt += 1) {
      const changes: ItemChange[] = [];
      eachItem(pending, page.work.functions, keyOf, (stored) => {
        const change = changeOf({ transform, name }, stored, page, tally);
        if (change) changes.push(change);
      });
      const unmade = await page.write(writtenTable(page), changes);
      const conflicts = countChanges(tally, changes, unmade, writtenTable(page));
      if (attempt === mostAttempts) {
        for (const change of conflicts) tally.fail(writtenTable(page).keyOf(itemOf(change)), tooBusy);
        break;
      }
      pending = await readAgain(conflicts, page, tally);
    }
    return tally.result();
  };
}

const tooBusy = new TransformRefused(
  `The application changed the item ${mostAttempts} times while it was transformed.`,
);

function changeOf(
  { transform, name }: { readonly transform: Transform; readonly name: TransformName },
  was: StoredItem,
  page: PageTools,
  tally: PageTally,
): ItemChange | undefined {
  const table = writtenTable(page);
  try {
    const { result, read } = transformInPlace(transform, was.item, table, name);
    if (result === null) return { change: 'delete', was, read };
    if (areEqual(result, was.item)) {
      tally.count('unchanged');
      return undefined;
    }
    const becomes = result as Item;
    if (table.keyOf(becomes) === table.keyOf(was.item)) {
      const change: ItemChange = { change: 'update', was, becomes, read: [...read, ...written(was.item, becomes)] };
      table.check(change);
      return change;
    }
    throw new TransformRefused(`${name} changed the key of the item. Only a migration with a destination may.`);
  } catch (error) {
    tally.fail(table.keyOf(was.item), error);
    return undefined;
  }
}

/** Also what is written without having been looked at must be as it was: the application may have written it meanwhile. */
function written(was: Item, becomes: Item): readonly string[] {
  const names = new Set([...Object.keys(was), ...Object.keys(becomes)]);
  return [...names].filter((name) => !areEqual(was[name], becomes[name]));
}

/** As they are now. What the application has deleted is done with. */
async function readAgain(
  conflicts: readonly ItemChange[],
  page: PageTools,
  tally: PageTally,
): Promise<readonly StoredItem[]> {
  if (conflicts.length === 0) return [];
  const found = await writtenTable(page).find(conflicts.map(itemOf));
  return found.flatMap((stored) => {
    if (!stored) tally.count('unchanged');
    return stored ?? [];
  });
}
