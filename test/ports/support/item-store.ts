import type { HeldLease, Item, ItemTable } from '../../../core/ports';

/** Tables with the key `id`, a text, as the migrations and the application see them. */
export interface ItemStore {
  open(table: string, lease: HeldLease): Promise<ItemTable>;
  /** Makes an empty table. */
  create(table: string): Promise<void>;
  put(table: string, ...items: readonly Item[]): Promise<void>;
  get(table: string, id: string): Promise<Item | undefined>;
  delete(table: string, id: string): Promise<void>;
  close(): Promise<void>;
}
