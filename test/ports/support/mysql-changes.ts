import type { SchemaChange } from './postgresql-changes';

/** A schema that has something of almost everything. */
export const richSchema: readonly string[] = [
  `CREATE TABLE users (id bigint AUTO_INCREMENT PRIMARY KEY, name varchar(50) NOT NULL, email varchar(100) UNIQUE,
     age int DEFAULT 18, twice int AS (age * 2) STORED, mood enum('good', 'bad'), bio text, CHECK (age > 0), CHECK (age < 200))`,
  'CREATE TABLE orders (id bigint PRIMARY KEY, user_id bigint, day date, total decimal(10, 2), FOREIGN KEY (user_id) REFERENCES users (id))',
  `CREATE TABLE events (id bigint, year int) PARTITION BY RANGE (year) (PARTITION p0 VALUES LESS THAN (2026),
     PARTITION p1 VALUES LESS THAN (2027))`,
  'CREATE TABLE plain (a int, b int, c varchar(20))',
  'CREATE INDEX by_name ON users (name)',
  'CREATE VIEW adults AS SELECT id, name AS called FROM users WHERE age >= 18',
  'CREATE FUNCTION twice(x int) RETURNS int DETERMINISTIC RETURN x * 2',
  'CREATE PROCEDURE tidy(IN before_day date) DELETE FROM orders WHERE day < before_day',
  'CREATE TRIGGER touched BEFORE UPDATE ON users FOR EACH ROW SET NEW.name = TRIM(NEW.name)',
  'CREATE EVENT nightly ON SCHEDULE EVERY 1 DAY DO DELETE FROM plain',
];

const touched = 'CREATE TRIGGER touched BEFORE UPDATE ON users FOR EACH ROW SET NEW.name = TRIM(NEW.name)';
const twice = 'CREATE FUNCTION twice(x int) RETURNS int DETERMINISTIC RETURN x * 2';
const tidy = 'CREATE PROCEDURE tidy(IN before_day date) DELETE FROM orders WHERE day < before_day';

