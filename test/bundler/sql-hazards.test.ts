import { beforeAll, describe, expect, it } from '@jest/globals';
import { cases } from '../../bench/hazards/cases';
import { findings } from '../../bench/hazards/ours';
import { hazardRules } from '../../bundler/postgresql/hazards/rules';
import { type SqlReader, sqlReader } from '../support/sql-reader';

let read: SqlReader;
beforeAll(async () => {
  read = await sqlReader();
});

const up = (sql: string, options = '') => `-- irreversible: true\n-- migrate:up${options}\n${sql}\n`;
const rulesOf = (source: string | readonly string[]) => {
  const { errors, warnings } = read(source);
  return [...errors, ...warnings].map(({ code, payload }) => payload.rule ?? code);
};

describe('running a migration', () => {
  it.each(cases.filter(({ expected }) => expected !== 'none'))('is a hazard: $before $sql', (one) => {
    expect(findings(read, one)).toContain(one.expected);
  });

  it.each(cases.filter(({ expected }) => expected === 'none'))('is none: $before $sql', (one) => {
    expect(findings(read, one)).toEqual([]);
  });
});

describe('the rules', () => {
  const names = Object.keys(hazardRules);

  it('have a case each', () => {
    const expected = new Set(cases.map((one) => one.expected));
    expect(names.filter((rule) => !expected.has(rule))).toEqual([]);
  });

  it.each(Object.entries(hazardRules))('find their example: %s', (name, { example, severity }) => {
    const options = /^vacuum/i.test(example) ? ' transaction:false' : '';
    const { errors, warnings } = read(up(example, options));
    const found = severity === 'error' ? errors : warnings;
    expect(found.map(({ payload }) => payload)).toMatchObject([{ rule: name, severity }]);
    expect(severity === 'error' ? warnings : errors).toEqual([]);
  });
});

describe('what to write instead', () => {
  /** The migrations of a rewrite, each as a file of its own. */
  const filesOf = (rewrite: string) =>
    rewrite
      .split('\n-- then, in a later migration:\n')
      .map((text) => up(text, text.startsWith('-- in a section with transaction:false:') ? ' transaction:false' : ''));
  const rewriteOf = (sql: string) => {
    const { errors, warnings } = read(up(sql));
    return [...errors, ...warnings][0]!.payload.rewrite as string;
  };

  it.each(cases.filter(({ expected }) => expected in hazardRules))('is no hazard itself: $before $sql', (one) => {
    const before = (one.before ?? []).map((sql) => up(sql));
    const { errors, warnings } = read([...before, up(one.sql, one.alone ? ' transaction:false' : '')]);
    const found = [...errors, ...warnings].find(({ payload }) => payload.rule === one.expected);
    const rewrite = found?.payload.rewrite;
    if (rewrite === undefined) return;
    // What it loses is refused apart, and no rewrite changes that.
    const apart = 'DESTRUCTIVE_CHANGE';
    expect(rulesOf([...before, ...filesOf(rewrite as string)]).filter((rule) => rule !== apart)).toEqual([]);
  });

  it.each([
    [
      'CREATE UNIQUE INDEX i ON "Users" (b)',
      '-- in a section with transaction:false:\nCREATE UNIQUE INDEX CONCURRENTLY i ON "Users" (b);',
    ],
    [
      'create index if not exists i on a (b)',
      '-- in a section with transaction:false:\nCREATE INDEX CONCURRENTLY IF NOT EXISTS i on a (b);',
    ],
    [
      'create index on crm.a (b, c)',
      '-- in a section with transaction:false:\nCREATE INDEX CONCURRENTLY a_b_c_idx on crm.a (b, c);',
    ],
    [
      'drop index if exists i, crm.j',
      '-- in a section with transaction:false:\nDROP INDEX CONCURRENTLY IF EXISTS i;\nDROP INDEX CONCURRENTLY IF EXISTS crm.j;',
    ],
    [
      'alter table orders add foreign key ("user") references users on delete set null',
      'ALTER TABLE orders ADD CONSTRAINT orders_user_fkey FOREIGN KEY ("user") REFERENCES users ON DELETE SET NULL NOT VALID;\n-- then, in a later migration:\nALTER TABLE orders VALIDATE CONSTRAINT orders_user_fkey;',
    ],
    [
      "alter table a add constraint k check (b <> ')' and (c or d)), add column e int",
      "ALTER TABLE a ADD CONSTRAINT k CHECK (b <> ')' and (c or d)) NOT VALID;\n-- then, in a later migration:\nALTER TABLE a VALIDATE CONSTRAINT k;",
    ],
    [
      'alter table a add column b uuid default gen_random_uuid()',
      'ALTER TABLE a ADD COLUMN b uuid;\nALTER TABLE a ALTER COLUMN b SET DEFAULT gen_random_uuid();',
    ],
    [
      'alter table crm.a add column b bigserial',
      "ALTER TABLE crm.a ADD COLUMN b bigint;\nCREATE SEQUENCE crm.a_b_seq OWNED BY crm.a.b;\nALTER TABLE crm.a ALTER COLUMN b SET DEFAULT nextval('crm.a_b_seq');",
    ],
    [
      'alter table a add column b varchar(9) not null',
      'ALTER TABLE a ADD COLUMN b varchar(9);\n-- then, in a later migration:\nALTER TABLE a ADD CONSTRAINT a_b_not_null CHECK (b IS NOT NULL) NOT VALID;\n-- then, in a later migration:\nALTER TABLE a VALIDATE CONSTRAINT a_b_not_null;\n-- then, in a later migration:\nALTER TABLE a ALTER COLUMN b SET NOT NULL;\nALTER TABLE a DROP CONSTRAINT a_b_not_null;',
    ],
    [
      'alter table a add unique (b, c)',
      '-- in a section with transaction:false:\nCREATE UNIQUE INDEX CONCURRENTLY a_b_c_key ON a (b, c);\n-- then, in a later migration:\nALTER TABLE a ADD CONSTRAINT a_b_c_key UNIQUE USING INDEX a_b_c_key;',
    ],
    ['reindex index i', '-- in a section with transaction:false:\nREINDEX index CONCURRENTLY i;'],
  ])('has the names of the statement: %s', (sql, rewrite) => {
    expect(rewriteOf(`${sql};`)).toBe(rewrite);
  });

  it.each([
    ['alter table p add unique (a)', 'ALTER TABLE ONLY'],
    ['alter table p add primary key (a)', 'ALTER TABLE ONLY'],
    ['alter table p add column b int unique', 'ALTER TABLE ONLY'],
    ['alter table p add foreign key (a) references u (id)', 'each partition'],
  ])('is in words where a partitioned table takes no such statement: %s', (sql, hint) => {
    const { warnings } = read([up('create table p (a int) partition by range (a);'), up(`${sql};`)]);
    expect(warnings).toMatchObject([{ hint: expect.stringContaining(hint), payload: { rewrite: undefined } }]);
  });

  it('has the bounds of a partition where they are constants', () => {
    const attach = "alter table p attach partition q for values from ('2026-01-01') to ('2027-01-01');";
    const { warnings } = read([up('create table p (at date) partition by range (at);'), up(attach)]);
    expect(warnings[0]!.payload.rewrite).toContain(
      "ADD CONSTRAINT q_bounds CHECK (at IS NOT NULL AND at >= '2026-01-01' AND at < '2027-01-01') NOT VALID;",
    );
  });
});

