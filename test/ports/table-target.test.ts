import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { IndexDefinition } from '../../core/bundle/table-definitions';
import type { TableOperation } from '../../core/bundle/table-operations';
import { tableStep } from '../../core/engine/kinds/table';
import type { Observation } from '../../core/ledger/observation';
import type { TableIndex } from '../../core/ledger/table-index';
import type { HeldLease, TableDatabase, Target } from '../../core/ports';
import type { ScalingService } from '../../lambda/aws/auto-scaling';
import { DynamoDbTables } from '../../lambda/aws/dynamodb-tables';
import { openDynamoDb } from '../../packages/sandbox/test/services/dynamodb/open-dynamodb';
import { MemoryTables } from '../support/memory/tables';
import { session, stepContext } from './support/records';

interface TablesUnderTest {
  target(by: HeldLease): Target;
  close(): Promise<void>;
}

const kinds: readonly { readonly name: string; readonly open: () => Promise<TablesUnderTest> }[] = [
  { name: 'memory', open: async () => memory(0) },
  { name: 'memory that takes its time', open: async () => memory(3) },
  { name: 'DynamoDB (sandbox on dynoxide)', open: () => dynamoDb({}) },
  { name: 'DynamoDB that shows a new table late', open: () => dynamoDb({ 'dynamodb-create-visible-ms': '80' }) },
];

function memory(looks: number): TablesUnderTest {
  const tables = new MemoryTables(looks);
  return { target: (by) => tables.open(by), close: async () => undefined };
}

/** All tables of this suite are on-demand, so nobody is asked how they scale. */
const unasked: ScalingService = {
  settings: () => Promise.reject(new Error('was asked')),
  apply: () => Promise.reject(new Error('was asked')),
  remove: () => Promise.reject(new Error('was asked')),
};

async function dynamoDb(assumptions: Readonly<Record<string, string>>): Promise<TablesUnderTest> {
  const delays = { 'dynamodb-table-create-ms': '60', 'dynamodb-index-build-ms': '120', ...assumptions };
  const { client, close } = await openDynamoDb(delays);
  const properties = { DatabaseKind: 'dynamodb', Identity: 'meals-1', Tables: {}, TableNamePrefix: 'app-' } as const;
  return { target: (by) => new DynamoDbTables(client, properties, by, unasked), close };
}

