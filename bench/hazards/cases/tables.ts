import type { HazardCase } from '../hazard-case';

/** What is done to whole tables, to many rows, and by several statements together. */
export const tables: readonly HazardCase[] = [
  {
    sql: 'alter table a set unlogged;',
    expected: 'rewrite-table',
    why: 'the table is written anew',
    source: 'PostgreSQL ALTER TABLE',
  },
  {
    sql: 'alter table a set logged;',
    expected: 'rewrite-table',
    why: 'the table is written anew',
    source: 'PostgreSQL ALTER TABLE',
  },
  {
    sql: 'alter table a set tablespace fast;',
    expected: 'rewrite-table',
    why: 'the table is copied',
    source: 'PostgreSQL ALTER TABLE',
  },
  {
    sql: 'cluster a using i;',
    expected: 'cluster',
    why: 'the table is written anew',
    source: 'PostgreSQL manual: it takes an ACCESS EXCLUSIVE lock',
  },
  {
    sql: 'vacuum full a;',
    alone: true,
    expected: 'vacuum-full',
    why: 'the table is written anew',
    source: 'PostgreSQL manual: it takes an ACCESS EXCLUSIVE lock',
  },
  {
    sql: 'refresh materialized view v;',
    expected: 'refresh-view',
    why: 'readers wait for the query',
    source: 'PostgreSQL REFRESH MATERIALIZED VIEW',
  },
  {
    sql: 'alter table p attach partition c for values from (1) to (2);',
    expected: 'attach-partition',
    why: 'every row of the partition is checked',
    source: 'PostgreSQL ALTER TABLE, ATTACH PARTITION',
  },
  {
    sql: 'alter table p detach partition c;',
    section: 'contract',
    expected: 'detach-partition',
    why: 'everybody waits for all who use the table',
    source: 'squawk require-concurrent-partition-detach',
  },
  {
    sql: 'alter table a add column b int; update a set b = 1;',
    expected: 'update-every-row',
    why: 'every row is locked until the end',
    source: 'strong_migrations: backfilling data',
  },
  {
    sql: 'update a set b = b + 1;',
    section: 'down',
    expected: 'update-every-row',
    why: 'every row is locked until the end',
    source: 'strong_migrations: backfilling data',
  },
  {
    sql: 'alter table a add column b int; update a set b = c where b is null;',
    expected: 'update-under-lock',
    why: 'everybody waits while rows are changed',
    source: 'eugene E4',
  },
  {
    sql: 'alter table a add column b int; delete from a where c < 10;',
    expected: 'update-under-lock',
    why: 'everybody waits while rows are changed',
    source: 'eugene E4',
  },
  {
    sql: 'alter table a add column x int; alter table b add column x int; alter table c add column x int;',
    expected: 'lock-many-tables',
    why: 'all locks are held together',
    source: 'strong_migrations: one operation for each migration',
  },
  {
    sql: 'lock table a, b, c in access exclusive mode;',
    expected: 'lock-many-tables',
    why: 'all locks are held together',
    source: 'PostgreSQL LOCK',
  },
  {
    sql: "alter type state add value 'x'; insert into a values ('x'::state);",
    before: ["create type state as enum ('a');"],
    expected: 'ENUM_VALUE_USED',
    why: 'PostgreSQL refuses to use it in the same transaction',
    source: 'PostgreSQL ALTER TYPE, Notes',
  },
  {
    sql: 'create index concurrently i on a (b);',
    expected: 'NOT_TRANSACTIONAL',
    why: 'PostgreSQL refuses it in a transaction',
    source: 'squawk ban-concurrent-index-creation-in-transaction',
  },
  {
    sql: 'begin; alter table a add column b int; commit;',
    expected: 'TRANSACTION_CONTROL',
    why: 'it ends the transaction of the section',
    source: 'squawk transaction-nesting',
  },
];