describe('a hazard', () => {
  it('has its place, its rule and what to do, also in contract', () => {
    expect(read('-- migrate:contract\ncreate index i\n  on a (b);\n').warnings).toMatchObject([
      {
        code: 'SLOW_STATEMENT',
        location: { line: 2, column: 1 },
        hint: expect.stringContaining('CONCURRENTLY'),
        payload: { rule: 'create-index', severity: 'warning' },
      },
    ]);
  });

  it('is not warned of with a reason above it', () => {
    const sql = '-- allow-slow: a hundred rows\ncreate index on a (b);\ncreate index on a (c);';
    expect(read(up(sql)).warnings).toMatchObject([{ location: { line: 5 } }]);
  });

  it('that surely fails is an error, unless a reason is above it that is its own', () => {
    const sql = 'alter table a add column b int not null;';
    expect(read(up(sql)).errors).toMatchObject([
      { code: 'UNSAFE_STATEMENT', payload: { rule: 'add-required-column', severity: 'error' } },
    ]);
    expect(rulesOf(up(`-- allow-unsafe: made by the release before, and empty\n${sql}`))).toEqual([]);
    expect(read(up(`-- allow-slow: it is empty\n${sql}`)).errors.map(({ code }) => code)).toEqual([
      'UNSAFE_STATEMENT',
      'UNUSED_PERMISSION',
    ]);
  });

  it('is found once for a statement with many parts', () => {
    expect(rulesOf(up('alter table a alter b type bigint, alter c type bigint;'))).toEqual(['change-type']);
  });

  it('is none in down for what up has made', () => {
    const made = 'create table a (b int);\n-- allow-slow: few rows\ncreate index i on c (d);';
    const down = 'drop index i;\nalter table a add unique (b);\ndrop table a;';
    expect(rulesOf(`-- migrate:up\n${made}\n-- migrate:down\n${down}\n`)).toEqual([]);
  });

  it('is one in down for an index that up has built without keeping anybody waiting', () => {
    const file =
      '-- migrate:up transaction:false\ncreate index concurrently i on c (d);\n-- migrate:down\ndrop index i;\n';
    expect(rulesOf(file)).toEqual(['drop-index']);
  });

  it('does not depend on what a down has done, because it has not run', () => {
    const first =
      '-- migrate:up\nalter table a add column b int;\n-- migrate:down\ncreate domain e as int check (value > 1);\n';
    expect(rulesOf([first, up('alter table a add column c e;')])).toEqual([]);
  });

  it('of several statements is found only where they are one transaction', () => {
    const sql = 'alter table a add column x int; alter table b add column x int; alter table c add column x int;';
    expect(rulesOf(up(sql, ' transaction:false'))).toEqual([]);
  });

  it('is known by what the column was', () => {
    const made = up('create table a (short varchar(10), n numeric(10, 2), i int);');
    expect(rulesOf([made, up('alter table a alter short type varchar(20), alter n type numeric(12, 2);')])).toEqual([]);
    expect(rulesOf([made, up('alter table a alter i type text;')])).toEqual(['change-type']);
  });

  it('is not judged by checks that code may have dropped', () => {
    const check = up('create table a (b int, check (b is not null));');
    const code = up('do $$ begin alter table a drop constraint a_check; end $$;');
    expect(rulesOf([check, code, up('alter table a alter column b set not null;')])).toEqual(['set-not-null']);
  });
});
