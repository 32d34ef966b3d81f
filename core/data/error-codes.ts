export {};

/** What data migrations can meet. */
declare module '../errors/error-payloads' {
  interface ErrorPayloads {
    /**
     * More items could not be transformed than the migration allows. None of them was changed.
     * @remedy See them with `migrations backfill status`, correct the transform, or allow more with `mayFail`.
     */
    ITEMS_FAILED: { readonly table: string; readonly failed: number; readonly allowed: number };
    /**
     * A function of a data migration was ended, twice, because it did not return for an item within 5 seconds.
     * @remedy See the item with `migrations backfill status`, and correct the function: it must return at once.
     */
    ENDLESS_FUNCTION: { readonly table: string };
    /**
     * After the work, a check found items that are not as the migration makes them, or that its `validate` refuses.
     * @remedy See them with `migrations backfill status`; correct the migration, or what still writes such items.
     */
    ITEMS_WRONG: { readonly table: string; readonly wrong: number };
    /**
     * An item that a transform made lacks an attribute of the key, or has another type there than the table; or a table of a
     * SQL database has no primary key.
     * @remedy Let the transform return all attributes of the key of the table that it writes to. Give the table a primary key.
     */
    DATA_KEY: { readonly table: string; readonly attribute: string };
    /**
     * A transform made a value that the table cannot hold, or one for a column that it does not have.
     * @remedy Return another value there, as the message says.
     */
    DATA_VALUE: { readonly table: string; readonly attribute: string };
    /**
     * Somebody cancelled the work with `migrations backfill cancel`.
     * @remedy Deploy again when the work may be done.
     */
    BACKFILL_CANCELLED: { readonly migration: string };
  }
}
