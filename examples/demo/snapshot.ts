import { DescribeTableCommand, DynamoDBClient, ListTablesCommand, paginateScan } from '@aws-sdk/client-dynamodb';
import type { Sandbox } from '@cdk-migrations/sandbox';

/** Everything a user can see of the databases, in an order that only depends on the content. */
export interface Snapshot {
  /** By name: PostgreSQL tables and DynamoDB tables. */
  readonly tables: Readonly<Record<string, TableSnapshot>>;
}

export interface TableSnapshot {
  readonly store: 'PostgreSQL' | 'DynamoDB';
  /** Columns with type, default and nullability; for DynamoDB the key schema. */
  readonly columns: readonly string[];
  readonly indexes: readonly string[];
  readonly constraints: readonly string[];
  /** Rows or items as JSON. */
  readonly rows: readonly string[];
}

export async function takeSnapshot(sandbox: Sandbox, stack: string): Promise<Snapshot> {
  const [sql, dynamodb] = await Promise.all([sqlTables(sandbox, stack), dynamoDbTables(sandbox)]);
  return { tables: { ...sql, ...dynamodb } };
}

/** What must be equal before a deployment and after its rollback. */
export function schemaOf({ tables }: Snapshot): unknown {
  return Object.fromEntries(Object.entries(tables).map(([name, { rows: _rows, ...schema }]) => [name, schema]));
}

async function sqlTables(sandbox: Sandbox, stack: string): Promise<Snapshot['tables']> {
  const resources = await sandbox.resources(stack);
  const cluster = resources.find(({ type }) => type === 'AWS::RDS::DBCluster')!.physicalId;
  const list = async (statement: string) => {
    const rows = await sandbox.sql(cluster, 'nutrition', statement);
    return rows.map((row) => Object.values(row).map(String).join(' '));
  };
  const names = await list(
    "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public' ORDER BY table_name",
  );
  const tables: Record<string, TableSnapshot> = {};
  for (const name of names) {
    tables[name] = {
      store: 'PostgreSQL',
      columns: await list(
        `SELECT column_name, data_type, is_nullable, column_default FROM information_schema.columns
         WHERE table_schema = 'public' AND table_name = '${name}' ORDER BY ordinal_position`,
      ),
      indexes: await list(`SELECT indexname, indexdef FROM pg_indexes WHERE tablename = '${name}' ORDER BY indexname`),
      constraints: await list(
        `SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint
         WHERE conrelid = 'public.${name}'::regclass ORDER BY conname`,
      ),
      rows: await list(`SELECT to_jsonb(t)::text FROM public.${name} t ORDER BY id`),
    };
  }
  return tables;
}

async function dynamoDbTables({ endpoint }: Sandbox): Promise<Snapshot['tables']> {
  const credentials = { accessKeyId: 'sandbox', secretAccessKey: 'sandbox' };
  const client = new DynamoDBClient({ endpoint, region: 'us-east-1', credentials });
  const { TableNames = [] } = await client.send(new ListTablesCommand({}));
  const tables: Record<string, TableSnapshot> = {};
  for (const TableName of TableNames.filter((name) => name.startsWith('nutrition-')).sort()) {
    const { Table } = await client.send(new DescribeTableCommand({ TableName }));
    const items: Readonly<Record<string, unknown>>[] = [];
    for await (const { Items = [] } of paginateScan({ client }, { TableName, ConsistentRead: true }))
      items.push(...Items);
    const keys = (schema: typeof Table = {}) => (schema.KeySchema ?? []).map(({ AttributeName }) => AttributeName);
    tables[TableName] = {
      store: 'DynamoDB',
      columns: [`key ${keys(Table).join(' + ')}`],
      indexes: (Table?.GlobalSecondaryIndexes ?? [])
        .map((index) => `${index.IndexName} ${keys(index).join(' + ')} ${index.Projection?.ProjectionType}`)
        .sort(),
      constraints: [],
      rows: items
        .map((item) => JSON.stringify(item, Object.keys(item).concat(['S', 'N', 'L', 'M', 'BOOL']).sort()))
        .sort(),
    };
  }
  client.destroy();
  return tables;
}
