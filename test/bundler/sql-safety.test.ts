import { beforeAll, describe, expect, it } from '@jest/globals';
import { type SqlReader, sqlReader } from '../support/sql-reader';

let read: SqlReader;
beforeAll(async () => {
  read = await sqlReader();
});

const up = (sql: string) => `-- irreversible: true\n-- migrate:up\n${sql};\n`;

/** What is wrong with the up section of the last of these files: code, and what the change is. */
function refused(...files: readonly string[]): readonly string[] {
  return read(files.map(up)).errors.map(({ code, payload }) => [code, payload.change].filter(Boolean).join(' '));
}

describe('what loses data', () => {
  it.each([
    ['delete from a', 'empty'],
    ['delete from a where true', 'empty'],
    ['delete from a where 1 = 1', 'empty'],
    ["delete from a where 't'::boolean or id > 5", 'empty'],
    ['delete from a where not false and 2 <> 1', 'empty'],
    ['delete from a where id = id', 'empty'],
    ['delete from a using b', 'empty'],
    ['with gone as (delete from a returning *) insert into b select * from gone', 'empty'],
    ['insert into c with gone as (delete from a returning *) select 1', 'empty'],
    ['merge into a using b on a.id = b.id when matched then delete', 'empty'],
    ['merge into a using b on a.id = b.id when not matched by source then delete', 'empty'],
    ['merge into a using b on true when matched then update set x = 1', 'overwrite'],
    ['truncate a', 'empty'],
    ['update a set x = 1', 'overwrite'],
    ['update a set x = 1 where true', 'overwrite'],
    ['with u as (update a set x = 1 returning 1) select * from u', 'overwrite'],
    ['drop owned by joe', 'drop'],
    ['drop owned by current_user cascade', 'drop'],
    ['alter table a detach partition a_2024', 'detach'],
    ['alter table a no inherit b', 'detach'],
    ['alter table a alter column total drop expression', 'freeze'],
    ['drop server s cascade', 'drop'],
    ['drop foreign data wrapper w cascade', 'drop'],
    ['alter database a rename to b', 'rename'],
    ['drop view v', 'drop'],
    ['create view v as select 1; drop view w', 'drop'],
    ['drop view v; create view crm.v as select 1', 'drop'],
  ])('is refused in up: %s', (sql, change) => {
    expect(refused(sql)).toEqual([`DESTRUCTIVE_CHANGE ${change}`]);
  });
});

describe('what loses nothing', () => {
  it.each([
    'drop index a_b',
    'drop index crm.a_b cascade',
    'drop view v; create view v as select 1',
    'drop view if exists v; create or replace view public.v as select 1',
    'drop materialized view v; create materialized view v as select 1',
    'drop function f(int); create function f(int) returns int language sql return 1',
    'drop trigger t on a; create trigger t before update on a execute function f()',
    'drop server s',
    'delete from a where id = 1',
    'delete from a where id = other',
    'delete from a where false',
    'with gone as (delete from a where old returning *) insert into b select * from gone',
    'merge into a using b on a.id = b.id when matched and b.gone then delete',
    'merge into a using b on a.id = b.id when matched then update set x = b.x when not matched then insert values (b.id)',
    'update a set x = 1 where x is null',
    'alter table a add column x int; update a set x = 1',
    'create table a (id int); update a set id = 1; delete from a; drop table a',
    'select 1 as id into a; delete from a',
    'create table p1 partition of p for values in (1); alter table p detach partition p1',
    'create rule r as on delete to v do instead delete from a',
    'create function f() returns void begin atomic delete from a; end',
    'create table p (id int) partition by range (id); alter table p add column x int; alter table p alter column x type smallint',
  ])('is not refused in up: %s', (sql) => {
    expect(refused(sql)).toEqual([]);
  });

  it('is not an UPDATE that overwrites an old column beside a new one', () => {
    expect(refused('alter table a add column x int; update a set x = 1, y = 2')).toEqual([
      'DESTRUCTIVE_CHANGE overwrite',
    ]);
  });
});

