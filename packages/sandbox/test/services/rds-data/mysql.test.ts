import {
  BatchExecuteStatementCommand,
  BeginTransactionCommand,
  CommitTransactionCommand,
  ExecuteStatementCommand,
  type ExecuteStatementCommandInput,
  RollbackTransactionCommand,
} from '@aws-sdk/client-rds-data';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { hasSeveralStatements, partsOf } from '../../../src/services/rds-data/mysql/tokens';
import { type DataApi, type EngineUnderTest, mysqlUnderTest, openDataApi } from './engines';

const engines = mysqlUnderTest();
const describeEach =
  engines.length > 0 ? describe.each(engines) : describe.skip.each<EngineUnderTest>([{ name: 'mysql' }]);

describeEach('the Data API on a MySQL server', (engine) => {
  let api: DataApi;
  beforeAll(async () => {
    api = await openDataApi(engine);
    await run(
      'CREATE TABLE users (id bigint AUTO_INCREMENT PRIMARY KEY, email varchar(50) UNIQUE, flag tinyint(1), price decimal(8,2), ' +
        'at datetime(3), data json, raw varbinary(9), kind enum("a","b"), big bigint unsigned)',
    );
  });
  afterAll(() => api.close());

  const run = (sql: string, input: Partial<ExecuteStatementCommandInput> = {}) =>
    api.client.send(new ExecuteStatementCommand({ ...api.base, sql, ...input }));

  it('answers with the value that was generated, and with how many rows were changed', async () => {
    const inserted = await run('INSERT INTO users (email) VALUES (:email)', {
      parameters: [{ name: 'email', value: { stringValue: "o'hara\\:x" } }],
    });
    expect(inserted).toMatchObject({ numberOfRecordsUpdated: 1, generatedFields: [{ longValue: 1 }] });
    expect((await run('SELECT email FROM users WHERE id = 1')).records).toEqual([[{ stringValue: "o'hara\\:x" }]]);
    expect(await run('UPDATE users SET flag = 1 WHERE id = 1')).toMatchObject({
      numberOfRecordsUpdated: 1,
      generatedFields: [],
    });
    const { updateResults } = await api.client.send(
      new BatchExecuteStatementCommand({
        ...api.base,
        sql: 'INSERT INTO users (email) VALUES (:email)',
        parameterSets: ['b', 'c'].map((email) => [{ name: 'email', value: { stringValue: email } }]),
      }),
    );
    expect(updateResults).toEqual([{ generatedFields: [{ longValue: 2 }] }, { generatedFields: [{ longValue: 3 }] }]);
  });

  it('answers each type with its member, and says its name', async () => {
    await run(
      `INSERT INTO users (id, flag, price, at, data, raw, kind, big)
       VALUES (9, 1, 1.50, '2026-01-02 03:04:05.678', '{"a": 1}', X'00FF', 'b', 18446744073709551615)`,
    );
    const { records, columnMetadata } = await run(
      'SELECT id, email, flag, price, at, data, raw, kind, big, 1.5e0 AS ratio, length(raw) AS n FROM users WHERE id = 9',
      { includeResultMetadata: true, resultSetOptions: { longReturnType: 'STRING' } },
    );
    expect(records).toEqual([
      [
        { stringValue: '9' },
        { isNull: true },
        { booleanValue: true },
        { stringValue: '1.50' },
        { stringValue: '2026-01-02 03:04:05.678' },
        { stringValue: '{"a": 1}' },
        { blobValue: new Uint8Array([0, 255]) },
        { stringValue: 'b' },
        { stringValue: '18446744073709551615' },
        { doubleValue: 1.5 },
        { stringValue: '2' },
      ],
    ]);
    expect(columnMetadata?.slice(0, 3)).toMatchObject([
      { name: 'id', typeName: 'BIGINT', tableName: 'users', isAutoIncrement: true, nullable: 0 },
      { name: 'email', typeName: 'VARCHAR', nullable: 1 },
      { name: 'flag', typeName: 'BIT' },
    ]);
  });

  it('refuses as MySQL does, in the names of the caller', async () => {
    await expect(run('SELECT * FROM nowhere')).rejects.toMatchObject({
      name: 'DatabaseErrorException',
      message: "Database error code: 1146. Message: Table 'app.nowhere' doesn't exist",
    });
    await expect(run('SELECT 1; SELECT 2')).rejects.toMatchObject({ message: "Multistatements aren't supported." });
    await expect(run('SELECT 1', { schema: 'app' })).rejects.toMatchObject({
      message: expect.stringContaining("Schema parameter isn't supported"),
    });
    await expect(run('SELECT 1', { database: 'other' })).rejects.toMatchObject({
      message: "Database error code: 1049. Message: Unknown database 'other'",
    });
  });

  it('keeps a transaction, and rolls it back', async () => {
    const { transactionId } = await api.client.send(new BeginTransactionCommand(api.base));
    await run("INSERT INTO users (id, email) VALUES (20, 'kept')", { transactionId });
    expect((await run('SELECT id FROM users WHERE id = 20')).records).toEqual([]);
    await api.client.send(new CommitTransactionCommand({ ...api.base, transactionId }));
    expect((await run('SELECT id FROM users WHERE id = 20')).records).toHaveLength(1);

    const second = await api.client.send(new BeginTransactionCommand(api.base));
    await run("INSERT INTO users (id, email) VALUES (21, 'gone')", { transactionId: second.transactionId });
    // DDL commits what was done (aws-facts RDS-16); what follows can still be rolled back.
    await run('CREATE TABLE other (id int)', { transactionId: second.transactionId });
    await run("INSERT INTO users (id, email) VALUES (22, 'gone too')", { transactionId: second.transactionId });
    await api.client.send(new RollbackTransactionCommand({ ...api.base, transactionId: second.transactionId }));
    expect((await run('SELECT id FROM users WHERE id IN (21, 22)')).records).toEqual([[{ longValue: 21 }]]);
  });

  it('leaves no settings to the next call', async () => {
    await run("SET SESSION sql_mode = 'ANSI_QUOTES'");
    await run('SET @mine = 1');
    expect((await run('SELECT @mine AS mine, @@session.time_zone AS zone')).records).toEqual([
      [{ isNull: true }, { stringValue: '+00:00' }],
    ]);
  });

  it('runs stored programs, whose bodies have semicolons', async () => {
    await run('CREATE PROCEDURE twice(IN a int) BEGIN SELECT a AS one; SELECT a * 2 AS two; END');
    expect((await run('CALL twice(2)')).records).toEqual([[{ longValue: 2 }]]);
  });

  it('makes and drops databases of the cluster', async () => {
    await run('CREATE DATABASE `second`');
    await expect(run('CREATE DATABASE `second`')).rejects.toMatchObject({
      message: expect.stringContaining('1007'),
    });
    expect((await run('SELECT 1 AS one', { database: 'second' })).records).toEqual([[{ longValue: 1 }]]);
    await run('DROP DATABASE `second`');
    await expect(run('SELECT 1', { database: 'second' })).rejects.toMatchObject({ name: 'DatabaseErrorException' });
  });

  it('shows rows as objects to the host', async () => {
    expect(await api.service.query('main', 'app', "SELECT 'a' AS a, 'b' AS a, 1 AS n")).toEqual([
      { a: 'a', a_2: 'b', n: 1 },
    ]);
  });
});

