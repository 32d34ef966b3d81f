import { BatchWriteItemCommand, ScanCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { segmentsFor } from '../../core/engine/kinds/data';
import { dynamoDbClientOf } from '../../test/support/dynoxide';
import { BenchBackfill } from '../bench-backfill';

/** Works on all items of a table once, in one of these ways, and prints how long it took and how much memory. */
const [way, endpoint, table, copy, count, warmTable, warmCopy, warmCount] = process.argv.slice(2) as [
  ...[Way, string, string, string, string],
  ...(string | undefined)[],
];

interface Work {
  readonly table: string;
  /** Where the results go; `-` in place. */
  readonly copy: string;
  readonly count: number;
}

type Way = 'seed' | 'copy' | 'copy-to-existing' | 'copy-floor' | 'in-place' | 'in-place-floor';

const client = dynamoDbClientOf(endpoint);
const [segments, writers, inBatch] = [8, 16, 25];

const ways: Readonly<Record<Way, (work: Work) => Promise<void>>> = {
  seed,
  copy: ours,
  'copy-to-existing': ours,
  'copy-floor': copyFloor,
  'in-place': ours,
  'in-place-floor': inPlaceFloor,
};

async function main(): Promise<void> {
  // The same way, so that nothing of how a process begins is measured: neither code that is not compiled yet, nor a heap that
  // grows to what V8 leaves uncollected.
  if (warmTable) await ways[way]({ table: warmTable, copy: warmCopy!, count: Number(warmCount) });
  const startedAt = performance.now();
  await ways[way]({ table, copy, count: Number(count) });
  const seconds = (performance.now() - startedAt) / 1000;
  console.log(JSON.stringify({ seconds, megabytes: process.resourceUsage().maxRSS / 1024 }));
}

/** Items of about 250 bytes. */
async function seed({ table, count }: Work): Promise<void> {
  const text = 'a description that nobody reads; '.repeat(4);
  const make = (index: number) => ({
    id: { S: `item-${index}` },
    name: { S: `First${index} Last${index}` },
    age: { N: String(index % 100) },
    email: { S: `somebody${index}@example.com` },
    active: { BOOL: index % 2 === 0 },
    tags: { L: [{ S: 'one' }, { S: 'two' }] },
    text: { S: text },
  });
  const batches = Array.from({ length: Math.ceil(count / inBatch) }, (_, batch) => batch * inBatch);
  await inParallel(batches, writers, async (first) => {
    const length = Math.min(inBatch, count - first);
    await putAll(
      table,
      Array.from({ length }, (_, index) => make(first + index)),
    );
  });
}

/** The work of a deployment with its ledger: leases, checkpoints, and what takes the changes back. */
async function ours({ table, copy, count }: Work): Promise<void> {
  const destination = copy === '-' ? undefined : { target: 'tables', table: copy };
  const bench = new BenchBackfill(client, table, destination, way === 'copy');
  // There is no application.
  await bench.control({ state: 'running', rate: 0 });
  const results = await bench.work(segmentsFor(count));
  if (!results.every((result) => result === 'done')) throw new Error(`The segments ended ${results.join()}.`);
}

/** What anybody would write first: a parallel scan, and batches of puts. */
async function copyFloor({ table, copy }: Work): Promise<void> {
  await scanAll(table, async (items) => {
    const made = items.map((item) => ({ ...item, version: { N: '2' } }));
    const batches = Array.from({ length: Math.ceil(made.length / inBatch) }, (_, index) => index * inBatch);
    await inParallel(batches, writers / segments, (first) => putAll(copy, made.slice(first, first + inBatch)));
  });
}

/** One conditional update for each item. */
async function inPlaceFloor({ table }: Work): Promise<void> {
  await scanAll(table, (items) =>
    inParallel(items, writers / segments, async (item) => {
      await client.send(
        new UpdateItemCommand({
          TableName: `bench-${table}`,
          Key: { id: item['id']! },
          UpdateExpression: 'SET #version = :version',
          ConditionExpression: 'attribute_exists(id) AND attribute_not_exists(#version)',
          ExpressionAttributeNames: { '#version': 'version' },
          ExpressionAttributeValues: { ':version': { N: '2' } },
        }),
      );
    }),
  );
}

type Attributes = NonNullable<ScanCommand['input']['ExclusiveStartKey']>;

async function scanAll(table: string, work: (items: readonly Attributes[]) => Promise<void>): Promise<void> {
  const scan = async (Segment: number) => {
    let from: Attributes | undefined;
    do {
      const page = await client.send(
        new ScanCommand({
          TableName: `bench-${table}`,
          ConsistentRead: true,
          Segment,
          TotalSegments: segments,
          ExclusiveStartKey: from,
        }),
      );
      await work(page.Items ?? []);
      from = page.LastEvaluatedKey;
    } while (from);
  };
  await Promise.all(Array.from({ length: segments }, (_, segment) => scan(segment)));
}

async function putAll(name: string, items: readonly Attributes[]): Promise<void> {
  const requests = items.map((Item) => ({ PutRequest: { Item } }));
  await client.send(new BatchWriteItemCommand({ RequestItems: { [`bench-${name}`]: requests } }));
}

async function inParallel<T>(all: readonly T[], width: number, work: (one: T) => Promise<void>): Promise<void> {
  const left = [...all];
  const worker = async () => {
    for (let one = left.shift(); one !== undefined; one = left.shift()) await work(one);
  };
  await Promise.all(Array.from({ length: width }, worker));
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
