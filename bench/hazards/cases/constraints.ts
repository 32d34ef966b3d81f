import type { HazardCase } from '../hazard-case';

/** Constraints that existing rows are checked for. */
export const constraints: readonly HazardCase[] = [
  {
    sql: 'alter table a add foreign key (b) references c (id);',
    expected: 'add-foreign-key',
    why: 'writers of both tables wait',
    source: 'squawk adding-foreign-key-constraint',
  },
  {
    sql: 'alter table a add constraint f foreign key (b, d) references crm.c (id, e) on delete cascade;',
    expected: 'add-foreign-key',
    why: 'writers of both tables wait',
    source: 'strong_migrations: adding a foreign key',
  },
  {
    sql: 'alter table a add column b int default 1 references c (id);',
    expected: 'add-foreign-key',
    why: 'a default is looked up for each row',
    source: 'PostgreSQL parse_utilcmd.c: skipValidation',
  },
  {
    sql: 'alter table a add constraint k check (b > 1);',
    expected: 'add-check',
    why: 'everybody waits while rows are checked',
    source: 'squawk constraint-missing-not-valid',
  },
  {
    sql: "alter table a add check (b <> ')');",
    expected: 'add-check',
    why: 'everybody waits while rows are checked',
    source: 'strong_migrations: adding a check constraint',
  },
  {
    sql: 'alter table a add column b int default 2 check (b > 1);',
    expected: 'add-check',
    why: 'the check of a new column is tested on each row',
    source: 'squawk issue 314',
  },
  {
    sql: 'alter table a add unique (b);',
    expected: 'add-unique',
    why: 'everybody waits while the index is built',
    source: 'squawk disallowed-unique-constraint',
  },
  {
    sql: 'alter table a add constraint k unique (b, c);',
    expected: 'add-unique',
    why: 'everybody waits while the index is built',
    source: 'strong_migrations: adding a unique constraint',
  },
  {
    sql: 'alter table a add column b int unique;',
    expected: 'add-unique',
    why: 'everybody waits while the index is built',
    source: 'squawk disallowed-unique-constraint',
  },
  {
    sql: 'alter table a add primary key (id);',
    expected: 'add-primary-key',
    why: 'everybody waits while the index is built',
    source: 'squawk adding-serial-primary-key-field',
  },
  {
    sql: 'alter table a add column id bigint generated always as identity primary key;',
    expected: 'add-serial-column',
    why: 'the table is written anew',
    source: 'squawk adding-serial-primary-key-field',
  },
  {
    sql: 'alter table a add exclude using gist (b with &&);',
    expected: 'add-exclusion',
    why: 'everybody waits while the index is built',
    source: 'eugene E8',
  },
  {
    sql: 'alter table a add constraint k check (b > 1) not valid; alter table a validate constraint k;',
    expected: 'validate-constraint',
    why: 'the first lock is held while rows are checked',
    source: 'squawk constraint-missing-not-valid',
  },
  {
    sql: 'alter table a add foreign key (b) references c not valid; alter table a validate constraint a_b_fkey;',
    expected: 'validate-constraint',
    why: 'the first lock is held while rows are checked',
    source: 'strong_migrations: adding a foreign key',
  },
  {
    sql: 'alter domain d add constraint k check (value > 1);',
    expected: 'add-check',
    why: 'every table with a column of it is checked',
    source: 'squawk ban-alter-domain-with-add-constraint',
  },
  {
    sql: 'alter domain d set not null;',
    expected: 'add-check',
    why: 'every table with a column of it is checked',
    source: 'PostgreSQL ALTER DOMAIN',
  },
  {
    sql: 'alter table a alter column b set not null;',
    expected: 'set-not-null',
    why: 'everybody waits while every row is read',
    source: 'squawk adding-not-nullable-field',
  },
  {
    sql: 'alter table a alter column b set not null;',
    before: ['alter table a add constraint k check (b is not null) not valid;'],
    expected: 'set-not-null',
    why: 'a check that is not validated proves nothing',
    source: 'strong_migrations: setting NOT NULL',
  },
  {
    sql: 'alter table a alter column b set not null;',
    before: ['alter table a add constraint k check (c is not null) not valid;', 'alter table a validate constraint k;'],
    expected: 'set-not-null',
    why: 'the check is about another column',
    source: 'PostgreSQL ALTER TABLE, SET NOT NULL',
  },
  {
    sql: 'alter table a alter column b set not null;',
    before: [
      'alter table a add constraint k check (b is not null) not valid;',
      'alter table a validate constraint k;',
      'alter table a drop constraint k;',
    ],
    expected: 'set-not-null',
    why: 'the check is gone',
    source: 'PostgreSQL ALTER TABLE, SET NOT NULL',
  },
  {
    sql: 'alter table a add constraint n not null b;',
    expected: 'set-not-null',
    why: 'every row is read',
    source: 'PostgreSQL 18 ALTER TABLE',
  },
];
