import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CreateTableCommand,
  DeleteTableCommand,
  DescribeTableCommand,
  DynamoDBClient,
  ListTablesCommand,
  waitUntilTableExists,
} from '@aws-sdk/client-dynamodb';
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { DeleteParameterCommand, GetParametersByPathCommand, SSMClient } from '@aws-sdk/client-ssm';
import { openSandbox, type Sandbox } from '@cdk-migrations/sandbox';
import { buildBundle } from '../../bundler';
import { canonicalJson } from '../../core/bundle/checksum';
import { claimPrefix, type MigrationsProperties } from '../../core/wire';
import { type Release, synthDatabases, writeMigrations } from '../support/lifecycle-app';
import { postgresUrlIfReachable } from '../support/real-postgres';

const ledgerTable = 'simulation-ledger';
const bucket = 'cdk-hnb659fds-assets-123456789012-us-east-1';
const prefix = 'sim-';

/** The databases of a simulation: an Aurora cluster and DynamoDB in a sandbox, and a ledger. */
export class SimulationWorld {
  readonly ledgerTable = ledgerTable;
  private readonly dynamodb = new DynamoDBClient({});
  private readonly ssm = new SSMClient({});
  private readonly bundles = new Map<Release, MigrationsProperties['Bundle']>();

  private constructor(
    private readonly sandbox: Sandbox,
    private readonly folder: string,
    private readonly cluster: { readonly arn: string; readonly secret: string },
  ) {}

  static async open(): Promise<SimulationWorld> {
    const folder = mkdtempSync(join(tmpdir(), 'cdk-migrations-simulation-'));
    const sandbox = await openSandbox({
      stateDir: join(folder, 'state'),
      postgresUrl: await postgresUrlIfReachable(),
      // A dead process's transaction is ended soon; indexes and tables take a moment, so that waiting is simulated too.
      assumptions: { 'transaction-idle-ms': '150', 'dynamodb-table-create-ms': '10', 'dynamodb-index-build-ms': '10' },
    });
    Object.assign(process.env, sandbox.environmentVariables, {
      AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
    });
    const cluster = await deployCluster(sandbox, folder);
    const world = new SimulationWorld(sandbox, folder, cluster);
    await world.createLedger();
    return world;
  }

