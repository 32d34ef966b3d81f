import type {
  BeforeImage,
  ChangeResult,
  Checkpoint,
  Division,
  Item,
  ItemChange,
  ItemPage,
  ItemTable,
  RestoreResult,
  StoredItem,
  TablePart,
} from '../ports/items';

/** A table as it would be after changes, none of which is made. */
export class UnwrittenTable implements ItemTable {
  /** What was looked up or changed, by key; undefined where nothing is. */
  private readonly items = new Map<string, StoredItem | undefined>();
  private readonly made = new WeakSet<StoredItem>();

  constructor(private readonly table: ItemTable) {}

  estimate(): Promise<number | undefined> {
    return this.table.estimate();
  }

  divide(of: number): Promise<Division | undefined> {
    return this.table.divide(of);
  }

  page(part: TablePart, after: Checkpoint | undefined, limit: number): Promise<ItemPage> {
    return this.table.page(part, after, limit);
  }

  replaced(was: Item, by: Item): Item {
    return this.table.replaced(was, by);
  }

  arriving(made: Item, there: Item | undefined): Item {
    return this.table.arriving(made, there);
  }

  keyOf(item: Item): string {
    return this.table.keyOf(item);
  }

  async find(items: readonly Item[]): Promise<readonly (StoredItem | undefined)[]> {
    const unknown = items.filter((item) => !this.items.has(this.keyOf(item)));
    const found = unknown.length === 0 ? [] : await this.table.find(unknown);
    for (const [index, item] of unknown.entries()) this.items.set(this.keyOf(item), found[index]);
    return items.map((item) => this.items.get(this.keyOf(item)));
  }

  check(change: ItemChange): void {
    if (!('was' in change) || !this.made.has(change.was)) this.table.check(change);
    // The table knows nothing of what a change before would have made.
    else if (change.change === 'update') this.table.check({ change: 'put', becomes: change.becomes });
  }

  async write(changes: readonly ItemChange[]): Promise<readonly ChangeResult[]> {
    const results: ChangeResult[] = [];
    for (const change of changes) {
      const isTaken = change.change === 'insert' && (await this.find([change.becomes]))[0] !== undefined;
      if (!isTaken) this.remember(change);
      results.push(isTaken ? 'conflict' : 'written');
    }
    return results;
  }

  private remember(change: ItemChange): void {
    if (change.change === 'delete') {
      this.items.set(this.keyOf(change.was.item), undefined);
      return;
    }
    const stored: StoredItem = { item: change.becomes, stored: undefined };
    this.made.add(stored);
    this.items.set(this.keyOf(change.becomes), stored);
  }

  nameOf(image: BeforeImage): string {
    return this.table.nameOf(image);
  }

  beforeImage(change: ItemChange): BeforeImage {
    return this.table.beforeImage(change);
  }

  restore(): Promise<readonly RestoreResult[]> {
    throw new Error('Nothing was written that could be taken back.');
  }
}
