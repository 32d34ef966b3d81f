import {
  BatchExecuteStatementCommand,
  ExecuteStatementCommand,
  type ExecuteStatementCommandInput,
} from '@aws-sdk/client-rds-data';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type DataApi, enginesUnderTest, openDataApi } from './engines';

describe.each(enginesUnderTest())('ExecuteStatement on $name', (engine) => {
  let api: DataApi;
  beforeAll(async () => {
    api = await openDataApi(engine);
    await run("CREATE TYPE mood AS ENUM ('sad', 'happy')");
    await run(`CREATE TABLE item (
      id serial PRIMARY KEY, uid uuid, price numeric(10,2), big bigint, ratio float8, ok boolean, raw bytea,
      day date, at timestamptz, doc jsonb, tags text[], feeling mood, name varchar(20) NOT NULL DEFAULT 'x')`);
  });
  afterAll(() => api.close());

  const run = (sql: string, rest: Partial<ExecuteStatementCommandInput> = {}) =>
    api.client.send(new ExecuteStatementCommand({ ...api.base, sql, ...rest }));

  it('answers DDL with no records', async () => {
    const answer = await run('CREATE TABLE empty_one (a int)');
    expect(answer).toMatchObject({ numberOfRecordsUpdated: 0, generatedFields: [] });
    expect(answer.records).toBeUndefined();
  });

  it('maps parameters in and columns out, type by type', async () => {
    const inserted = await run(
      `INSERT INTO item (uid, price, big, ratio, ok, raw, day, at, doc, tags, feeling, name)
       VALUES (:uid, :price, :big, :ratio, :ok, :raw, :day, :at, :doc, '{a,"b c"}', :feeling::mood, :name) RETURNING id`,
      {
        parameters: [
          { name: 'uid', value: { stringValue: '0b7dbb39-6f27-4f3f-9d3b-3f8f6f0a2f11' }, typeHint: 'UUID' },
          { name: 'price', value: { stringValue: '12.50' }, typeHint: 'DECIMAL' },
          { name: 'big', value: { longValue: 42 } },
          { name: 'ratio', value: { doubleValue: 0.5 } },
          { name: 'ok', value: { booleanValue: true } },
          { name: 'raw', value: { blobValue: Buffer.from([1, 2, 255]) } },
          { name: 'day', value: { stringValue: '2026-01-31' }, typeHint: 'DATE' },
          { name: 'at', value: { stringValue: '2026-01-31 10:11:12.5' }, typeHint: 'TIMESTAMP' },
          { name: 'doc', value: { stringValue: '{"a": 1}' }, typeHint: 'JSON' },
          { name: 'feeling', value: { stringValue: 'happy' } },
          { name: 'name', value: { stringValue: "it's :not one" } },
        ],
      },
    );
    expect(inserted.records).toEqual([[{ longValue: 1 }]]);
    expect(inserted.numberOfRecordsUpdated).toBe(0);
    const { records } = await run(
      'SELECT uid, price, big, ratio, ok, raw, day, at, doc, tags, feeling, name, NULL AS no FROM item',
    );
    expect(records).toEqual([
      [
        { stringValue: '0b7dbb39-6f27-4f3f-9d3b-3f8f6f0a2f11' },
        { stringValue: '12.50' },
        { longValue: 42 },
        { doubleValue: 0.5 },
        { booleanValue: true },
        { blobValue: new Uint8Array([1, 2, 255]) },
        { stringValue: '2026-01-31' },
        { stringValue: '2026-01-31 10:11:12.5' },
        { stringValue: '{"a": 1}' },
        { arrayValue: { stringValues: ['a', 'b c'] } },
        { stringValue: 'happy' },
        { stringValue: "it's :not one" },
        { isNull: true },
      ],
    ]);
  });

  it('sends a string as text, so that a uuid column needs a hint', async () => {
    const parameters = [{ name: 'uid', value: { stringValue: '0b7dbb39-6f27-4f3f-9d3b-3f8f6f0a2f11' } }];
    await expect(run('SELECT 1 FROM item WHERE uid = :uid', { parameters })).rejects.toMatchObject({
      name: 'DatabaseErrorException',
      message: expect.stringMatching(
        /^ERROR: operator does not exist: uuid = text; Hint: .*; Position: 30; SQLState: 42883$/,
      ),
    });
  });

  it('counts updated records and describes columns', async () => {
    const updated = await run('UPDATE item SET big = big + 1');
    expect(updated.numberOfRecordsUpdated).toBe(1);
    const { columnMetadata } = await run('SELECT id, name AS label, price FROM item', { includeResultMetadata: true });
    expect(columnMetadata).toMatchObject([
      { name: 'id', type: 4, typeName: 'int4', tableName: 'item', nullable: 0, isAutoIncrement: true, precision: 10 },
      { name: 'label', label: 'label', type: 12, typeName: 'varchar', nullable: 0, precision: 20 },
      { name: 'price', type: 2, typeName: 'numeric', nullable: 1, precision: 10, scale: 2, isSigned: true },
    ]);
  });

  it('honours result set options', async () => {
    const options = { decimalReturnType: 'DOUBLE_OR_LONG', longReturnType: 'STRING' } as const;
    const { records } = await run('SELECT 1.5::numeric(4,2), 7::numeric(4,0), 9007199254740993::int8', {
      resultSetOptions: options,
    });
    expect(records).toEqual([[{ doubleValue: 1.5 }, { longValue: 7 }, { stringValue: '9007199254740993' }]]);
  });

  it('formats records as JSON, without records and metadata', async () => {
    const answer = await run("SELECT 1 AS a, 'x' AS b, NULL AS c, ARRAY[1,2] AS d", {
      formatRecordsAs: 'JSON',
      includeResultMetadata: true,
    });
    expect(JSON.parse(answer.formattedRecords ?? '')).toEqual([{ a: 1, b: 'x', c: null, d: [1, 2] }]);
    expect(answer.records).toBeUndefined();
    expect(answer.columnMetadata).toBeUndefined();
    await expect(run('SELECT 1 AS a, 2 AS a', { formatRecordsAs: 'JSON' })).rejects.toThrow(/more than one column 'a'/);
  });

  it('runs one statement per call', async () => {
    await expect(run('SELECT 1; SELECT 2')).rejects.toMatchObject({
      name: 'BadRequestException',
      message: "Multistatements aren't supported.",
    });
    await expect(run("SELECT ';' AS a;")).resolves.toMatchObject({ records: [[{ stringValue: ';' }]] });
  });

  it.each([
    ['SELECT \'"CHAR"\'::"char"', '"CHAR"'],
    ["SELECT 'text'::regtype", 'regtype'],
    ['SELECT ROW(1, 2)', 'record'],
    ['SELECT ARRAY[[1],[2]]', 'several dimensions'],
  ])('refuses the result of %s', async (sql, text) => {
    await expect(run(sql)).rejects.toMatchObject({
      name: 'UnsupportedResultException',
      message: expect.stringContaining(text),
    });
  });

  it('reports a database error with its position in the SQL of the caller', async () => {
    const parameters = [{ name: 'a_long_name', value: { longValue: 1 } }];
    await expect(run('SELECT :a_long_name::int, nope', { parameters })).rejects.toMatchObject({
      name: 'DatabaseErrorException',
      message: 'ERROR: column "nope" does not exist; Position: 27; SQLState: 42703',
    });
  });

  it('requires a value for each parameter, in the form of its hint, and no arrays', async () => {
    await expect(run('SELECT :a')).rejects.toThrow(/Cannot find parameter: a/);
    const value = { stringValue: '31.1.2026' };
    await expect(run('SELECT :a', { parameters: [{ name: 'a', value, typeHint: 'DATE' }] })).rejects.toThrow(
      /YYYY-MM-DD/,
    );
    const arrayValue = { longValues: [1] };
    await expect(run('SELECT :a', { parameters: [{ name: 'a', value: { arrayValue } }] })).rejects.toThrow(
      /Array param/,
    );
  });

  it('enforces the limits of SQL, row and response', async () => {
    await expect(run(`SELECT '${'x'.repeat(65_536)}'`)).rejects.toThrow(/65545 bytes/);
    await expect(run("SELECT repeat('x', 65537)")).rejects.toThrow(/Packet for query is too large/);
    await expect(run("SELECT repeat('x', 60000) FROM generate_series(1, 18)")).rejects.toThrow(/exceeded size limit/);
  });

  it('keeps no session state between calls', async () => {
    const settings = "SELECT current_setting('search_path'), current_setting('application_name')";
    const before = await run(settings);
    await run('SET search_path TO pg_catalog');
    await run("SELECT set_config('application_name', 'left behind', false)");
    expect((await run(settings)).records).toEqual(before.records);
    await run('BEGIN');
    await run('CREATE TABLE survives (a int)');
    await expect(run('SELECT 1 FROM survives')).resolves.toBeDefined();
  });

  it('builds an index concurrently outside a transaction', async () => {
    await run('CREATE INDEX CONCURRENTLY item_big ON item (big)');
    const { records } = await run("SELECT indisvalid FROM pg_index WHERE indexrelid = 'item_big'::regclass");
    expect(records).toEqual([[{ booleanValue: true }]]);
  });

  it('runs a batch once per parameter set', async () => {
    const set = (name: string) => [{ name: 'name', value: { stringValue: name } }];
    const sql = 'INSERT INTO item (name) VALUES (:name)';
    const answer = await api.client.send(
      new BatchExecuteStatementCommand({ ...api.base, sql, parameterSets: [set('one'), set('two')] }),
    );
    expect(answer.updateResults).toHaveLength(2);
    const { records } = await run("SELECT count(*) FROM item WHERE name IN ('one', 'two')");
    expect(records).toEqual([[{ longValue: 2 }]]);
  });

  it('creates and drops databases', async () => {
    await expect(run('SELECT 1', { database: 'other' })).rejects.toThrow('FATAL: database "other" does not exist');
    await run('CREATE DATABASE other');
    await run('CREATE TABLE here (a int)', { database: 'other' });
    await expect(run('SELECT 1 FROM here')).rejects.toThrow(/"here" does not exist/);
    await run('DROP DATABASE other');
    await expect(run('SELECT 1', { database: 'other' })).rejects.toThrow(/does not exist/);
  });

  it('returns rows as objects to the host', async () => {
    await expect(api.service.query('main', 'app', "SELECT 1 AS a, '2026-01-01'::date AS b")).resolves.toEqual([
      { a: 1, b: '2026-01-01' },
    ]);
  });
});
