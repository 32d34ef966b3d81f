import { areEqual, canonicalText } from '../../../core/data/values';
import { MigrationError } from '../../../core/errors/index';
import type {
  BeforeImage,
  ChangeResult,
  Division,
  HeldLease,
  Item,
  ItemChange,
  ItemDatabase,
  ItemPage,
  ItemSource,
  ItemTable,
  RestoreResult,
  StoredItem,
  TablePart,
} from '../../../core/ports';

/** Items by logical table and key. The key of every table is its attribute `id`. */
export class MemoryItems {
  readonly tables = new Map<string, Map<string, Item>>();
  /** Called before each page and each write: an application that writes at the same time. */
  meanwhile: (event: 'page' | 'write', table: string) => void = () => {};

  /** A constraint of the database: what it does not let become of an item. */
  refuses: (becomes: Item) => MigrationError | undefined = () => undefined;
  /** Called with every change that is asked for. */
  onChange: (table: string, change: ItemChange) => void = () => {};

  of(table: string): Map<string, Item> {
    const items = this.tables.get(table) ?? new Map<string, Item>();
    this.tables.set(table, items);
    return items;
  }

  put(table: string, ...items: readonly Item[]): void {
    for (const item of items) this.of(table).set(keyOf(item), item);
  }

  list(table: string): readonly Item[] {
    return [...this.of(table).values()];
  }

  open(lease: HeldLease): ItemDatabase {
    return { table: async (name) => new MemoryItemTable(this, name, lease) };
  }
}

class MemoryItemTable implements ItemTable {
  constructor(
    private readonly store: MemoryItems,
    private readonly name: string,
    private readonly lease: HeldLease,
  ) {}

  async estimate(): Promise<number> {
    return this.store.of(this.name).size;
  }

  /** Kept with the step, and asked for again with every page. */
  async divide(of: number): Promise<Division> {
    return { of };
  }

  replaced(_was: Item, by: Item): Item {
    return by;
  }

  arriving(made: Item): Item {
    return made;
  }

  async page(
    { number, division }: TablePart,
    after: Readonly<Record<string, unknown>> | undefined,
    limit: number,
  ): Promise<ItemPage> {
    this.store.meanwhile('page', this.name);
    const keys = [...this.store.of(this.name).keys()]
      .filter((key) => segmentOf(key, Number(division!['of'])) === number)
      .sort();
    const from = keys.filter((key) => after === undefined || key > String(after['key']));
    const page = from.slice(0, limit);
    const items = page.map((key) => stored(this.store.of(this.name).get(key)!));
    return from.length > limit ? { items, next: { key: page.at(-1) } } : { items };
  }

  async find(items: readonly Item[]): Promise<readonly (StoredItem | undefined)[]> {
    return items.map((item) => {
      const found = this.store.of(this.name).get(keyOf(item));
      return found && stored(found);
    });
  }

  check(change: ItemChange): void {
    if ('becomes' in change) canonicalText(change.becomes);
  }

  async write(changes: readonly ItemChange[]): Promise<readonly ChangeResult[]> {
    await this.lease.guard();
    this.store.meanwhile('write', this.name);
    return changes.map((change) => this.change(change));
  }

  private change(change: ItemChange): ChangeResult {
    this.store.onChange(this.name, change);
    const items = this.store.of(this.name);
    const refused = 'becomes' in change ? this.store.refuses(change.becomes) : undefined;
    if (refused) return { refused };
    if (change.change === 'insert' || change.change === 'put') {
      if (change.change === 'insert' && items.has(keyOf(change.becomes))) return 'conflict';
      items.set(keyOf(change.becomes), change.becomes);
      return 'written';
    }
    const { was, read } = change;
    const now = items.get(keyOf(was.item));
    if (!now || read.some((name) => !areEqual(now[name], was.item[name]))) return 'conflict';
    if (change.change === 'delete') items.delete(keyOf(was.item));
    else items.set(keyOf(was.item), merged(now, was.item, change.becomes));
    return 'written';
  }

  beforeImage(change: ItemChange): BeforeImage {
    if (change.change === 'update') return { key: keyOf(change.becomes), old: change.was.item, new: change.becomes };
    if (change.change === 'delete') return { key: keyOf(change.was.item), old: change.was.item };
    return { key: keyOf(change.becomes), new: change.becomes };
  }

  async restore(images: readonly BeforeImage[]): Promise<readonly RestoreResult[]> {
    await this.lease.guard();
    return images.map(({ key, old, new: made }) => {
      const items = this.store.of(this.name);
      const now = items.get(String(key));
      const names = Object.keys({ ...(old as Item), ...(made as Item) });
      const changed = names.filter(
        (name) => !areEqual((old as Item | undefined)?.[name], (made as Item | undefined)?.[name]),
      );
      const is = (other: unknown) =>
        now === undefined || other === undefined
          ? now === other
          : old === undefined
            ? areEqual(now, other)
            : changed.every((name) => areEqual(now[name], (other as Item)[name]));
      if (is(old)) return 'already';
      if (!is(made)) return 'kept';
      if (old === undefined) items.delete(String(key));
      else items.set(String(key), merged(now ?? {}, (made as Item | undefined) ?? {}, old as Item));
      return 'restored';
    });
  }

  nameOf(image: BeforeImage): string {
    return String(image['key']);
  }

  hasKeysOf(other: ItemSource): other is ItemTable {
    return other instanceof MemoryItemTable;
  }

  keyOf(item: Item): string {
    return keyOf(item);
  }
}

/** What the application wrote to other attributes stays. */
function merged(now: Item, was: Item, becomes: Item): Item {
  const names = new Set([...Object.keys(was), ...Object.keys(becomes)]);
  const result: Record<string, unknown> = { ...now };
  for (const name of names) {
    if (areEqual(was[name], becomes[name])) continue;
    if (becomes[name] === undefined) delete result[name];
    else result[name] = becomes[name];
  }
  return result;
}

function stored(item: Item): StoredItem {
  return { item, stored: undefined };
}

function keyOf({ id }: Item): string {
  if (id !== undefined) return canonicalText(id);
  throw new MigrationError('DATA_KEY', 'The item has no id.', { payload: { table: 'memory', attribute: 'id' } });
}

function segmentOf(key: string, of: number): number {
  return [...key].reduce((sum, character) => (sum * 31 + character.charCodeAt(0)) % 65_521, 7) % of;
}
