import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import mysql from 'mysql2/promise';
import { ddlStep as step } from '../../core/engine/kinds/ddl';
import type { StepContext } from '../../core/engine/kinds/index';
import type { DdlAction } from '../../core/engine/kinds/step-kind';
import type { LockWait, Target } from '../../core/ports';
import { type EngineUnderTest, mysqlUnderTest } from '../../packages/sandbox/test/services/rds-data/engines';
import { migration, session, stepContext } from './support/records';
import { type MysqlUnderTest, openMysql } from './support/sql-databases';

const servers = mysqlUnderTest();
const describeEach =
  servers.length > 0 ? describe.each(servers) : describe.skip.each<EngineUnderTest>([{ name: 'mysql' }]);

/** Milliseconds. */
const lockTimeout = 300;

/** Whoever comes after a change of the schema in the queue for a table waits as long as it does. */
describeEach('a change of a table that others use, on $name', (engine) => {
  let database: MysqlUnderTest;
  let holder: mysql.Connection;
  let target: Target;
  let count = 0;
  let t: string;

  beforeAll(async () => {
    database = await openMysql(engine);
    const { rows } = await database.api.execute('SELECT DATABASE() AS name');
    holder = await mysql.createConnection({ uri: engine.mysqlUrl!, database: String(rows[0]?.name) });
  });
  afterAll(async () => {
    await holder.end();
    await database.close();
  });
  beforeEach(async () => {
    t = `items${++count}`;
    target = database.target(session(1, `App/${t}`), lockTimeout);
    await target.prepare();
    await holder.query(`CREATE TABLE ${t} (id int PRIMARY KEY)`);
    await holder.query('START TRANSACTION');
    await holder.query(`SELECT * FROM ${t}`);
  });

  // Sessions are found on the whole server: a database of its own tells them from those of other suites.
  const context = (change: Partial<StepContext> = {}) =>
    stepContext({
      file: 'users/1.1.0_items.sql',
      target,
      migration: migration(1, { state: 'applying', identity: `lock limit ${t}` }),
      ...change,
    });
  const alter = (): DdlAction => ({
    type: 'ddl',
    statement: { text: `ALTER TABLE ${t} ADD COLUMN name varchar(9)`, line: 4, column: 1 },
  });
  const columns = async () => (await database.api.execute(`SHOW COLUMNS FROM ${t}`)).rows.map(({ Field }) => Field);

  it('lets go in time, lets others pass, and is done once they are', async () => {
    const waits: LockWait[] = [];
    const mayWaitForLock = (wait: LockWait) => waits.push(wait) > 0;
    const before = await step.observe(alter(), context());

    expect(await step.perform(alter(), context({ mayWaitForLock }), before)).toBe('wait');
    expect(await columns()).toEqual(['id']);
    expect(await step.perform(alter(), context({ mayWaitForLock, resumed: true }), before)).toBe('wait');
    expect(waits).toEqual([
      { waited: 0, timeout: lockTimeout, holders: [] },
      { waited: expect.any(Number), timeout: lockTimeout, holders: [] },
    ]);
    expect(waits[1]!.waited).toBeGreaterThan(0);
    // Another process may have waited before.
    const since = { mayWaitForLock, resumed: true, begunAt: Date.now() - 60_000 };
    expect(await step.perform(alter(), context(since), before)).toBe('wait');
    expect(waits[2]!.waited).toBeGreaterThanOrEqual(60_000 - lockTimeout);

    await holder.query('ROLLBACK');
    expect(await step.perform(alter(), context({ mayWaitForLock, resumed: true }), before)).toBe('done');
    expect(await columns()).toEqual(['id', 'name']);
  });

  it('fails when that takes too long, and nothing of it happened', async () => {
    const before = await step.observe(alter(), context());
    const perform = step.perform(alter(), context({ mayWaitForLock: () => false }), before);

    await expect(perform).rejects.toMatchObject({
      code: 'LOCK_NOT_AVAILABLE',
      location: { file: 'users/1.1.0_items.sql', line: 4 },
    });
    expect(await step.invert(alter(), context({ phase: 'down' }), before)).toBe('done');
    await holder.query('ROLLBACK');
    expect(await columns()).toEqual(['id']);
  });
});
