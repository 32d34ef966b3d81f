import { describe, expect, it } from '@jest/globals';
import { mysqlDialect } from '../../bundler/mysql/dialect';
import { readerOf } from '../support/sql-reader';

const read = readerOf(mysqlDialect);
const up = (sql: string) => `-- irreversible: true\n-- migrate:up\n${sql};\n`;

/** What is wrong with these files: code, and what the change is. */
function refused(...files: readonly string[]): readonly string[] {
  return read(files.map(up)).errors.map(({ code, payload }) => [code, payload.change].filter(Boolean).join(' '));
}

describe('MySQL: what loses data', () => {
  it.each([
    ['drop table a', 'drop'],
    ['drop table if exists crm.a cascade', 'drop'],
    ['drop database a', 'drop'],
    ['create table "a" ("b" int); drop table "c"', 'drop'],
    ['alter table "a" drop column "b"', 'drop'],
    ['drop view v', 'drop'],
    ['create or replace table a (id int)', 'drop'],
    ['alter table a drop column b', 'drop'],
    ['alter table a drop b', 'drop'],
    ['alter table a add c int, drop b, algorithm=instant', 'drop'],
    ['alter table a drop partition p1', 'drop'],
    ['alter table a truncate partition p1', 'empty'],
    ['alter table a exchange partition p1 with table b', 'detach'],
    ['alter table a discard tablespace', 'empty'],
    ['truncate a', 'empty'],
    ['truncate table a', 'empty'],
    ['delete from a', 'empty'],
    ['delete low_priority from a limit 10', 'empty'],
    ['delete from a where true', 'empty'],
    ['delete from a where 1 = 1', 'empty'],
    ['delete from a where id = id', 'empty'],
    ['with c as (select 1) delete from a', 'empty'],
    ['update a set x = 1', 'overwrite'],
    ['update a set x = 1 where 1', 'overwrite'],
    ['update a, b set a.x = b.x', 'overwrite'],
    ['rename table a to b', 'rename'],
    ['alter table a rename to b', 'rename'],
    ['alter table a rename column b to c', 'rename'],
    ['alter table a change b c bigint', 'rename'],
    ['alter table a convert to character set latin1', 'retype'],
  ])('is refused in up: %s', (sql, change) => {
    expect(refused(sql)).toEqual([`DESTRUCTIVE_CHANGE ${change}`]);
  });

  it.each([
    'drop index i on a',
    'alter table a drop index i, drop foreign key f, drop primary key, drop check c',
    'drop procedure p',
    'drop trigger t',
    'drop view v; create view v as select 1',
    'create or replace view v as select 1',
    // As mysqldump writes a view that others need.
    '/*!50001 create view v as select 1 as a */; /*!50001 drop view if exists `v`*/; /*!50001 create algorithm=merge */ /*!50001 view v as select 2 as a */',
    'delete from a where id = 1',
    'delete a from a join b on a.id = b.id',
    'update a join b on a.id = b.id set a.x = 1',
    'alter table a add column b int; update a set b = 1',
    'create table "a" ("id" int); alter table a drop id; drop table `a`',
    'create table a (id int); insert into a values (1); delete from a; alter table a drop id, rename to c; drop table c',
    'create table a (id int) partition by hash (id); alter table a truncate partition p0',
    'create table a (b int); alter table a change b c tinyint',
    'alter table a add partition (partition p1 values less than (1))',
    'alter table a convert to character set utf8mb4',
    'create procedure p() begin delete from a; end',
    'alter table a alter column b set default 1, rename index i to j',
  ])('is not: %s', (sql) => {
    expect(refused(sql)).toEqual([]);
  });

  it('is permitted with a reason above it, and allowed in contract', () => {
    expect(refused('\n-- allow-destructive: nothing reads it\ndrop table a')).toEqual([]);
    expect(read('-- migrate:contract\ndrop table a;').errors).toEqual([]);
  });
});