describe('a change of type', () => {
  const change = (from: string, to: string) =>
    refused(`create table t (c ${from})`, `alter table t alter column c type ${to}`);

  it.each([
    ['int', 'smallint'],
    ['bigint', 'int'],
    ['bigint', 'double precision'],
    ['text', 'varchar(20)'],
    ['varchar(30)', 'varchar(20)'],
    ['varchar', 'varchar(20)'],
    ['int', 'varchar(10)'],
    ['numeric', 'numeric(10, 2)'],
    ['numeric(10, 2)', 'numeric(10, 1)'],
    ['numeric(10, 2)', 'numeric(10, 3)'],
    ['numeric(12, 2)', 'bigint'],
    ['bigint', 'numeric(18)'],
    ['timestamptz', 'date'],
    ['timestamptz', 'timestamp'],
    ['timestamp', 'timestamp(0)'],
    ['double precision', 'real'],
    ['double precision', 'numeric'],
    ['text', 'int using c::int'],
    ['varchar(20)', 'text using trim(c)'],
    ['int', 'bigint using c * 100'],
    ['json', 'jsonb'],
    ['text[]', 'varchar(5)[]'],
  ])('that may lose something is refused: %s to %s', (from, to) => {
    expect(change(from, to)).toEqual(['DESTRUCTIVE_CHANGE retype']);
  });

  it.each([
    ['int', 'bigint'],
    ['smallint', 'int'],
    ['serial', 'bigint'],
    ['int', 'numeric'],
    ['int', 'numeric(12, 2)'],
    ['int', 'double precision'],
    ['int', 'varchar(11)'],
    ['int', 'text'],
    ['varchar(20)', 'text'],
    ['varchar(20)', 'varchar(20)'],
    ['varchar(20)', 'varchar(30)'],
    ['varchar(20)', 'varchar'],
    ['char(3)', 'varchar(3)'],
    ['numeric(10, 2)', 'numeric(12, 3)'],
    ['numeric(10, 2)', 'numeric'],
    ['numeric(18)', 'bigint'],
    ['date', 'timestamptz'],
    ['timestamp(3)', 'timestamp'],
    ['real', 'double precision'],
    ['varchar(20)', 'text using c::text'],
    ['int', 'bigint using c'],
    ['timestamp', "timestamptz using c at time zone 'UTC'"],
    ['mood', 'text'],
    ['varchar(5)[]', 'text[]'],
    ['text', 'text collate "C"'],
  ])('that holds every value is not: %s to %s', (from, to) => {
    expect(change(from, to)).toEqual([]);
  });

  it.each(['text', 'varchar', 'bigint', 'numeric', 'timestamptz'])(
    'from a type that no file shows to one that holds what PostgreSQL converts by itself is not: %s',
    (to) => {
      expect(refused(`alter table t alter column c type ${to}`)).toEqual([]);
    },
  );

  it.each(['int', 'varchar(200)', 'numeric(12, 2)', 'date', 'jsonb', 'mood', 'bigint using c::bigint + 1'])(
    'from a type that no file shows is refused otherwise: %s',
    (to) => {
      expect(refused(`alter table t alter column c type ${to}`)).toEqual(['DESTRUCTIVE_CHANGE retype']);
    },
  );

  it('is judged by what the migrations before it made of the column', () => {
    const narrow = 'alter table crm.things alter column amount type int';
    const history = [
      'create table t (a smallint)',
      'alter table t rename column a to amount',
      'alter table t rename to things; alter table things set schema crm',
    ];
    const allowed = (file: string) =>
      file.replace(/(alter table \w+ (rename|set))/g, '\n-- allow-destructive: a test\n$1');
    expect(refused(...history.map(allowed), narrow)).toEqual([]);
    expect(refused(...history.map(allowed), 'alter table crm.things alter column amount type bigint', narrow)).toEqual([
      'DESTRUCTIVE_CHANGE retype',
    ]);
  });

  it.each([
    'do $$ begin alter table t alter c type bigint; end $$',
    'alter table t drop column c; alter table t add c bigint',
  ])('is not judged by what came before %s', (sql) => {
    const files = [
      'create table t (c smallint)',
      `\n-- allow-destructive: a test\n${sql}`,
      'alter table t alter c type int',
    ];
    const errors = read(files.map(up)).errors.filter(({ code }) => code === 'DESTRUCTIVE_CHANGE');
    expect(errors.map(({ location }) => location?.file)).toEqual(['sample-2.sql']);
  });

  it.each([
    ['create table if not exists t (c varchar(20))', 'varchar(30)', 0],
    ['create table t (c varchar(40)); create table if not exists t (c varchar(20))', 'varchar(30)', 1],
    ['create table t (c varchar(40)); alter table t add column if not exists c varchar(20)', 'varchar(30)', 1],
    ['alter table t add column c varchar(20)', 'varchar(30)', 0],
    ['alter table t alter column c type bigint', 'int', 1],
    ['create table t (like other, c varchar(20))', 'varchar(30)', 0],
    ['create table t partition of p (c with options default 1) for values in (1)', 'int', 1],
  ])('is judged by as much as is known: %s', (made, to, count) => {
    expect(refused(made, `alter table t alter column c type ${to}`)).toHaveLength(count);
  });

  it('says what it was and what it becomes', () => {
    const { errors } = read([up('create table t (c varchar(30)[])'), up('alter table t alter c type int8 using 1')]);
    expect(errors[0]!.message).toBe(
      'The up phase of users/1.2.0 changes the type of column t.c from varchar(30)[] to bigint with USING before the deployment has succeeded.',
    );
  });
});

