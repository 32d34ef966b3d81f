import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import {
  DescribeTableCommand,
  DynamoDBClient,
  ListTablesCommand,
  PutItemCommand,
  ScanCommand,
} from '@aws-sdk/client-dynamodb';
import type { DeployOptions } from '@cdk-migrations/sandbox';
import { openSandbox, type Sandbox, type SandboxOptions, type StackResult } from '@cdk-migrations/sandbox';
import { canonicalJson } from '../../core/bundle/checksum';
import { verifyChain } from '../../core/ledger/audit';
import type { AuditEvent, ScopeState } from '../../core/ledger/state';
import type { Ports } from '../../core/ports';
import { type LedgerLocation, ledgerOutputDescription } from '../../core/wire';
import { awsPorts } from '../../lambda/aws/ports';
import { type Cluster, physicalDatabase } from '../../packages/sandbox/src/services/rds-data/clusters';
import { StateStore } from '../../packages/sandbox/src/state';
import { type LifecycleAppOptions, prefixOf, synthLifecycleApp, temporaryFolder } from './lifecycle-app';
import { dropDatabases, postgresUrlIfReachable } from './real-postgres';

/** A sandbox for one test file, with the real engine, real Lambda processes and real databases in it. */
export class LifecycleWorld {
  private constructor(
    readonly sandbox: Sandbox,
    readonly folder: string,
    /** What the sandbox keeps. */
    readonly stateFolder: string,
    private readonly remove: () => void,
  ) {}

  static async open(options: Partial<SandboxOptions> = {}): Promise<LifecycleWorld> {
    const { path, remove } = temporaryFolder();
    const postgresUrl = await postgresUrlIfReachable();
    const stateDir = mkdtempSync(join(path, 'state-'));
    const sandbox = await openSandbox({ stateDir, postgresUrl, ...options });
    Object.assign(process.env, sandbox.environmentVariables);
    return new LifecycleWorld(sandbox, path, stateDir, remove);
  }

  /** Ends every process, and drops the databases of clusters that are left on the PostgreSQL server. */
  async close(): Promise<void> {
    await this.sandbox.close();
    const clusters = new StateStore(this.stateFolder).read<readonly Cluster[]>('rds-clusters.json', []);
    await dropDatabases(
      clusters.flatMap((cluster) => cluster.databases.map((name) => physicalDatabase(cluster, name))),
    );
    this.remove();
  }

  /** Synthesizes and deploys a stack; waits until its events have been delivered. */
  async deploy(app: LifecycleAppOptions, options: Omit<Partial<DeployOptions>, 'assembly'> = {}): Promise<StackResult> {
    const result = await this.deployWithoutSettling(app, options);
    await this.sandbox.settle();
    return result;
  }

  async deployWithoutSettling(
    app: LifecycleAppOptions,
    options: Omit<Partial<DeployOptions>, 'assembly'> = {},
  ): Promise<StackResult> {
    return this.deployAssembly(synthLifecycleApp(this.folder, app), options);
  }

  async deployAssembly(assembly: string, options: Omit<Partial<DeployOptions>, 'assembly'> = {}): Promise<StackResult> {
    const results = await this.sandbox.deploy({ ...options, assembly });
    return results.at(-1)!;
  }

  async destroy(stack: string): Promise<StackResult> {
    const [result] = await this.sandbox.destroy([stack]);
    await this.sandbox.settle();
    return result!;
  }

  /** What a user can see of a stack's databases: columns, indexes and rows; tables, indexes and items. */
  async snapshot(stack: string, database = 'app'): Promise<Snapshot> {
    return { sql: await this.sqlSnapshot(stack, database), tables: await this.tableSnapshot(stack) };
  }

  async sql(stack: string, statement: string, database = 'app'): Promise<readonly Record<string, unknown>[]> {
    const cluster = (await this.sandbox.resources(stack)).find(({ type }) => type === 'AWS::RDS::DBCluster');
    if (!cluster) throw new Error(`Stack ${stack} has no cluster.`);
    return this.sandbox.sql(cluster.physicalId, database, statement);
  }