describe('MySQL: a change of a column', () => {
  const change = (from: string, to: string) => refused(`create table t (c ${from})`, `alter table t modify c ${to}`);

  it.each([
    ['int', 'smallint'],
    ['bigint', 'int'],
    ['int', 'int unsigned'],
    ['int unsigned', 'int'],
    ['int', 'bigint unsigned'],
    ['bigint', 'double'],
    ['varchar(30)', 'varchar(20)'],
    ['text', 'varchar(255)'],
    ['longtext', 'text'],
    ['varchar(100)', 'varbinary(100)'],
    ['varchar(100) character set utf8mb4', 'varchar(100) character set latin1'],
    ['varchar(100) character set utf8mb4', 'varchar(100) character set utf8'],
    ['decimal(10, 2)', 'decimal(10, 1)'],
    ['decimal(10, 2)', 'decimal(10, 3)'],
    ['decimal(10, 2)', 'int'],
    ['datetime', 'date'],
    ['datetime(6)', 'datetime'],
    ['datetime', 'timestamp'],
    ['timestamp', 'datetime'],
    ['double', 'float'],
    ["enum('a', 'b')", "enum('a')"],
    ["enum('a', 'b')", 'int'],
    ["set('a', 'b')", "set('b')"],
    ['int', 'varchar(20)'],
    ['json', 'text'],
    ['double', 'double(10, 2)'],
    ['float', 'double(10, 2)'],
    ['binary(3)', 'binary(5)'],
    ['varbinary(3)', 'binary(3)'],
    ['varchar(10)', 'char(10)'],
    ["enum('abcd')", 'varchar(3)'],
    ['varchar(10)', 'varchar(10) not null'],
    ['int', 'bigint not null default 0'],
  ])('that may lose something is refused: %s to %s', (from, to) => {
    expect(change(from, to)).toEqual(['DESTRUCTIVE_CHANGE retype']);
  });

  it.each([
    ['int', 'bigint'],
    ['int(11)', 'int'],
    ['integer unsigned', 'bigint'],
    ['tinyint unsigned', 'int unsigned'],
    ['bool', 'int'],
    ['int', 'double'],
    ['int', 'decimal(12, 2)'],
    ['varchar(20)', 'varchar(30)'],
    ['varchar(20)', 'text'],
    ['char(3)', 'varchar(3)'],
    ['character varying(10)', 'varchar(10)'],
    ['text', 'mediumtext'],
    ['varchar(100) character set latin1', 'varchar(100) character set utf8mb4'],
    ['varbinary(10)', 'blob'],
    ['decimal(10, 2)', 'decimal(12, 3)'],
    ['decimal', 'numeric(11)'],
    ['date', 'datetime'],
    ['datetime', 'datetime(6)'],
    ['float', 'double precision'],
    ["enum('a', 'b')", "enum('b', 'a', 'c')"],
    ["set('a')", "set('a', 'b')"],
    ['int not null', 'bigint not null'],
    ['int primary key', 'bigint not null'],
    ['varchar(10) not null', 'varchar(10)'],
    ['json', 'json'],
    ['binary(3)', 'varbinary(3)'],
    ['double(10, 2)', 'double'],
    ["enum('abcd')", 'varchar(4)'],
    ['serial', 'bigint unsigned not null'],
  ])('that holds every value is not: %s to %s', (from, to) => {
    expect(change(from, to)).toEqual([]);
  });

  it('is judged by what the migrations before it made of the column', () => {
    const history = [
      'create table t (a smallint, b int) default charset = latin1',
      '\n-- allow-destructive: a test\nalter table t change column a amount smallint',
      '\n-- allow-destructive: a test\nrename table t to things',
    ];
    expect(refused(...history, 'alter table things modify `AMOUNT` int')).toEqual([]);
    expect(
      refused(...history, 'alter table things modify amount bigint', 'alter table things modify amount int'),
    ).toEqual(['DESTRUCTIVE_CHANGE retype']);
  });

  it.each([
    [
      'create table t (c varchar(9), d int not null) default charset=utf8mb4',
      'modify c varchar(20), modify d bigint not null',
    ],
    ['create table t (c varchar(9)) character set utf8mb4 collate utf8mb4_bin', 'modify c varchar(20)'],
    ['create table t (c varchar(9)) collate = utf8mb4_bin', 'modify c varchar(20) character set utf8mb4'],
    ['create table t (c varchar(9) collate utf8mb4_bin)', 'modify c varchar(20) charset utf8mb4'],
    ['create table t (c varchar(9)) charset latin1', 'modify c varchar(20)'],
    ["create table t (c enum('a')) charset latin1", "modify c enum('a', 'b')"],
    ['create table t (c varchar(9) charset latin1) charset utf8mb4', 'modify c varchar(20)'],
    ['create table t (c varchar(9)) charset utf8', 'default charset utf8mb4, modify c varchar(20)'],
  ])('keeps the character set of its table: %s, %s', (made, change) => {
    expect(refused(made, `alter table t ${change}`)).toEqual([]);
  });

  it.each([
    ['create table t (id int auto_increment, primary key (id))', 'modify id bigint auto_increment'],
    ['create table t (id int, primary key (id))', 'modify id bigint not null'],
    ['create table t (id int, n int, constraint primary key (id, n))', 'modify n int not null'],
    ['create table t (id int auto_increment unique)', 'modify id int not null auto_increment'],
  ])('finds no NULL in a key: %s, %s', (made, change) => {
    expect(refused(made, `alter table t ${change}`)).toEqual([]);
  });

  it.each([
    ['create table t (c varchar(9)) charset utf8mb4', 'modify c varchar(9) charset latin1'],
    ['create table t (c varchar(9)) charset utf8mb4', 'modify c varchar(9) collate latin1_bin'],
    ['create table t (c varchar(9) charset utf8mb4) charset latin1', 'modify c varchar(9)'],
    ['create table t (c varchar(9)) collate utf8mb4_bin', 'convert to character set latin1'],
  ])('may lose the character set of its table: %s, %s', (made, change) => {
    expect(refused(made, `alter table t ${change}`)).toHaveLength(1);
  });

  it.each([
    ['bigint', 0],
    ['longtext', 0],
    ['int', 1],
    ['varchar(255)', 1],
    ['bigint not null', 1],
  ])('from a type that no file shows is refused unless the new one is the largest: %s', (to, count) => {
    expect(refused(`alter table t modify column c ${to}`)).toHaveLength(count);
  });

  it('says what it was and what it becomes', () => {
    const { errors } = read([up("create table t (c enum('a', 'b'))"), up("alter table t modify c enum('a') not null")]);
    expect(errors[0]!.message).toBe(
      "The up phase of users/1.2.0 changes the type of column t.c from enum('a', 'b') to enum('a') before the deployment has succeeded.",
    );
  });
});