/** Changes of {@link richSchema}, one of each kind. */
export const changes: readonly SchemaChange[] = [
  ['CREATE TABLE extra (id int)', 'DROP TABLE extra'],
  ['RENAME TABLE plain TO simple', 'RENAME TABLE simple TO plain'],
  ['ALTER TABLE plain ENGINE = MyISAM', 'ALTER TABLE plain ENGINE = InnoDB'],
  ['ALTER TABLE plain ROW_FORMAT = COMPACT', 'ALTER TABLE plain ROW_FORMAT = DEFAULT'],
  ['ALTER TABLE plain DEFAULT CHARACTER SET latin1', 'ALTER TABLE plain DEFAULT CHARACTER SET utf8mb4'],
  ["ALTER TABLE plain COMMENT = 'Plain'", "ALTER TABLE plain COMMENT = ''"],
  ['ALTER TABLE plain STATS_PERSISTENT = 0', 'ALTER TABLE plain STATS_PERSISTENT = DEFAULT'],
  ['ALTER TABLE plain ADD COLUMN d int', 'ALTER TABLE plain DROP COLUMN d'],
  ['ALTER TABLE plain CHANGE a z int', 'ALTER TABLE plain CHANGE z a int'],
  ['ALTER TABLE plain MODIFY a bigint', 'ALTER TABLE plain MODIFY a int'],
  ['ALTER TABLE plain MODIFY a int unsigned', 'ALTER TABLE plain MODIFY a int'],
  ['ALTER TABLE plain MODIFY a int NOT NULL', 'ALTER TABLE plain MODIFY a int'],
  ['ALTER TABLE plain ALTER a SET DEFAULT 5', 'ALTER TABLE plain MODIFY a int'],
  ['ALTER TABLE users ALTER age SET DEFAULT 21', 'ALTER TABLE users ALTER age SET DEFAULT 18'],
  ["ALTER TABLE plain MODIFY a int COMMENT 'first'", 'ALTER TABLE plain MODIFY a int'],
  ['ALTER TABLE plain MODIFY c varchar(30)', 'ALTER TABLE plain MODIFY c varchar(20)'],
  ['ALTER TABLE plain MODIFY c varchar(20) COLLATE utf8mb4_bin', 'ALTER TABLE plain MODIFY c varchar(20)'],
  ['ALTER TABLE plain MODIFY c varchar(20) CHARACTER SET latin1', 'ALTER TABLE plain MODIFY c varchar(20)'],
  ['ALTER TABLE orders MODIFY total decimal(12, 2)', 'ALTER TABLE orders MODIFY total decimal(10, 2)'],
  ["ALTER TABLE users MODIFY mood enum('good', 'bad', 'so')", "ALTER TABLE users MODIFY mood enum('good', 'bad')"],
  ['ALTER TABLE users MODIFY twice int AS (age * 3) STORED', 'ALTER TABLE users MODIFY twice int AS (age * 2) STORED'],
  [
    'ALTER TABLE users DROP COLUMN twice, ADD COLUMN twice int AS (age * 2) VIRTUAL',
    'ALTER TABLE users DROP COLUMN twice, ADD COLUMN twice int AS (age * 2) STORED',
  ],
  [
    'ALTER TABLE plain ADD COLUMN at timestamp DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP',
    'ALTER TABLE plain DROP COLUMN at',
  ],
  ['ALTER TABLE plain ADD PRIMARY KEY (a)', 'ALTER TABLE plain DROP PRIMARY KEY, MODIFY a int'],
  ['ALTER TABLE plain ADD UNIQUE (a)', 'ALTER TABLE plain DROP INDEX a'],
  ['CREATE INDEX by_c ON plain (c)', 'DROP INDEX by_c ON plain'],
  ['CREATE INDEX by_c ON plain (c(5))', 'DROP INDEX by_c ON plain'],
  ['CREATE INDEX by_c ON plain (a DESC, b)', 'DROP INDEX by_c ON plain'],
  ["CREATE INDEX by_c ON plain (c) COMMENT 'why'", 'DROP INDEX by_c ON plain'],
  ['CREATE FULLTEXT INDEX by_bio ON users (bio)', 'DROP INDEX by_bio ON users'],
  [
    'DROP INDEX by_name ON users; CREATE INDEX by_name ON users (name, age)',
    'DROP INDEX by_name ON users; CREATE INDEX by_name ON users (name)',
  ],
  [
    'DROP INDEX by_name ON users; CREATE UNIQUE INDEX by_name ON users (name)',
    'DROP INDEX by_name ON users; CREATE INDEX by_name ON users (name)',
  ],
  ['ALTER TABLE plain ADD CHECK (a > 3)', 'ALTER TABLE plain DROP CONSTRAINT CONSTRAINT_1'],
  ['ALTER TABLE plain ADD CONSTRAINT small CHECK (a < 3)', 'ALTER TABLE plain DROP CONSTRAINT small'],
  ['ALTER TABLE users DROP CONSTRAINT CONSTRAINT_2', 'ALTER TABLE users ADD CHECK (age < 200)'],
  [
    'ALTER TABLE orders DROP FOREIGN KEY orders_ibfk_1',
    'ALTER TABLE orders ADD FOREIGN KEY (user_id) REFERENCES users (id)',
  ],
  [
    'ALTER TABLE orders DROP FOREIGN KEY orders_ibfk_1; ALTER TABLE orders ADD FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE',
    'ALTER TABLE orders DROP FOREIGN KEY orders_ibfk_1; ALTER TABLE orders ADD FOREIGN KEY (user_id) REFERENCES users (id)',
  ],
  ['ALTER TABLE events ADD PARTITION (PARTITION p2 VALUES LESS THAN (2028))', 'ALTER TABLE events DROP PARTITION p2'],
  [
    'ALTER TABLE events REMOVE PARTITIONING',
    'ALTER TABLE events PARTITION BY RANGE (year) (PARTITION p0 VALUES LESS THAN (2026), PARTITION p1 VALUES LESS THAN (2027))',
  ],
  ['DROP VIEW adults', 'CREATE VIEW adults AS SELECT id, name AS called FROM users WHERE age >= 18'],
  [
    'CREATE OR REPLACE VIEW adults AS SELECT id, name AS called FROM users WHERE age >= 21',
    'CREATE OR REPLACE VIEW adults AS SELECT id, name AS called FROM users WHERE age >= 18',
  ],
  [
    'CREATE OR REPLACE SQL SECURITY INVOKER VIEW adults AS SELECT id, name AS called FROM users WHERE age >= 18',
    'CREATE OR REPLACE SQL SECURITY DEFINER VIEW adults AS SELECT id, name AS called FROM users WHERE age >= 18',
  ],
  [
    'DROP FUNCTION twice; CREATE FUNCTION twice(x int) RETURNS int DETERMINISTIC RETURN x + x',
    `DROP FUNCTION twice; ${twice}`,
  ],
  [
    'DROP FUNCTION twice; CREATE FUNCTION twice(x bigint) RETURNS int DETERMINISTIC RETURN x * 2',
    `DROP FUNCTION twice; ${twice}`,
  ],
  [
    'DROP FUNCTION twice; CREATE FUNCTION twice(x int) RETURNS bigint DETERMINISTIC RETURN x * 2',
    `DROP FUNCTION twice; ${twice}`,
  ],
  ['ALTER FUNCTION twice SQL SECURITY INVOKER', 'ALTER FUNCTION twice SQL SECURITY DEFINER'],
  ['DROP PROCEDURE tidy', tidy],
  ["ALTER PROCEDURE tidy COMMENT 'tidies'", "ALTER PROCEDURE tidy COMMENT ''"],
  ['DROP TRIGGER touched', touched],
  [
    'DROP TRIGGER touched; CREATE TRIGGER touched BEFORE INSERT ON users FOR EACH ROW SET NEW.name = TRIM(NEW.name)',
    `DROP TRIGGER touched; ${touched}`,
  ],
  ['ALTER EVENT nightly ON SCHEDULE EVERY 2 DAY', 'ALTER EVENT nightly ON SCHEDULE EVERY 1 DAY'],
  ['ALTER EVENT nightly DISABLE', 'ALTER EVENT nightly ENABLE'],
  ['ALTER EVENT nightly DO DELETE FROM plain LIMIT 1', 'ALTER EVENT nightly DO DELETE FROM plain'],
];
