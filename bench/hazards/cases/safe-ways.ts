import type { HazardCase } from '../hazard-case';

/** The ways that do the same without a hazard. */
export const safeWays: readonly HazardCase[] = [
  {
    sql: 'create index concurrently i on a (b);',
    alone: true,
    expected: 'none',
    why: 'nobody waits',
    source: 'squawk require-concurrent-index-creation',
  },
  {
    sql: 'drop index concurrently i;',
    alone: true,
    expected: 'none',
    why: 'nobody waits',
    source: 'squawk require-concurrent-index-deletion',
  },
  {
    sql: 'reindex index concurrently i;',
    alone: true,
    expected: 'none',
    why: 'nobody waits',
    source: 'squawk require-concurrent-reindex',
  },
  {
    sql: 'create index i on only p (b);',
    before: ['create table p (a int, b int) partition by range (a);'],
    expected: 'none',
    why: 'the partitioned table itself has no rows',
    source: 'PostgreSQL CREATE INDEX',
  },
  {
    sql: 'alter table a add constraint f foreign key (b) references c (id) not valid;',
    expected: 'none',
    why: 'no row is checked',
    source: 'squawk adding-foreign-key-constraint',
  },
  {
    sql: 'alter table a validate constraint f;',
    expected: 'none',
    why: 'readers and writers go on',
    source: 'squawk constraint-missing-not-valid',
  },
  {
    sql: 'alter table a add constraint k check (b > 1) not valid;',
    expected: 'none',
    why: 'no row is checked',
    source: 'squawk constraint-missing-not-valid',
  },
  {
    sql: 'alter table a add constraint k unique using index i;',
    expected: 'none',
    why: 'the index is there',
    source: 'squawk disallowed-unique-constraint',
  },
  {
    sql: 'alter table a add constraint k primary key using index i;',
    expected: 'none',
    why: 'the index is there',
    source: 'squawk adding-serial-primary-key-field',
  },
  {
    sql: 'alter table a alter column b set not null;',
    before: ['alter table a add constraint k check (b is not null) not valid;', 'alter table a validate constraint k;'],
    expected: 'none',
    why: 'the validated check proves it, and no row is read',
    source: 'squawk issue 300',
  },
  {
    sql: 'alter table a alter column b set not null;',
    before: ['create table a (b int, check (b is not null and b > 0));'],
    expected: 'none',
    why: 'the check proves it, and no row is read',
    source: 'PostgreSQL ALTER TABLE, SET NOT NULL',
  },
  {
    sql: 'alter table c add constraint k check (b is not null) not valid; alter table c drop constraint k;',
    expected: 'none',
    why: 'no row is checked',
    source: 'squawk constraint-missing-not-valid',
  },
  {
    sql: 'refresh materialized view concurrently v;',
    expected: 'none',
    why: 'readers go on',
    source: 'PostgreSQL REFRESH MATERIALIZED VIEW',
  },
  {
    sql: 'alter table p attach partition c for values from (1) to (2);',
    before: [
      'alter table c add constraint k check (a >= 1 and a < 2) not valid;',
      'alter table c validate constraint k;',
    ],
    expected: 'none',
    why: 'the validated check proves it, and no row is read',
    source: 'PostgreSQL ALTER TABLE, ATTACH PARTITION',
  },
  {
    sql: 'alter table p detach partition c concurrently;',
    alone: true,
    section: 'contract',
    expected: 'none',
    why: 'nobody waits',
    source: 'squawk require-concurrent-partition-detach',
  },
];
