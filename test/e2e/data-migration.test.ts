import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { BatchWriteItemCommand, DynamoDBClient, PutItemCommand, ScanCommand } from '@aws-sdk/client-dynamodb';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { App, Stack } from 'aws-cdk-lib';
import * as ssm from 'aws-cdk-lib/aws-ssm';
import { DatabaseMigrations, MigrationTarget } from '../../lib';
import { expectStatus } from '../support/expect-status';
import { writeMigrations } from '../support/lifecycle-app';
import { LifecycleWorld } from '../support/lifecycle-world';
import { runJson } from '../support/run-cli';

jest.setTimeout(180_000);

const first = {
  'shop/1.0.0_people.ts': `import { createTable, dynamodb } from 'cdk-migrations/authoring';
export default dynamodb({ up: [createTable({ table: 'people', partitionKey: { name: 'id', type: 'S' } })] });
`,
};
const second = {
  ...first,
  'shop/1.1.0_split_names.ts': `import { data } from 'cdk-migrations/authoring';
export default data({
  dependsOn: ['1.0.0'],
  source: 'people',
  segments: 3,
  // How busy the machine is must not matter here.
  latencyBudget: 'none',
  transform: ({ name, ...person }: { readonly id: string; readonly name?: string }) => {
    if (name === undefined) return person;
    const [first, last] = name.split(' ');
    return { ...person, first, last };
  },
});
`,
};

const rows = Array.from({ length: 40 }, (_, id) => `m${id},Seed,"Row, ${id}"`);
const third = {
  ...second,
  'shop/more.csv': `id,first,last\n${rows.join('\n')}\n`,
  'shop/1.2.0_more_people.ts': `import { data } from 'cdk-migrations/authoring';
export default data({
  dependsOn: ['1.1.0'],
  source: { file: 'more.csv' },
  destination: 'people',
  transform: (person) => person,
});
`,
};

const TableName = 'shop-people';
const count = 600;

