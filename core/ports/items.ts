import type { MigrationError } from '../errors/index';

/**
 * An item as the functions of a data migration see it: the values of its attributes by their names.
 *
 * Texts, booleans, null, lists and maps are what they are in JavaScript. Bytes are a `Uint8Array`, sets a `Set`. A number is
 * a `number` when that holds it exactly, a `bigint` when it is a larger integer, and else an object whose `value` is its
 * digits as a text. What a function leaves alone is not written, so it keeps all its digits.
 *
 * @example
 * import { data, type Item } from 'cdk-migrations/authoring';
 *
 * const withoutDraft = ({ draft, ...meal }: Item): Item => meal;
 * export default data({ source: 'meals', transform: withoutDraft });
 */
export type Item = Readonly<Record<string, unknown>>;

/** An item as it was read: what code sees of it, and what the adapter must know of it besides. */
export interface StoredItem {
  readonly item: Item;
  readonly stored: unknown;
}

/** Where reading continues: plain data that only its adapter understands. */
export type Checkpoint = Readonly<Record<string, unknown>>;

export interface ItemPage {
  readonly items: readonly StoredItem[];
  /** Undefined after the last page of the segment. */
  readonly next?: Checkpoint;
}

/** A change of one item. What was read must be unchanged when it is made. */
export type ItemChange =
  | {
      readonly change: 'update';
      readonly was: StoredItem;
      readonly becomes: Item;
      /** The attributes on which the change depends. */
      readonly read: readonly string[];
    }
  | { readonly change: 'delete'; readonly was: StoredItem; readonly read: readonly string[] }
  /** Unless an item with its key is there. */
  | { readonly change: 'insert'; readonly becomes: Item }
  /** Whatever is there. */
  | { readonly change: 'put'; readonly becomes: Item };

/** The database refuses this change whenever it is made, such as for a constraint; others may be made. */
interface RefusedChange {
  readonly refused: MigrationError;
}

/** `conflict`: what the change depends on has changed, or the item to be inserted is there already. */
export type ChangeResult = 'written' | 'conflict' | RefusedChange;

/** What takes a change back: plain data that only its adapter understands. */
export type BeforeImage = Readonly<Record<string, unknown>>;

/** `already`: it is as before the change. `kept`: somebody else has changed it since, so it stays as it is. */
export type RestoreResult = 'restored' | 'already' | 'kept' | RefusedChange;

/** How the items of a table are divided into segments: plain data that only its adapter understands. */
export type Division = Readonly<Record<string, unknown>>;

/** One of the segments into which a table is divided. */
export interface TablePart {
  /** From 0. */
  readonly number: number;
  readonly of: number;
  /** What {@link ItemSource.divide} gave; undefined where it gave nothing. */
  readonly division?: Division;
}

/** What items are read from, for work on all of them. */
export interface ItemSource {
  /** About how many items there are, as cheap as possible; undefined when nobody knows. */
  estimate(): Promise<number | undefined>;
  /**
   * Divides the items into so many segments, of about the same size. It is asked once for a pass, and the answer kept, so
   * that the segments are the same for all workers. Undefined where a segment's number is enough.
   */
  divide(of: number): Promise<Division | undefined>;
  /**
   * A part of the items of one segment, strongly consistent. All segments together have every item that is there from the
   * first page to the last exactly once.
   *
   * @param limit how many items at most
   */
  page(part: TablePart, after: Checkpoint | undefined, limit: number): Promise<ItemPage>;
  /** The key of an item as a text, equal for equal keys only. @throws DATA_KEY when the item has no usable key */
  keyOf(item: Item): string;
}

/** The items of a table, which can be changed. */
export interface ItemTable extends ItemSource {
  /** The items with the keys of these, as they are now; undefined for those that are gone. */
  find(items: readonly Item[]): Promise<readonly (StoredItem | undefined)[]>;
  /**
   * What a transform made of an item of this table, as it is read again once it is written.
   * @throws DATA_VALUE for what the table cannot hold
   */
  replaced(was: Item, by: Item): Item;
  /** Likewise what was made elsewhere, to be written here over what is there. */
  arriving(made: Item, there: Item | undefined): Item;
  /** Looks whether the table can hold what a change makes. @throws DATA_KEY, or another error that says why not */
  check(change: ItemChange): void;
  /**
   * Makes the changes, which are of different items, each by itself. The results are in the same order.
   * @param isTakenBack they may be, so one is refused with which the database would change what no image is kept of
   */
  write(changes: readonly ItemChange[], isTakenBack?: boolean): Promise<readonly ChangeResult[]>;
  /** To be kept before the change is made. */
  beforeImage(change: ItemChange): BeforeImage;
  /** Takes changes back, each only if the item still is as the change made it. */
  restore(images: readonly BeforeImage[]): Promise<readonly RestoreResult[]>;
  /** The key of the item that an image is of, as {@link keyOf} gives it. */
  nameOf(image: BeforeImage): string;
  /** Whether the same attributes are the key in another table. Undefined: nobody can say. */
  hasKeysOf?(other: ItemSource): other is ItemTable;
}

/** Databases whose items can be worked through. */
export interface ItemDatabase {
  /** @throws TABLE_MISSING */
  table(name: string): Promise<ItemTable>;
}
