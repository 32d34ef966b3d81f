import { beforeAll, describe, expect, it } from '@jest/globals';
import { type SqlReader, sqlReader } from '../support/sql-reader';

let read: SqlReader;
beforeAll(async () => {
  read = await sqlReader();
});

const up = (sql: string, options = '') => `-- irreversible: true\n-- migrate:up${options}\n${sql};\n`;
const codes = (sql: string, options?: string) => read(up(sql, options)).errors.map(({ code }) => code);

describe('a setting of the session', () => {
  it.each([
    'set statement_timeout = 0',
    'set session lock_timeout = 1',
    'set role admin',
    'set search_path = crm, public',
    'set search_path to default',
    'set session authorization joe',
    'set session characteristics as transaction read only',
    'set time zone utc',
    'reset role',
    'reset all',
    "select set_config('search_path', '', false)",
    "select pg_catalog.set_config('search_path', '', 'off'::boolean)",
    "with s as (select set_config('role', 'x', false)) select * from s",
  ])('is refused, because its connection is shared: %s', (sql) => {
    expect(codes(sql)).toEqual(['SESSION_SETTING']);
  });

  it.each([
    'set local search_path = crm',
    'set local role admin',
    'set constraints all deferred',
    "select set_config('search_path', '', true)",
    'select set_config(name, value, is_local) from settings',
    'alter role app set search_path = crm',
    'create function f() returns int language sql set search_path = crm return 1',
    "create view v as select set_config('role', 'x', false)",
    "alter database app set lock_timeout = '1s'",
  ])('is not refused when it does not stay in the session: %s', (sql) => {
    expect(codes(sql)).toEqual([]);
  });

  it('is told what to write', () => {
    expect(read(up('set role admin')).errors[0]!.hint).toContain('SET LOCAL ROLE');
    expect(read(up('set search_path = crm')).errors[0]!.hint).toContain('SET LOCAL search_path');
  });

  it('is refused also with LOCAL where each statement is a transaction of its own', () => {
    const { errors } = read(up('set local role admin', ' transaction:false'));
    expect(errors).toMatchObject([{ code: 'SESSION_SETTING', message: expect.stringContaining('no effect') }]);
    expect(codes('set role admin', ' transaction:false')).toEqual(['SESSION_SETTING']);
  });
});

it.each(['set transaction isolation level serializable', 'set transaction read only', "set transaction snapshot '1'"])(
  'a transaction of the engine is not changed: %s',
  (sql) => {
    expect(codes(sql)).toEqual(['TRANSACTION_CONTROL']);
  },
);

it('a statement that is nested too deeply is refused in words', () => {
  expect(read(up(`select ${'1+'.repeat(32_000)}1`)).errors).toMatchObject([
    { code: 'SQL_SYNTAX', message: expect.stringContaining('nested too deeply') },
  ]);
});

it.each([
  'create temp table a (b int)',
  'create temporary table a as select 1',
  'select 1 into temp a',
  'create temp view a as select 1',
])('what ends with its session is refused where the next statement may have another: %s', (sql) => {
  expect(codes(sql, ' transaction:false')).toEqual(['UNSUPPORTED_STATEMENT']);
  expect(codes(sql)).toEqual([]);
});

it('a condition that is nested deeply is left alone', () => {
  expect(codes(`update a set b = 1 where ${'not '.repeat(3000)} c`)).toEqual([]);
});

describe('what is meant for psql', () => {
  it.each([
    ['\\i other.sql', '\\i', 'statements of that file'],
    ['select 1;\n\\set ON_ERROR_STOP on', '\\set', 'Remove it'],
    ["select 'select 1' \\gexec", '\\gexec', 'with ;'],
    ["\\copy t from 'a.csv'", '\\copy', 'INSERT'],
    ['\\connect other', '\\connect', 'database of its target'],
    ['\\restrict abc', '\\restrict', 'Remove it'],
    ['\\.', '\\.', 'INSERT'],
  ])('is refused as that: %s', (sql, command, hint) => {
    expect(read(up(sql)).errors).toMatchObject([
      { code: 'CLIENT_COMMAND', payload: { command }, hint: expect.stringContaining(hint) },
    ]);
  });

  it.each([
    'copy a (b) from stdin;\n1\tx\n\\.\nselect 1',
    'copy a from stdin;\n\\.',
    "copy a from stdin with (format csv, delimiter ';');\n1;'x\n\\.",
    'copy "b;c" from STDIN;\nhttp://a:b\n\\.',
    "select 'from stdin;';\ncopy a from stdin;\n'\n\\.",
    'copy a from stdin',
  ])('is refused where its rows begin: %s', (sql) => {
    const line = sql.startsWith('select') ? 4 : 3;
    expect(read(up(sql)).errors).toMatchObject([{ code: 'UNSUPPORTED_STATEMENT', location: { line, column: 1 } }]);
  });

  it.each([
    ["select :'x'", 'psql'],
    ['create table `a` (b int)', 'dialect: mysql'],
    ['DELIMITER //\nselect 1//', 'dialect: mysql'],
  ])('or for somebody else, is told: %s', (sql, hint) => {
    expect(read(up(sql)).errors[0]).toMatchObject({ code: 'SQL_SYNTAX', hint: expect.stringContaining(hint) });
  });
});

