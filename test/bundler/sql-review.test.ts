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
    'set transaction isolation level serializable',
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

describe('a statement that takes long on a big table', () => {
  const rules = (...files: readonly string[]) =>
    read(files.map((sql) => up(sql))).warnings.map(({ payload }) => payload.rule);

  it.each([
    ['create index on a (b)', 'create-index'],
    ['create unique index i on crm.a (b)', 'create-index'],
    ['\n-- allow-destructive: a test\nalter table a alter column b type int', 'rewrite-table'],
    ['alter table a alter column b type bigint', 'rewrite-table'],
    ['\n-- allow-destructive: a test\nalter table a alter column b type varchar(9)', 'rewrite-table'],
    ['alter table a add column b int generated always as identity', 'rewrite-table'],
    ['alter table a add column b bigserial', 'rewrite-table'],
    ['alter table a add column b uuid default gen_random_uuid()', 'rewrite-table'],
    ['alter table a add column b int generated always as (c) stored', 'rewrite-table'],
    ['alter table a set unlogged', 'rewrite-table'],
    ['alter table a add foreign key (b) references c', 'add-constraint'],
    ['alter table a add check (b > 1)', 'add-constraint'],
    ['alter table a add unique (b)', 'add-constraint'],
    ['alter table a add column b int unique', 'add-constraint'],
    ['alter table a add exclude using gist (b with &&)', 'add-constraint'],
    ['alter table a validate constraint k', 'validate-constraint'],
    ['alter table a alter column b set not null', 'set-not-null'],
    ['alter table a add column b int; update a set b = 1', 'update-every-row'],
    ['reindex table a', 'reindex'],
  ])('is warned of: %s', (sql, rule) => {
    expect(rules(sql)).toEqual([rule]);
  });

  it.each([
    'create table a (b int); create index on a (b); alter table a add unique (b)',
    'create table a (b int); alter table a rename to c; create index on c (b)',
    'alter table a add column b int',
    "alter table a add column b text not null default 'x'",
    'alter table a add column b timestamptz default now()',
    'alter table a add column b int, add column c int generated always as (b) virtual',
    'alter table a add foreign key (b) references c not valid',
    'alter table a add constraint k unique using index i',
    'alter table a alter column b type text',
    'alter table a alter column b drop not null',
    'update a set b = 1 where b is null',
  ])('is not seen in %s', (sql) => {
    expect(rules(sql)).toEqual([]);
  });

  it('is known by what the column was', () => {
    const made = 'create table a (short varchar(10), n numeric(10, 2), i int)';
    expect(rules(made, 'alter table a alter short type varchar(20), alter n type numeric(12, 2)')).toEqual([]);
    expect(rules(made, 'alter table a alter i type text')).toEqual(['rewrite-table']);
  });

  it('is warned of in contract too, with its place and what to do', () => {
    const source = '-- migrate:contract\ncreate index i\n  on a (b);\n';
    expect(read(source).warnings).toMatchObject([
      { code: 'SLOW_STATEMENT', location: { line: 2, column: 1 }, hint: expect.stringContaining('CONCURRENTLY') },
    ]);
  });

  it('is not warned of with a reason above it', () => {
    const sql = '-- allow-slow: a hundred rows\ncreate index on a (b);\ncreate index on a (c)';
    expect(read(up(sql)).warnings).toMatchObject([{ location: { line: 5 } }]);
  });
});
