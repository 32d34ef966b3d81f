import type { DataAction } from '../bundle/data-action';
import type { DataFunctions } from '../ports/data-functions';
import type { Item, ItemChange, ItemTable, StoredItem } from '../ports/items';
import { eachItem } from './each-item';
import { gather, leaveToOwners } from './gather';
import { countChanges, itemOf, mostAttempts, otherHasKey, PageTally, type PageTools, type PageWork } from './page-work';
import { combineItems, TransformRefused } from './transform';
import { areEqual } from './values';

/** Writes what the transform makes of items to another table. What is there already is kept, replaced or combined. */
export const toDestination: PageWork = async (items, page) => {
  const tally = new PageTally();
  tally.count('read', items.length);
  const { existing } = page.work.action;
  const table = page.destination!;
  const gathered = gather(items, page, tally);
  // Where nothing is and nobody else writes, most need no condition, and are written in fewer and simpler requests.
  const isNew = page.work.isNewDestination && existing !== 'combine';
  if (isNew && existing === 'keep') await leaveToOwners(gathered, page, tally);
  const needsNoLook = (key: string) => isNew && (existing === 'replace' || gathered.keeping.has(key));
  let pending: Incoming = gathered.incoming;
  for (let attempt = 1; pending.size > 0; attempt += 1) {
    // Most often nothing is there: then the first look is left out.
    const isBlind = attempt === 1 && (existing === 'keep' || isNew);
    const found = isBlind ? new Map<string, StoredItem>() : await findAll(table, pending);
    const changes: ItemChange[] = [];
    eachItem(
      [...pending],
      page.work.functions,
      ([key]) => key,
      ([key, incoming]) => {
        const change = changeOf(key, incoming, found.get(key), page, tally, needsNoLook(key));
        if (change) changes.push(change);
      },
    );
    const unmade = await page.write(table, changes);
    const conflicts = countChanges(tally, changes, unmade, table);
    const again = new Set(conflicts.map((change) => table.keyOf(itemOf(change))));
    pending = new Map([...pending].filter(([key]) => again.has(key)));
    if (attempt < mostAttempts) continue;
    for (const key of again) tally.fail(key, tooBusy);
    break;
  }
  return tally.result();
};

const tooBusy = new TransformRefused(`The application changed the item ${mostAttempts} times while it was written.`);

type Incoming = ReadonlyMap<string, readonly Item[]>;

async function findAll(table: ItemTable, incoming: Incoming): Promise<ReadonlyMap<string, StoredItem>> {
  const keys = [...incoming.keys()];
  const found = await table.find([...incoming.values()].map((made) => made[0]!));
  return new Map(found.flatMap((stored, index) => (stored ? [[keys[index]!, stored] as const] : [])));
}

function changeOf(
  key: string,
  incoming: readonly Item[],
  stored: StoredItem | undefined,
  { work: { action, functions }, destination }: PageTools,
  tally: PageTally,
  needsNoLook: boolean,
): ItemChange | undefined {
  try {
    const made = resultOf(action.existing, functions, incoming, stored?.item);
    const becomes = destination!.arriving(made, stored?.item);
    const change = changeTo(becomes, stored, needsNoLook);
    if (change) {
      destination!.check(change);
      return change;
    }
    const isOurs =
      incoming.some((one) => areEqual(destination!.arriving(one, stored?.item), becomes)) || action.existing !== 'keep';
    if (isOurs) tally.count('unchanged');
    else tally.leave('kept', key, otherHasKey);
  } catch (error) {
    tally.fail(key, error);
  }
  return undefined;
}

function changeTo(becomes: Item, was: StoredItem | undefined, needsNoLook: boolean): ItemChange | undefined {
  if (!was) return { change: needsNoLook ? 'put' : 'insert', becomes };
  if (areEqual(becomes, was.item)) return undefined;
  return { change: 'update', was, becomes, read: Object.keys({ ...was.item, ...becomes }) };
}

function resultOf(
  existing: DataAction['existing'],
  { combine }: DataFunctions,
  incoming: readonly Item[],
  there: Item | undefined,
): Item {
  if (existing === 'keep') return there ?? incoming[0]!;
  if (existing === 'replace') return incoming.at(-1)!;
  return incoming.reduce<Item | undefined>((so, made) => (so ? combineTwice(combine!, so, made) : made), there)!;
}

/** What is met twice, after a crash, must not count twice. */
function combineTwice(combine: NonNullable<DataFunctions['combine']>, existing: Item, incoming: Item): Item {
  const once = combineItems(combine, existing, incoming);
  if (areEqual(combineItems(combine, once, incoming), once)) return once;
  throw new TransformRefused(
    'combine(combine(a, b), b) is not combine(a, b): an item that is met again, after a crash, must not count twice.',
  );
}
