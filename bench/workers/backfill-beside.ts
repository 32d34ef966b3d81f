import { dynamoDbClientOf } from '../../test/support/dynoxide';
import { BenchBackfill } from '../bench-backfill';

/** Sets an attribute of all items of a table where they are, whenever its control lets it, until all is done. */
const [endpoint, table, count] = process.argv.slice(2) as [string, string, string];

async function main(): Promise<void> {
  const bench = new BenchBackfill(dynamoDbClientOf(endpoint), table, undefined, false);
  for (;;) {
    const results = await bench.work(Number(count));
    if (results.every((result) => result === 'done')) return;
    // Paused.
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
