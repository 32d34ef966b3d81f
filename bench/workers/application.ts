import { GetItemCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { dynamoDbClientOf } from '../../test/support/dynoxide';

/** An application that reads and writes single items, so many times a second whatever they take, and says what they took. */
const [endpoint, table, count, seconds] = process.argv.slice(2) as [string, string, string, string];

const client = dynamoDbClientOf(endpoint);
const perSecond = 100;

async function request(index: number): Promise<void> {
  // Spread over the table, and never the same twice in a row.
  const Key = { id: { S: `item-${(index * 7_919) % Number(count)}` } };
  const TableName = `bench-${table}`;
  if (index % 4 !== 0) {
    await client.send(new GetItemCommand({ TableName, Key, ConsistentRead: true }));
    return;
  }
  const update = { UpdateExpression: 'SET seen = :seen', ExpressionAttributeValues: { ':seen': { N: String(index) } } };
  await client.send(new UpdateItemCommand({ TableName, Key, ...update }));
}

async function main(): Promise<void> {
  const latencies: [at: number, milliseconds: number][] = [];
  const pending: Promise<void>[] = [];
  const startedAt = performance.now();
  const all = Number(seconds) * perSecond;
  for (let index = 0; index < all; index += 1) {
    // Not in step with anything that is done at fixed intervals.
    const due = startedAt + ((index + ((index * 0.618) % 1)) * 1000) / perSecond;
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, due - performance.now())));
    const askedAt = performance.now();
    const at = Date.now();
    pending.push(request(index).then(() => void latencies.push([at, performance.now() - askedAt])));
  }
  await Promise.all(pending);
  console.log(JSON.stringify(latencies));
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
