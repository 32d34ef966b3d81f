import { describe, expect, it } from '@jest/globals';
import type { Clause, Effect } from '../../lambda/aws/sql/mysql/effects';
import { mysqlErrors, saysContended, saysMissing } from '../../lambda/aws/sql/mysql/errors';
import { asInstant, clausesLeft, parse, withClauses } from '../../lambda/aws/sql/mysql/statements';
import { unitsOf } from '../../lambda/aws/sql/mysql/units';

/** `+table users`: there afterwards; `-column users.age`: gone. */
function shown({ what, database, table, name, becomes }: Effect): string {
  const path = [database, table, name].filter((part) => part !== undefined).join('.');
  return `${becomes === 'there' ? '+' : '-'}${what} ${path}`;
}

const effectsOf = (statement: string) => parse(statement).clauses.map(({ effects }) => effects.map(shown).join(' '));

describe('what a statement of MySQL makes and removes', () => {
  it.each([
    ['CREATE TABLE users (id int, KEY k (id))', ['+table users']],
    ['create table if not exists `app`.`odd ``name` (id int)', ['+table app.odd `name']],
    ['/* why */ CREATE -- so\n TABLE # that\n users (id int)', ['+table users']],
    ['CREATE TABLE users SELECT * FROM people', ['+table users']],
    ['CREATE TEMPORARY TABLE users (id int)', []],
    ['CREATE UNIQUE INDEX by_email USING BTREE ON users (email)', ['+index users.by_email']],
    ['DROP INDEX by_email ON app.users', ['-index app.users.by_email']],
    [
      'CREATE OR REPLACE ALGORITHM=MERGE DEFINER=`root`@`%` SQL SECURITY INVOKER VIEW adults AS SELECT 1',
      ['+view adults'],
    ],
    ['CREATE DEFINER = app@localhost TRIGGER t BEFORE INSERT ON users FOR EACH ROW SET @a = 1', ['+trigger t']],
    ['CREATE /*!50003 PROCEDURE */ p() BEGIN DROP TABLE users; END', ['+procedure p']],
    ['CREATE FUNCTION f() RETURNS int RETURN 1', ['+function f']],
    ['CREATE EVENT e ON SCHEDULE EVERY 1 DAY DO DELETE FROM users', ['+event e']],
    ['DROP TABLE IF EXISTS a, b.c', ['-table a', '-table b.c']],
    ['DROP VIEW adults;', ['-view adults']],
    ['RENAME TABLE users TO people', ['-table users +table people']],
    ['RENAME TABLE users TO old, new TO users', ['-table new +table old']],
    // Nothing shows which way round they are.
    ['RENAME TABLE a TO tmp, b TO a, tmp TO b', []],
    [
      'ALTER TABLE users ADD age int NOT NULL DEFAULT 1 AFTER id, ADD COLUMN (x int, y int)',
      ['+column users.age', '+column users.x +column users.y'],
    ],
    ['ALTER TABLE users ADD `index` int, DROP COLUMN `key`', ['+column users.index', '-column users.key']],
    ['ALTER TABLE users ADD INDEX (age)', ['']],
    [
      'ALTER TABLE users ADD UNIQUE KEY by_age USING BTREE (age), ADD KEY k (a, b)',
      ['+index users.by_age', '+index users.k'],
    ],
    [
      'ALTER TABLE users ADD CONSTRAINT fk FOREIGN KEY (a) REFERENCES b (id), ADD FOREIGN KEY (c) REFERENCES d (id)',
      ['+constraint users.fk', ''],
    ],
    [
      'ALTER TABLE users ADD CONSTRAINT u UNIQUE (email), ADD CONSTRAINT c CHECK (age > 0)',
      ['+index users.u', '+constraint users.c'],
    ],
    ['ALTER TABLE users DROP PRIMARY KEY, ADD PRIMARY KEY (a, b)', ['-index users.PRIMARY', '+index users.PRIMARY']],
    [
      'ALTER TABLE users DROP FOREIGN KEY fk, DROP CHECK c, DROP KEY k, DROP age',
      ['-constraint users.fk', '-constraint users.c', '-index users.k', '-column users.age'],
    ],
    [
      'ALTER TABLE users CHANGE age years int, CHANGE COLUMN Name name text',
      ['-column users.age +column users.years', ''],
    ],
    [
      'ALTER TABLE users RENAME COLUMN a TO b, RENAME INDEX c TO d, RENAME TO people',
      ['-column users.a +column users.b', '-index users.c +index users.d', '-table users +table people'],
    ],
    ["ALTER TABLE users MODIFY age bigint, ALTER name SET DEFAULT 'a,b', ENGINE = InnoDB", ['', '', '']],
    ['TRUNCATE users', []],
    ['CALL p()', []],
  ])('%s', (statement, expected) => {
    expect(effectsOf(statement)).toEqual(expected);
  });

  it.each([
    ["ALTER TABLE users MODIFY age bigint, COMMENT = 'x'", true],
    ['ALTER TABLE users MODIFY age bigint, ADD x int', false],
    ['ALTER TABLE users DROP COLUMN IF EXISTS age', true],
    ['CREATE TABLE IF NOT EXISTS users (id int)', true],
    ['CREATE OR REPLACE VIEW v AS SELECT 1', true],
    ['CREATE VIEW v AS SELECT 1', false],
    ['GRANT SELECT ON app.* TO reader', true],
    ['TRUNCATE users', false],
    ['ALTER TABLE users DROP PARTITION p', false],
    ['CALL p()', false],
  ])('may be repeated or not: %s', (statement, expected) => {
    const { clauses } = parse(statement);
    expect(clauses.length > 0 && clauses.every(({ isRepeatable }) => isRepeatable)).toBe(expected);
  });

  it('leaves out what is done already', () => {
    const text = 'ALTER TABLE `users` DROP COLUMN age, DROP KEY `a, b`, ALGORITHM=INPLACE';
    const parsed = parse(text);
    const [, second, option] = parsed.clauses;
    expect(withClauses(parsed, text, parsed.clauses)).toBe(text);
    expect(withClauses(parsed, text, [second!, option!])).toBe(
      'ALTER TABLE `users` DROP KEY `a, b`, ALGORITHM=INPLACE',
    );
    expect(withClauses(parsed, text, [option!])).toBeUndefined();

    expect(clausesLeft(parsed, (clause) => clause === parsed.clauses[0])).toEqual([second, option]);

    const drop = parse('DROP TABLE IF EXISTS a, b');
    expect(withClauses(drop, 'DROP TABLE IF EXISTS a, b', [drop.clauses[1]!])).toBe('DROP TABLE IF EXISTS `b`');
  });
});