/** With the built asset, the machine with its Distributed Map, and no permissions but those that the construct gives. */
describe('a data migration', () => {
  let world: LifecycleWorld;
  beforeAll(async () => {
    world = await LifecycleWorld.open({ assumptions: { 'dynamodb-table-create-ms': '0' } });
  });
  afterAll(() => world.close());

  function synthesize(release: Readonly<Record<string, string>>): string {
    const outdir = mkdtempSync(join(world.folder, 'cdk-'));
    const app = new App({ outdir, analyticsReporting: false, builtinCloudFormationValidation: false });
    const stack = new Stack(app, 'Shop');
    const migrations = new DatabaseMigrations(stack, 'Migrations', {
      migrationsPath: writeMigrations(world.folder, release),
      targets: { shop: MigrationTarget.dynamodb({ tableNamePrefix: 'shop-' }) },
    });
    const stringValue = String(Object.keys(release).length);
    const sibling = new ssm.StringParameter(stack, 'Sibling', { stringValue });
    (sibling.node.defaultChild as ssm.CfnParameter).overrideLogicalId('Sibling');
    migrations.dependOnMigrations(sibling);
    return app.synth().directory;
  }

  const client = () => new DynamoDBClient({});

  async function people(): Promise<ReadonlyMap<string, unknown>> {
    const { Items = [] } = await client().send(new ScanCommand({ TableName, ConsistentRead: true }));
    return new Map(Items.map((item) => [item['id']!.S!, unmarshall(item)]));
  }

  const former = Array.from({ length: count }, (_, id) => ({ id: `p${id}`, name: `First${id} Last${id}` }));

  it('comes back item by item when a sibling fails, although one of its workers was killed', async () => {
    expectStatus(await world.deployAssembly(synthesize(first)), 'CREATE_COMPLETE');
    for (let from = 0; from < count; from += 25) {
      const puts = former.slice(from, from + 25).map((item) => ({ PutRequest: { Item: marshall(item) } }));
      await client().send(new BatchWriteItemCommand({ RequestItems: { [TableName]: puts } }));
    }
    let writes = 0;
    const stop = world.sandbox.intercept({
      async before(call) {
        if (!call.functionName?.includes('EngineWork') || call.operation !== 'BatchExecuteStatement') return;
        writes += 1;
        // In the middle of a page: what it has written so far stays written.
        if (writes === 5) call.kill();
      },
    });
    const failed = await world.deployAssembly(synthesize(second), {
      fail: [{ logicalId: 'Sibling' }],
    });
    stop();

    expectStatus(failed, 'UPDATE_ROLLBACK_COMPLETE');
    expect(writes).toBeGreaterThan(5);
    expect(await people()).toEqual(new Map(former.map((item) => [item.id, item])));
  });

  it('can be tried before on items of the table, and nothing is written then', async () => {
    const before = await people();
    const operations = new Set<string>();
    const stop = world.sandbox.intercept({
      async before(call) {
        if (call.functionName === undefined) operations.add(call.operation);
      },
    });
    const folder = writeMigrations(world.folder, second);
    const { json, exitCode } = await runJson<{ readonly counts: object; readonly items: readonly object[] }>(
      ['backfill', '--dry-run', '50', '--migrations', folder, '--stack', 'Shop'],
      { cwd: world.folder },
    );
    stop();

    expect({ exitCode, counts: json.counts }).toMatchObject({ exitCode: 0, counts: { read: 50, updated: 50 } });
    expect(json.items).toHaveLength(50);
    expect(json.items[0]).toMatchObject({
      outcome: 'changed',
      changes: [{ before: { name: expect.stringMatching(/^First/) } }],
    });
    expect([...operations].filter((name) => !/^(Describe|Get|Scan|Query|BatchGet)/.test(name))).toEqual([]);
    expect(operations).toContain('Scan');
    expect(await people()).toEqual(before);

    const asked = await runJson(
      ['backfill', '--segments', '4', '--rate', '100000', '--migrations', folder, '--stack', 'Shop'],
      { cwd: world.folder },
    );
    expect(asked.json).toMatchObject({ migration: 'shop/1.1.0', asked: { segments: 4, rate: 100_000 } });
  });

  it('can be started ahead, and taken back', async () => {
    const before = await people();
    const folder = writeMigrations(world.folder, second);
    const run = (...args: readonly string[]) =>
      runJson<object>(['backfill', ...args, '--migrations', folder, '--stack', 'Shop'], { cwd: world.folder });
    const started = await run('start', '--target-version', '1.1.0');
    expect(started).toMatchObject({
      exitCode: 0,
      json: { migration: 'shop/1.1.0', state: 'done', counts: { read: count, updated: count } },
    });
    expect((await people()).get('p7')).toEqual({ id: 'p7', first: 'First7', last: 'Last7' });
    expect((await run('status')).json).toMatchObject({
      passes: [{ does: 'write', state: 'done', progress: { segments: { of: 4, done: 4 } } }],
    });
    expect((await run('undo')).json).toMatchObject({ state: 'undone', counts: { restored: count, kept: 0 } });
    expect(await people()).toEqual(before);
    expect((await run('undo')).json).toMatchObject({ error: { code: 'NOTHING_AHEAD' } });
  });

  it('is complete when the stack update succeeds, also for what the former release wrote until then', async () => {
    const late = { id: 'late', name: 'Late Comer' };
    let isWritten = false;
    const stop = world.sandbox.intercept({
      async before(call) {
        // The answer of the migrations has been sent, and the stack update goes on.
        if (isWritten || !call.functionName?.includes('EngineOnEvent') || call.operation !== 'StartExecution') return;
        const { Items = [] } = await client().send(new ScanCommand({ TableName, Limit: 1 }));
        if (Items[0]?.['first'] === undefined) return;
        isWritten = true;
        await client().send(new PutItemCommand({ TableName, Item: marshall(late) }));
      },
    });
    expectStatus(await world.deployAssembly(synthesize(second)), 'UPDATE_COMPLETE');
    await world.sandbox.settle();
    stop();

    expect(isWritten).toBe(true);
    const expected = [...former, late].map(({ id, name }) => {
      const [firstName, last] = name.split(' ');
      return [id, { id, first: firstName, last }] as const;
    });
    expect(await people()).toEqual(new Map(expected));
  });

  it('from a seed file is taken back exactly, and written when the stack update succeeds', async () => {
    const before = await people();
    const own = { id: 'm3', first: 'Written', last: 'Before' };
    const changed = { id: 'm7', first: 'Changed', last: 'Since' };
    const put = (item: object) => client().send(new PutItemCommand({ TableName, Item: marshall(item) }));
    await put(own);
    let isChanged = false;
    const stop = world.sandbox.intercept({
      async before(call) {
        // The rows are there, and are about to be taken back.
        if (isChanged || !call.functionName?.includes('EngineOnEvent') || call.operation !== 'StartExecution') return;
        if (!(await people()).has('m39')) return;
        isChanged = true;
        await put(changed);
      },
    });
    const failed = await world.deployAssembly(synthesize(third), { fail: [{ logicalId: 'Sibling' }] });
    stop();
    expectStatus(failed, 'UPDATE_ROLLBACK_COMPLETE');
    expect(isChanged).toBe(true);
    expect(await people()).toEqual(new Map([...before, ['m3', own], ['m7', changed]]));

    expectStatus(await world.deployAssembly(synthesize(third)), 'UPDATE_COMPLETE');
    const after = await people();
    expect(after.size).toBe(before.size + 40);
    expect(after.get('m3')).toEqual(own);
    expect(after.get('m8')).toEqual({ id: 'm8', first: 'Seed', last: 'Row, 8' });
  });
});
