import { isDeepStrictEqual } from 'node:util';
import {
  BeginTransactionCommand,
  CommitTransactionCommand,
  ExecuteStatementCommand,
  type ExecuteStatementCommandInput,
  RollbackTransactionCommand,
} from '@aws-sdk/client-rds-data';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ManualClock } from '../../helpers/manual-clock';
import { until } from '../../helpers/until';
import { type DataApi, enginesUnderTest, openDataApi } from './engines';

/** Milliseconds that a call waits for a session, and a statement for its end (aws-facts RDS-1). */
const TIMEOUT_MS = 45_000;
/** Milliseconds that a transaction lives without a call; less than a call waits, so that it sees the end. */
const IDLE_MS = 40_000;
const HOUR_MS = 3600 * 1000;

describe.each(enginesUnderTest())('transactions on $name', (engine) => {
  const clock = new ManualClock();
  let api: DataApi;
  beforeAll(async () => {
    api = await openDataApi(engine, { 'transaction-idle-ms': String(IDLE_MS) }, { clock });
    await run('CREATE TABLE log (entry text)');
  });
  afterAll(() => api.close());

  const run = (sql: string, rest: Partial<ExecuteStatementCommandInput> = {}) =>
    api.client.send(new ExecuteStatementCommand({ ...api.base, sql, ...rest }));
  const begin = async () => (await api.client.send(new BeginTransactionCommand(api.base))).transactionId ?? '';
  const commit = (transactionId: string) =>
    api.client.send(new CommitTransactionCommand({ ...api.base, transactionId }));
  const rollback = (transactionId: string) =>
    api.client.send(new RollbackTransactionCommand({ ...api.base, transactionId }));
  const count = async (entry: string) =>
    (await run(`SELECT count(*) FROM log WHERE entry = '${entry}'`)).records?.[0]?.[0]?.longValue;

  it('can be committed', async () => {
    const transactionId = await begin();
    expect(transactionId.length).toBeLessThanOrEqual(192);
    await run("INSERT INTO log VALUES ('committed')", { transactionId });
    await run("INSERT INTO log VALUES ('committed')", { transactionId, database: undefined });
    await expect(commit(transactionId)).resolves.toMatchObject({ transactionStatus: 'Transaction Committed' });
    expect(await count('committed')).toBe(2);
    await expect(commit(transactionId)).rejects.toMatchObject({
      name: 'TransactionNotFoundException',
      message: expect.stringMatching(/^Transaction .* is not found\. .*already ended/),
    });
  });

  it('roll DDL back', async () => {
    const transactionId = await begin();
    await run('CREATE TABLE never (a int)', { transactionId });
    await expect(rollback(transactionId)).resolves.toMatchObject({ transactionStatus: 'Rollback Complete' });
    await expect(run('SELECT 1 FROM never')).rejects.toThrow(/"never" does not exist/);
  });

  it('are dead after an error', async () => {
    const transactionId = await begin();
    await run("INSERT INTO log VALUES ('lost')", { transactionId });
    await expect(run('SELECT * FROM nowhere', { transactionId })).rejects.toThrow(/SQLState: 42P01$/);
    await expect(run('SELECT 1', { transactionId })).rejects.toMatchObject({
      name: 'TransactionNotFoundException',
      message: expect.stringContaining('aborted due to an error'),
    });
    await expect(rollback(transactionId)).rejects.toMatchObject({ name: 'TransactionNotFoundException' });
    expect(await count('lost')).toBe(0);
  });

  it('have released their locks when the call that failed is answered', async () => {
    await run('CREATE TABLE locked (a int)');
    for (let round = 0; round < 20; round += 1) {
      const transactionId = await begin();
      await run('LOCK TABLE locked', { transactionId });
      await expect(run('SELECT * FROM nowhere', { transactionId })).rejects.toThrow(/SQLState: 42P01$/);
      await expect(run("DO 'BEGIN LOCK TABLE locked NOWAIT; END'")).resolves.toBeDefined();
    }
  });

  it('refuse a second call while one runs', async () => {
    const transactionId = await begin();
    const outcomes = await Promise.allSettled([
      run('SELECT count(*) FROM generate_series(1, 3000000)', { transactionId }),
      run('SELECT 2', { transactionId }),
    ]);
    const refused = outcomes.find((outcome) => outcome.status === 'rejected');
    expect(refused?.reason).toMatchObject({
      name: 'DatabaseErrorException',
      message: 'Transaction is still running a query',
    });
    await expect(run('SELECT 3', { transactionId })).resolves.toBeDefined();
    await rollback(transactionId);
  });

  it('end by themselves when no call comes, and unblock the calls that waited', async () => {
    const transactionId = await begin();
    await run("INSERT INTO log VALUES ('idle')", { transactionId });
    const called = clock.whenStarted(TIMEOUT_MS, 1);
    const waiting = count('idle');
    await called;
    clock.pass(IDLE_MS);
    expect(await waiting).toBe(0);
    await expect(run('SELECT 1', { transactionId })).rejects.toThrow(/3 minutes/);
    expect(await count('idle')).toBe(0);
  });

  it('end with a COMMIT statement', async () => {
    const transactionId = await begin();
    await run("INSERT INTO log VALUES ('by hand')", { transactionId });
    await run('COMMIT', { transactionId });
    await expect(commit(transactionId)).rejects.toThrow(/already ended by a COMMIT/);
    expect(await count('by hand')).toBe(1);
  });

  it('belong to their database and cluster', async () => {
    const transactionId = await begin();
    await expect(run('SELECT 1', { transactionId, database: 'postgres' })).rejects.toThrow(
      /Database name is not the same/,
    );
    await expect(run('SELECT 1', { transactionId: 'made-up' })).rejects.toThrow(/not created by a BeginTransaction/);
    await rollback(transactionId);
  });

  it('do not build an index concurrently', async () => {
    const transactionId = await begin();
    const sql = 'CREATE INDEX CONCURRENTLY log_entry ON log (entry)';
    await expect(run(sql, { transactionId })).rejects.toThrow(/SQLState: 25001$/);
  });

  it('report a COMMIT that fails', async () => {
    await run('CREATE TABLE late (a int UNIQUE DEFERRABLE INITIALLY DEFERRED)');
    const transactionId = await begin();
    await run('INSERT INTO late VALUES (1), (1)', { transactionId });
    await expect(commit(transactionId)).rejects.toThrow(/SQLState: 23505$/);
    await expect(run('SELECT 1 FROM late')).resolves.toMatchObject({ records: [] });
  });
});

