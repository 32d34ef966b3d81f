import { setTimeout as sleep } from 'node:timers/promises';
import { DescribeTableCommand, type DynamoDBClient, RestoreTableFromBackupCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { CreateTable, TableOperation } from '../../core/bundle/table-operations';
import type { Wait } from '../../core/engine/kinds/index';
import { tableStep } from '../../core/engine/kinds/table';
import type { Observation } from '../../core/ledger/observation';
import type { TableDatabase, Target } from '../../core/ports';
import { scalingService } from '../../lambda/aws/auto-scaling';
import { DynamoDbTables } from '../../lambda/aws/dynamodb-tables';
import { openAutoScaling } from '../../packages/sandbox/test/services/application-autoscaling/open-auto-scaling';
import { MemoryTables } from '../support/memory/tables';
import { session, stepContext } from './support/records';

interface TablesUnderTest {
  readonly target: Target;
  readonly client?: DynamoDBClient;
  close(): Promise<void>;
}

const kinds: readonly { readonly name: string; readonly open: () => Promise<TablesUnderTest> }[] = [
  { name: 'memory', open: async () => ({ target: new MemoryTables().open(session(1)), close: async () => undefined }) },
  { name: 'DynamoDB (sandbox)', open: dynamoDb },
];

const properties = { DatabaseKind: 'dynamodb', Identity: 'meals-1', Tables: {}, TableNamePrefix: 'app-' } as const;

async function dynamoDb(): Promise<TablesUnderTest> {
  const { dynamoDb: client, scaling, close } = await openAutoScaling('kept');
  return { target: new DynamoDbTables(client, properties, session(1), scalingService(scaling)), client, close };
}

describe.each(kinds)('the settings of tables: $name', ({ open }) => {
  let tables: TablesUnderTest;
  let target: TableDatabase;
  let table: string;
  let waits: Wait[] = [];
  let events: unknown[] = [];
  let count = 0;

  beforeAll(async () => {
    tables = await open();
    target = tables.target.tables!;
  });
  afterAll(() => tables.close());
  beforeEach(() => {
    table = `plans${++count}`;
    [waits, events] = [[], []];
  });

  const context = () =>
    stepContext({
      file: 'meals/1.0.0_plans.ts',
      target: tables.target,
      waitsFor: (wait) => waits.push(wait),
      record: async (event, detail) => {
        events.push([event, detail]);
      },
    });
  const until = async (attempt: () => Promise<string>) => {
    for (const end = Date.now() + 10_000; Date.now() < end; await sleep(10)) {
      if ((await attempt()) === 'done') return;
    }
    throw new Error(`not done; waits for ${JSON.stringify(waits.at(-1))}`);
  };
  const observe = (operation: TableOperation) => tableStep.observe({ type: 'table', operation }, context());
  const apply = (operation: TableOperation) =>
    until(() => tableStep.perform({ type: 'table', operation }, context(), undefined));
  const invert = (operation: TableOperation, before: Observation | undefined) =>
    until(() => tableStep.invert({ type: 'table', operation }, context(), before));
  const create = (more: Partial<CreateTable> = {}): CreateTable => ({
    ...{ kind: 'createTable', table, partitionKey: { name: 'id', type: 'S' }, sortKey: { name: 'day', type: 'S' } },
    ...more,
  });
  const provisioned: Partial<CreateTable> = {
    billingMode: 'provisioned',
    throughput: { read: 5, write: 6 },
    globalIndexes: [{ name: 'byDay', partitionKey: { name: 'day', type: 'S' }, throughput: { read: 7, write: 8 } }],
  };

  it('are for a new table what its operation says', async () => {
    const settings = {
      stream: 'NEW_IMAGE',
      tableClass: 'STANDARD_INFREQUENT_ACCESS',
      pointInTimeRecovery: 7,
      deletionProtection: false,
      tags: { team: 'meals' },
      contributorInsights: true,
      timeToLive: 'expires',
    } as const;
    await apply(create(settings));

    for (const [name, value] of Object.entries(settings)) {
      expect({ [name]: await target.setting(table, name as keyof typeof settings) }).toEqual({ [name]: value });
    }
  });

  it('protect a new table and its past unless the operation says otherwise', async () => {
    await apply(create());

    expect(await target.setting(table, 'deletionProtection')).toBe(true);
    expect(await target.setting(table, 'pointInTimeRecovery')).toBe(35);
    expect(await target.setting(table, 'billing')).toEqual({ mode: 'on-demand', table: {}, indexes: {} });
  });

  it('do not keep the creation of a table from being undone', async () => {
    await apply(create({ ...provisioned, autoScaling: { read: { min: 5, max: 50 } } }));
    expect(await target.scaling(table)).not.toEqual([]);

    await invert(create({ ...provisioned, autoScaling: { read: { min: 5, max: 50 } } }), { exists: false });
    expect(await target.describe(table)).toBeUndefined();
    // What scaled a table outlives it unless it is removed, and would scale the next one of this name.
    await apply(create(provisioned));
    expect(await target.scaling(table)).toEqual([]);
  });

  it.each<[string, (name: string) => TableOperation, unknown, unknown]>([
    ['stream', (t) => ({ kind: 'setStream', table: t, view: 'KEYS_ONLY' }), 'KEYS_ONLY', null],
    [
      'tableClass',
      (t) => ({ kind: 'setTableClass', table: t, tableClass: 'STANDARD_INFREQUENT_ACCESS' }),
      'STANDARD_INFREQUENT_ACCESS',
      'STANDARD',
    ],
    ['deletionProtection', (t) => ({ kind: 'setDeletionProtection', table: t, enabled: false }), false, true],
    ['pointInTimeRecovery', (t) => ({ kind: 'setPointInTimeRecovery', table: t, enabled: true, days: 3 }), 3, 35],
    ['pointInTimeRecovery', (t) => ({ kind: 'setPointInTimeRecovery', table: t, enabled: false }), null, 35],
    [
      'tags',
      (t) => ({ kind: 'tag', table: t, tags: { team: 'b', stage: 'c' } }),
      { team: 'b', stage: 'c', kept: 'k' },
      { team: 'a', kept: 'k' },
    ],
    ['tags', (t) => ({ kind: 'untag', table: t, keys: ['team', 'unknown'] }), { kept: 'k' }, { team: 'a', kept: 'k' }],
  ])('%s is changed, and changed back', async (name, operationOn, after, before) => {
    const operation = operationOn(table);
    const setting = name as 'stream';
    await apply(create({ tags: { team: 'a', kept: 'k' } }));
    const observed = await observe(operation);
    expect(await target.setting(table, setting)).toEqual(before);

    await apply(operation);
    expect(await target.setting(table, setting)).toEqual(after);
    await invert(operation, observed);
    expect(await target.setting(table, setting)).toEqual(before);
  });

  it('are changed only where they differ: the same stream stays', async () => {
    await apply(create({ stream: 'KEYS_ONLY' }));
    const operation = { kind: 'setStream', table, view: 'KEYS_ONLY' } as const;
    const observed = await observe(operation);
    const streamArn = async () =>
      tables.client &&
      (await tables.client.send(new DescribeTableCommand({ TableName: `app-${table}` }))).Table?.LatestStreamArn;
    const before = await streamArn();
    await apply(operation);
    await invert(operation, observed);

    expect(await target.setting(table, 'stream')).toBe('KEYS_ONLY');
    expect(await streamArn()).toBe(before);
  });

  it('replace a stream by one with another view', async () => {
    await apply(create({ stream: 'KEYS_ONLY' }));
    const operation = { kind: 'setStream', table, view: 'NEW_IMAGE' } as const;
    const observed = await observe(operation);
    await apply(operation);
    expect(await target.setting(table, 'stream')).toBe('NEW_IMAGE');

    await invert(operation, observed);
    expect(await target.setting(table, 'stream')).toBe('KEYS_ONLY');
  });

  it('wait for the hour in which time to live was changed', async () => {
    await apply(create());
    const operation = { kind: 'setTimeToLive', table, attribute: 'expires' } as const;
    const observed = await observe(operation);
    await apply(operation);
    expect(await target.setting(table, 'timeToLive')).toBe('expires');

    expect(await tableStep.invert({ type: 'table', operation }, context(), observed)).toBe('wait');
    expect(waits.at(-1)).toMatchObject({ what: expect.stringContaining('time to live'), table });
  });

  it('change a table to on-demand and back to the throughput that it and its index had', async () => {
    await apply(create(provisioned));
    const before = await target.setting(table, 'billing');
    const operation = { kind: 'setBillingMode', table, billingMode: 'on-demand' } as const;
    const observed = await observe(operation);
    await apply(operation);
    expect((await target.setting(table, 'billing')).mode).toBe('on-demand');

    await invert(operation, observed);
    expect(await target.setting(table, 'billing')).toEqual(before);
    expect(before).toEqual({
      mode: 'provisioned',
      table: { read: 5, write: 6 },
      indexes: { byDay: { read: 7, write: 8 } },
    });
  });

  it('change a table to provisioned and back', async () => {
    await apply(create({ globalIndexes: [{ name: 'byDay', partitionKey: { name: 'day', type: 'S' } }] }));
    const operation = {
      kind: 'setBillingMode',
      table,
      billingMode: 'provisioned',
      throughput: { read: 3, write: 4 },
      indexThroughput: { byDay: { read: 1, write: 2 } },
    } as const;
    const observed = await observe(operation);
    await apply(operation);
    expect(await target.setting(table, 'billing')).toEqual({
      mode: 'provisioned',
      table: { read: 3, write: 4 },
      indexes: { byDay: { read: 1, write: 2 } },
    });

    await invert(operation, observed);
    expect((await target.setting(table, 'billing')).mode).toBe('on-demand');
  });

  it.each([undefined, 'byDay'])('change the throughput (of index %s) and change it back', async (index) => {
    await apply(create(provisioned));
    const before = await target.setting(table, 'billing');
    const operation = { kind: 'setCapacity', table, index, throughput: { read: 9, write: 1 } } as const;
    const observed = await observe(operation);
    await apply(operation);
    const { table: own, indexes } = await target.setting(table, 'billing');
    expect(index ? indexes[index] : own).toEqual({ read: 9, write: 1 });

    await invert(operation, observed);
    expect(await target.setting(table, 'billing')).toEqual(before);
  });

  it.each([undefined, 'byDay'])('set up auto scaling (of index %s), replace it, and bring it back', async (index) => {
    await apply(create(provisioned));
    const scale = (autoScaling: { read?: object; write?: object } | null) =>
      ({ kind: 'setAutoScaling', table, index, autoScaling }) as TableOperation;
    const first = scale({ read: { min: 5, max: 50, target: 60 }, write: { min: 5, max: 20 } });
    const nothing = await observe(first);
    await apply(first);
    const settings = await target.scaling(table, index);
    expect(settings.filter(({ kind }) => kind === 'target')).toHaveLength(2);

    const second = scale({ read: { min: 6, max: 60 } });
    const observed = await observe(second);
    await apply(second);
    expect((await target.scaling(table, index)).filter(({ kind }) => kind === 'target')).toHaveLength(1);

    await invert(second, observed);
    expect(await target.scaling(table, index)).toEqual(expect.arrayContaining([...settings]));
    expect(await target.scaling(table, index)).toHaveLength(settings.length);
    await invert(first, nothing);
    expect(await target.scaling(table, index)).toEqual([]);
  });

  it('refuse the throughput of a table that has none, and of an index that is not there', async () => {
    await apply(create());
    const capacity = (index?: string): TableOperation => ({
      kind: 'setCapacity',
      table,
      index,
      throughput: { read: 1, write: 1 },
    });
    await expect(observe(capacity())).rejects.toMatchObject({ code: 'TABLE_NOT_PROVISIONED' });
    table = `${table}b`;
    await apply(create(provisioned));
    await expect(observe(capacity('other'))).rejects.toMatchObject({ code: 'INDEX_MISSING' });
    await expect(observe({ kind: 'setTableClass', table: 'absent', tableClass: 'STANDARD' })).rejects.toMatchObject({
      code: 'TABLE_MISSING',
      location: { file: 'meals/1.0.0_plans.ts' },
    });
  });

  it('refuse the throughput of an index that is not there, rather than ignore it', async () => {
    await apply(create());
    const throughput = { read: 3, write: 4 };
    const operation = { kind: 'setBillingMode', table, billingMode: 'provisioned', throughput } as const;
    await expect(observe({ ...operation, indexThroughput: { byDya: throughput } })).rejects.toMatchObject({
      code: 'INDEX_MISSING',
      message: expect.stringContaining('no index byDya (it has: none)'),
    });
  });

  it('go with what they are of: nothing scales the next index, or table, of the name', async () => {
    const scaled = (index?: string): TableOperation => {
      return { kind: 'setAutoScaling', table, index, autoScaling: { read: { min: 5, max: 50 } } };
    };
    const remove: TableOperation = { kind: 'removeGlobalIndex', table, index: 'byDay' };
    const definition = create({ ...provisioned, deletionProtection: false });
    await apply(definition);
    await apply(scaled());
    await apply(scaled('byDay'));
    const before = await target.scaling(table, 'byDay');
    const observed = await observe(remove);
    await apply(remove);
    expect(await target.scaling(table, 'byDay')).toEqual([]);
    await invert(remove, observed);
    expect(await target.scaling(table, 'byDay')).toEqual(before);

    await apply({ kind: 'deleteTable', table });
    await apply(definition);
    expect(await target.scaling(table)).toEqual([]);
    expect(await target.scaling(table, 'byDay')).toEqual([]);
  });

  it('let a table be deleted by its migration, after a backup that the history names', async () => {
    await apply(create());
    await apply({ kind: 'deleteTable', table });

    expect(await target.describe(table)).toBeUndefined();
    expect(events).toEqual([['recovery-point-created', { table, recoveryPoint: expect.stringMatching(/^arn:/) }]]);
  });

  it('add an index with several attributes per key, and remove it', async () => {
    const index = {
      name: 'byShop',
      partitionKey: [
        { name: 'shop', type: 'S' },
        { name: 'city', type: 'S' },
      ],
      sortKey: [
        { name: 'day', type: 'S' },
        { name: 'hour', type: 'N' },
      ],
    } as const;
    await apply(create());
    await apply({ kind: 'addGlobalIndex', table, index });
    expect((await target.describe(table))?.indexes).toMatchObject([
      {
        ...{ name: 'byShop', partitionKey: index.partitionKey[0], sortKey: index.sortKey[0] },
        ...{ furtherPartitionKeys: [index.partitionKey[1]], furtherSortKeys: [index.sortKey[1]] },
      },
    ]);

    await invert({ kind: 'addGlobalIndex', table, index }, { exists: false });
    expect((await target.describe(table))?.indexes).toEqual([]);
  });

  it('refuse before the first change what is too much for a table', async () => {
    const named = (number: number) =>
      ({ name: `by${number}00`, partitionKey: { name: 'day', type: 'S' }, projection: 'KEYS_ONLY' }) as const;
    const withIndexes = create({ globalIndexes: Array.from({ length: 19 }, (_, number) => named(number)) });
    const refuse = (operations: readonly TableOperation[]) =>
      tableStep.refuse!(
        operations.map((operation) => ({ type: 'table', operation })),
        context(),
      );
    const add = (number: number): TableOperation => ({ kind: 'addGlobalIndex', table, index: named(number) });
    const drop: TableOperation = { kind: 'removeGlobalIndex', table, index: 'by000' };

    await expect(refuse([withIndexes, add(20), add(21)])).rejects.toMatchObject({ code: 'TABLE_LIMIT' });
    await apply(withIndexes);
    await expect(refuse([add(20)])).resolves.toBeUndefined();
    await expect(refuse([drop, add(20), add(21)])).resolves.toBeUndefined();
    await expect(refuse([add(20), add(21), drop])).rejects.toMatchObject({
      code: 'TABLE_LIMIT',
      message: expect.stringContaining('21 global indexes'),
    });
  });
});

describe('decreases of throughput', () => {
  const refuse = async (today: number, last: number | undefined, units: readonly number[]) => {
    const tables = new MemoryTables();
    const target = tables.open(session(1));
    const now = Date.parse('2026-01-01T12:00:00Z');
    await target.tables.createTable({
      ...{ kind: 'createTable', table: 'plans', partitionKey: { name: 'id', type: 'S' } },
      ...{ billingMode: 'provisioned', throughput: { read: 50, write: 50 } },
    });
    tables.decreased.set('plans', { today, ...(last !== undefined && { last: now - last }) });
    const operations = units.map((read): TableOperation => {
      return { kind: 'setCapacity', table: 'plans', throughput: { read, write: 50 } };
    });
    const context = stepContext({ file: 'meals/1.0.0_plans.ts', target, now: () => now });
    return tableStep.refuse!(
      operations.map((operation) => ({ type: 'table', operation })),
      context,
    ).then(
      () => 'allowed',
      ({ code }) => code,
    );
  };

  it.each([
    ['four down are four', 0, undefined, [40, 30, 20, 10], 'allowed'],
    ['a fifth is too much', 0, undefined, [40, 30, 20, 10, 5], 'TABLE_LIMIT'],
    ['one up takes one down to undo', 4, 1000, [60], 'TABLE_LIMIT'],
    ['what does not change takes none', 4, 1000, [50], 'allowed'],
    ['after an hour one more is allowed', 4, 3_600_001, [40], 'allowed'],
    ['but not two', 4, 3_600_001, [40, 30], 'TABLE_LIMIT'],
  ] as const)('are counted before the first of them: %s', async (_, today, last, units, result) => {
    expect(await refuse(today, last, units)).toBe(result);
  });
});

describe('the backup of a table that is deleted', () => {
  it('has its items', async () => {
    const tables = await dynamoDb();
    const { client, target } = tables as Required<TablesUnderTest>;
    const recoveryPoints: string[] = [];
    const context = stepContext({
      file: 'meals/1.0.0_plans.ts',
      target,
      record: async (_event, { recoveryPoint }) => {
        recoveryPoints.push(String(recoveryPoint));
      },
    });
    const run = async (operation: TableOperation) => {
      while ((await tableStep.perform({ type: 'table', operation }, context, undefined)) !== 'done') await sleep(10);
    };
    const { PutItemCommand, ScanCommand } = await import('@aws-sdk/client-dynamodb');
    await run({ kind: 'createTable', table: 'old', partitionKey: { name: 'id', type: 'S' } });
    const Item = {
      id: { S: '1' },
      arn: { S: 'arn:aws:kms:eu-west-1:999999999999:key/k' },
      n: { N: '12345678901234567890' },
    };
    await client.send(new PutItemCommand({ TableName: 'app-old', Item }));
    await run({ kind: 'deleteTable', table: 'old' });

    await client.send(
      new RestoreTableFromBackupCommand({ TargetTableName: 'restored', BackupArn: recoveryPoints[0]! }),
    );
    const read = async (): Promise<unknown> => {
      try {
        return (await client.send(new ScanCommand({ TableName: 'restored' }))).Items;
      } catch {
        await sleep(20);
        return read();
      }
    };
    expect(recoveryPoints).toHaveLength(1);
    expect(await read()).toEqual([Item]);
    await tables.close();
  });
});
