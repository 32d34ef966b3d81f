/** `error` keeps a bundle from being built; `warning` does not. */
type Severity = 'warning' | 'error';

interface RuleFacts {
  readonly severity: Severity;
  readonly finds: string;
  readonly why: string;
  /** A migration that the rule finds; docs/sql-rules.md shows it with what to write instead. */
  readonly example: string;
}

/**
 * What in a statement keeps others waiting for long, or fails where there are rows. An error is only what PostgreSQL itself
 * refuses once the table has a row: what holds a lock for long may be right for a small table, which only its author knows.
 * Waiting for a lock is no hazard of its own, because each section has a lock_timeout (core/engine/lock-patience).
 *
 * The names are stable, because people search for them and programs compare them.
 */
export const hazardRules = {
  'create-index': {
    severity: 'warning',
    finds: '`CREATE INDEX` without `CONCURRENTLY`, or with it on a partitioned table, which PostgreSQL refuses',
    why: 'Writers wait while the whole table is read.',
    example: 'CREATE INDEX users_by_diet ON users (diet);',
  },
  'drop-index': {
    severity: 'warning',
    finds: '`DROP INDEX` without `CONCURRENTLY`, or with it of several indexes, which PostgreSQL refuses',
    why: 'Everybody waits until all who read the table now are done, and then until the index is gone.',
    example: 'DROP INDEX users_by_diet;',
  },
  reindex: {
    severity: 'warning',
    finds: '`REINDEX` without `CONCURRENTLY`',
    why: 'Writers wait until the index is built, and so do readers who would use it.',
    example: 'REINDEX TABLE users;',
  },
  'add-foreign-key': {
    severity: 'warning',
    finds: '`FOREIGN KEY` or `REFERENCES` without `NOT VALID`',
    why: 'Writers of both tables wait while every row is checked.',
    example: 'ALTER TABLE orders ADD FOREIGN KEY (user_id) REFERENCES users (id);',
  },
  'add-check': {
    severity: 'warning',
    finds: '`CHECK` without `NOT VALID`, of a table or a domain; `SET NOT NULL` of a domain',
    why: 'Everybody waits while every row is checked.',
    example: 'ALTER TABLE orders ADD CONSTRAINT orders_total CHECK (total >= 0);',
  },
  'add-unique': {
    severity: 'warning',
    finds: '`UNIQUE` without `USING INDEX`',
    why: 'Everybody waits while the index is built.',
    example: 'ALTER TABLE users ADD CONSTRAINT users_email UNIQUE (email);',
  },
  'add-primary-key': {
    severity: 'warning',
    finds: '`PRIMARY KEY` without `USING INDEX`',
    why: 'Everybody waits while the index is built.',
    example: 'ALTER TABLE users ADD PRIMARY KEY (id);',
  },
  'add-exclusion': {
    severity: 'warning',
    finds: '`EXCLUDE`',
    why: 'Everybody waits while the index is built. There is no other way to add it: choose a quiet time, or make a new table.',
    example: 'ALTER TABLE bookings ADD CONSTRAINT bookings_apart EXCLUDE USING gist (room WITH =, during WITH &&);',
  },
  'validate-constraint': {
    severity: 'warning',
    finds: '`VALIDATE CONSTRAINT` in a transaction, or in an `ALTER TABLE`, that has locked the table',
    why: 'The lock of the other statement or command is held while every row is checked.',
    example:
      'ALTER TABLE orders ADD CONSTRAINT orders_total CHECK (total >= 0) NOT VALID;\n' +
      'ALTER TABLE orders VALIDATE CONSTRAINT orders_total;',
  },
  'set-not-null': {
    severity: 'warning',
    finds: '`SET NOT NULL` of a column for which no earlier migration shows a validated `CHECK (column IS NOT NULL)`',
    why: 'Everybody waits while every row is read.',
    example: 'ALTER TABLE users ALTER COLUMN email SET NOT NULL;',
  },
  'add-required-column': {
    severity: 'error',
    finds: 'a new column that is `NOT NULL` or a primary key, without a default',
    why: 'PostgreSQL refuses it when the table has a row, and the release that is live inserts rows without the column.',
    example: 'ALTER TABLE users ADD COLUMN diet text NOT NULL;',
  },
  'volatile-default': {
    severity: 'warning',
    finds: 'a new column whose default is computed for each row, such as `gen_random_uuid()`',
    why: 'Everybody waits while the whole table is written anew.',
    example: 'ALTER TABLE users ADD COLUMN token uuid DEFAULT gen_random_uuid();',
  },
  'add-serial-column': {
    severity: 'warning',
    finds: 'a new `serial` or `IDENTITY` column',
    why: 'Everybody waits while the whole table is written anew, with a number in each row.',
    example: 'ALTER TABLE users ADD COLUMN number bigserial;',
  },
  'add-generated-column': {
    severity: 'warning',
    finds: 'a new column that is `GENERATED ALWAYS AS (...) STORED`, or another expression for one',
    why: 'Everybody waits while the whole table is written anew.',
    example: 'ALTER TABLE users ADD COLUMN lower_email text GENERATED ALWAYS AS (lower(email)) STORED;',
  },
  'add-domain-column': {
    severity: 'warning',
    finds: 'a new column of a domain that has a constraint',
    why: 'Everybody waits while the whole table is written anew: the domain is checked for each row.',
    example: "CREATE DOMAIN email AS text CHECK (value LIKE '%@%');\nALTER TABLE users ADD COLUMN backup_email email;",
  },
  'change-type': {
    severity: 'warning',
    finds: 'a change of type that does not keep every value as it is stored, or with `USING`',
    why: 'Everybody waits while the whole table and its indexes are written anew.',
    example: 'ALTER TABLE events ALTER COLUMN id TYPE bigint;',
  },
  'rewrite-table': {
    severity: 'warning',
    finds: '`SET LOGGED`, `SET UNLOGGED`, `SET ACCESS METHOD`, `SET TABLESPACE`',
    why: 'Everybody waits while the whole table is written anew.',
    example: 'ALTER TABLE events SET UNLOGGED;',
  },
  cluster: {
    severity: 'warning',
    finds: '`CLUSTER`',
    why: 'Everybody waits while the whole table is written anew. pg_repack does the same while the table is used.',
    example: 'CLUSTER users USING users_pkey;',
  },
  'vacuum-full': {
    severity: 'warning',
    finds: '`VACUUM FULL`',
    why: 'Everybody waits while the whole table is written anew. A plain VACUUM keeps nobody waiting.',
    example: 'VACUUM FULL users;',
  },
  'refresh-view': {
    severity: 'warning',
    finds: '`REFRESH MATERIALIZED VIEW` without `CONCURRENTLY`',
    why: 'Readers of the view wait until its query is done.',
    example: 'REFRESH MATERIALIZED VIEW totals;',
  },
  'attach-partition': {
    severity: 'warning',
    finds: '`ATTACH PARTITION` of a table for which no earlier migration shows a validated `CHECK`',
    why: 'Everybody who uses that table waits while each of its rows is checked to belong there.',
    example: "ALTER TABLE events ATTACH PARTITION events_2026 FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');",
  },
  'detach-partition': {
    severity: 'warning',
    finds: '`DETACH PARTITION` without `CONCURRENTLY`',
    why: 'Everybody waits until all who use the table, whichever partition, are done.',
    example: '-- allow-destructive: kept as a table of its own\nALTER TABLE events DETACH PARTITION events_2020;',
  },
  'update-every-row': {
    severity: 'warning',
    finds: '`UPDATE` without a condition',
    why: 'Every row is written anew, and locked until the section ends.',
    example: "ALTER TABLE users ADD COLUMN diet text;\nUPDATE users SET diet = 'any';",
  },
  'update-under-lock': {
    severity: 'warning',
    finds:
      '`UPDATE`, `DELETE` or `MERGE` of many rows of a table that the transaction has locked, for example to alter it',
    why: 'Everybody waits until the transaction ends, which takes as long as the rows.',
    example: 'ALTER TABLE users ADD COLUMN diet text;\nUPDATE users SET diet = old_diet WHERE old_diet IS NOT NULL;',
  },
  'lock-many-tables': {
    severity: 'warning',
    finds: 'a transaction that alters, renames or locks three tables or more that exist',
    why: 'It holds all of the locks until it ends, and whoever uses two of the tables in another order deadlocks with it.',
    example: [
      'ALTER TABLE users ADD COLUMN region text;',
      'ALTER TABLE orders ADD COLUMN region text;',
      'ALTER TABLE bills ADD COLUMN region text;',
    ].join('\n'),
  },
} as const satisfies Readonly<Record<string, RuleFacts>>;

export type HazardRule = keyof typeof hazardRules;
