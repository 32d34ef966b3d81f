export {};

/** What stands in the way of comparing a live schema with its migrations. */
declare module '../errors/error-payloads' {
  interface ErrorPayloads {
    /**
     * This kind of database has no schema that could be compared.
     * @remedy Leave the target out, with `--target` of another one.
     */
    SCHEMA_NOT_COMPARABLE: { readonly target: string; readonly databaseKind: string };
    /**
     * The server makes no scratch database.
     * @remedy Give the database user the right to create databases, or compare with `--scratch` and the URL of another server.
     */
    SCRATCH_UNAVAILABLE: { readonly sqlState?: string; readonly errorNumber?: number };
    /**
     * A migration would change more than the scratch database in which it is to be tried, such as a role of the whole server
     * or the live database itself. Nothing was run.
     * @remedy Compare with `--scratch` and the URL of a server that the migrations may change.
     */
    SCRATCH_REFUSED: { readonly migration: string; readonly statement?: string };
    /**
     * A migration that was applied to the live database fails on an empty one. The scratch database was dropped, and the live
     * one was not touched.
     * @remedy Provide what the message names, such as a role or an extension, on a server of your own, and compare there with
     *   `--scratch`.
     */
    SCRATCH_FAILED: { readonly migration: string; readonly statement?: string; readonly sqlState?: string };
  }
}
