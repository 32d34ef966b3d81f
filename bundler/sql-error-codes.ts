export {};

/** Mistakes in SQL migration files. */
declare module '../core/errors/error-payloads' {
  interface ErrorPayloads {
    /**
     * A header is unknown.
     * @remedy Correct the name of the header, or write an ordinary comment without a colon after its first word.
     */
    UNKNOWN_HEADER: NoPayload;
    /**
     * The value of a header has the wrong form, or contradicts the rest of the file.
     * @remedy Write the header in the form that the hint shows, or remove what contradicts it.
     */
    INVALID_HEADER: NoPayload;
    /**
     * A header is below the first section, where it has no effect.
     * @remedy Move it above the first `-- migrate:` line.
     */
    MISPLACED_HEADER: NoPayload;
    /**
     * There is SQL above the first section, which would never run.
     * @remedy Move it below `-- migrate:up`.
     */
    SQL_BEFORE_SECTION: NoPayload;
    /**
     * A `-- migrate:` line does not name a known section, or is misspelt.
     * @remedy Correct the marker, or reword the comment.
     */
    UNKNOWN_SECTION: NoPayload;
    /**
     * A file has the same section twice.
     * @remedy Merge the two.
     */
    DUPLICATE_SECTION: NoPayload;
    /**
     * A file has no section.
     * @remedy Write `-- migrate:up` above the statements.
     */
    MISSING_SECTION: NoPayload;
    /**
     * The option of a section, or its value, is unknown.
     * @remedy Correct or remove it.
     */
    UNKNOWN_OPTION: NoPayload;
    /**
     * PostgreSQL's grammar rejects the text.
     * @remedy Correct the syntax at the location given or shortly before.
     */
    SQL_SYNTAX: NoPayload;
    /**
     * A section has BEGIN, COMMIT, ROLLBACK or the like, but the engine begins and ends transactions itself.
     * @remedy Remove the statement.
     */
    TRANSACTION_CONTROL: NoPayload;
    /**
     * PostgreSQL runs a statement only outside a transaction, and its section is one.
     * @remedy Write `transaction:false` after the section marker, or move the statement into a migration of its own.
     */
    NOT_TRANSACTIONAL: NoPayload;
    /**
     * The text has `:name` outside a string, which the RDS Data API would treat as a parameter.
     * @remedy Rewrite it as the hint shows, for example with a space after the colon.
     */
    NAMED_PARAMETER: NoPayload;
    /**
     * A statement is longer than the RDS Data API accepts.
     * @remedy Split it, for example an INSERT of many rows into several.
     */
    STATEMENT_TOO_LONG: { readonly bytes: number };
  }
}
