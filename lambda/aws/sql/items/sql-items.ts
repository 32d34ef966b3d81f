import { MigrationError } from '../../../../core/errors/index';
import type {
  BeforeImage,
  ChangeResult,
  Checkpoint,
  Division,
  HeldLease,
  Item,
  ItemChange,
  ItemDatabase,
  ItemPage,
  ItemTable,
  RestoreResult,
  StoredItem,
  TablePart,
} from '../../../../core/ports';
import type { DataApi } from '../data-api';
import { divide, rangeOf, smallTable } from './division';
import type { ItemDialect } from './item-dialect';
import type { Reference } from './references';
import { prepare, type RowChange } from './row-change';
import { before, imageOf, keyOfImage, restoration } from './row-images';
import { RowReader } from './row-reader';
import { RowWriter } from './row-writer';
import { Rows } from './rows';
import { type FenceStatements, fenceOf, raiseFence } from './segment-fence';
import type { TableShape, Texts } from './table-shape';

/** The tables of a SQL database, whose rows are items. */
export function sqlItems(api: DataApi, lease: HeldLease, dialect: ItemDialect, fences: FenceStatements): ItemDatabase {
  const raised = new Once(async () => {
    const fence = fenceOf(lease);
    if (fence) await new RowWriter(api, lease, dialect).patiently(() => raiseFence(api, fence, fences));
  });
  return {
    async table(name) {
      const shape = await dialect.shapeOf(api, name);
      if (!shape) throw tableMissing(name);
      if (shape.key.length === 0) throw keyMissing(name);
      await raised.done();
      return new SqlItems(api, lease, dialect, shape);
    },
  };
}

class Once {
  private running: Promise<void> | undefined;

  constructor(private readonly work: () => Promise<void>) {}

  done(): Promise<void> {
    this.running ??= this.work();
    return this.running;
  }
}

class SqlItems implements ItemTable {
  private readonly rows: Rows;
  private readonly reader: RowReader;
  private readonly writer: RowWriter;
  /** Each change is prepared once, though it is checked, kept and made. */
  private readonly prepared = new WeakMap<ItemChange, RowChange>();

  private known: Promise<readonly Reference[]> | undefined;

  constructor(
    private readonly api: DataApi,
    lease: HeldLease,
    private readonly dialect: ItemDialect,
    private readonly shape: TableShape,
  ) {
    this.rows = new Rows(shape);
    this.reader = new RowReader(api, dialect, shape);
    this.writer = new RowWriter(api, lease, dialect);
  }

  async estimate(): Promise<number | undefined> {
    const { rows } = await this.api.execute(
      `SELECT count(*) AS there FROM (SELECT 1 AS one FROM ${this.shape.quoted} LIMIT ${smallTable}) x`,
    );
    const count = Number(rows[0]?.['there']);
    if (count < smallTable) return count;
    const guess = await this.dialect.guess(this.api, this.shape);
    // One that is too small is old.
    return guess !== undefined && guess >= smallTable ? guess : undefined;
  }

  divide(of: number): Promise<Division> {
    return divide(this.api, this.dialect, this.shape, of, () => this.estimate());
  }

  async page(part: TablePart, after: Checkpoint | undefined, limit: number): Promise<ItemPage> {
    const range = rangeOf(part);
    if (!range) return { items: [] };
    const from = after ? (after['key'] as readonly string[]) : range.after;
    const { found, isLast } = await this.reader.page(from, range.upTo, limit);
    const items = found.map((texts) => this.toStored(texts));
    if (isLast) return { items };
    const last = found.at(-1)!;
    return { items, next: { key: this.shape.key.map(({ name }) => last[name]) } };
  }

  async find(items: readonly Item[]): Promise<readonly (StoredItem | undefined)[]> {
    const found = await this.reader.find(items.map((item) => this.rows.keyOf(item)));
    return found.map((texts) => texts && this.toStored(texts));
  }

  replaced(was: Item, by: Item): Item {
    return this.rows.replaced(was, by);
  }

  arriving(made: Item, there: Item | undefined): Item {
    return this.rows.arriving(made, there);
  }

