import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RDSDataClient } from '@aws-sdk/client-rds-data';
import type { Clock } from '../../../src/services/clock';
import { type RdsDataService, rdsDataService } from '../../../src/services/rds-data';
import { StateStore } from '../../../src/state';
import { serveService } from '../../helpers/serve-service';

const MYSQL_URL = process.env['TEST_MYSQL_URL'] ?? 'mysql://root@127.0.0.1:3306';
const POSTGRES_URL = process.env['TEST_POSTGRES_URL'] ?? 'postgresql://postgres@127.0.0.1:5432/test';

export interface EngineUnderTest {
  readonly name: 'pglite' | 'postgres' | 'mysql';
  readonly postgresUrl?: string;
  readonly mysqlUrl?: string;
}

/** A MySQL or MariaDB server, or none when no server answers; likewise, with REQUIRE_SERVERS=1 that fails. */
export function mysqlUnderTest(): readonly EngineUnderTest[] {
  const connect = `require('mysql2/promise').createConnection({ uri: ${JSON.stringify(MYSQL_URL)}, connectTimeout: 2000 })
    .then((connection) => connection.end(), () => process.exit(1));`;
  const { status } = spawnSync(process.execPath, ['-e', connect], { cwd: __dirname, timeout: 10_000 });
  if (status === 0) return [{ name: 'mysql', mysqlUrl: MYSQL_URL }];
  if (process.env['REQUIRE_SERVERS'] === '1') throw new Error(`No MySQL or MariaDB answers at ${MYSQL_URL}.`);
  console.warn(`SKIPPED: no MySQL or MariaDB answers at ${MYSQL_URL}.`);
  return [];
}

/**
 * PGlite always; a PostgreSQL server when there is one. Says so when there is none, instead of silently testing less;
 * with REQUIRE_SERVERS=1 it fails.
 */
export function enginesUnderTest(): readonly EngineUnderTest[] {
  const connect = `const { Client } = require('pg'); const client = new Client({ connectionString: ${JSON.stringify(POSTGRES_URL)},
    connectionTimeoutMillis: 2000 }); client.connect().then(() => client.end(), () => process.exit(1));`;
  const { status } = spawnSync(process.execPath, ['-e', connect], { cwd: __dirname, timeout: 10_000 });
  if (status === 0) return [{ name: 'pglite' }, { name: 'postgres', postgresUrl: POSTGRES_URL }];
  if (process.env['REQUIRE_SERVERS'] === '1') throw new Error(`No PostgreSQL answers at ${POSTGRES_URL}.`);
  console.warn(`SKIPPED: no PostgreSQL answers at ${POSTGRES_URL}; testing PGlite only.`);
  return [{ name: 'pglite' }];
}

const ENVIRONMENT = { region: 'eu-west-1', account: '111122223333', partition: 'aws' } as const;
export const SECRET_ARN = 'arn:aws:secretsmanager:eu-west-1:111122223333:secret:db-AbCdEf';

export interface DataApi {
  readonly service: RdsDataService;
  readonly client: RDSDataClient;
  readonly folder: string;
  /** What every call needs. */
  readonly base: { readonly resourceArn: string; readonly secretArn: string; readonly database: string };
  /** Leaves the service alone, and what it keeps. */
  disconnect(): Promise<void>;
  close(): Promise<void>;
}

interface OpenOptions {
  /** Default: a new one. */
  readonly folder?: string;
  /** Default: the time of this machine. */
  readonly clock?: Clock;
}

/** A served Data API with one cluster that has an instance, an endpoint and the database `app`. */
export async function openDataApi(
  engine: EngineUnderTest,
  assumptions: Readonly<Record<string, string>> = {},
  { folder = mkdtempSync(join(tmpdir(), 'rds-data-')), clock }: OpenOptions = {},
): Promise<DataApi> {
  const service = rdsDataService({
    state: new StateStore(folder),
    environment: ENVIRONMENT,
    postgresUrl: engine.postgresUrl,
    mysqlUrl: engine.mysqlUrl,
    assumptions,
    clock,
    secretExists: (arn) => arn === SECRET_ARN,
  });
  const known = service.clusters.find('main');
  const cluster =
    known ??
    service.clusters.create({
      identifier: 'main',
      engine: engine.name === 'mysql' ? 'aurora-mysql' : 'aurora-postgresql',
      databaseName: 'app',
      httpEndpoint: true,
    });
  service.clusters.update('main', () => ({ instances: ['main-1'] }));
  const served = await serveService(service);
  const client = new RDSDataClient(served.client);
  return {
    service,
    client,
    folder,
    base: { resourceArn: cluster.arn, secretArn: SECRET_ARN, database: 'app' },
    async disconnect() {
      client.destroy();
      await served.stopServing();
    },
    async close() {
      client.destroy();
      await service.clusters.delete('main');
      await served.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
