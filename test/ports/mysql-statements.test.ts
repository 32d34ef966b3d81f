import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import mysql from 'mysql2/promise';
import { ddlStep as step } from '../../core/engine/kinds/ddl';
import type { StepContext } from '../../core/engine/kinds/index';
import { sectionStep } from '../../core/engine/kinds/section';
import type { DdlAction } from '../../core/engine/kinds/step-kind';
import type { SqlDatabase, Target } from '../../core/ports';
import { ManualClock } from '../../packages/sandbox/test/helpers/manual-clock';
import { until } from '../../packages/sandbox/test/helpers/until';
import { type EngineUnderTest, mysqlUnderTest } from '../../packages/sandbox/test/services/rds-data/engines';
import { session, stepContext } from './support/records';
import { type MysqlUnderTest, openMysql } from './support/sql-databases';

const servers = mysqlUnderTest();
const describeEach =
  servers.length > 0 ? describe.each(servers) : describe.skip.each<EngineUnderTest>([{ name: 'mysql' }]);

/** Milliseconds that the Data API waits for a statement (aws-facts RDS-1). */
const patience = 45_000;

/** Each statement that changes the schema is a step of its own, which is looked at before it is run again. */
describeEach('a statement that commits by itself, on $name', (engine) => {
  const clock = new ManualClock();
  let database: MysqlUnderTest;
  let other: mysql.Connection;
  let target: Target & { readonly sql: SqlDatabase };
  let t: string;
  let count = 0;

  beforeAll(async () => {
    database = await openMysql(engine, clock);
    const { rows } = await database.api.execute('SELECT DATABASE() AS name');
    other = await mysql.createConnection({ uri: engine.mysqlUrl!, database: String(rows[0]?.name) });
  });
  afterAll(async () => {
    await other.end();
    await database.close();
  });
  beforeEach(async () => {
    t = `items${++count}`;
    target = database.target(session(1, `App/${t}`));
    await target.prepare();
    await other.query(`CREATE TABLE ${t} (id int PRIMARY KEY, name varchar(50), KEY by_name (name))`);
    await other.query(`INSERT INTO ${t} VALUES (1, 'a')`);
  });

  const ddl = (text: string): DdlAction => ({ type: 'ddl', statement: { text, line: 4, column: 1 } });
  const context = (change: Partial<StepContext> = {}) =>
    stepContext({ file: 'users/1.1.0_items.sql', target, ...change });
  const marks = async () => (await target.history())?.map(({ phase, step: number }) => `${phase}.${number}`);
  const columns = async () => {
    const [rows] = await other.query<mysql.RowDataPacket[]>(`SHOW COLUMNS FROM ${t}`);
    return rows.map((row) => `${row.Field} ${row.Type}`);
  };

  /** Kinds of statements by how their effect shows: $T is a table of its own for each test. */
  const statements = [
    'CREATE TABLE $T_new (id int)',
    'DROP TABLE $T',
    'RENAME TABLE $T TO $T_old',
    'CREATE INDEX by_both ON $T (id, name)',
    'DROP INDEX by_name ON $T',
    'CREATE VIEW $T_view AS SELECT id FROM $T',
    'CREATE TRIGGER $T_trigger BEFORE INSERT ON $T FOR EACH ROW SET NEW.id = NEW.id + 1',
    'CREATE PROCEDURE $T_p() SELECT 1',
    'CREATE FUNCTION $T_f() RETURNS int DETERMINISTIC RETURN 1',
    'ALTER TABLE $T ADD COLUMN age int, ADD UNIQUE KEY by_age (age)',
    'ALTER TABLE $T DROP COLUMN name',
    'ALTER TABLE $T CHANGE name title varchar(60)',
    'ALTER TABLE $T RENAME INDEX by_name TO named',
    'ALTER TABLE $T DROP PRIMARY KEY',
    'ALTER TABLE $T ADD CONSTRAINT $T_check CHECK (id > 0)',
    // These have no name of their own: how the table is described tells.
    'ALTER TABLE $T ADD INDEX (id, name)',
    'ALTER TABLE $T ADD CHECK (id > 0)',
    'ALTER TABLE $T MODIFY name varchar(70)',
    "ALTER TABLE $T ALTER name SET DEFAULT 'x'",
    "ALTER TABLE $T COMMENT = 'so'",
  ];

  it.each(statements)('is run when it did not happen, and not again when it did: %s', async (text) => {
    const action = ddl(text.replaceAll('$T', t));
    const before = await step.observe(action, context());
    expect(before?.exists).toBe(false);

    // Died before it was run, then between its run and its record.
    expect(await step.perform(action, context({ resumed: true }), before)).toBe('done');
    expect(await marks()).toEqual(['up.0']);
    await other.query('DELETE FROM cdk_migrations_history WHERE scope = ?', [`App/${t}`]);
    const described = await target.sql.standalone.fingerprint(action.statement.text);

    expect(await step.perform(action, context({ resumed: true }), before)).toBe('done');
    expect(await target.sql.standalone.fingerprint(action.statement.text)).toBe(described);
    expect(await marks()).toEqual(['up.0']);
  });

  it('is refused by the server when what it makes is there already, also when it is resumed', async () => {
    const action = ddl(`CREATE INDEX by_name ON ${t} (id)`);
    const before = await step.observe(action, context());

    expect(before).toMatchObject({ exists: true });
    for (const resumed of [false, true]) {
      await expect(step.perform(action, context({ resumed }), before)).rejects.toMatchObject({
        code: 'STATEMENT_FAILED',
        location: { file: 'users/1.1.0_items.sql', line: 4 },
        payload: { errorNumber: 1061 },
      });
    }
    expect(await marks()).toEqual([]);
  });

  it('is not guessed at when the database shows nothing of it', async () => {
    await other.query(`CREATE PROCEDURE grow_${t}() UPDATE ${t} SET id = id + 1`);
    const call = ddl(`CALL grow_${t}()`);
    const before = await step.observe(call, context());

    await expect(step.perform(call, context({ resumed: true }), before)).rejects.toMatchObject({
      code: 'OUTCOME_UNKNOWN',
    });
    await expect(step.invert(call, context({ phase: 'down' }), before)).rejects.toMatchObject({
      code: 'OUTCOME_UNKNOWN',
    });
  });

  it('needs no undoing when it did not happen, and is recorded for `down` when it did', async () => {
    const action = ddl(`ALTER TABLE ${t} ADD COLUMN age int`);
    const before = await step.observe(action, context());
    const down = context({ phase: 'down', resumed: true });

    expect(await step.invert(action, down, before)).toBe('done');
    expect(await marks()).toEqual([]);

    await other.query(action.statement.text);
    expect(await step.invert(action, down, before)).toBe('happened');
    expect(await marks()).toEqual(['up.0']);
  });

  it.each([
    ['DROP TABLE nowhere', undefined],
    ['DROP VIEW nowhere', undefined],
    ['DROP PROCEDURE nowhere', undefined],
    ['DROP TRIGGER nowhere', undefined],
    ['ALTER TABLE nowhere DROP COLUMN a', undefined],
    ['CREATE TABLE $T (id int)', undefined],
    ['ALTER TABLE $T DROP COLUMN age, DROP COLUMN name', ['id int(11)']],
    ['ALTER TABLE $T DROP INDEX nothing, ADD COLUMN age int', ['id int(11)', 'name varchar(50)', 'age int(11)']],
  ])('passes by what never came to be, when it undoes: %s', async (text, expected) => {
    const action = ddl(text.replace('$T', t));

    expect(await step.perform(action, context({ phase: 'down' }), { exists: false })).toBe('done');
    // MySQL 8 leaves the width of integers out.
    const plain = (all: readonly string[]) => all.map((one) => one.replace(/int\(\d+\)/, 'int'));
    if (expected) expect(plain(await columns())).toEqual(plain(expected));
    if (/nowhere/.test(text)) {
      await expect(step.perform(action, context({ step: 1 }), { exists: false })).rejects.toMatchObject({
        code: 'STATEMENT_FAILED',
      });
    }
  });

  it.each([
    ['ALTER TABLE $T DROP INDEX by_name, ADD INDEX by_name (name, id)', /KEY `by_name` \(`name`,`id`\)/],
    ['ALTER TABLE $T DROP PRIMARY KEY, ADD PRIMARY KEY (id, name)', /PRIMARY KEY \(`id`,`name`\)/],
    ['ALTER TABLE $T DROP COLUMN name, ADD COLUMN name varchar(99)', /`name` varchar\(99\)/],
  ])('makes anew what it removes in the same statement, when it undoes: %s', async (text, expected) => {
    const action = ddl(text.replace('$T', t));

    expect(await step.perform(action, context({ phase: 'down' }), { exists: false })).toBe('done');
    const [rows] = await other.query<mysql.RowDataPacket[]>(`SHOW CREATE TABLE ${t}`);
    expect(rows[0]?.['Create Table']).toMatch(expected);
  });

  it('is not taken for undone when its table is described as before: an exchange of a partition', async () => {
    await other.query(`CREATE TABLE ${t}_parts (id int) PARTITION BY RANGE (id) (PARTITION p VALUES LESS THAN (10))`);
    await other.query(`CREATE TABLE ${t}_old (id int)`);
    await other.query(`INSERT INTO ${t}_old VALUES (1)`);
    const action = ddl(`ALTER TABLE ${t}_parts EXCHANGE PARTITION p WITH TABLE ${t}_old`);
    const before = await step.observe(action, context());
    await other.query(action.statement.text);

    await expect(step.perform(action, context({ resumed: true }), before)).rejects.toMatchObject({
      code: 'OUTCOME_UNKNOWN',
    });
    const [rows] = await other.query(`SELECT id FROM ${t}_parts`);
    expect(rows).toEqual([{ id: 1 }]);
  });

  it('leaves out statements about rows whose table or column never came to be, when it undoes', async () => {
    const texts = [`UPDATE ${t} SET name = 'b'`, 'DELETE FROM nowhere', `UPDATE ${t} SET age = 1`];
    const statements = texts.map((text, line) => ({ text, line, column: 1 }));
    const action = { type: 'sql', transaction: true, statements } as const;

    await expect(sectionStep.perform(action, context(), undefined)).rejects.toMatchObject({ location: { line: 1 } });
    expect(await sectionStep.perform(action, context({ phase: 'down', isWholePhase: false }), undefined)).toBe('done');
    const [rows] = await other.query(`SELECT name FROM ${t}`);
    expect(rows).toEqual([{ name: 'b' }]);
  });

  it.each([
    ['ADD COLUMN age int', ['instantly']],
    // Every row is written anew, which InnoDB refuses to do instantly.
    ['MODIFY id bigint', []],
    ['ADD COLUMN age int, ALGORITHM=COPY', []],
  ])('is done instantly where the server can, and the audit trail says so: %s', async (clauses, expected) => {
    const notes: string[] = [];
    const note = (how: string) => notes.push(how);

    expect(await step.perform(ddl(`ALTER TABLE ${t} ${clauses}`), context({ note }), { exists: false })).toBe('done');
    expect(notes).toEqual(expected);
    expect((await columns()).join()).toMatch(/age int|id bigint/);
  });

  it('is kept out once a later holder raised the fence', async () => {
    await database.target(session(2, `App/${t}`)).prepare();

    await expect(target.sql.standalone.run(`DROP TABLE ${t}`, 'tag')).rejects.toMatchObject({ code: 'LEASE_LOST' });
    await expect(step.perform(ddl(`DROP TABLE ${t}`), context(), { exists: false })).rejects.toMatchObject({
      code: 'LEASE_LOST',
    });
    expect(await columns()).toHaveLength(2);
  });

  it('is waited for when it outlives its call, and stopped before it is undone', async () => {
    await other.query('START TRANSACTION');
    await other.query(`SELECT * FROM ${t}`);
    const action = ddl(`ALTER TABLE ${t} DROP COLUMN name`);
    const before = await step.observe(action, context());
    const call = step.perform(action, context(), before);
    // Not the attempt with ALGORITHM=INSTANT, which a server may refuse at once.
    const running = async () => {
      const [rows] = await other.query<mysql.RowDataPacket[]>(
        `SELECT id FROM information_schema.processlist WHERE info LIKE '/* cdk-migrations % ALTER TABLE ${t} DROP COLUMN name'
         AND state LIKE '%metadata lock%'`,
      );
      return rows.length > 0;
    };
    await until(running, Boolean);
    clock.pass(patience);

    expect(await call).toBe('wait');
    expect(await step.perform(action, context({ resumed: true }), before)).toBe('wait');
    expect(await step.invert(action, context({ phase: 'down' }), before)).toBe('wait');
    await until(running, (value) => !value);
    expect(await step.invert(action, context({ phase: 'down' }), before)).toBe('done');
    await other.query('ROLLBACK');
    expect(await columns()).toHaveLength(2);
  });

  it('is refused within code, which nothing of the code outlives', async () => {
    const mark = { id: 'users/1.0.0', phase: 'up', step: 0, checksum: 'sum', deployment: 'd1' } as const;
    const result = target.sql.transact('add', mark, async (connection) => {
      await connection.execute(`UPDATE ${t} SET id = 9`);
      await connection.execute(`ALTER TABLE ${t} ADD COLUMN age int`);
    });

    await expect(result).rejects.toMatchObject({ code: 'IMPLICIT_COMMIT' });
    const [rows] = await other.query(`SELECT id FROM ${t}`);
    expect(rows).toEqual([{ id: 1 }]);
    expect(await target.history()).toEqual([]);
  });
});
