import { beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import * as library from 'libpg-query';
import { redactLiterals, redactMessage } from '../../core/bundle/redaction';

beforeAll(() => library.loadModule());

describe('redactLiterals', () => {
  it.each([
    ["CREATE ROLE app LOGIN PASSWORD 'hunter2'", "CREATE ROLE app LOGIN PASSWORD '…'"],
    ["insert into t\nvalues ('it''s', e'a\\'b', E'\\\\', 42)", "insert into t values ('…', '…', '…', 42)"],
    ["select U&'\\0061', B'0101', x'ff', N'n'", "select '…', '…', '…', '…'"],
    ["select $$it's$$, $tag$ a $$ b $tag$, a$b$c", "select '…', '…', a$b$c"],
    ["select \"it's\", 1 -- old: 'secret'", 'select "it\'s", 1'],
    ["select /* 'a /* nested */ b' */ 'c'", "select '…'"],
    [
      'update a set card = 4111111111111111, n = 123456, t1234567890 = 1.5',
      'update a set card = …, n = 123456, t1234567890 = 1.5',
    ],
    ["select 'never ends; drop table a", "select '…'"],
    ["select /* /* /* */ */ */ 'x'", 'select'],
    [`select '${'x'.repeat(4_000_000)}', 1`, "select '…', 1"],
    ['select $x$ never ends', "select '…'"],
    ["select 'a'\n'continued'", "select '…' '…'"],
  ])('%.60s', (statement, shown) => {
    expect(redactLiterals(statement)).toBe(shown);
  });

  it("hides what PostgreSQL's own scanner takes for a string, and nothing else of the statement", () => {
    const secret = fc.string({
      unit: fc.constantFrom('q', 'z', "'", '\\', '$', '$t$', '"', '-', '--', '/*', '*/', ' ', '\n', 'é'),
    });
    const quote = (text: string) => `'${text.replaceAll("'", "''")}'`;
    const literal = fc.oneof(
      secret.map(quote),
      secret.map((text) => `E${quote(text.replaceAll('\\', '\\\\'))}`),
      secret.filter((text) => !text.includes('$')).map((text) => `$t$${text}$t$`),
    );
    const name = fc.constantFrom('a', 'b$c', 'e', '"it\'s"', '"--"', '1', '+', '/* x */', '-- y\n', '::', 't1234567');
    const statement = fc
      .array(fc.oneof(literal, name), { minLength: 1, maxLength: 12 })
      .map((words) => words.join(' '));
    fc.assert(
      fc.property(statement, (text) => {
        const bytes = Buffer.from(text);
        const shown = library
          .scanSync(text)
          .tokens.filter(({ tokenName }) => !tokenName.endsWith('_COMMENT'))
          .map(({ start, end, tokenName }) => (tokenName === 'SCONST' ? "'…'" : bytes.subarray(start, end).toString()));
        expect(redactLiterals(text).split(' ').filter(Boolean)).toEqual(shown);
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('redactLiterals of MySQL', () => {
  it.each([
    ["CREATE USER app IDENTIFIED BY 'hunter2'", "CREATE USER app IDENTIFIED BY '…'"],
    ['CREATE USER app IDENTIFIED BY "hunter2"', "CREATE USER app IDENTIFIED BY '…'"],
    ["insert into t values ('it\\'s', \"a\"\"b\", 'c''d') # 'e'", "insert into t values ('…', '…', '…')"],
    ["select `a'b` -- 'c'\n, 1--2", "select `a'b` , 1--2"],
    ['update `t1234567890` set card = 4111111111111111', 'update `t1234567890` set card = …'],
    ['select "never ends', "select '…'"],
  ])('%.60s', (statement, shown) => {
    expect(redactLiterals(statement, 'text')).toBe(shown);
  });

  it('hides them in messages too', () => {
    const message = "Unknown column 'hunter2' in 'field list'";
    expect(redactMessage(message, 'select "hunter2"', '', 'text')).toBe("Unknown column '…' in 'field list'");
  });
});

describe('redactMessage', () => {
  it.each([
    [
      'invalid input syntax for type integer: "hunter2"',
      "select 'hunter2'::int",
      'invalid input syntax for type integer: "…"',
    ],
    ['type "it\'s" does not exist', "select 'it''s'", 'type "…" does not exist'],
    ['value "4111111111111111" is out of range', 'select 4111111111111111::int', 'value "…" is out of range'],
    ['syntax error at or near "a"', "select 'a'", 'syntax error at or near "a"'],
    ['boom: a long secret', "do $$ begin\n raise 'boom: %', 'a long secret'; end $$", 'boom: …'],
    ['division by zero', "select 1/0, 'x'", 'division by zero'],
  ])('%s', (message, statement, shown) => {
    expect(redactMessage(message, statement)).toBe(shown);
  });

  it('hides what the message quotes where the data is at fault', () => {
    const message = 'invalid input syntax for type integer: "a "row\'s" value"';
    expect(redactMessage(message, 'select email::int from users', '22P02')).toBe(
      'invalid input syntax for type integer: "…"',
    );
    const absent = 'relation "users" does not exist';
    expect(redactMessage(absent, 'select email::int from users', '42P01')).toBe(absent);
  });
});
