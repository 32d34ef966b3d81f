import { dynamoDbClientOf } from '../../test/support/dynoxide';
import { BenchBackfill } from '../bench-backfill';

/** Sets an attribute of all items of a table where they are, whenever its control lets it, until all is done. */
const [endpoint, table] = process.argv.slice(2) as [string, string];

/**
 * One: for a page of one of several segments this server reads the whole table and sorts it, so the application would wait for
 * what DynamoDB never does.
 */
const segments = 1;

async function main(): Promise<void> {
  const bench = new BenchBackfill(dynamoDbClientOf(endpoint), table, undefined, false);
  for (;;) {
    const results = await bench.work(segments);
    if (results.every((result) => result === 'done')) return;
    // Paused.
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
