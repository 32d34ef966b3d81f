import { describe, expect, it } from '@jest/globals';
import { mysqlDialect } from '../../bundler/mysql/dialect';
import { readerOf } from '../support/sql-reader';

const read = readerOf(mysqlDialect);
const up = (sql: string) => `-- irreversible: true\n-- migrate:up\n${sql};\n`;
const rules = (...files: readonly string[]) =>
  read(files.map((sql) => up(sql))).warnings.map(({ code, payload }) => payload.rule ?? code);

const table =
  "create table t (id int primary key, a varchar(20), n int not null, b varchar(100), e enum('x', 'y'), body text, key n (n), constraint fk foreign key (n) references u (id))";

describe('MySQL: a hazard', () => {
  it.each<[string, readonly string[]]>([
    ['alter table t modify n bigint not null', ['copy-table']],
    ['alter table t modify a varchar(100)', ['copy-table']],
    ['alter table t convert to character set utf8mb4', ['copy-table']],
    ['alter table t add column c int generated always as (n + 1) stored', ['copy-table']],
    ['alter table t add check (n > 1)', ['copy-table']],
    ['alter table t add constraint c check (n > 1)', ['copy-table']],
    ['alter table t alter check c enforced', ['copy-table']],
    ['alter table t add column c int check (c > 0)', ['copy-table']],
    ['alter table t modify id int auto_increment', ['copy-table']],
    ['alter table t reorganize partition p into (partition q values less than (5))', ['copy-table']],
    ['alter table t coalesce partition 2', ['copy-table']],
    ['alter table t rebuild partition p, q', ['copy-table']],
    ['alter table t optimize partition p', ['copy-table']],
    ['alter table t add partition partitions 4', ['copy-table']],
    ['alter table t partition by hash (id) partitions 4', ['copy-table']],
    ['alter table t remove partitioning', ['copy-table']],
    ['alter table t add column c int, algorithm=copy', ['copy-table']],
    ["alter table t modify e enum('y', 'x')", ['enum-order']],
    ['alter table t modify a varchar(20) first', ['rebuild-table']],
    ['alter table t modify n int null', ['rebuild-table']],
    ['alter table t engine = InnoDB', ['rebuild-table']],
    ['alter table t force', ['rebuild-table']],
    ['alter table t row_format=compressed', ['rebuild-table']],
    ['alter table t add column c int not null auto_increment, add key (c)', ['rebuild-table', 'create-index']],
    ['optimize table t', ['rebuild-table']],
    ['alter table t drop primary key', ['primary-key']],
    ['alter table t drop primary key, add primary key (n)', ['primary-key']],
    ['alter table t add foreign key (n) references u (id)', ['add-foreign-key']],
    [
      'alter table t add foreign key (n) references u (id) on delete set null',
      ['add-foreign-key', 'foreign-key-cascade'],
    ],
    ['create index i on t (a)', ['create-index']],
    ['alter table t add index (a)', ['create-index']],
    ['alter table t add index (a), algorithm=inplace', ['create-index']],
    ['create unique index i on t (a)', ['unique-index']],
    ['alter table t add constraint u unique (a)', ['unique-index']],
    ['alter table t add column c int unique', ['unique-index']],
    ['create fulltext index i on t (body)', ['fulltext-index']],
    ['alter table t add spatial index (g)', ['spatial-index']],
    ['alter table t add column c int, add index (c)', ['create-index']],
    ['\n-- allow-destructive: a test\nupdate t set a = 1', ['update-every-row']],
    ['\n-- allow-destructive: a test\nupdate t set a = 1 where ((1 = 1))', ['update-every-row']],
    ['update t set a = 1 where a is null', ['many-rows']],
    ['update t set a = 1 where a > 5 and b <> 3', ['many-rows']],
    ["update t set a = 1 where id = 1 or b = 'x'", ['many-rows']],
    ['delete from t where n in (select id from u)', ['many-rows']],
    ['delete t from t join u on u.id = t.n', ['many-rows']],
    ['insert into v select * from t', ['many-rows']],
    ['create table v as select * from t where n > 5', ['many-rows']],
    ['create table v (a int) engine=innodb select a from t', ['many-rows']],
    ['insert into v (a) (select id from t where n > 5 group by id)', ['many-rows']],
    ['replace into v with c as (select 1) select t.id from t join c on true', ['many-rows']],
    ['alter table t add column c int not null, algorithm=instant', ['required-column']],
    ['drop index n on t', ['foreign-key-index']],
    ['alter table t drop index n', ['foreign-key-index']],
    ['create table v (a text) default charset = utf8', ['utf8mb3']],
    ['create table v (a text character set utf8mb3)', ['utf8mb3']],
    ['alter table t add c text charset utf8, algorithm=instant', ['utf8mb3']],
  ])('is warned of: %s', (sql, expected) => {
    expect(rules(table, sql)).toEqual(expected);
  });

  it.each([
    'alter table t add column c int, algorithm=instant',
    'alter table t algorithm=instant, add column c int default 1 not null',
    'alter table t add index (a), algorithm=inplace, lock=none',
    'alter table t add index (a), lock=none',
    'create index i on t (a) lock = none',
    'alter table t add check (n > 1) not enforced',
    'alter table t add constraint c check (n > 1) not enforced, add column x int check (x > 0) not enforced',
    'alter table t modify id int',
    'alter table t analyze partition p',
    'alter table t check partition p',
    'update t set a = 1 where (id = 7)',
    'update t set a = 1 where (`t`.`id` in (7, -8) and n > 1)',
    'update t set a = 1 where -7 = id',
    'create index i on t (a) algorithm=inplace lock=none',
    'alter table t modify a varchar(60)',
    'alter table t modify b varchar(200)',
    'alter table t alter column a set default 1',
    'alter table t rename index n to m',
    'alter table t drop foreign key fk',
    'alter table t drop foreign key fk, drop index n',
    'alter table t drop index n, add index m (n), algorithm=inplace, lock=none',
    'alter table t add partition (partition p9 values less than (9))',
    'alter table t auto_increment = 7',
    'alter table t alter check c not enforced',
    'update t set a = 1 where id = 7',
    'insert into v values (1, (select max(id) from t))',
    'insert into v select 1',
    'create table v select 1 as a',
    'create table v as select * from t where id = 7',
    'create table v like t',
    'insert into v select 1 from dual',
    'insert into v select * from t where id = 7',
    'insert into v select * from t where id > 7 limit 100',
    'create table v (a int); insert into v values (1); insert into w select a from v',
    'insert into v set a = 1',
    "delete from t where t.a in ('x', 'y') and n > 5",
    'delete from t where a is null limit 1000',
    'create table v (id int primary key, t int, foreign key (t) references t (id) on delete cascade) charset = utf8mb4',
    'create table v (a int); create index i on v (a); alter table v add b int not null, modify a bigint; optimize table v',
    'create table v (a int); rename table v to w; alter table w add unique (a); update w set a = 1 where a is null',
    'create procedure p() begin update t set a = 1; end',
    // The engine has them done at once, with ALGORITHM=INSTANT, where MySQL can.
    'alter table t add column c int',
    'alter table t add c int after id, add d int',
    "alter table t modify e enum('x', 'y', 'z')",
  ])('is not seen in %s', (sql) => {
    expect(rules(table, sql)).toEqual([]);
  });

  const texts = 'create table t (id int primary key, a varchar(20), n int not null) charset=utf8mb4';

  it.each<[string, readonly string[]]>([
    ['alter table t modify a varchar(60)', []],
    ['alter table t modify a varchar(60) character set utf8mb4', []],
    ['alter table t modify a varchar(60) collate utf8mb4_0900_ai_ci', []],
    ["alter table t modify n int not null comment 'x'", []],
    ['alter table t modify a varchar(20) collate utf8mb4_bin', ['copy-table']],
    ['alter table t default charset = utf8mb4', []],
    ['alter table t default charset = utf8mb4 engine = innodb', ['rebuild-table']],
    ['alter table t add c varchar(9) collate utf8_bin', ['utf8mb3']],
  ])('knows the character set of the table: %s', (sql, expected) => {
    expect(rules(texts, sql)).toEqual(expected);
  });

  it('is told with what to write instead, and its place', () => {
    const { warnings } = read(up('create index i on t (a)'));
    expect(warnings).toMatchObject([
      { code: 'SLOW_STATEMENT', location: { line: 3, column: 1 }, hint: expect.stringContaining('ALGORITHM=INPLACE') },
    ]);
    expect(warnings[0]!.hint).toContain('-- allow-slow: <reason>');
  });

  it('that is not about time has a permission of its own', () => {
    const column = 'alter table t add c int not null, algorithm=instant';
    expect(rules(`\n-- allow-hazard: the table is not written yet\n${column}`)).toEqual([]);
    expect(read(up(`\n-- allow-slow: ten rows\n${column}`)).errors).toMatchObject([{ code: 'UNUSED_PERMISSION' }]);
  });

  it('is warned of in down too, but not for what up has made', () => {
    const file = (down: string) => `-- migrate:up\ncreate table v (a int);\n-- migrate:down\n${down};\n`;
    const rulesOf = (down: string) => {
      const { errors, warnings } = read([up(table), file(down)]);
      return [...errors, ...warnings].map(({ code, payload }) => payload.rule ?? code);
    };
    expect(rulesOf('create index i on t (a)')).toEqual(['create-index']);
    expect(rulesOf('-- allow-slow: a hundred rows\ncreate index i on t (a)')).toEqual([]);
    expect(rulesOf('create index i on v (a);\ndrop table v')).toEqual([]);
  });

  it('does not depend on what a down has done, because it has not run', () => {
    const first = '-- migrate:up\nselect 1;\n-- migrate:down\nalter table t modify a varchar(9);\n';
    const { warnings } = read([up(table), first, up('alter table t modify a varchar(30)')]);
    expect(warnings.filter(({ location }) => location?.file === 'sample-2.sql')).toEqual([]);
  });

  it('is warned of in contract too', () => {
    expect(read('-- migrate:contract\ncreate index i on t (a);').warnings).toMatchObject([{ code: 'SLOW_STATEMENT' }]);
  });
});