describe('what is left to be done of a statement', () => {
  /** By the objects that there are. */
  const left = (text: string, ...there: readonly string[]) => {
    const isDone = ({ effects }: Clause) =>
      effects.length > 0 &&
      effects.every((effect) => there.includes(shown(effect).slice(1)) === (effect.becomes === 'there'));
    return clausesLeft(parse(text), isDone).map((clause) => clause.text);
  };

  it('includes what is made anew after it was removed', () => {
    const anew = 'ALTER TABLE users DROP INDEX k, ADD INDEX K (a, b), ADD INDEX other (a)';
    expect(left(anew, 'index users.k', 'index users.K', 'index users.other')).toEqual([
      'DROP INDEX k',
      'ADD INDEX K (a, b)',
    ]);
    expect(left(anew)).toEqual(['ADD INDEX K (a, b)', 'ADD INDEX other (a)']);
    expect(left('ALTER TABLE users DROP PRIMARY KEY, ADD PRIMARY KEY (a)', 'index users.PRIMARY')).toEqual([
      'DROP PRIMARY KEY',
      'ADD PRIMARY KEY (a)',
    ]);
  });
});

it.each([
  'ALTER TABLE sales EXCHANGE PARTITION p WITH TABLE old',
  'ALTER TABLE sales TRUNCATE PARTITION p',
  'ALTER TABLE sales DISCARD TABLESPACE',
])('the description of its table says nothing of: %s', (statement) => {
  expect(parse(statement)).toMatchObject({ clauses: [{ effects: [], isRepeatable: false }], objects: [] });
});

describe('ALGORITHM=INSTANT', () => {
  it.each([
    ['ALTER TABLE users ADD age int -- years\n;', 'ALTER TABLE users ADD age int, ALGORITHM=INSTANT'],
    [
      'ALTER TABLE users RENAME COLUMN a TO b, ALTER c DROP DEFAULT',
      'ALTER TABLE users RENAME COLUMN a TO b, ALTER c DROP DEFAULT, ALGORITHM=INSTANT',
    ],
    ['ALTER TABLE users ADD age int, ALGORITHM=COPY', undefined],
    ['ALTER TABLE users ADD age int, LOCK=NONE', undefined],
    ['ALTER TABLE users ADD age int, ADD INDEX (age)', undefined],
    ['ALTER TABLE users ENGINE=InnoDB', undefined],
    ['CREATE TABLE users (id int)', undefined],
  ])('%s', (statement, expected) => {
    expect(asInstant(statement)).toBe(expected);
  });
});

