import { describe, expect, it } from '@jest/globals';
import { parseDatabaseStatement } from '../../../src/services/rds-data/database-statements';
import { splitStatements, toPositional } from '../../../src/services/rds-data/named-parameters';

describe('named parameters', () => {
  it.each([
    ['SELECT :a, :b, :a', 'SELECT $1, $2, $1', ['a', 'b']],
    ['SELECT :a::int, b::text', 'SELECT $1::int, b::text', ['a']],
    ["SELECT ':a', 'it''s :a', E'\\':a', :b", "SELECT ':a', 'it''s :a', E'\\':a', $1", ['b']],
    ['SELECT "a:b" FROM ":c"', 'SELECT "a:b" FROM ":c"', []],
    ['SELECT $$ :a $$, $x$ $$ :b $x$, :c', 'SELECT $$ :a $$, $x$ $$ :b $x$, $1', ['c']],
    ['-- :a\nSELECT /* :b /* :c */ :d */ :e', '-- :a\nSELECT /* :b /* :c */ :d */ $1', ['e']],
    ['SELECT a[1:2], a$b$c:d', 'SELECT a[1:2], a$b$c$1', ['d']],
    ["SELECT 'unfinished :a", "SELECT 'unfinished $1", ['a']],
  ])('are rewritten to positions in %j', (sql, expected, names) => {
    const positional = toPositional(sql);
    expect(positional.sql).toBe(expected);
    expect(positional.names).toEqual(names);
  });

  it('are rewritten so that a position can be found in the original SQL', () => {
    const sql = 'SELECT :first_one, :second_one, nope';
    const positional = toPositional(sql);
    const at = (text: string) => text.indexOf('nope') + 1;
    expect(positional.originalPosition(at(positional.sql))).toBe(at(sql));
    expect(positional.originalPosition(1)).toBe(1);
  });
});

describe('the statements of a script', () => {
  it.each([
    ['SELECT 1; SELECT 2', ['SELECT 1', 'SELECT 2']],
    ['SELECT 1;\n;\n-- only a comment\n', ['SELECT 1']],
    ["SELECT ';', E'\\';', \"a;b\"; SELECT $$ ; $$", ["SELECT ';', E'\\';', \"a;b\"", 'SELECT $$ ; $$']],
    ['-- first; comment\nSELECT /* ; */ 1; SELECT 2 -- ; end', ['SELECT /* ; */ 1', 'SELECT 2 -- ; end']],
    [
      'CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT CASE WHEN true THEN 1 END; SELECT 2; END; SELECT 3',
      ['CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT CASE WHEN true THEN 1 END; SELECT 2; END', 'SELECT 3'],
    ],
  ])('of %j', (script, expected) => {
    const statements = splitStatements(script);
    expect(statements.map(({ sql }) => sql)).toEqual(expected);
    expect(statements.every(({ sql, at }) => script.startsWith(sql, at))).toBe(true);
  });
});

describe('database statements', () => {
  it.each([
    ['CREATE DATABASE Other', { verb: 'create', name: 'other', ifExists: false }],
    ['-- why\n/* so */ create database "My ""Db"""', { verb: 'create', name: 'My "Db"', ifExists: false }],
    ['DROP DATABASE IF EXISTS other;', { verb: 'drop', name: 'other', ifExists: true }],
    ['CREATE TABLE database (a int)', undefined],
  ])('%s', (sql, expected) => {
    expect(parseDatabaseStatement(sql, 'double quotes')).toEqual(expected);
  });

  it.each([
    ['CREATE DATABASE Other', { verb: 'create', name: 'Other', ifExists: false }],
    ['create schema if not exists `My``Db`', { verb: 'create', name: 'My`Db', ifExists: true }],
    ['DROP DATABASE IF EXISTS other;', { verb: 'drop', name: 'other', ifExists: true }],
  ])('of MySQL: %s', (sql, expected) => {
    expect(parseDatabaseStatement(sql, 'backticks')).toEqual(expected);
  });
});