it('without a server, a cluster of Aurora MySQL says how to give it one', async () => {
  const api = await openDataApi({ name: 'mysql' });
  await expect(api.client.send(new ExecuteStatementCommand({ ...api.base, sql: 'SELECT 1' }))).rejects.toMatchObject({
    message: expect.stringContaining('--mysql mysql://USER:PASSWORD@HOST:PORT'),
  });
  await api.close();
});

describe('the parts of a statement', () => {
  it.each([
    ['SELECT \':a\', ":b", `:c`, @x := 1 -- :d\n, :e', ['e']],
    ["SELECT 'it\\'s :a' /* :b */ # :c\n WHERE :d--:e", ['d', 'e']],
  ])('have parameters outside of strings, names and comments only: %s', (sql, names) => {
    expect(partsOf(sql).flatMap(({ name }) => name ?? [])).toEqual(names);
  });

  it.each([
    ['SELECT 1;', false],
    ["SELECT ';';  -- ; \n", false],
    ['SELECT 1; SELECT 2', true],
    ['CREATE DEFINER=`a`@`b` TRIGGER t BEFORE INSERT ON u FOR EACH ROW BEGIN SET @a = 1; SET @b = 2; END', false],
    ['CREATE TABLE t (id int); DROP TABLE t', true],
  ])('are of several statements or of one: %s', (sql, expected) => {
    expect(hasSeveralStatements(partsOf(sql))).toBe(expected);
  });
});
