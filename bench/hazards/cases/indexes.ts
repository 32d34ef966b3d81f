import type { HazardCase } from '../hazard-case';

/** Statements that build, drop and rebuild indexes in a way that others wait for. */
export const indexes: readonly HazardCase[] = [
  {
    sql: 'create index on a (b);',
    expected: 'create-index',
    why: 'writers wait',
    source: 'squawk require-concurrent-index-creation',
  },
  {
    sql: 'create unique index i on crm.a (b);',
    expected: 'create-index',
    why: 'writers wait',
    source: 'strong_migrations: adding an index',
  },
  {
    sql: 'create index i on a using gin (b) where c > 1;',
    expected: 'create-index',
    why: 'writers wait',
    source: 'squawk require-concurrent-index-creation',
  },
  {
    sql: 'create index if not exists i on a (lower(b));',
    expected: 'create-index',
    why: 'writers wait',
    source: 'eugene E6',
  },
  {
    sql: 'create index i on a (b);',
    section: 'contract',
    expected: 'create-index',
    why: 'contract runs beside the application',
    source: 'eugene E6',
  },
  {
    sql: 'create index i on a (b);',
    section: 'down',
    expected: 'create-index',
    why: 'down runs beside the application',
    source: 'eugene E6',
  },
  {
    sql: 'create index i on p (b);',
    before: ['create table p (a int, b int) partition by range (a);'],
    expected: 'create-index',
    why: 'writers of every partition wait',
    source: 'PostgreSQL CREATE INDEX, Building Indexes Concurrently',
  },
  {
    sql: 'create index i on p (b);',
    alone: true,
    expected: 'create-index',
    why: 'it is no better outside of a transaction',
    source: 'PostgreSQL CREATE INDEX',
  },
  {
    sql: 'drop index i;',
    expected: 'drop-index',
    why: 'it waits for all readers, and everybody waits for it',
    source: 'squawk require-concurrent-index-deletion',
  },
  {
    sql: 'drop index if exists crm.i;',
    section: 'contract',
    expected: 'drop-index',
    why: 'it waits for all readers',
    source: 'squawk require-concurrent-index-deletion',
  },
  {
    sql: 'create index concurrently i on p (b);',
    before: ['create table p (a int, b int) partition by range (a);'],
    alone: true,
    expected: 'create-index',
    why: 'PostgreSQL refuses it for a partitioned table',
    source: 'PostgreSQL CREATE INDEX, Building Indexes Concurrently',
  },
  {
    sql: 'drop index concurrently i, j;',
    alone: true,
    expected: 'drop-index',
    why: 'PostgreSQL refuses more than one',
    source: 'PostgreSQL DROP INDEX',
  },
  {
    sql: 'drop index concurrently i cascade;',
    alone: true,
    expected: 'drop-index',
    why: 'PostgreSQL refuses CASCADE there',
    source: 'PostgreSQL DROP INDEX',
  },
  { sql: 'reindex table a;', expected: 'reindex', why: 'writers wait', source: 'squawk require-concurrent-reindex' },
  { sql: 'reindex index i;', expected: 'reindex', why: 'writers wait', source: 'squawk require-concurrent-reindex' },
];
