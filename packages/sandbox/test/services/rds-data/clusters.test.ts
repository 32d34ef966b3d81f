import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  BatchExecuteStatementCommand,
  BeginTransactionCommand,
  CommitTransactionCommand,
  ExecuteStatementCommand,
} from '@aws-sdk/client-rds-data';
import { afterEach, describe, expect, it } from '@jest/globals';
import { ManualClock } from '../../helpers/manual-clock';
import { type DataApi, enginesUnderTest, openDataApi, SECRET_ARN } from './engines';

/** Milliseconds that a call waits for a session, and then a statement for its end (aws-facts RDS-1). */
const TIMEOUT_MS = 45_000;

describe.each(enginesUnderTest())('clusters on $name', (engine) => {
  let api: DataApi;
  afterEach(() => api.close());

  const run = (sql: string, rest: object = {}) =>
    api.client.send(new ExecuteStatementCommand({ ...api.base, sql, ...rest }));
  const select = (rest: object = {}) => run('SELECT 1', rest);

  it('report what is wrong with a cluster or secret', async () => {
    api = await openDataApi(engine);
    const { clusters } = api.service;
    await expect(select({ resourceArn: `${api.base.resourceArn}x` })).rejects.toMatchObject({
      name: 'HttpEndpointNotEnabledException',
    });
    await expect(select({ secretArn: `${SECRET_ARN}x` })).rejects.toMatchObject({ name: 'SecretsErrorException' });
    await expect(select({ schema: 'public' })).rejects.toThrow(/Schema parameter isn't supported/);
    clusters.update('main', () => ({ instances: [] }));
    await expect(select()).rejects.toMatchObject({ name: 'DatabaseNotFoundException' });
    clusters.update('main', () => ({ httpEndpoint: false }));
    await expect(select()).rejects.toMatchObject({ name: 'HttpEndpointNotEnabledException' });
  });

  it('resume from a pause', async () => {
    api = await openDataApi(engine, { 'paused-clusters': '2' });
    await expect(select()).rejects.toMatchObject({ name: 'DatabaseResumingException' });
    await expect(api.client.send(new BeginTransactionCommand(api.base))).rejects.toMatchObject({
      name: 'DatabaseResumingException',
    });
    await expect(select()).resolves.toBeDefined();
    const { transactionId } = await api.client.send(new BeginTransactionCommand(api.base));
    api.service.clusters.pause('main', 1);
    await expect(api.client.send(new CommitTransactionCommand({ ...api.base, transactionId }))).resolves.toBeDefined();
    await expect(select()).rejects.toMatchObject({ name: 'DatabaseResumingException' });
  });

  it('keep their data between two runs, and lose it when they are deleted', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'rds-data-'));
    api = await openDataApi(engine, {}, { folder });
    await run('CREATE TABLE kept (a int)');
    await api.service.close();
    await api.disconnect();
    api = await openDataApi(engine, {}, { folder });
    await expect(run('SELECT 1 FROM kept')).resolves.toBeDefined();
    await api.service.clusters.delete('main');
    await expect(select()).rejects.toMatchObject({ name: 'HttpEndpointNotEnabledException' });
    api.service.clusters.create({
      identifier: 'main',
      engine: 'aurora-postgresql',
      databaseName: 'app',
      httpEndpoint: true,
    });
    api.service.clusters.update('main', () => ({ instances: ['main-1'] }));
    await expect(run('SELECT 1 FROM kept')).rejects.toThrow(/"kept" does not exist/);
  });

  it('end running and waiting calls when they are deleted', async () => {
    const clock = new ManualClock();
    api = await openDataApi(engine, {}, { clock });
    await run('CREATE TABLE held (a int)');
    const { transactionId } = await api.client.send(new BeginTransactionCommand(api.base));
    await run('LOCK TABLE held', { transactionId });
    // The transaction has its session. PGlite has no other one for the second call.
    const limited = clock.whenStarted(TIMEOUT_MS, engine.name === 'pglite' ? 2 : 3);
    // The server may end the first session, with its lock, before the second: that one must not be done by then.
    const waiting = run('SELECT pg_sleep(20) FROM (SELECT count(*) FROM held) AS counted');
    const calls = [run('SELECT pg_sleep(20)', { transactionId }), waiting];
    const outcomes = Promise.allSettled(calls);
    await limited;
    await api.service.clusters.delete('main');
    expect((await outcomes).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  });

  it('do not wait for a running statement when the sandbox ends', async () => {
    const clock = new ManualClock();
    api = await openDataApi(engine, {}, { clock });
    await select();
    const { transactionId } = await api.client.send(new BeginTransactionCommand({ ...api.base, database: 'postgres' }));
    const limited = clock.whenStarted(TIMEOUT_MS, 4);
    const calls = [run('SELECT pg_sleep(20)', { transactionId, database: 'postgres' }), run('SELECT pg_sleep(20)')];
    const outcomes = Promise.allSettled(calls);
    await limited;
    await api.service.close();
    expect((await outcomes).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    await api.disconnect();
    api = await openDataApi(engine, {}, { folder: api.folder });
  });

  it('behave differently under the other assumptions', async () => {
    api = await openDataApi(engine, {
      'concurrent-index-in-autocommit': 'fails',
      'batch-is-atomic': 'yes',
      'database-error-text': 'position-only',
      'bad-request-error': 'ValidationException',
      'unknown-cluster-error': 'DatabaseNotFoundException',
      'void-results': 'unsupported',
      'returning-counts-updated': 'yes',
      'json-records-decimal': 'number',
    });
    await run('CREATE TABLE item (a int PRIMARY KEY)');
    await expect(run('CREATE INDEX CONCURRENTLY item_a ON item (a)')).rejects.toThrow(
      /cannot run inside a transaction/,
    );
    const set = (value: number) => [{ name: 'a', value: { longValue: value } }];
    const sql = 'INSERT INTO item VALUES (:a)';
    const batch = new BatchExecuteStatementCommand({ ...api.base, sql, parameterSets: [set(1), set(1)] });
    await expect(api.client.send(batch)).rejects.toThrow(/duplicate key/);
    await expect(run('SELECT a FROM item')).resolves.toMatchObject({ records: [] });
    await expect(run('SELECT b FROM item')).rejects.toThrow(/^ERROR: column "b" does not exist\n {2}Position: 8$/);
    await expect(run('SELECT 1; SELECT 2')).rejects.toMatchObject({ name: 'ValidationException' });
    await expect(select({ resourceArn: 'arn:gone' })).rejects.toMatchObject({ name: 'DatabaseNotFoundException' });
    await expect(run('SELECT pg_advisory_xact_lock(1)')).rejects.toThrow(/unsupported data type void/);
    await expect(run('INSERT INTO item VALUES (7) RETURNING a')).resolves.toMatchObject({ numberOfRecordsUpdated: 1 });
    const { formattedRecords } = await run('SELECT 1.5::numeric AS n', { formatRecordsAs: 'JSON' });
    expect(formattedRecords).toBe('[{"n":1.5}]');
  });

  it('refuse an assumption that does not exist', async () => {
    api = await openDataApi(engine);
    await expect(openDataApi(engine, { 'void-results': 'perhaps' })).rejects.toThrow(
      /Assumption 'void-results' cannot be 'perhaps'. Allowed: empty-string, unsupported/,
    );
  });

  it('require permission for cluster and secret', async () => {
    api = await openDataApi(engine);
    const permission = api.service.permission({
      method: 'POST',
      path: '/Execute',
      query: new URLSearchParams(),
      headers: {},
      body: Buffer.from(JSON.stringify(api.base)),
      operation: '',
      accessKeyId: undefined,
    });
    expect(permission).toEqual([
      { action: 'rds-data:ExecuteStatement', resource: api.base.resourceArn },
      { action: 'secretsmanager:GetSecretValue', resource: SECRET_ARN },
    ]);
  });
});