it.each([
  'discard all',
  'discard temp',
  'alter database app set tablespace fast',
  'copy t from stdin',
  'copy t to stdout',
])('a statement that the RDS Data API cannot run is refused: %s', (sql) => {
  expect(codes(sql)).toEqual(['UNSUPPORTED_STATEMENT']);
});

describe("the engine's own schema", () => {
  it.each([
    'select * from cdk_migrations.history',
    'create table cdk_migrations.mine (id int)',
    'create schema cdk_migrations',
    'create table a (id int); alter table a set schema cdk_migrations',
    'alter table cdk_migrations.fence add column x int',
    'with gone as (delete from cdk_migrations.fence where token = 1 returning 1) select 1',
    "select cdk_migrations.raise_fence_1('a', 1)",
    'do $$ begin delete from cdk_migrations.fence; end $$',
    'set local search_path = cdk_migrations',
    'create table t (id int references cdk_migrations.fence)',
  ])('is not touched: %s', (sql) => {
    expect(codes(sql)).toEqual(['RESERVED_SCHEMA']);
  });

  it.each(["insert into notes values ('cdk_migrations')", "comment on table t is 'made by cdk_migrations'"])(
    'may be spoken of: %s',
    (sql) => {
      expect(codes(sql)).toEqual([]);
    },
  );
});

describe('a name of more than 63 bytes', () => {
  const long = (end: string) => `${'n'.repeat(63)}${end}`;

  it('is warned of once, with the name that PostgreSQL keeps', () => {
    const { errors, warnings } = read(up(`create table ${long('a')} (id int); drop table "${long('a')}"`));
    expect(errors).toEqual([]);
    expect(warnings).toMatchObject([
      { code: 'IDENTIFIER_TOO_LONG', location: { line: 3, column: 14 }, payload: { name: long('a'), kept: long('') } },
    ]);
  });

  it('is measured in bytes, and cut between characters', () => {
    const { warnings } = read(
      up(`create table "${'é'.repeat(32)}" (id int); create table "${'é'.repeat(31)}" (id int)`),
    );
    expect(warnings.map(({ payload }) => payload.kept)).toEqual(['é'.repeat(31)]);
  });

  it('is refused when it is one with another', () => {
    const { errors } = read(up(`create table a (${long('a')} int, ${long('b')} int)`));
    expect(errors).toMatchObject([{ code: 'IDENTIFIER_CLASH', message: expect.stringMatching(/n+a and n+b are one/) }]);
  });

  it('is not seen in texts and comments', () => {
    expect(read(up(`select '${long('a')}', $$${long('b')}$$ -- ${long('c')}`)).warnings).toEqual([]);
  });
});

describe("syntax newer than the cluster's version", () => {
  const since = (sql: string, version?: number) =>
    read(up(sql), { engineVersion: version === undefined ? undefined : `${version}.4` })
      .warnings.filter(({ code }) => code === 'NEWER_SYNTAX')
      .map(({ payload }) => payload.since);

  it.each<[string, number]>([
    ['merge into a using b on a.id = b.id when matched then do nothing', 15],
    ['create unique index concurrently i on a (b) nulls not distinct', 15],
    ['create table a (b int unique nulls not distinct)', 15],
    ["select '{}' is json", 16],
    ["select * from json_table('{}', '$' columns (a int)) t", 17],
    ['alter table a alter column b set expression as (c)', 17],
    ['create table a (b int, c int generated always as (b) virtual)', 18],
    ['create table a (b int check (b > 1) not enforced)', 18],
    ["create view v as select json_value(a, '$.b') from t", 17],
  ])('is warned of: %s', (sql, version) => {
    expect(since(sql, version - 1)).toEqual([version]);
    expect(since(sql, version)).toEqual([]);
    expect(since(sql)).toEqual([]);
  });

  it('is found below the top of a statement', () => {
    const merge = 'merge into a using b on a.id = b.id when matched then do nothing returning a.id';
    expect(since(`with m as (${merge}) select * from m`, 14)).toEqual([15, 17]);
  });

  it.each([
    'create table a (b int generated always as identity, c int generated always as (b) stored, check (b > 1))',
    "select json_object('{a,1}')",
  ])('is not seen in %s', (sql) => {
    expect(since(sql, 14)).toEqual([]);
  });
});
