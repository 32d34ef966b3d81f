import { createServer, type Server, request as send } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { HistoryMark } from '../../core/ports';
import { AuroraMysql } from '../../lambda/aws/sql/aurora-mysql';
import { AuroraPostgresql } from '../../lambda/aws/sql/aurora-postgresql';
import { DataApi, rdsDataClient } from '../../lambda/aws/sql/data-api';
import { ManualClock } from '../../packages/sandbox/test/helpers/manual-clock';
import {
  enginesUnderTest,
  mysqlUnderTest,
  openDataApi,
  type DataApi as Served,
} from '../../packages/sandbox/test/services/rds-data/engines';
import { session } from './support/records';

type Loss = 'reset' | 'error 500' | 'error 503';

/** Passes requests on, and loses the answer to the first one that contains a text: it was carried out all the same. */
class LossyProxy {
  private readonly server: Server;
  private lost: { readonly text: string; readonly how: Loss } | undefined;

  constructor(endpoint: string) {
    this.server = createServer(async (message, response) => {
      const body = await buffer(message);
      const { hostname, port } = new URL(endpoint);
      const upstream = send({ hostname, port, method: message.method, path: message.url, headers: message.headers });
      upstream.on('response', async (answer) => {
        const content = await buffer(answer);
        const how = this.take(`${message.url} ${body}`);
        if (how === undefined) response.writeHead(answer.statusCode!, answer.headers).end(content);
        else if (how === 'reset') response.destroy();
        else response.writeHead(Number(how.slice(-3)), { 'content-type': 'application/json' }).end('{}');
      });
      upstream.end(body);
    });
  }

  private take(call: string): Loss | undefined {
    if (!this.lost || !call.includes(this.lost.text)) return undefined;
    const { how } = this.lost;
    this.lost = undefined;
    return how;
  }

  lose(text: string, how: Loss): void {
    this.lost = { text, how };
  }

  /** False when no request had the text. */
  get hasLost(): boolean {
    return this.lost === undefined;
  }

  async listen(): Promise<string> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  close(): void {
    this.server.closeAllConnections();
    this.server.close();
  }
}

const losses: readonly Loss[] = ['reset', 'error 500', 'error 503'];

/** Whatever the SDK or we send again, a statement runs exactly once (G9, aws-facts RDS-13). */
describe.each([
  ...enginesUnderTest().map((engine) => ({
    ...{ name: engine.name, engine, databaseKind: 'aurora-postgresql' as const, Adapter: AuroraPostgresql },
    ...{ section: 'apply_section', history: 'INSERT INTO cdk_migrations.history' },
  })),
  ...mysqlUnderTest().map((engine) => ({
    ...{ name: engine.name, engine, databaseKind: 'aurora-mysql' as const, Adapter: AuroraMysql },
    // A section is a transaction of several calls, and the last one decides.
    ...{ section: 'CommitTransaction', history: 'INSERT INTO cdk_migrations_history' },
  })),
])('answers that are lost, on $name', ({ engine, databaseKind, Adapter, section: sectionCall, history }) => {
  const clock = new ManualClock();
  let served: Served;
  let proxy: LossyProxy;
  let api: DataApi;
  let target: AuroraPostgresql | AuroraMysql;
  let count = 0;
  let table: string;

  beforeAll(async () => {
    served = await openDataApi(engine, {}, { clock });
    const { hostname, port } = await served.client.config.endpoint!();
    proxy = new LossyProxy(`http://${hostname}:${port}`);
    const client = rdsDataClient({
      endpoint: await proxy.listen(),
      region: 'eu-west-1',
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    });
    const { resourceArn, secretArn, database } = served.base;
    const properties = { ClusterArn: resourceArn, SecretArn: secretArn, DatabaseName: database };
    const all = { ...properties, DatabaseKind: databaseKind, Identity: 'db-1' };
    api = new DataApi(client, all, async () => false);
  });
  afterAll(async () => {
    proxy.close();
    await served.close();
  });
  beforeEach(async () => {
    table = `accounts${++count}`;
    target = new Adapter(api, session(1, `App/${table}`));
    await target.prepare();
    await api.execute(`CREATE TABLE ${table} (balance int)`);
    await api.execute(`INSERT INTO ${table} VALUES (21)`);
  });

  const mark: HistoryMark = { id: 'users/1.0.0', phase: 'up', step: 0, checksum: 'sum', deployment: 'd1' };
  const double = () => `UPDATE ${table} SET balance = balance * 2`;
  const balance = async () => (await api.execute(`SELECT balance FROM ${table}`)).rows[0]?.balance;

  it.each(losses)('a section runs once: %s', async (how) => {
    proxy.lose(sectionCall, how);
    const section = { change: 'add' as const, mark, statements: [double()], verify: [], attempt: 'request-1' };

    const { outcome } = await target.runSection(section);

    expect(proxy.hasLost).toBe(true);
    expect(outcome).toBe('already');
    expect(await balance()).toBe(42);
  });

  it.each(
    losses.flatMap((how) =>
      ['BeginTransaction', 'balance * 2', history, 'CommitTransaction'].map((call) => [call, how] as const),
    ),
  )('a transaction of code takes effect once: %s, %s', async (call, how) => {
    proxy.lose(call, how);

    const { outcome } = await target.transact('add', mark, async (connection) => {
      await connection.execute(double());
    });

    expect(proxy.hasLost).toBe(true);
    expect(outcome).toBe(call === 'CommitTransaction' ? 'already' : 'done');
    expect(await balance()).toBe(42);
  });

  it.each(losses)('a statement on its own is not sent again: %s', async (how) => {
    proxy.lose('balance * 2', how);

    expect(await target.standalone.run(double(), 'tag')).toBe('running');
    expect(proxy.hasLost).toBe(true);
    expect(await target.standalone.isRunning('tag')).toBe(false);
    expect(await balance()).toBe(42);
  });

  it('a transaction that the Data API ended meanwhile is begun anew', async () => {
    let attempts = 0;

    const { outcome } = await target.transact('add', mark, async (connection) => {
      attempts += 1;
      await connection.execute(double());
      // Nothing came for three minutes (aws-facts RDS-2).
      if (attempts === 1) clock.pass(180_000);
      await connection.execute('SELECT 1');
    });

    expect({ outcome, attempts }).toEqual({ outcome: 'done', attempts: 2 });
    expect(await balance()).toBe(42);
  });
});