  async putItem(stack: string, table: string, item: Record<string, string>): Promise<void> {
    const Item = Object.fromEntries(Object.entries(item).map(([name, value]) => [name, { S: value }]));
    await new DynamoDBClient({}).send(new PutItemCommand({ TableName: prefixOf(stack) + table, Item }));
  }

  /** The ledger of a stack's scope, through the same ports that the engine uses. */
  async ledger(
    stack: string,
  ): Promise<{ location: LedgerLocation; ports: Ports; state: ScopeState; events: readonly AuditEvent[] }> {
    const { Stacks } = await new CloudFormationClient({}).send(new DescribeStacksCommand({ StackName: stack }));
    const output = Stacks?.[0]?.Outputs?.find(({ Description }) => Description === ledgerOutputDescription);
    return this.ledgerAt(JSON.parse(output?.OutputValue ?? '{}') as LedgerLocation);
  }

  async ledgerAt(
    location: LedgerLocation,
  ): Promise<{ location: LedgerLocation; ports: Ports; state: ScopeState; events: readonly AuditEvent[] }> {
    const ports = awsPorts({ ledgerTable: location.table, leaseSeconds: 60 });
    const state = await ports.ledger.load(location.scope);
    return { location, ports, state, events: await ports.ledger.events(location.scope) };
  }

  /** Everything that must hold when nothing is going on: chain valid, lease free, nothing open, every request answered. */
  async quietLedger(stack: string): Promise<ScopeState> {
    const { ports, location, state, events } = await this.ledger(stack);
    const problem = verifyChain(events, state);
    if (problem) throw new Error(problem.message);
    const lease = await ports.leases.inspect(location.scope);
    if (lease) throw new Error(`The lease is held by ${lease.holder.id}.`);
    return state;
  }

  private async sqlSnapshot(stack: string, database: string): Promise<unknown> {
    const columns = await this.sql(
      stack,
      `SELECT table_name, column_name, data_type, is_nullable FROM information_schema.columns
       WHERE table_schema = 'public' ORDER BY table_name, column_name`,
      database,
    );
    const indexes = await this.sql(
      stack,
      `SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public' ORDER BY indexname`,
      database,
    );
    const rows: Record<string, unknown> = {};
    for (const table of new Set(columns.map(({ table_name }) => String(table_name)))) {
      rows[table] = await this.sql(
        stack,
        `SELECT to_jsonb(t)::text AS row FROM public.${table} t ORDER BY 1`,
        database,
      );
    }
    return { columns, indexes, rows };
  }

  private async tableSnapshot(stack: string): Promise<unknown> {
    const client = new DynamoDBClient({});
    const { TableNames = [] } = await client.send(new ListTablesCommand({}));
    const tables: Record<string, unknown> = {};
    for (const TableName of TableNames.filter((name) => name.startsWith(prefixOf(stack))).sort()) {
      const { Table } = await client.send(new DescribeTableCommand({ TableName }));
      const { Items = [] } = await client.send(new ScanCommand({ TableName }));
      const indexes = (Table?.GlobalSecondaryIndexes ?? []).map(({ IndexName, KeySchema }) => ({
        IndexName,
        KeySchema,
      }));
      const items = Items.map((item) => canonicalJson(item)).sort();
      tables[TableName] = { status: Table?.TableStatus, keys: Table?.KeySchema, indexes, items };
    }
    return tables;
  }
}

export interface Snapshot {
  readonly sql: unknown;
  readonly tables: unknown;
}

/** Status changes of the stack itself, in order. */
export function statuses(result: StackResult): string[] {
  return result.events.filter(({ type }) => type === 'AWS::CloudFormation::Stack').map(({ status }) => status);
}

/** The reasons of a resource's events, joined. */
export function reasonOf(result: StackResult, logicalId: RegExp): string {
  return result.events
    .filter((event) => logicalId.test(event.logicalId))
    .map(({ reason }) => reason)
    .join('\n');
}
