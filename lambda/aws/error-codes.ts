export {};

/** What AWS denies, and mistakes that only its databases can tell. */
declare module '../../core/errors/error-payloads' {
  interface ErrorPayloads {
    /**
     * AWS denied a call, even after waiting for permissions to take effect.
     * @remedy Look at the policies of the engine's roles, at key policies, and at service control policies.
     */
    ACCESS_DENIED: NoPayload;
    /**
     * A migration names a table that its target does not have.
     * @remedy Add it to `tables` of `MigrationTarget.dynamodb`, or give a `tableNamePrefix`.
     */
    UNKNOWN_TABLE: { readonly table: string; readonly known: readonly string[] };
    /**
     * DynamoDB refused to create, change or delete a table.
     * @remedy Correct the operation as DynamoDB's own message says, and deploy again.
     */
    TABLE_OPERATION_FAILED: NoPayload;
    /**
     * DynamoDB refused to write an item that a transform made; or a row would be deleted to which others refer with
     * `ON DELETE CASCADE` or `SET NULL`, which nothing would put back.
     * @remedy Correct the transform as the message says, and deploy again.
     */
    DATA_REFUSED: { readonly table: string };
    /**
     * A change of an item depends on more attributes than DynamoDB can compare in one request.
     * @remedy Let the transform look at fewer attributes.
     */
    DATA_EXPRESSION: { readonly table: string };
    /**
     * The lease in the ledger is not as the engine writes it, so that waiting for its end would be in vain.
     * @remedy Run `migrations unlock`, or restore the item.
     */
    LEASE_DAMAGED: { readonly scope: string };
    /**
     * A `sql()` function on MySQL ran a statement that commits what is open, such as one that changes the schema. Nothing
     * of the function stays.
     * @remedy Move the statement to a SQL file, where each of them is a step of its own.
     */
    IMPLICIT_COMMIT: NoPayload;
  }
}
