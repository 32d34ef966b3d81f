import { describe, expect, it } from '@jest/globals';
import { cut, dashComments } from '../../bundler/mysql/syntax/lexer';
import { SourceText } from '../../bundler/source-text';
import { MigrationError } from '../../core/errors/index';

const read = (text: string) => cut(new SourceText(text, 'sample.sql', 10));
const texts = (text: string) => read(text).statements.map((statement) => statement.text);

/** Code and place of the error. */
function refused(text: string): string {
  try {
    return texts(text).join(' | ');
  } catch (error) {
    if (!(error instanceof MigrationError)) throw error;
    return `${error.code} ${error.location?.line}:${error.location?.column}`;
  }
}

describe('a text for MySQL is cut', () => {
  it.each<[string, readonly string[]]>([
    ['select 1; select 2', ['select 1', 'select 2']],
    ['select 1;; ;\n', ['select 1']],
    ["select ';', 'it''s ;', 'a\\';', \";\", `;`;select 2", ["select ';', 'it''s ;', 'a\\';', \";\", `;`", 'select 2']],
    ['select `a\\`; select 2', ['select `a\\`', 'select 2']],
    ['select 1 -- a; b\n, 2 # c; d\n, 3 /* e; */;', ['select 1 -- a; b\n, 2 # c; d\n, 3']],
    ['select 1--1; select 2', ['select 1--1', 'select 2']],
    ['--all of this; is a comment\nselect 1', ['select 1']],
    ['/*!40101 SET NAMES utf8 */; select 1', ['/*!40101 SET NAMES utf8 */', 'select 1']],
    ['select /*+ MAX_EXECUTION_TIME(1;) */ 1', ['select /*+ MAX_EXECUTION_TIME(1;) */ 1']],
    ['select 2*/* two; */3; select 4', ['select 2*/* two; */3', 'select 4']],
    ['select /*! 1 */, /*!99999 2, */ 3; select 4', ['select /*! 1 */, /*!99999 2, */ 3', 'select 4']],
    ['-- only a comment;\n/* and ; another */', []],
    ['select \\N; select 1', ['select \\N', 'select 1']],
    ['DELIMITER //\nselect 1; select 2 //\n delimiter ;\nselect 3;', ['select 1; select 2', 'select 3']],
    ['delimiter $$\nselect a$b, 1$$ select 2$$', ['select a$b, 1', 'select 2']],
    ['DELIMITER "||" and more\nselect 1||\nselect 2', ['select 1', 'select 2']],
    ['delimiter ;;\nselect 1; ;;select 2;;', ['select 1', 'select 2']],
  ])('%j', (text, statements) => {
    expect(texts(text)).toEqual(statements);
  });

  it('with the place of each statement', () => {
    const { statements } = read('-- one\n  select 1;\n\n/* two */ select 2;');
    expect(statements.map(({ location: { line, column } }) => `${line}:${column}`)).toEqual(['11:3', '13:11']);
  });

  it('and its -- comments are found, but not in strings', () => {
    const comments = dashComments(read("-- a\nselect '-- b' -- c\n# d\n/* -- e */;"));
    expect(comments).toEqual([
      { text: '-- a', index: 0 },
      { text: '-- c', index: 19 },
    ]);
  });
});

