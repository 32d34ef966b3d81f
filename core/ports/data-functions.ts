import type { Item } from './items';

/** What a migration makes of an item: one, none, or several for a destination. */
export type Transform = (item: Item) => Item | null | readonly Item[];

/** What `data()` declares, as far as it is code. */
export interface DataFunctions {
  readonly transform?: Transform;
  /** Of what the transform made, what it was before. Undefined by `sql()`. */
  readonly undo?: Transform;
  /** False, or why not, for an item that is not as it should be. */
  readonly validate?: (item: Item) => boolean | string;
  /** Of the item in the destination and one that is to be written with the same key, what both are together. */
  readonly combine?: (existing: Item, incoming: Item) => Item;
  /**
   * Does work that calls these functions, and ends it after some seconds: nothing else ends a function that never returns.
   * Undefined: it may take as long as it likes.
   * @throws TookTooLong
   */
  readonly within?: (work: () => void) => void;
}
