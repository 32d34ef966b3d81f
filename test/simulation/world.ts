import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type AttributeValue,
  CreateTableCommand,
  DeleteTableCommand,
  DescribeTableCommand,
  DynamoDBClient,
  type KeySchemaElement,
  ListTablesCommand,
  PutItemCommand,
  ScanCommand,
  UpdateTableCommand,
  waitUntilTableExists,
} from '@aws-sdk/client-dynamodb';
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { DeleteParameterCommand, GetParametersByPathCommand, SSMClient } from '@aws-sdk/client-ssm';
import { openSandbox, type Sandbox } from '@cdk-migrations/sandbox';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { buildBundle } from '../../bundler';
import { canonicalJson } from '../../core/bundle/checksum';
import { claimPrefix, type MigrationsProperties } from '../../core/wire';
import { LedgerTable, sortKeys } from '../../lambda/aws/ledger-table';
import { type Release, synthDatabases, writeMigrations } from '../support/lifecycle-app';
import { postgresUrlIfReachable } from '../support/real-postgres';
import { type Content, firstOfWriter } from './expected';

const ledgerTable = 'simulation-ledger';
const bucket = 'cdk-hnb659fds-assets-123456789012-us-east-1';
const prefix = 'sim-';

const handler = new NodeHttpHandler();
const unwatched = NodeHttpHandler.prototype.handle.bind(handler);

