import type { HazardCase } from '../hazard-case';

/** What looks like a hazard, on something that the migration itself makes. */
export const newTables: readonly HazardCase[] = [
  {
    sql: 'create table a (b int); create index i on a (b);',
    expected: 'none',
    why: 'the table is new',
    source: 'squawk require-concurrent-index-creation',
  },
  {
    sql: 'create table a (b int); alter table a add unique (b);',
    expected: 'none',
    why: 'the table is new',
    source: 'squawk disallowed-unique-constraint',
  },
  {
    sql: 'create table a (b int); alter table a rename to c; create index i on c (b);',
    expected: 'none',
    why: 'the table is new, by another name',
    source: 'squawk require-concurrent-index-creation',
  },
  {
    sql: 'create table a (b bigint references c (id), check (b > 1));',
    expected: 'none',
    why: 'the table is new',
    source: 'squawk constraint-missing-not-valid',
  },
  {
    sql: 'create table a (b bigint); alter table a add foreign key (b) references c (id);',
    expected: 'none',
    why: 'the table is new',
    source: 'squawk adding-foreign-key-constraint',
  },
  {
    sql: 'create materialized view v as select 1; refresh materialized view v;',
    expected: 'none',
    why: 'the view is new',
    source: 'PostgreSQL REFRESH MATERIALIZED VIEW',
  },
  {
    sql: 'create table c (a int); alter table p attach partition c for values from (1) to (2);',
    expected: 'none',
    why: 'the partition is new and empty',
    source: 'PostgreSQL ALTER TABLE, ATTACH PARTITION',
  },
];