describe('the units of a section', () => {
  it.each([
    [['INSERT INTO a VALUES (1)', 'update a set b = 1', 'WITH x AS (SELECT 1) DELETE FROM a'], [3]],
    [
      ['CREATE TABLE a (id int)', 'INSERT INTO a VALUES (1)', '(SELECT 1)', 'DROP TABLE b', 'CALL p()'],
      [-1, 2, -1, -1],
    ],
    [['SET @a = 1', 'SET FOREIGN_KEY_CHECKS = 0', 'DELETE FROM a'], [3]],
    [
      ['SET autocommit = 0', 'SET GLOBAL x = 1', "SET PASSWORD = 'x'", 'SET @@global.x = 1'],
      [-1, -1, -1, -1],
    ],
    [
      ['TRUNCATE a', 'LOCK TABLES a WRITE', "LOAD DATA INFILE 'a' INTO TABLE b"],
      [-1, -1, -1],
    ],
  ])('%j', (statements, expected) => {
    // Negative: on its own.
    expect(unitsOf(statements).map((unit) => (unit.transactional ? 1 : -1) * unit.statements)).toEqual(expected);
  });
});

describe('an error of MySQL', () => {
  it.each([
    [
      "Database error code: 1146. Message: Table 'app.users' doesn't exist",
      "ERROR 1146: Table 'app.users' doesn't exist",
      1146,
      undefined,
    ],
    [
      "Unknown column 'a' in 'field list'; Error code: 1054; SQLState: 42S22",
      "ERROR 1054: Unknown column 'a' in 'field list'",
      1054,
      '42S22',
    ],
    [
      "Can't DROP 'age'; check that column/key exists",
      "ERROR 1091: Can't DROP 'age'; check that column/key exists",
      1091,
      undefined,
    ],
    ["Database error code: 4092. Message: Unknown VIEW: 'app.v'", "ERROR 1051: Unknown VIEW: 'app.v'", 1051, undefined],
    [
      "Database error code: 1062. Message: Duplicate entry 'ada's@example.com' for key 'email'",
      "ERROR 1062: Duplicate entry '…' for key 'email'",
      1062,
      undefined,
    ],
    [
      "Database error code: 1366. Message: Incorrect integer value: 'ada@example.com' for column `app`.`users`.`age` at row 1",
      "ERROR 1366: Incorrect integer value: '…' for column `app`.`users`.`age` at row 1",
      1366,
      undefined,
    ],
    [
      "Database error code: 1292. Message: Truncated incorrect DOUBLE value: 'ada'",
      "ERROR 1292: Truncated incorrect DOUBLE value: '…'",
      1292,
      undefined,
    ],
    [
      "Database error code: 1064. Message: You have an error in your SQL syntax; check the manual that corresponds to your MySQL server version for the right syntax to use near 'x PASSWORD 'hunter2'' at line 1",
      "ERROR 1064: You have an error in your SQL syntax; check the manual that corresponds to your MySQL server version for the right syntax near '…' at line 1",
      1064,
      undefined,
    ],
    ['Something else', 'Something else', undefined, undefined],
  ])('is read, without what rows hold: %s', (message, told, errorNumber, sqlState) => {
    expect(mysqlErrors.read(message)).toEqual({
      told,
      ...(errorNumber !== undefined && { errorNumber }),
      ...(sqlState !== undefined && { sqlState }),
    });
  });

  it('is of what does not exist, or of what others hold', () => {
    expect([1146, 1091, 1064].map((errorNumber) => saysMissing({ errorNumber }))).toEqual([true, true, false]);
    expect([1205, 1213, 1062].map((errorNumber) => saysContended({ errorNumber }))).toEqual([true, true, false]);
  });

  it('says that the database is gone only of the database at hand', () => {
    const message = "Database error code: 1049. Message: Unknown database 'app'";
    expect([mysqlErrors.saysGone(message, 'app'), mysqlErrors.saysGone(message, 'other')]).toEqual([true, false]);
  });
});
