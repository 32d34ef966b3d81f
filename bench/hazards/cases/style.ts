import type { HazardCase } from '../hazard-case';

const design = 'not a hazard of running it: a matter of design, which a linter for schemas judges';

/** What linters for schemas say, and nobody waits for. */
export const style: readonly HazardCase[] = [
  { sql: 'create table a (id serial primary key);', expected: 'none', why: design, source: 'squawk prefer-identity' },
  {
    sql: 'create table a (id int primary key, b smallint);',
    expected: 'none',
    why: design,
    source: 'squawk prefer-bigint-over-int',
  },
  {
    sql: 'create table a (b char(10), c varchar(20));',
    expected: 'none',
    why: design,
    source: 'squawk ban-char-field, prefer-text-field',
  },
  { sql: 'create table a (b timestamp);', expected: 'none', why: design, source: 'squawk prefer-timestamp-tz' },
  {
    sql: 'create domain positive as int check (value > 0);',
    expected: 'none',
    why: 'only adding a column of it is a hazard',
    source: 'squawk ban-create-domain-with-constraint',
  },
  {
    sql: 'drop view if exists v; create view v as select 1;',
    expected: 'none',
    why: 'one transaction, and a section runs once',
    source: 'squawk prefer-robust-stmts',
  },
];
