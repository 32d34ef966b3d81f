import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { ddlStep as step } from '../../core/engine/kinds/ddl';
import type { DdlAction } from '../../core/engine/kinds/step-kind';
import type { Target } from '../../core/ports';
import { type EngineUnderTest, mysqlUnderTest } from '../../packages/sandbox/test/services/rds-data/engines';
import { scope, sqlMigration } from '../support/memory-world';
import { MysqlWorld } from './support/mysql-world';
import { session, stepContext } from './support/records';

const servers = mysqlUnderTest();
const describeEach =
  servers.length > 0 ? describe.each(servers) : describe.skip.each<EngineUnderTest>([{ name: 'mysql' }]);

/** On MySQL half a migration is undone by its `down`, which must not meet what was there before. */
describeEach('a migration that makes what is there already, on $name', (engine) => {
  let mysql: MysqlWorld;
  let target: Target;

  beforeAll(async () => {
    mysql = await MysqlWorld.open(engine);
  });
  afterAll(() => mysql.close());
  beforeEach(async () => {
    await mysql.empty();
    target = mysql.database.target(session(1, scope));
    await target.prepare();
    await mysql.execute('CREATE TABLE items (id int PRIMARY KEY, name varchar(50), KEY by_name (name))');
    await mysql.execute(`INSERT INTO items VALUES (1, 'a')`);
  });

  it('leaves it as it was, with its rows, when the deployment is rolled back', async () => {
    const world = mysql.world();
    await world.deployed('A', []);
    const before = await mysql.content();
    world.stackIs('UPDATE_IN_PROGRESS');
    const migration = sqlMigration('1.1.0', {
      up: ['CREATE TABLE orders (id int PRIMARY KEY)', 'ALTER TABLE items ADD COLUMN name varchar(60)'],
      down: ['ALTER TABLE items DROP COLUMN name', 'DROP TABLE orders'],
      checksum: 'sum B',
    });

    const outcome = await world.migrations('Update', world.revision('B', [migration]));

    expect(outcome).toMatchObject({
      status: 'FAILED',
      reason: expect.stringContaining('The column items.name is there already. Nothing of the migration was run.'),
    });
    expect(await mysql.content()).toEqual(before);
  });

  const actions = (texts: readonly string[]) =>
    texts.map((text, line): DdlAction => ({ type: 'ddl', statement: { text, line: line + 1, column: 1 } }));
  const context = () => stepContext({ file: 'users/1.1.0_items.sql', target });
  const refuse = (texts: readonly string[]) => step.refuse!(actions(texts), context());

  it.each([
    [
      ['CREATE TABLE more (id int)', 'ALTER TABLE items ADD COLUMN age int, ADD name int'],
      'OBJECT_EXISTS',
      'column items.name',
      2,
    ],
    [['CREATE TABLE more (id int)', 'CREATE TABLE items (id int)'], 'OBJECT_EXISTS', 'table items', 2],
    [['CREATE TABLE more (id int)', 'RENAME TABLE more TO items'], 'OBJECT_EXISTS', 'table items', 2],
    [['DROP INDEX by_age ON items'], 'OBJECT_MISSING', 'index items.by_age', 1],
    [['ALTER TABLE items CHANGE age years int'], 'OBJECT_MISSING', 'column items.age', 1],
  ])('is refused before anything is done: %j', async (texts, code, object, line) => {
    await expect(refuse(texts)).rejects.toMatchObject({
      code,
      location: { file: 'users/1.1.0_items.sql', line },
      payload: { object, statement: texts[line - 1] },
    });
  });

  it.each([
    [['ALTER TABLE items ADD COLUMN IF NOT EXISTS name int', 'CREATE TABLE IF NOT EXISTS items (id int)']],
    [['ALTER TABLE items DROP COLUMN name', 'ALTER TABLE items ADD COLUMN name int, ADD INDEX by_name (name)']],
    [['ALTER TABLE items DROP INDEX by_name, ADD INDEX by_name (id)']],
    [['ALTER TABLE items RENAME TO old', 'CREATE TABLE items (id int)', 'ALTER TABLE old DROP INDEX by_name']],
    [['CREATE TABLE more (id int, KEY k (id))', 'DROP INDEX k ON more', 'ALTER TABLE more DROP COLUMN id']],
    [['CALL makes_room()', 'CREATE TABLE items (id int)']],
    [['DROP TABLE IF EXISTS nowhere', 'DROP VIEW IF EXISTS nothing']],
  ])('is not refused when its own statements make room, or it says IF EXISTS: %j', async (texts) => {
    expect(await refuse(texts)).toBeUndefined();
  });

  it('is not refused when the history of the database knows it, as of one that was restored', async () => {
    const { id } = context().migration;
    const mark = { id, phase: 'up', step: 0, checksum: 'sum', deployment: 'd' } as const;
    await target.sql?.runSection({ change: 'add', mark, statements: [], verify: [], attempt: 'a' });
    expect(await refuse(['CREATE TABLE items (id int)'])).toBeUndefined();
  });
});
