import { setTimeout as sleep } from 'node:timers/promises';
import { DeleteResourcePolicyCommand, DescribeTableCommand, PutResourcePolicyCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { BundledMigration } from '../../core/bundle/bundle';
import type { TableOperation } from '../../core/bundle/table-operations';
import { tableStep } from '../../core/engine/kinds/table';
import type { TableDatabase, Target } from '../../core/ports';
import { compareTables } from '../../core/schema/tables/compare-tables';
import { scalingService } from '../../lambda/aws/auto-scaling';
import { DynamoDbTables } from '../../lambda/aws/dynamodb-tables';
import { openAutoScaling } from '../../packages/sandbox/test/services/application-autoscaling/open-auto-scaling';
import { MemoryTables } from '../support/memory/tables';
import { session, stepContext } from './support/records';

type Policy = Readonly<Record<string, unknown>>;

interface TablesUnderTest {
  readonly target: Target;
  /** As somebody does it by hand. */
  setPolicy(table: string, policy: Policy | undefined): Promise<unknown>;
  close(): Promise<void>;
}

const kinds: readonly { readonly name: string; readonly open: () => Promise<TablesUnderTest> }[] = [
  { name: 'memory', open: async () => memory() },
  { name: 'DynamoDB (sandbox)', open: dynamoDb },
];

function memory(): TablesUnderTest {
  const tables = new MemoryTables();
  const setPolicy = async (table: string, policy: Policy | undefined) => tables.policies.set(table, policy);
  return { target: tables.open(session(1)), setPolicy, close: async () => undefined };
}

async function dynamoDb(): Promise<TablesUnderTest> {
  const { dynamoDb: client, scaling, close } = await openAutoScaling('kept');
  const properties = { DatabaseKind: 'dynamodb', Identity: 'meals-1', Tables: {}, TableNamePrefix: 'app-' } as const;
  const setPolicy = async (table: string, policy: Policy | undefined) => {
    const { Table } = await client.send(new DescribeTableCommand({ TableName: `app-${table}` }));
    const ResourceArn = Table?.TableArn;
    return policy
      ? client.send(new PutResourcePolicyCommand({ ResourceArn, Policy: JSON.stringify(policy) }))
      : client.send(new DeleteResourcePolicyCommand({ ResourceArn }));
  };
  return { target: new DynamoDbTables(client, properties, session(1), scalingService(scaling)), setPolicy, close };
}

const id = { name: 'id', type: 'S' } as const;
const day = { name: 'day', type: 'S' } as const;

describe.each(kinds)('comparing tables with their migrations: $name', ({ open }) => {
  let tables: TablesUnderTest;
  let database: TableDatabase;
  let table: string;
  let count = 0;

  beforeAll(async () => {
    tables = await open();
    database = tables.target.tables!;
  });
  afterAll(() => tables.close());
  beforeEach(() => {
    table = `plans${++count}`;
  });

  /** As the engine does it, or by hand. */
  async function run(operation: TableOperation): Promise<void> {
    const context = stepContext({ file: 'meals/1.0.0_plans.ts', target: tables.target });
    while ((await tableStep.perform({ type: 'table', operation }, context, undefined)) !== 'done') await sleep(10);
  }
  const migrationOf = (operation: TableOperation, number: number): BundledMigration => ({
    ...{ id: `meals/1.${number}.0`, target: 'meals', version: `1.${number}.0`, name: 'change', kind: 'dynamodb' },
    ...{ checksum: `${number}`, dependsOn: [], irreversible: false, file: `meals/1.${number}.0_change.ts` },
    phases: [{ name: 'up', actions: [{ type: 'table', operation }] }],
  });
  const compare = (...operations: readonly TableOperation[]) => {
    const migrations = operations.map(migrationOf).map((migration) => ({ migration, isContracted: true }));
    return compareTables(migrations, database);
  };
  const create = (more: object = {}): TableOperation => ({
    ...{ kind: 'createTable', table, partitionKey: id, sortKey: day },
    ...more,
  });
  const byKind = { name: 'byKind', partitionKey: { name: 'kind', type: 'S' }, projection: ['b', 'a'] } as const;

  it('finds nothing after the migrations, whatever they did', async () => {
    const operations: readonly TableOperation[] = [
      create({
        ...{ billingMode: 'provisioned', throughput: { read: 5, write: 6 }, stream: 'NEW_IMAGE', tags: { team: 'a' } },
        localIndexes: [{ name: 'local', sortKey: { name: 'size', type: 'N' }, projection: 'KEYS_ONLY' }],
        globalIndexes: [{ name: 'byDay', partitionKey: day, throughput: { read: 7, write: 8 } }],
      }),
      { kind: 'addGlobalIndex', table, index: byKind },
      { kind: 'setCapacity', table, index: 'byDay', throughput: { read: 9, write: 9 } },
      { kind: 'setCapacity', table, throughput: { read: 6, write: 6 } },
      { kind: 'setStream', table, view: null },
      { kind: 'setTimeToLive', table, attribute: 'expires' },
      { kind: 'setPointInTimeRecovery', table, enabled: true, days: 7 },
      { kind: 'setDeletionProtection', table, enabled: false },
      { kind: 'tag', table, tags: { team: 'b', cost: 'x' } },
      { kind: 'untag', table, keys: ['cost'] },
      { kind: 'setAutoScaling', table, autoScaling: { read: { min: 6, max: 60 } } },
    ];
    for (const operation of operations) await run(operation);
    expect(await compare(...operations)).toEqual([]);

    const more: readonly TableOperation[] = [
      { kind: 'removeGlobalIndex', table, index: 'byDay' },
      { kind: 'setAutoScaling', table, autoScaling: null },
      { kind: 'setBillingMode', table, billingMode: 'on-demand' },
    ];
    for (const operation of more) await run(operation);
    expect(await compare(...operations, ...more)).toEqual([]);
  });

  it('tells what somebody changed by hand', async () => {
    const made = [create({ globalIndexes: [{ name: 'byDay', partitionKey: day }], tags: { team: 'a', cost: 'x' } })];
    await run(made[0]!);
    await run({ kind: 'removeGlobalIndex', table, index: 'byDay' });
    await run({ kind: 'addGlobalIndex', table, index: byKind });
    await run({ kind: 'setDeletionProtection', table, enabled: false });
    await run({ kind: 'setPointInTimeRecovery', table, enabled: true, days: 3 });
    await run({ kind: 'setStream', table, view: 'KEYS_ONLY' });
    await run({ kind: 'setBillingMode', table, billingMode: 'provisioned', throughput: { read: 5, write: 5 } });
    await run({ kind: 'tag', table, tags: { team: 'b', own: 'y' } });
    await run({ kind: 'untag', table, keys: ['cost'] });

    const byDay = 'PARTITION KEY (day S) PROJECTION ALL';
    const unexpected = 'PARTITION KEY (kind S) PROJECTION (a, b) 5 read, 5 write';
    expect(await compare(...made)).toEqual([
      { kind: 'index', name: `${table}.byDay`, difference: 'missing', expected: byDay },
      { kind: 'index', name: `${table}.byKind`, difference: 'unexpected', actual: unexpected },
      ...[
        ['billing', 'on-demand', 'provisioned, 5 read, 5 write'],
        ['deletionProtection', 'on', 'off'],
        ['pointInTimeRecovery', '35', '3'],
        ['stream', 'off', 'KEYS_ONLY'],
      ].map(([name, expected, actual]) => {
        return { kind: 'setting', name: `${table}.${name}`, difference: 'changed', expected, actual };
      }),
      { kind: 'tag', name: `${table}.cost`, difference: 'missing', expected: 'x' },
      { kind: 'tag', name: `${table}.team`, difference: 'changed', expected: 'a', actual: 'b' },
    ]);
  });

  it('tells a policy that was put, changed or removed by hand, and not another way to write it', async () => {
    const policy = (action: string, account: unknown): Policy => ({
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Action: action, Principal: { AWS: account }, Resource: '*' }],
    });
    const withPolicy = create({ resourcePolicy: policy('dynamodb:GetItem', '111122223333') });
    await run(withPolicy);
    expect(await compare(withPolicy)).toEqual([]);
    await tables.setPolicy(table, {
      Statement: {
        ...{ Resource: ['*'], Principal: { AWS: ['arn:aws:iam::111122223333:root'] } },
        ...{ Action: ['dynamodb:GetItem'], Effect: 'Allow' },
      },
      Version: '2012-10-17',
    });
    expect(await compare(withPolicy)).toEqual([]);

    const kindAndName = { kind: 'resource policy', name: table };
    expect(await compare(create())).toMatchObject([{ ...kindAndName, difference: 'unexpected' }]);
    await tables.setPolicy(table, policy('dynamodb:*', '111122223333'));
    expect(await compare(withPolicy)).toEqual([
      {
        ...{ ...kindAndName, difference: 'changed' },
        expected: expect.stringContaining('"dynamodb:GetItem"'),
        actual: expect.stringContaining('"dynamodb:*"'),
      },
    ]);
    await tables.setPolicy(table, undefined);
    expect(await compare(withPolicy)).toMatchObject([{ ...kindAndName, difference: 'missing' }]);
    expect(await compare(create())).toEqual([]);
  });

  it('compares of a table that others made only what the migrations changed', async () => {
    await run(create());
    const changes: readonly TableOperation[] = [
      { kind: 'setDeletionProtection', table, enabled: true },
      { kind: 'addGlobalIndex', table, index: byKind },
      { kind: 'tag', table, tags: { team: 'a' } },
    ];
    for (const operation of changes) await run(operation);
    await run({ kind: 'setStream', table, view: 'KEYS_ONLY' });
    await run({ kind: 'addGlobalIndex', table, index: { name: 'own', partitionKey: day } });
    expect(await compare(...changes)).toEqual([]);

    await run({ kind: 'setDeletionProtection', table, enabled: false });
    expect(await compare(...changes)).toMatchObject([{ kind: 'setting', name: `${table}.deletionProtection` }]);
  });

  it('tells a table that is gone with everything of it, and one whose keys are others', async () => {
    expect(await compare(create())).toContainEqual({
      ...{ kind: 'table', name: table, difference: 'missing' },
      expected: 'PARTITION KEY (id S) SORT KEY (day S)\nENCRYPTION aws-owned',
    });

    await run(create({ sortKey: undefined }));
    expect(await compare(create())).toEqual([
      {
        ...{ kind: 'table', name: table, difference: 'changed' },
        expected: 'PARTITION KEY (id S) SORT KEY (day S)\nENCRYPTION aws-owned',
        actual: 'PARTITION KEY (id S)\nENCRYPTION aws-owned',
      },
    ]);
    expect(await compare(create(), { kind: 'deleteTable', table })).toEqual([]);
  });
});