describe('a permission', () => {
  const read1 = (sql: string, rest = '') =>
    read(`-- migrate:up\n${sql}\n-- migrate:down\nselect 1;\n${rest}`).errors.map(
      ({ code, location }) => `${code} ${location?.line}:${location?.column}`,
    );

  it('is for the statement below it, and for no other', () => {
    expect(read1('-- allow-destructive: unused\n\n/* old */ drop table a;\ndrop table b;')).toEqual([
      'DESTRUCTIVE_CHANGE 5:1',
    ]);
  });

  it('stands beside other comments and permissions', () => {
    const sql = '-- allow-destructive: unused\n-- see the wiki\n  -- allow-slow: ten rows\nupdate a set x = 1;';
    expect(read1(sql)).toEqual([]);
  });

  it.each([
    ['above a statement that needs none', '-- allow-destructive: unused\nselect 1;', '2:1'],
    ['of the wrong kind', '-- allow-irreversible: unused\nselect 1;', '2:1'],
    ['at the end of a line', 'select 1; -- allow-destructive: unused\nselect 2;', '2:11'],
    ['inside of a statement', 'alter table a\n-- allow-slow: unused\nadd column b int;', '3:1'],
    ['below the last statement', 'select 1;\n-- allow-destructive: unused', '3:1'],
  ])('is refused where it applies to nothing: %s', (_, sql, place) => {
    expect(read1(sql)).toEqual([`UNUSED_PERMISSION ${place}`]);
  });

  it('is refused where a phase needs none', () => {
    const contract = '-- migrate:contract\n-- allow-destructive: unused\ndrop table a;';
    expect(read1('select 1;', contract)).toEqual(['UNUSED_PERMISSION 6:1']);
  });

  it('is refused for a whole file', () => {
    expect(
      read('-- allow-destructive: unused\n-- irreversible: true\n-- migrate:up\ndrop table a;').errors,
    ).toMatchObject([
      { code: 'UNUSED_PERMISSION', location: { line: 1, column: 1 }, hint: expect.stringContaining('one statement') },
      { code: 'DESTRUCTIVE_CHANGE' },
    ]);
  });

  it.each(['-- allow-destructive: ', '-- allow-slow: yes', '-- allow_slow: ten rows', '-- allow-everything: because'])(
    'needs a known name and a reason: %s',
    (comment) => {
      expect(read1(`${comment}\nselect 1;`)).toEqual(['INVALID_PERMISSION 2:1']);
    },
  );

  it('is not read in strings', () => {
    expect(read1("select '\n-- allow-destructive: unused\n', $$\n-- allow-slow: x\n$$;")).toEqual([]);
  });
});

describe('a value of an enum', () => {
  const add = "alter type color add value 'red'";
  const errorsOf = (sql: string, head = '') => read(`${head}-- migrate:up\n${sql};\n-- migrate:down\nselect 1;`).errors;

  it('cannot be taken back, and so needs a permission', () => {
    expect(errorsOf(add)).toMatchObject([
      { code: 'IRREVERSIBLE_CHANGE', hint: expect.stringContaining('allow-irreversible') },
    ]);
    expect(errorsOf(`-- allow-irreversible: no release minds\n${add}`)).toEqual([]);
    expect(errorsOf(`create type color as enum ('blue'); ${add}`)).toEqual([]);
    expect(refused(add)).toEqual([]);
  });

  it.each([
    "insert into walls values ('red')",
    "select 'red'::color",
    "alter table walls alter column color set default 'red'",
    "create table roofs (color color default 'red')",
    "with x as (select 1) update unknown_table set c = 'red' where c = 'blue'",
  ])('is not used in the transaction that adds it: %s', (sql) => {
    const files = ['create table walls (color color, name text); create table fruit (name text)', `${add};${sql}`];
    expect(read(files.map(up)).errors).toMatchObject([
      { code: 'ENUM_VALUE_USED', message: expect.stringContaining("'red'") },
    ]);
  });

  it.each([
    "insert into fruit values ('red')",
    "insert into walls values ('red'::text::varchar)",
    "create function f() returns color language sql as $$ select 'red'::color $$",
    "insert into walls values ('blue')",
    "alter table fruit add column size int; insert into fruit values ('red')",
  ])('is not seen in %s', (sql) => {
    const files = ['create table walls (color color, name text); create table fruit (name text)', `${add};${sql}`];
    expect(refused(...files)).toEqual([]);
  });

  it('may be used where each statement is a transaction of its own, or where the enum is made', () => {
    const head = '-- irreversible: true\n';
    expect(read(`${head}-- migrate:up transaction:false\n${add};insert into walls values ('red');`).errors).toEqual([]);
    expect(refused(`create type color as enum ('blue'); ${add}; select 'red'::color`)).toEqual([]);
  });

  it('is not used in the verification of the section that adds it', () => {
    const source = `-- irreversible: true\n-- migrate:up\n${add};\n-- migrate:verify\nselect count(*) = 0 from w where c = 'red';`;
    expect(read(source).errors).toMatchObject([{ code: 'ENUM_VALUE_USED', location: { line: 5 } }]);
  });
});
