import { describe, expect, it } from '@jest/globals';
import { mysqlDialect } from '../../bundler/mysql/dialect';
import { databaseKinds } from '../../core/bundle/database-kinds';
import { readerOf } from '../support/sql-reader';

const read = readerOf(mysqlDialect);
const up = (sql: string) => `-- irreversible: true\n-- migrate:up\n${sql};\n`;
const codes = (sql: string) => read(up(sql)).errors.map(({ code }) => code);

describe('MySQL: a setting of the session', () => {
  it.each([
    'use other',
    'set names utf8mb4',
    'set foreign_key_checks = 0',
    'set @@session.sql_mode = ""',
    'set session sql_mode = ""',
    'set @a = 1',
    'set @a := 1',
    'set transaction isolation level serializable',
    'set role r',
    'set global max_connections = 1',
    'set @@global.max_connections = 1',
    'set persist x = 1',
    'select 1 into @a',
    '/*!40101 SET NAMES utf8 */',
  ])('is refused, because it does not reach the next statement: %s', (sql) => {
    expect(codes(sql)).toEqual(['SESSION_SETTING']);
  });

  it.each([
    "set password for u = 'x'",
    'set default role r to u',
    'insert into t select @a := 1',
    'create procedure p() begin set @a = 1; end',
    "select 'into @a'",
    'update t set a = 1 where id = 1',
  ])('is not seen in %s', (sql) => {
    expect(codes(sql)).toEqual([]);
  });
});

describe('MySQL: a statement that the RDS Data API cannot run', () => {
  it.each([
    'lock tables t write',
    'unlock tables',
    'flush tables with read lock',
    'flush tables t for export',
    "prepare s from 'select 1'",
    'execute s',
    'deallocate prepare s',
    'drop prepare s',
    'create temporary table t (id int)',
    'drop temporary table t',
    'handler t open',
    "load data local infile 'a' into table t",
    "load data low_priority local infile 'a' into table t",
  ])('is refused: %s', (sql) => {
    expect(codes(sql)).toEqual(['UNSUPPORTED_STATEMENT']);
  });

  it.each([
    "load data from s3 's3://b/k' into table t",
    'flush privileges',
    "create procedure p() begin prepare s from 'select 1'; end",
  ])('is not seen in %s', (sql) => {
    expect(codes(sql)).toEqual([]);
  });
});

it.each([
  'begin',
  'start transaction',
  'commit',
  'rollback',
  'savepoint a',
  'release savepoint a',
  'rollback to a',
  'xa start "a"',
])('MySQL: transaction control is refused: %s', (sql) => {
  expect(codes(sql)).toEqual(['TRANSACTION_CONTROL']);
});

it.each([
  ['select * from cdk_migrations_history', 'RESERVED_SCHEMA'],
  ['drop procedure `cdk_migrations_x`', 'RESERVED_SCHEMA'],
  ['select (1', 'SQL_SYNTAX'],
  ['select 1)', 'SQL_SYNTAX'],
  ['\ndelimiter //\nselect 1; select 2//', 'SQL_SYNTAX'],
])('MySQL: %s is %s', (sql, code) => {
  expect(codes(sql)).toEqual([code]);
});

it('MySQL: a statement is measured in bytes', () => {
  const statement = (filler: string) => `select '${filler}'`;
  const room = databaseKinds['aurora-mysql'].maxStatementBytes! - statement('').length;
  expect(codes(statement('x'.repeat(room)))).toEqual([]);
  expect(codes(statement('é'.repeat(room / 2 + 1)))).toEqual(['STATEMENT_TOO_LONG']);
});

describe('MySQL: a verify statement', () => {
  const verify = (sql: string) =>
    read(`-- irreversible: true\n-- migrate:up\nselect 1;\n-- migrate:verify\n${sql};`).errors.map(({ code }) => code);

  it.each([
    'select count(*) = 0 from t',
    '(select 1) union (select 2)',
    'with c as (select 1) select * from c',
    "select replace(a, 'x', insert('y', 1, 1, 'z')) = 'into' from t",
    'select `update`, t.delete from t for_update',
  ])('may be %s', (sql) => {
    expect(verify(sql)).toEqual([]);
  });

  it.each([
    'insert into t values (1)',
    'select 1 from t for update',
    'select 1 from t for share',
    'select 1 from t lock in share mode',
    "select 1 into outfile 'x'",
    'with c as (select 1) delete from t',
    'show tables',
    'call p()',
  ])('may not be %s', (sql) => {
    expect(verify(sql)).toEqual(['VERIFY_NOT_SELECT']);
  });
});

describe('MySQL: what the rules do not know', () => {
  const unread = (sql: string) => read(up(sql)).warnings.filter(({ code }) => code === 'UNREAD_STATEMENT').length;

  it.each([
    'create tabel t (id int)',
    'frobnicate t',
    'alter tabel t add x int',
    'alter table t do something',
    'drop everything',
  ])('is let through with a warning: %s', (sql) => {
    expect(unread(sql)).toBe(1);
  });

  it.each([
    'create table t (id int primary key, a varchar(3) character set latin1 collate latin1_bin not null default "x" comment "y", key (a), constraint c check (a > 1), fulltext key f (a)) engine=InnoDB partition by hash (id) partitions 4',
    'create table t like u',
    'create table t as select * from u',
    'create or replace algorithm = merge definer = root@localhost sql security definer view v as select 1',
    'alter table t engine = InnoDB row_format=dynamic, comment="a, b"',
    'alter table t alter column a set default 1, alter a drop default, rename index a to b, drop check c',
    'alter table t add partition (partition p1 values less than (10), partition p2 values less than (20))',
    'alter table t reorganize partition p1, p2 into (partition p3 values less than (20))',
    'alter table t order by a, b',
    'create user u identified by "x"',
    "grant all on *.* to 'u'@'%'",
    'create unique index i using btree on t ((lower(a)), b(10) desc) algorithm=inplace lock=none',
    'with c as (select 1) update t, c set a = 1',
    'insert into t (a) values (1) on duplicate key update a = 2',
    'drop trigger if exists t',
    'alter definer = root@localhost event e disable',
    'alter algorithm = merge view v as select 1',
  ])('is none of these: %s', (sql) => {
    expect(unread(sql)).toBe(0);
  });
});