  check(change: ItemChange): void {
    this.prepare(change);
  }

  write(changes: readonly ItemChange[], isTakenBack = false): Promise<readonly ChangeResult[]> {
    const prepared = changes.map((change) => this.prepare(change));
    return isTakenBack ? this.writeAlone(prepared) : this.writer.write(this.shape, prepared);
  }

  /** Deletes no row that takes others with it, because nothing puts those back. */
  private async writeAlone(changes: readonly RowChange[]): Promise<readonly ChangeResult[]> {
    const deleted = changes.filter(({ change }) => change === 'delete');
    const references = deleted.length === 0 ? [] : await this.references();
    if (references.length === 0) return this.writer.write(this.shape, changes);
    const numbers = await this.reader.referenced(deleted, references);
    const refused = new Set(numbers.map((n) => deleted[n]!));
    const others = changes.filter((change) => !refused.has(change));
    const results = await this.writer.write({ ...this.shape, references }, others);
    const resultOf = new Map(others.map((change, index) => [change, results[index]!]));
    const refusal = { refused: takesOthers(this.shape.name, references) };
    return changes.map((change) => resultOf.get(change) ?? refusal);
  }

  private references(): Promise<readonly Reference[]> {
    this.known ??= this.dialect.references(this.api, this.shape);
    return this.known;
  }

  beforeImage(change: ItemChange): BeforeImage {
    return imageOf(this.prepare(change), 'was' in change ? (change.was.stored as Texts) : undefined, this.shape);
  }

  async restore(images: readonly BeforeImage[]): Promise<readonly RestoreResult[]> {
    // A row that is as it was is left alone: its changes may be what somebody else has made of it.
    const asBefore = await this.areAsBefore(images);
    const open = images.filter((_, index) => !asBefore[index]);
    const results = await this.writeAlone(open.map((image) => restoration(image, this.shape)));
    const resultOf = new Map(open.map((image, index) => [image, results[index]!]));
    return images.map((image): RestoreResult => {
      const result = resultOf.get(image);
      if (result === undefined) return 'already';
      if (result === 'written') return 'restored';
      return result === 'conflict' ? 'kept' : result;
    });
  }

  private areAsBefore(images: readonly BeforeImage[]): Promise<readonly boolean[]> {
    return this.reader.areSame(images.map((image) => ({ key: keyOfImage(image), columns: before(image, this.shape) })));
  }

  nameOf(image: BeforeImage): string {
    return this.rows.nameOf(keyOfImage(image));
  }

  keyOf(item: Item): string {
    return this.rows.nameOf(this.rows.keyOf(item));
  }

  private toStored(texts: Texts): StoredItem {
    return { item: this.rows.toItem(texts), stored: texts };
  }

  private prepare(change: ItemChange): RowChange {
    const prepared = this.prepared.get(change) ?? prepare(change, this.rows);
    this.prepared.set(change, prepared);
    return prepared;
  }
}

function tableMissing(table: string): MigrationError {
  return new MigrationError('TABLE_MISSING', `The table ${table}, whose rows are needed, does not exist.`, {
    payload: { table },
    hint: 'Create it in an earlier migration, and name that in dependsOn; outside of the search path name its schema too, such as sales.orders.',
  });
}

function takesOthers(table: string, references: readonly Reference[]): MigrationError {
  const others = [...new Set(references.map((one) => one.table))].join(', ');
  return new MigrationError(
    'DATA_REFUSED',
    `A row of ${table} is not deleted: rows that refer to it would be deleted or changed with it (a foreign key of ${others} says so), and nothing would put them back.`,
    {
      payload: { table },
      hint: 'Change or delete the rows that refer to it in a migration before, or declare this one irreversible.',
    },
  );
}

function keyMissing(table: string): MigrationError {
  return new MigrationError('DATA_KEY', `The table ${table} has no primary key, so its rows cannot be told apart.`, {
    payload: { table, attribute: '' },
    hint: 'Give it a primary key in an earlier migration, or write the change in SQL.',
  });
}