describe.each(kinds)('a table target: $name', ({ open }) => {
  let tables: TablesUnderTest;
  let opened: Target;
  let target: TableDatabase;
  let table: string;
  let count = 0;

  beforeAll(async () => {
    tables = await open();
    opened = tables.target(session(1));
    target = opened.tables!;
  });
  afterAll(() => tables.close());
  beforeEach(() => {
    table = `plans${++count}`;
  });

  const byWeek: TableIndex = {
    name: 'byWeek',
    partitionKey: { name: 'week', type: 'S' },
    sortKey: { name: 'day', type: 'N' },
    projection: 'KEYS_ONLY',
  };
  const byUser: TableIndex = { name: 'byUser', partitionKey: { name: 'user', type: 'S' }, projection: ['week'] };
  const create = (): TableOperation => ({
    ...{ kind: 'createTable', table, partitionKey: { name: 'id', type: 'S' } },
    // The calls of the port are tested by themselves, also that which deletes.
    deletionProtection: false,
  });
  const add = (index: IndexDefinition): TableOperation => ({ kind: 'addGlobalIndex', table, index });
  const remove = (index: string): TableOperation => ({ kind: 'removeGlobalIndex', table, index });
  const context = () => stepContext({ file: 'meals/1.0.0_plans.ts', target: opened });
  const observe = (operation: TableOperation) => tableStep.observe({ type: 'table', operation }, context());
  /** Repeats a step until it is done, as the engine does. */
  const until = async (attempt: () => Promise<string>) => {
    const results: string[] = [];
    for (const end = Date.now() + 10_000; Date.now() < end; await sleep(10)) {
      results.push(await attempt());
      if (results.at(-1) === 'done') return results;
    }
    throw new Error(`not done after ${results.length} attempts`);
  };
  const apply = (operation: TableOperation) =>
    until(() => tableStep.perform({ type: 'table', operation }, context(), undefined));
  const invert = (operation: TableOperation, before: Observation) =>
    until(() => tableStep.invert({ type: 'table', operation }, context(), before));
  /** Without the counts, which DynamoDB takes only now and then. */
  const described = async () => (await target.describe(table))?.indexes.map(({ items: _items, ...index }) => index);
  const indexes = async () =>
    (await target.describe(table))?.indexes.map(({ name, status }) => `${name} ${status}`).sort();

  it('has no table before one is created', async () => {
    expect(await target.describe(table)).toBeUndefined();
  });

  it('creates a table with its indexes, and says when it is there', async () => {
    expect(await observe(create())).toEqual({ exists: false });
    await apply({ ...create(), globalIndexes: [byWeek] } as TableOperation);

    expect(await target.describe(table)).toMatchObject({
      status: 'ACTIVE',
      indexes: [{ ...byWeek, status: 'ACTIVE', backfilling: false }],
    });
  });

  it('refuses to create what exists, and keeps it', async () => {
    await apply(create());

    await expect(observe(create())).rejects.toMatchObject({ code: 'TABLE_EXISTS' });
    await target.createTable({
      kind: 'createTable',
      table,
      partitionKey: { name: 'id', type: 'S' },
      globalIndexes: [byWeek],
    });
    expect(await indexes()).toEqual([]);
  });

  it('adds two indexes in a row, and knows both as they were defined', async () => {
    await apply(create());
    for (const index of [byWeek, byUser]) {
      expect(await observe(add(index))).toEqual({ exists: false });
      await apply(add(index));
    }

    expect(await described()).toEqual(
      expect.arrayContaining([
        { ...byWeek, status: 'ACTIVE', backfilling: false },
        { ...byUser, status: 'ACTIVE', backfilling: false },
      ]),
    );
    await expect(observe(add(byWeek))).rejects.toMatchObject({ code: 'INDEX_EXISTS' });
  });

  it('ignores a second index while the first is being built, and accepts it later', async () => {
    await apply(create());
    await target.addIndex(table, byWeek);
    await target.addIndex(table, byUser);
    await apply(add(byUser));

    expect((await indexes())?.at(-1)).toBe('byWeek ACTIVE');
    expect(await indexes()).toEqual(['byUser ACTIVE', 'byWeek ACTIVE']);
  });

  it('removes an index, and recreates it as it was', async () => {
    await apply(create());
    await apply(add(byWeek));
    const before = await observe(remove('byWeek'));
    expect(before).toEqual({ exists: true, index: byWeek });

    await apply(remove('byWeek'));
    expect(await indexes()).toEqual([]);
    await expect(observe(remove('byWeek'))).rejects.toMatchObject({ code: 'INDEX_MISSING' });

    await invert(remove('byWeek'), before!);
    expect(await described()).toEqual([{ ...byWeek, status: 'ACTIVE', backfilling: false }]);
  });

  it('recreates an index with several attributes per key, a limit and warm throughput', async () => {
    const byHour: TableIndex = {
      ...byWeek,
      name: 'byHour',
      furtherPartitionKeys: [{ name: 'shop', type: 'S' }],
      furtherSortKeys: [
        { name: 'hour', type: 'N' },
        { name: 'till', type: 'B' },
      ],
      limit: { read: 300, write: 200 },
      warm: { write: 5_000 },
    };
    await apply(create());
    await until(async () => {
      const found = (await target.describe(table))?.indexes.find(({ name }) => name === 'byHour');
      if (!found) await target.addIndex(table, byHour);
      return found?.status === 'ACTIVE' ? 'done' : 'wait';
    });
    const before = await observe(remove('byHour'));
    expect(before).toEqual({ exists: true, index: byHour });

    await apply(remove('byHour'));
    await invert(remove('byHour'), before!);
    expect(await described()).toEqual([{ ...byHour, status: 'ACTIVE', backfilling: false }]);
  });

  it('inverts the creation of an index while it is being built', async () => {
    await apply(create());
    await target.addIndex(table, byWeek);

    await invert(add(byWeek), { exists: false });
    expect(await indexes()).toEqual([]);
  });

  it('inverts the creation of a table while it is being created', async () => {
    await target.createTable({ kind: 'createTable', table, partitionKey: { name: 'id', type: 'S' } });

    await invert(create(), { exists: false });
    expect(await target.describe(table)).toBeUndefined();
    await sleep(150);
    expect(await target.describe(table)).toBeUndefined();
    expect(await invert(create(), { exists: false })).toEqual(['done']);
  });

  it('deletes what is there, and ignores what is not', async () => {
    await apply(create());
    await apply({ kind: 'deleteTable', table });

    expect(await target.describe(table)).toBeUndefined();
    expect(await target.deleteTable(table)).toBe('gone');
    await expect(target.removeIndex(table, 'byWeek')).resolves.toBeUndefined();
    expect(await apply({ kind: 'deleteTable', table })).toEqual(['done']);
  });

  it('creates a table again whose name is free only in a moment', async () => {
    await apply(create());
    await target.deleteTable(table);
    await until(() => target.describe(table).then((found) => (found ? 'wait' : 'done')));

    await apply(create());
    expect((await target.describe(table))?.status).toBe('ACTIVE');
  });

  it('refuses what needs a table that is not there', async () => {
    await expect(observe(add(byWeek))).rejects.toMatchObject({ code: 'TABLE_MISSING' });
    await expect(observe(remove('byWeek'))).rejects.toMatchObject({ code: 'TABLE_MISSING' });
    await expect(target.addIndex(table, byWeek)).rejects.toMatchObject({ code: 'TABLE_OPERATION_FAILED' });
  });

  it('asks before every change whether the session still has its lease', async () => {
    const lost = new Error('lost');
    const stopped = tables.target({ scope: 'App', token: 1, guard: () => Promise.reject(lost) }).tables!;
    await apply(create());

    await expect(
      stopped.createTable({ kind: 'createTable', table: `${table}b`, partitionKey: { name: 'id', type: 'S' } }),
    ).rejects.toBe(lost);
    await expect(stopped.addIndex(table, byWeek)).rejects.toBe(lost);
    await expect(stopped.removeIndex(table, 'byWeek')).rejects.toBe(lost);
    await expect(stopped.deleteTable(table)).rejects.toBe(lost);
    expect(await indexes()).toEqual([]);
  });
});