describe.each(enginesUnderTest())('time limits on $name', (engine) => {
  const clock = new ManualClock();
  let api: DataApi;
  beforeAll(async () => {
    api = await openDataApi(engine, { 'transaction-idle-ms': String(20 * HOUR_MS) }, { clock });
    await run('CREATE TABLE slow (a int)');
  });
  afterAll(() => api.close());

  const run = (sql: string, rest: Partial<ExecuteStatementCommandInput> = {}) =>
    api.client.send(new ExecuteStatementCommand({ ...api.base, sql, ...rest }));
  /** Runs a statement and lets the time limit of a call pass once it runs, or (`limits: 1`) waits for a session. */
  const outlast = async (sql: string, rest: Partial<ExecuteStatementCommandInput> = {}, limits = 2) => {
    const limited = clock.whenStarted(TIMEOUT_MS, limits);
    const call = run(sql, rest);
    await limited;
    clock.pass(TIMEOUT_MS);
    return call;
  };
  /** Asks until the database has time to answer, and its only value is this one. */
  const answers = (sql: string, longValue: number) =>
    until(
      () => run(sql).then(({ records }) => records, String),
      (records) => isDeepStrictEqual(records, [[{ longValue }]]),
    );

  it('stop a statement that takes too long', async () => {
    await expect(outlast('INSERT INTO slow SELECT 1 FROM pg_sleep(30)')).rejects.toMatchObject({
      name: 'StatementTimeoutException',
      message: expect.stringContaining('It was stopped'),
    });
    await answers('SELECT count(*) FROM slow', 0);
  });

  it('let a statement continue when asked to', async () => {
    const sql = 'INSERT INTO slow SELECT 2 FROM pg_sleep(2)';
    await expect(outlast(sql, { continueAfterTimeout: true })).rejects.toThrow(/It continues in the database/);
    await answers('SELECT a FROM slow', 2);
  });

  it('kill a transaction with its statement', async () => {
    const { transactionId } = await api.client.send(new BeginTransactionCommand(api.base));
    await expect(
      outlast('SELECT 1 FROM pg_sleep(30)', { transactionId, continueAfterTimeout: true }),
    ).rejects.toMatchObject({ name: 'StatementTimeoutException' });
    await expect(run('SELECT 1', { transactionId })).rejects.toMatchObject({ name: 'TransactionNotFoundException' });
    await answers('SELECT 1', 1);
  });

  it('do not keep a caller waiting endlessly behind an open transaction', async () => {
    const { transactionId } = await api.client.send(new BeginTransactionCommand(api.base));
    await run('LOCK TABLE slow', { transactionId });
    // PGlite has no second session to give; PostgreSQL has, and the statement waits for the lock.
    const limits = engine.name === 'pglite' ? 1 : 2;
    await expect(outlast('SELECT a FROM slow', {}, limits)).rejects.toMatchObject({
      name: 'StatementTimeoutException',
    });
    await api.client.send(new RollbackTransactionCommand({ ...api.base, transactionId }));
    await expect(run('SELECT a FROM slow')).resolves.toBeDefined();
  });

  it('end a transaction after a day, however busy it is', async () => {
    const { transactionId } = await api.client.send(new BeginTransactionCommand(api.base));
    await run('SELECT 1', { transactionId });
    clock.pass(12 * HOUR_MS);
    await run('SELECT 1', { transactionId });
    clock.pass(12 * HOUR_MS);
    await expect(run('SELECT 1', { transactionId })).rejects.toThrow(/24 hours/);
  });
});
