import type { HazardCase } from '../hazard-case';

/** Changes for which nobody waits long. */
export const harmlessChanges: readonly HazardCase[] = [
  {
    sql: 'alter table a add column b text;',
    expected: 'none',
    why: 'only the catalogue changes, under the lock_timeout of the section',
    source: 'squawk require-lock-timeout',
  },
  {
    sql: "alter table a add column b text not null default 'x';",
    expected: 'none',
    why: 'since PostgreSQL 11 a constant default is stored once',
    source: 'squawk adding-field-with-default',
  },
  {
    sql: 'alter table a add column b timestamptz not null default now();',
    expected: 'none',
    why: 'now() is the same for every row, and stored once',
    source: 'squawk adding-field-with-default',
  },
  {
    sql: 'alter table a add column b int default two();',
    before: ["create function two() returns int immutable language sql as 'select 2';"],
    expected: 'none',
    why: 'a function that is immutable is called once',
    source: 'PostgreSQL ALTER TABLE, Notes',
  },
  {
    sql: 'alter table a add column b bigint references c (id);',
    expected: 'none',
    why: 'without a default no row refers to anything, and none is checked',
    source: 'PostgreSQL parse_utilcmd.c: skipValidation',
  },
  {
    sql: 'alter table a add column b int generated always as (c) virtual;',
    expected: 'none',
    why: 'nothing is stored',
    source: 'PostgreSQL 18 ALTER TABLE',
  },
  {
    sql: 'alter table a alter column b type text;',
    before: ['create table a (b varchar(10));'],
    expected: 'none',
    why: 'every value is stored as it was',
    source: 'squawk changing-column-type',
  },
  {
    sql: 'alter table a alter column b type varchar(20);',
    before: ['create table a (b varchar(10));'],
    expected: 'none',
    why: 'every value is stored as it was',
    source: 'strong_migrations: safe changes of type',
  },
  {
    sql: 'alter table a alter column b type numeric(12, 2);',
    before: ['create table a (b numeric(10, 2));'],
    expected: 'none',
    why: 'every value is stored as it was',
    source: 'strong_migrations: safe changes of type',
  },
  {
    sql: 'alter table a alter column b drop not null;',
    expected: 'none',
    why: 'only the catalogue changes; that readers must expect null is a matter of the application',
    source: 'squawk ban-drop-not-null',
  },
  {
    sql: 'alter table a alter column b set default 5;',
    expected: 'none',
    why: 'only new rows get it',
    source: 'PostgreSQL ALTER TABLE',
  },
  {
    sql: "alter table a add column b int; update a set b = 1 where id = 'x';",
    expected: 'none',
    why: 'a key picks few rows',
    source: 'eugene E4',
  },
  {
    sql: 'update a set b = 1 where b is null;',
    expected: 'none',
    why: 'nothing is locked but the rows that change',
    source: 'strong_migrations: backfilling data',
  },
  {
    sql: 'alter table a add column x int; alter table b add column x int;',
    expected: 'none',
    why: 'two short locks',
    source: 'eugene E9',
  },
  {
    sql: "alter type state add value 'x' before 'a';",
    expected: 'none',
    why: 'only the catalogue changes; that no down takes it back is refused apart, as IRREVERSIBLE_CHANGE',
    source: 'squawk require-enum-value-ordering',
  },
  {
    sql: 'create trigger t before insert on a for each row execute function f();',
    expected: 'none',
    why: 'a short lock, under the lock_timeout of the section',
    source: 'pgroll',
  },
  {
    sql: 'alter table a rename constraint k to l;',
    expected: 'none',
    why: 'no query names a constraint',
    source: 'squawk renaming-table',
  },
  {
    sql: 'alter index i rename to j;',
    expected: 'none',
    why: 'no query names an index',
    source: 'squawk renaming-table',
  },
  {
    sql: "comment on table a is 'x'; grant select on a to b;",
    expected: 'none',
    why: 'only the catalogue changes',
    source: 'PostgreSQL COMMENT, GRANT',
  },
  {
    sql: 'analyze a; create statistics s on b, c from a;',
    expected: 'none',
    why: 'readers and writers go on',
    source: 'PostgreSQL ANALYZE',
  },
];
