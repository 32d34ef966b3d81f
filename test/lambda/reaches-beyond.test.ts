import { describe, expect, it } from '@jest/globals';
import { reachesBeyond as mysqlReach } from '../../lambda/aws/sql/mysql/beyond';
import { reachesBeyond } from '../../lambda/aws/sql/postgresql/beyond';

describe('what of a statement of PostgreSQL reaches beyond its database', () => {
  it.each([
    'CREATE ROLE app',
    "create user app password 'x'",
    "ALTER ROLE app SET work_mem = '8MB'",
    'DROP GROUP staff',
    'DO $$ BEGIN CREATE ROLE app; EXCEPTION WHEN duplicate_object THEN NULL; END $$',
    "DO $$ BEGIN EXECUTE 'ALTER ROLE ' || 'app' || ' LOGIN'; END $$",
    "CREATE FUNCTION f() RETURNS void LANGUAGE sql AS 'DROP ROLE app'",
    'GRANT readers TO app',
    'REVOKE ADMIN OPTION FOR readers FROM app',
    'REASSIGN OWNED BY a TO b',
    'DROP /* really */ OWNED BY a',
    'CREATE DATABASE other',
    'ALTER DATABASE app SET search_path = x',
    'ALTER SYSTEM SET work_mem = 1',
    'COMMENT ON ROLE app IS NULL',
    "CREATE SUBSCRIPTION s CONNECTION '' PUBLICATION p",
    "SELECT pg_create_logical_replication_slot('s', 'pgoutput')",
    'SELECT pg_terminate_backend(1)',
    "COPY t TO PROGRAM 'sh'",
    "SELECT aws_lambda.invoke('f', '{}')",
    "SELECT * FROM dblink('x', 'y')",
    'CREATE SERVER remote FOREIGN DATA WRAPPER postgres_fdw',
  ])('%s', (statement) => {
    expect(reachesBeyond(statement)).toEqual(expect.any(String));
  });

  it.each([
    'CREATE TABLE users (id int, role text, database text)',
    'GRANT SELECT ON users TO app',
    'GRANT ALL ON ALL TABLES IN SCHEMA public TO app',
    'REVOKE ALL ON FUNCTION f() FROM PUBLIC',
    'ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO app',
    'ALTER TABLE users OWNER TO app',
    "INSERT INTO notes VALUES ('drop role x; create database y')",
    '-- create role x\nSELECT 1',
    'CREATE USER MAPPING FOR app SERVER s',
    'COPY t FROM STDIN',
    'CREATE POLICY p ON t TO app USING (true)',
    'CREATE EXTENSION pg_trgm',
    'ALTER TABLE users DROP role',
    "ALTER TABLE users ALTER role SET DEFAULT 'x', DROP database",
    'CREATE TABLE copy (program text)',
  ])('not %s', (statement) => {
    expect(reachesBeyond(statement)).toBeUndefined();
  });
});

describe('what of a statement of MySQL reaches beyond its database', () => {
  it.each([
    "CREATE USER 'app'@'%' IDENTIFIED BY 'x'",
    'ALTER USER app PASSWORD EXPIRE',
    'DROP ROLE r',
    'GRANT SELECT ON app.* TO r',
    'REVOKE ALL PRIVILEGES ON *.* FROM r',
    'CREATE DATABASE other',
    'DROP SCHEMA other',
    'ALTER DATABASE CHARACTER SET utf8mb4',
    'USE other',
    'SET GLOBAL max_connections = 5',
    'SET @@GLOBAL.max_connections = 5',
    'SET PERSIST max_connections = 5',
    'FLUSH TABLES',
    'KILL 5',
    'CREATE TABLE other.t (id int)',
    'CREATE TABLE IF NOT EXISTS `other`.`t` (id int)',
    'INSERT IGNORE INTO other.t VALUES (1)',
    'REPLACE INTO other.t VALUES (1)',
    'UPDATE other.t SET a = 1',
    'DELETE FROM other.t',
    'TRUNCATE TABLE other.t',
    'ALTER TABLE other.t ADD b int',
    'DROP VIEW IF EXISTS other.v',
    'CREATE INDEX i ON other.t (a)',
    'CREATE PROCEDURE p() BEGIN UPDATE other.t SET a = 1; END',
    'SELECT * FROM app.users',
    'SELECT * FROM `app` . `users`',
    "SELECT * FROM t INTO OUTFILE '/tmp/x'",
    "PREPARE s FROM 'DROP USER x'",
    '/*!50003 CREATE USER x */',
  ])('%s', (statement) => {
    expect(mysqlReach(statement, 'app')).toEqual(expect.any(String));
  });

  it.each([
    'CREATE TABLE users (id int, user varchar(5), role int)',
    'UPDATE users u JOIN orders o ON o.user_id = u.id SET u.age = 1 WHERE u.id = 5',
    'DELETE FROM users WHERE id = 1',
    'CREATE INDEX i ON users (id)',
    "INSERT INTO notes VALUES ('drop user x; use app.users')",
    'SELECT other.id FROM other',
    'CREATE VIEW v AS SELECT u.id FROM users u',
    '# create user x\nSELECT 1',
    'ALTER TABLE users DROP user, DROP role, DROP server',
    'ALTER TABLE users ADD `use` int, CHANGE a b int',
    'UPDATE users SET global = 1',
  ])('not %s', (statement) => {
    expect(mysqlReach(statement, 'app')).toBeUndefined();
  });
});