  async close(): Promise<void> {
    await this.sandbox.destroy();
    await this.sandbox.close();
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** The properties that ask for a release; its bundle is uploaded once. */
  async properties(scope: string, release: Release): Promise<MigrationsProperties> {
    const Bundle = this.bundles.get(release) ?? (await this.upload(release));
    this.bundles.set(release, Bundle);
    const { arn, secret } = this.cluster;
    return {
      Format: '1',
      Scope: scope,
      Revision: Bundle.Digest,
      Bundle,
      Targets: {
        users: {
          DatabaseKind: 'aurora-postgresql',
          Identity: `${arn}/app`,
          ClusterArn: arn,
          SecretArn: secret,
          DatabaseName: 'app',
        },
        meals: { DatabaseKind: 'dynamodb', Identity: 'simulated-tables', Tables: {}, TableNamePrefix: prefix },
      },
      OnOlderRevision: 'refuse',
      OnRemoval: 'retain',
      ForwardSeconds: '2400',
      ServiceTimeout: '3600',
    };
  }

  /** Empty databases. */
  async reset(): Promise<void> {
    for (const schema of ['cdk_migrations', 'public']) await this.sql(`DROP SCHEMA IF EXISTS ${schema} CASCADE`);
    await this.sql('CREATE SCHEMA public');
    for (const table of await this.tables()) await this.dynamodb.send(new DeleteTableCommand({ TableName: table }));
    for (const Name of await this.claims()) await this.ssm.send(new DeleteParameterCommand({ Name }));
    while ((await this.tables()).length > 0) await new Promise((resolve) => setTimeout(resolve, 10));
  }

  /** Everything there is: columns, indexes with their validity, triggers, rows; tables and their indexes. */
  async snapshot(): Promise<string> {
    const columns = await this.sql(
      `SELECT table_name, column_name, data_type FROM information_schema.columns WHERE table_schema = 'public' ORDER BY 1, 2`,
    );
    const indexes = await this.sql(
      `SELECT c.relname, i.indisvalid FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
       JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = 'public' ORDER BY 1`,
    );
    const triggers = await this.sql(`SELECT tgname FROM pg_trigger WHERE NOT tgisinternal ORDER BY 1`);
    const rows: Record<string, unknown> = {};
    for (const table of new Set(columns.map(({ table_name }) => String(table_name)))) {
      rows[table] = await this.sql(`SELECT to_jsonb(t)::text AS row FROM public.${table} t ORDER BY 1`);
    }
    return canonicalJson(
      JSON.parse(JSON.stringify({ columns, indexes, triggers, rows, tables: await this.describeTables() })),
    );
  }

  /** Ids in the database's own history, of one scope. */
  async history(scope: string): Promise<string[]> {
    const known = await this.sql(`SELECT to_regclass('cdk_migrations.history')::text AS name`);
    if (!known[0]?.name) return [];
    const rows = await this.sql(
      `SELECT DISTINCT id FROM cdk_migrations.history WHERE scope = '${scope}' AND phase = 'up' ORDER BY 1`,
    );
    return rows.map(({ id }) => String(id));
  }

  /** Names of the parameters that say who owns a database. */
  async claims(): Promise<string[]> {
    const { Parameters = [] } = await this.ssm.send(new GetParametersByPathCommand({ Path: claimPrefix }));
    return Parameters.map(({ Name }) => Name ?? '');
  }

  sql(statement: string): Promise<readonly Record<string, unknown>[]> {
    return this.sandbox.sql(this.cluster.arn, 'app', statement);
  }

  private async tables(): Promise<string[]> {
    const { TableNames = [] } = await this.dynamodb.send(new ListTablesCommand({}));
    return TableNames.filter((name) => name.startsWith(prefix)).sort();
  }

  private async describeTables(): Promise<unknown> {
    const described = await Promise.all(
      (await this.tables()).map((TableName) => this.dynamodb.send(new DescribeTableCommand({ TableName }))),
    );
    return described.map(({ Table }) => ({
      name: Table?.TableName,
      status: Table?.TableStatus,
      indexes: (Table?.GlobalSecondaryIndexes ?? [])
        .map(({ IndexName, IndexStatus }) => `${IndexName} ${IndexStatus}`)
        .sort(),
    }));
  }

  private async upload(release: Release): Promise<MigrationsProperties['Bundle']> {
    const { bytes, revision } = await buildBundle({ folder: writeMigrations(this.folder, release) });
    const Key = `${revision}.json`;
    await new S3Client({ forcePathStyle: true }).send(new PutObjectCommand({ Bucket: bucket, Key, Body: bytes }));
    return { Bucket: bucket, Key, Digest: revision };
  }

  private async createLedger(): Promise<void> {
    await this.dynamodb.send(
      new CreateTableCommand({
        TableName: ledgerTable,
        BillingMode: 'PAY_PER_REQUEST',
        AttributeDefinitions: ['pk', 'sk'].map((AttributeName) => ({ AttributeName, AttributeType: 'S' as const })),
        KeySchema: [
          { AttributeName: 'pk', KeyType: 'HASH' },
          { AttributeName: 'sk', KeyType: 'RANGE' },
        ],
      }),
    );
    await waitUntilTableExists(
      { client: this.dynamodb, maxWaitTime: 20, minDelay: 1, maxDelay: 1 },
      { TableName: ledgerTable },
    );
  }
}

async function deployCluster(sandbox: Sandbox, folder: string): Promise<{ arn: string; secret: string }> {
  const [result] = await sandbox.deploy({ assembly: synthDatabases(folder, 'Databases') });
  return { arn: result!.outputs.ClusterArn!, secret: result!.outputs.SecretArn! };
}