/** The databases of a simulation: an Aurora cluster and DynamoDB in a sandbox, and a ledger. */
export class SimulationWorld {
  readonly ledgerTable = ledgerTable;
  /** The table of the first release. */
  readonly plans = `${prefix}plans`;
  /** A client that is not counted, and does not die with the engine's processes (./effects). */
  readonly dynamodb = new DynamoDBClient({ requestHandler: { handle: unwatched } });
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
      assumptions: { 'transaction-idle-ms': '1000', 'dynamodb-table-create-ms': '10', 'dynamodb-index-build-ms': '10' },
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
    this.dynamodb.destroy();
    handler.destroy();
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
    for (const table of await this.tables()) await this.drop(table);
    for (const Name of await this.claims()) await this.ssm.send(new DeleteParameterCommand({ Name }));
    while ((await this.tables()).length > 0) await new Promise((resolve) => setTimeout(resolve, 10));
  }

  /** Also a table that migrations made, which is protected, and that is busy for a moment while it no longer is. */
  private async drop(TableName: string): Promise<void> {
    await this.dynamodb.send(new UpdateTableCommand({ TableName, DeletionProtectionEnabled: false })).catch(() => {});
    for (let attempt = 0; ; attempt += 1) {
      try {
        await this.dynamodb.send(new DeleteTableCommand({ TableName }));
        return;
      } catch (error) {
        if ((error as Error).name === 'ResourceNotFoundException') return;
        if ((error as Error).name !== 'ResourceInUseException' || attempt === 500) throw error;
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
    }
  }

  /** What an application wrote before the operation. */
  async fill(): Promise<void> {
    await this.sql(`INSERT INTO public.users (id, name) VALUES (1, 'ada')`).catch(absent);
    const Item = { id: { S: 'p1' }, week: { S: '2026-W01' } };
    await this.dynamodb.send(new PutItemCommand({ TableName: this.plans, Item })).catch(absent);
  }

  /** Everything there is, but for the rows of the {@link Writer}. */
  async content(scope: string): Promise<Content> {
    const lines = async (statement: string) => (await this.sql(statement)).map(({ line }) => String(line));
    const columns = await lines(
      `SELECT table_name || '.' || column_name || ' ' || data_type || CASE is_nullable WHEN 'NO' THEN ' NOT NULL' ELSE '' END
         || coalesce(' DEFAULT ' || column_default, '') AS line
       FROM information_schema.columns WHERE table_schema = 'public' ORDER BY 1`,
    );
    const tables = [...new Set(columns.map((column) => column.split('.')[0]!))];
    const rows: Record<string, readonly string[]> = {};
    for (const table of tables) {
      const own = table === 'users' ? `WHERE id < ${firstOfWriter}` : '';
      rows[table] = await lines(
        `SELECT jsonb_strip_nulls(to_jsonb(t))::text AS line FROM public.${table} t ${own} ORDER BY 1`,
      );
    }
    return {
      columns,
      // Version 18 lists NOT NULL among the constraints, older ones do not.
      constraints: await lines(
        `SELECT conrelid::regclass || ' ' || conname || ' ' || pg_get_constraintdef(oid) AS line FROM pg_constraint
         WHERE connamespace = 'public'::regnamespace AND contype <> 'n' ORDER BY 1`,
      ),
      indexes: await lines(
        `SELECT CASE WHEN i.indisvalid THEN 'valid ' ELSE 'broken ' END || pg_get_indexdef(i.indexrelid) AS line
         FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid WHERE c.relnamespace = 'public'::regnamespace ORDER BY 1`,
      ),
      functions: await lines(
        `SELECT proname || ' ' || prosrc AS line FROM pg_proc WHERE pronamespace = 'public'::regnamespace ORDER BY 1`,
      ),
      triggers: await lines(
        `SELECT tgrelid::regclass || ' ' || tgname AS line FROM pg_trigger WHERE NOT tgisinternal ORDER BY 1`,
      ),
      rows,
      history: await this.history(scope),
      tables: await this.describeTables(),
      items: await this.items(),
    };
  }

  /** The writes that are there. */
  async written(): Promise<{ rows: ReadonlySet<number>; items: ReadonlySet<string> }> {
    const known = await this.sql(`SELECT to_regclass('public.users')::text AS name`);
    const rows = known[0]?.name ? await this.sql(`SELECT id FROM public.users WHERE id >= ${firstOfWriter}`) : [];
    const items = (await this.tables()).includes(this.plans) ? await this.scan(this.plans) : [];
    return {
      rows: new Set(rows.map(({ id }) => Number(id))),
      items: new Set(items.map((item) => item['id']?.S ?? '').filter((id) => id.startsWith('w'))),
    };
  }

  /** Keys of undo plans in the ledger whose migration is not there any more. */
  async ownerlessPlans(scope: string): Promise<readonly string[]> {
    const table = new LedgerTable(ledgerTable, this.dynamodb);
    const keysOf = async (prefixOfKey: string) =>
      (await table.list(scope, prefixOfKey)).map(({ sk }) => String(sk).slice(prefixOfKey.length));
    const owners = new Set(await keysOf(sortKeys.migration('')));
    const owned = [...(await keysOf(sortKeys.undoPlan(''))), ...(await keysOf(sortKeys.steps('')))];
    return owned.filter((key) => !owners.has(key));
  }

  private async history(scope: string): Promise<readonly string[]> {
    const known = await this.sql(`SELECT to_regclass('cdk_migrations.history')::text AS name`);
    if (!known[0]?.name) return [];
    const rows = await this.sql(
      `SELECT id || ' ' || phase || ' ' || step AS line FROM cdk_migrations.history WHERE scope = '${scope}' ORDER BY 1`,
    );
    return rows.map(({ line }) => String(line));
  }

  private async items(): Promise<readonly string[]> {
    const lines = await Promise.all(
      (await this.tables()).map(async (table) =>
        (await this.scan(table))
          .filter((item) => !item['id']?.S?.startsWith('w'))
          .map((item) => `${table} ${canonicalJson(item)}`),
      ),
    );
    return lines.flat().sort();
  }

  private async scan(TableName: string): Promise<readonly Record<string, AttributeValue>[]> {
    return (await this.dynamodb.send(new ScanCommand({ TableName, ConsistentRead: true }))).Items ?? [];
  }

  /** Names of the parameters that say who owns a database. */
  async claims(): Promise<string[]> {
    const { Parameters = [] } = await this.ssm.send(
      new GetParametersByPathCommand({ Path: claimPrefix, Recursive: true }),
    );
    return Parameters.map(({ Name }) => Name ?? '');
  }

  sql(statement: string): Promise<readonly Record<string, unknown>[]> {
    return this.sandbox.sql(this.cluster.arn, 'app', statement);
  }

  private async tables(): Promise<string[]> {
    const { TableNames = [] } = await this.dynamodb.send(new ListTablesCommand({}));
    return TableNames.filter((name) => name.startsWith(prefix)).sort();
  }

  private async describeTables(): Promise<readonly string[]> {
    const described = await Promise.all(
      (await this.tables()).map((TableName) => this.dynamodb.send(new DescribeTableCommand({ TableName }))),
    );
    return described.map(({ Table }) => {
      const types = new Map(Table?.AttributeDefinitions?.map((one) => [one.AttributeName, one.AttributeType]));
      const keys = (schema: readonly KeySchemaElement[] = []) =>
        `(${schema.map((one) => `${one.AttributeName} ${one.KeyType} ${types.get(one.AttributeName)}`).join(', ')})`;
      const indexes = (Table?.GlobalSecondaryIndexes ?? []).map(
        ({ IndexName, IndexStatus, KeySchema, Projection }) =>
          `${IndexName} ${IndexStatus} ${keys(KeySchema)} ${Projection?.ProjectionType}`,
      );
      return [`${Table?.TableName} ${Table?.TableStatus} ${keys(Table?.KeySchema)}`, ...indexes.sort()].join(', ');
    });
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

/** Only one of the kinds has the table. */
function absent(error: unknown): void {
  const { name, message } = error as Error;
  if (name !== 'ResourceNotFoundException' && !/does not exist/.test(message)) throw error;
}

async function deployCluster(sandbox: Sandbox, folder: string): Promise<{ arn: string; secret: string }> {
  const [result] = await sandbox.deploy({ assembly: synthDatabases(folder, 'Databases') });
  return { arn: result!.outputs.ClusterArn!, secret: result!.outputs.SecretArn! };
}