describe('a stored program is one statement without DELIMITER', () => {
  it.each([
    'CREATE PROCEDURE p() SELECT 1',
    'CREATE PROCEDURE p() BEGIN SELECT 1; SELECT 2; END',
    "create definer = `root`@`localhost` procedure if not exists p(in a int, out b set('x')) begin end",
    'CREATE DEFINER=root@localhost FUNCTION f(a INT) RETURNS INT DETERMINISTIC RETURN IF(a > 1, 2, 3)',
    'CREATE DEFINER = CURRENT_USER() FUNCTION f() RETURNS SET("a") CHARACTER SET utf8mb4 BEGIN RETURN "a"; END',
    'CREATE PROCEDURE p() IF 1 THEN SELECT 1; ELSEIF 2 THEN SELECT 2; ELSE SELECT 3; END IF',
    'CREATE PROCEDURE p() l: LOOP LEAVE l; END LOOP l',
    'CREATE PROCEDURE p(n INT) WHILE n > 0 DO SET n = n - 1; DO SLEEP(1); END WHILE',
    'CREATE PROCEDURE p() REPEAT SET @x = REPEAT("a", 2); UNTIL @x END REPEAT',
    'CREATE PROCEDURE p() BEGIN CASE a WHEN 1 THEN SELECT 1; ELSE BEGIN END; END CASE; SELECT 2; END',
    'CREATE PROCEDURE p() BEGIN SELECT CASE WHEN a THEN b ELSE c END, t.end, begin FROM t; SELECT 2; END',
    'CREATE PROCEDURE p() BEGIN SELECT `end` FROM t WHERE s.case = 1; UPDATE t SET end = 1, begin = 2; END',
    'CREATE PROCEDURE p() BEGIN DECLARE EXIT HANDLER FOR SQLEXCEPTION, NOT FOUND BEGIN ROLLBACK; END; SELECT 1; END',
    'CREATE PROCEDURE p() BEGIN DECLARE c INT DEFAULT IF(1, 2, 3); DECLARE CONTINUE HANDLER FOR 1 SET c = 1; END',
    'CREATE TRIGGER t BEFORE INSERT ON a FOR EACH ROW SET NEW.x = IF(NEW.y, 1, 2)',
    'CREATE TRIGGER t BEFORE UPDATE ON a FOR EACH ROW FOLLOWS `b` IF NEW.x THEN SET NEW.y = 1; END IF',
    'CREATE EVENT e ON SCHEDULE EVERY 1 DAY COMMENT "x; y" DO BEGIN DELETE FROM a; DELETE FROM b; END',
    'ALTER EVENT e DO BEGIN DELETE FROM a; END',
    '/*!50003 CREATE*/ /*!50017 DEFINER=`r`@`%`*/ /*!50003 TRIGGER t AFTER DELETE ON a FOR EACH ROW BEGIN SET @a=1; END */',
    'CREATE FUNCTION f RETURNS STRING SONAME "f.so"',
    'CREATE PROCEDURE p() CREATE TABLE IF NOT EXISTS a (event int)',
    'CREATE PROCEDURE p() BEGIN IF EXISTS (SELECT 1) THEN ALTER TABLE a ADD COLUMN IF NOT EXISTS b int; END IF; END',
  ])('%s', (program) => {
    expect(texts(`${program};\nselect 'after';`)).toEqual([program, "select 'after'"]);
    expect(texts(`DELIMITER $$\n${program} $$\nselect 'after'$$`)).toEqual([program, "select 'after'"]);
  });

  it.each([
    'CREATE TABLE t (event int, begin int)',
    'CREATE VIEW procedures AS SELECT 1',
    'BEGIN',
    'ALTER TABLE event RENAME x',
  ])('and what only looks like one ends at its semicolon: %s', (text) => {
    expect(texts(`${text}; select 2`)).toEqual([text, 'select 2']);
  });
});

describe('what cannot be cut is refused, with its place', () => {
  it.each([
    ["select 1;\nselect 'a", 'SQL_SYNTAX 11:8'],
    ['select "a', 'SQL_SYNTAX 10:8'],
    ['select `a', 'SQL_SYNTAX 10:8'],
    ['select 1 /* a', 'SQL_SYNTAX 10:10'],
    ['create procedure p()\nbegin select 1;', 'SQL_SYNTAX 11:1'],
    ['delimiter\nselect 1', 'SQL_SYNTAX 10:1'],
    ['delimiter \\\nselect 1', 'SQL_SYNTAX 10:1'],
    ['select 1\\G', 'CLIENT_COMMAND 10:9'],
    ['select 1 \\g', 'CLIENT_COMMAND 10:10'],
    ['\\. other.sql', 'CLIENT_COMMAND 10:1'],
    ['source other.sql\nselect 1;', 'CLIENT_COMMAND 10:1'],
    ['select 1; system ls;', 'CLIENT_COMMAND 10:11'],
    ['select 1; delimiter //', 'CLIENT_COMMAND 10:11'],
    ['create procedure p() l:begin end', 'NAMED_PARAMETER 10:23'],
    ['select :name', 'NAMED_PARAMETER 10:8'],
  ])('%j', (text, place) => {
    expect(refused(text)).toBe(place);
  });

  it.each([
    'select \':name\', ":name", `:name` -- :name',
    'set @a:=b',
    'create procedure p() l: begin end',
    'select 1 /* :a */',
  ])('but not what is no parameter: %s', (text) => {
    expect(texts(text)).toHaveLength(1);
  });
});

it('ten thousand statements, and a long one, take no longer than their length says', () => {
  const rows = Array.from({ length: 10_000 }, (_, index) => `insert into names values (${index}, 'é');\n`).join('');
  expect(texts(rows)).toHaveLength(10_000);
  expect(texts(`select '${'x\\\\'.repeat(500_000)}'; select /* ${'*'.repeat(1_000_000)} */ 2`)).toHaveLength(2);
});
