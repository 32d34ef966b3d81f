export {};

/** What can go wrong in a single step of a migration. */
declare module '../../errors/error-payloads' {
  interface ErrorPayloads {
    /**
     * A verify statement did not return one row with true.
     * @remedy Find out why the data is not as expected; correct the migration or the statement, and deploy again.
     */
    VERIFY_FAILED: { readonly returned: string; readonly statement?: string };
    /**
     * The process died during a statement outside a transaction, and the database does not show whether it took effect.
     * @remedy Look at the database, finish or undo the statement by hand, then run `migrations repair`.
     */
    OUTCOME_UNKNOWN: { readonly statement?: string };
    /**
     * A step needs another kind of database than its target is.
     * @remedy Move the migration to a target of the right kind.
     */
    WRONG_DATABASE_KIND: { readonly migration: string; readonly databaseKind: string };
    /**
     * A statement of a migration that is not one transaction makes what is there already: a table or a column, on MySQL also an
     * index, a trigger and more. Nothing of the migration was run, because undoing a part of it would drop what was there before.
     * @remedy Compare with `migrations drift`; remove what was made by hand, or take the statement out of the migration.
     */
    OBJECT_EXISTS: { readonly object: string; readonly statement?: string };
    /**
     * A statement for MySQL removes or renames what is not there. Nothing of the migration was run.
     * @remedy Compare with `migrations drift`; correct the name, or take the statement out of the migration.
     */
    OBJECT_MISSING: { readonly object: string; readonly statement?: string };
    /**
     * A table that a migration creates already exists.
     * @remedy Choose another name, or give the existing table to the target and drop the step.
     */
    TABLE_EXISTS: { readonly table: string };
    /**
     * A table that a migration changes does not exist.
     * @remedy Create it in an earlier migration, or name it among the `tables` of the target.
     */
    TABLE_MISSING: { readonly table: string };
    /**
     * An index that a migration creates already exists.
     * @remedy Choose another name. The index that is there may be in use; removing it is a change of its own.
     */
    INDEX_EXISTS: { readonly table?: string; readonly index?: string; readonly statement?: string };
    /**
     * A table does not have the index that a migration removes.
     * @remedy Correct the name of the index; the message lists those that exist.
     */
    INDEX_MISSING: { readonly table: string; readonly index: string };
    /**
     * A migration makes an attribute the key of an index under another type than it has in other keys of the table.
     * @remedy Give it the type that the message names, or use another attribute.
     */
    KEY_TYPE_MISMATCH: { readonly table: string; readonly attribute: string };
    /**
     * A migration changes the throughput of a table that is on-demand, and so has none.
     * @remedy Make the table provisioned with `setBillingMode` before, or remove the step.
     */
    TABLE_NOT_PROVISIONED: { readonly table: string };
    /**
     * A table would have more of something than DynamoDB allows, or be changed more often. Nothing was changed.
     * @remedy The message names the limit: split the change, or deploy it again when the limit has passed.
     */
    TABLE_LIMIT: { readonly table: string; readonly limit: string };
    /**
     * The backup without which a table is not deleted failed. The table is there.
     * @remedy Find out why from the message, then run `migrations repair`.
     */
    BACKUP_FAILED: { readonly table: string };
  }
}
