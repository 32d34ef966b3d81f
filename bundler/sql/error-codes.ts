export {};

/** Mistakes in SQL migration files. */
declare module '../../core/errors/error-payloads' {
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
     * The text is not SQL: PostgreSQL's grammar rejects it, or something in MySQL's has no end.
     * @remedy Correct the syntax at the location given or shortly before.
     */
    SQL_SYNTAX: NoPayload;
    /**
     * A command of the `mysql` client or of psql, such as `source`, `\\G` or `\\i`, which no database knows.
     * @remedy Remove it, or write the SQL that is meant.
     */
    CLIENT_COMMAND: { readonly command: string };
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
    /**
     * A comment looks like a permission, but is unknown or gives no reason.
     * @remedy Write one of the permissions that the message lists, with a reason in words.
     */
    INVALID_PERMISSION: NoPayload;
    /**
     * A permission applies to nothing: it is not above a statement, or the statement does not need it.
     * @remedy Write it on a line of its own directly above the statement that it is for, or remove it.
     */
    UNUSED_PERMISSION: { readonly permission: string };
    /**
     * A section changes a setting of its session, which outlives the section, or does not reach the next statement.
     * @remedy On PostgreSQL write `SET LOCAL`, or `set_config(..., true)`, which end with the transaction; on MySQL remove it.
     */
    SESSION_SETTING: NoPayload;
    /**
     * A statement that the RDS Data API cannot run, or that a migration's own connection cannot run.
     * @remedy Rewrite it as the hint shows.
     */
    UNSUPPORTED_STATEMENT: NoPayload;
    /**
     * A statement names the schema, or on MySQL a table, in which the engine keeps what it has applied.
     * @remedy Leave it to the engine.
     */
    RESERVED_SCHEMA: NoPayload;
    /**
     * A value is added to an enum and used in the same transaction, which PostgreSQL refuses.
     * @remedy Add the value in a migration before, or write `transaction:false` after the section marker.
     */
    ENUM_VALUE_USED: { readonly type: string; readonly value: string };
    /**
     * Two names become one when PostgreSQL cuts them to 63 bytes.
     * @remedy Shorten them so that they differ.
     */
    IDENTIFIER_CLASH: { readonly kept: string };
    /**
     * Warning: a name has more than 63 bytes, and PostgreSQL cuts it.
     * @remedy Shorten it, so that it is found under the name that is written.
     */
    IDENTIFIER_TOO_LONG: { readonly name: string; readonly kept: string };
    /**
     * Warning: a statement uses syntax that the cluster's version of PostgreSQL does not have yet.
     * @remedy Upgrade the cluster first, or write it in the older syntax.
     */
    NEWER_SYNTAX: { readonly since: number; readonly version: string };
    /**
     * Warning: a statement takes long on a big table, or keeps others waiting while it runs. `rule` says which kind.
     * @remedy Do what the hint says, or write `-- allow-slow: <reason>` above the statement if the table is small.
     */
    SLOW_STATEMENT: {
      readonly rule: string;
      /** `warning` */
      readonly severity?: string;
      /** SQL that does the same without keeping anybody waiting, where there is such. */
      readonly rewrite?: string;
    };
    /**
     * A statement fails as soon as its table has a row. `rule` says which kind.
     * @remedy Write what the hint says, or `-- allow-unsafe: <reason>` above the statement if it cannot happen.
     */
    UNSAFE_STATEMENT: {
      readonly rule: string;
      /** `error` */
      readonly severity: string;
      readonly rewrite?: string;
    };
    /**
     * Warning: a statement loses no data and breaks something all the same, now or later. `rule` says which kind.
     * @remedy Do what the hint says, or write `-- allow-hazard: <reason>` above the statement if it is meant.
     */
    HAZARDOUS_STATEMENT: { readonly rule: string };
    /**
     * Warning: the rules for MySQL do not know a statement, or a part of it, so nothing was checked there.
     * @remedy Look for a mistake in it; if there is none, see for yourself that it loses no data and is not slow.
     */
    UNREAD_STATEMENT: NoPayload;
  }
}
