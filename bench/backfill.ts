import { DeleteTableCommand, ScanCommand } from '@aws-sdk/client-dynamodb';
import { createTable, type DynamoDbServer, memoryFolder, startDynamoDb } from '../test/support/dynoxide';
import { compileWorker, inTemporaryFolder, runFresh } from './fresh-process';
import type { Benchmark, Measurement } from './measurement';

const [small, large, full] = [10_000, 50_000, 200_000];

/**
 * What each process that copies does before it is measured: V8 collects now and then, so the more often, the nearer the largest heap
 * it met is to the largest there can be.
 */
const warmUp = 100_000;

interface Run {
  readonly seconds: number;
  /** Most memory of the process at any time. */
  readonly megabytes: number;
}

/** Two ways to do the same, in the same round. */
interface Round {
  readonly ours: Run;
  readonly floor: Run;
}

/**
 * What a data migration costs beside the least that anybody could do: its own workers with a ledger against a plain script, both
 * on the same server, each in a process of its own.
 */
export const backfill: Benchmark = {
  name: 'backfill',
  rounds: 3,
  run: (rounds) => measure(rounds, [small, large]),
};

/** The same with a table that is twenty times as large. It takes a quarter of an hour. */
export const fullBackfill: Benchmark = {
  name: 'backfill-full',
  rounds: 3,
  onlyByName: true,
  run: (rounds) => measure(rounds, [small, large, full]),
};

async function measure(rounds: number, counts: readonly number[]): Promise<readonly Measurement[]> {
  return inTemporaryFolder(async (folder) => {
    const worker = await compileWorker('backfill', folder);
    const server = await startDynamoDb(memoryFolder);
    try {
      await createTable(server.client, 'bench-ledger', [
        ['pk', 'S'],
        ['sk', 'S'],
      ]);
      const bench = new Comparison(server, worker);
      const copies: (readonly Round[])[] = [];
      for (const count of counts) copies.push(await bench.copies(count, rounds));
      const toExisting = await bench.copies(small, rounds, 'copy-to-existing');
      const inPlace = await bench.inPlace(small, rounds);
      return [
        ...copies.flatMap((all, index) => speed(`copy of ${text(counts[index]!)} items`, counts[index]!, all, 1 / 0.8)),
        memory(counts, copies),
        ...speed(`copy of ${text(small)} items to a table that was there`, small, toExisting, 1 / 0.8),
        ...speed(`${text(small)} items in place`, small, inPlace, 1 / 2.5),
      ];
    } finally {
      await server.stop();
    }
  });
}

class Comparison {
  private made = 0;
  private warm: string | undefined;

  constructor(
    private readonly server: DynamoDbServer,
    private readonly worker: string,
  ) {}

  /** From one table to fresh ones. */
  async copies(count: number, rounds: number, way = 'copy'): Promise<readonly Round[]> {
    const source = await this.table(count);
    this.warm ??= await this.table(warmUp);
    const warm = this.warm;
    const run = async (way: string) => {
      const copy = await this.table(0);
      const warmCopy = await this.table(0);
      const parameters = [source, copy, String(count), warm, warmCopy, String(warmUp)];
      const result = await runFresh<Run>(this.worker, way, this.server.endpoint, ...parameters);
      await this.expectCopied(copy, count);
      await this.drop(copy);
      await this.drop(warmCopy);
      return result;
    };
    return interleaved(
      rounds,
      () => run(way),
      () => run('copy-floor'),
    );
  }

  /** Each time a table of its own. */
  async inPlace(count: number, rounds: number): Promise<readonly Round[]> {
    const run = async (way: string) => {
      const source = await this.table(count);
      const result = await runFresh<Run>(this.worker, way, this.server.endpoint, source, '-', String(count));
      await this.expectCopied(source, count);
      return result;
    };
    return interleaved(
      rounds,
      () => run('in-place'),
      () => run('in-place-floor'),
    );
  }

  private async table(count: number): Promise<string> {
    this.made += 1;
    const name = `t${this.made}`;
    await createTable(this.server.client, `bench-${name}`, [['id', 'S']]);
    if (count > 0) await runFresh(this.worker, 'seed', this.server.endpoint, name, '-', String(count));
    return name;
  }

  private async drop(table: string): Promise<void> {
    await this.server.client.send(new DeleteTableCommand({ TableName: `bench-${table}` }));
  }

  private async expectCopied(table: string, expected: number): Promise<void> {
    let found = 0;
    let from: ScanCommand['input']['ExclusiveStartKey'];
    do {
      const scan = new ScanCommand({
        TableName: `bench-${table}`,
        Select: 'COUNT',
        FilterExpression: 'version = :version',
        ExpressionAttributeValues: { ':version': { N: '2' } },
        ExclusiveStartKey: from,
      });
      const { Count = 0, LastEvaluatedKey } = await this.server.client.send(scan);
      found += Count;
      from = LastEvaluatedKey;
    } while (from);
    if (found !== expected) throw new Error(`${found} items of ${table} have the attribute instead of ${expected}.`);
  }
}

/** The one that begins changes from round to round. */
async function interleaved(
  rounds: number,
  ours: () => Promise<Run>,
  floor: () => Promise<Run>,
): Promise<readonly Round[]> {
  const all: Round[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const first = round % 2 === 0 ? await floor() : undefined;
    const mine = await ours();
    all.push({ ours: mine, floor: first ?? (await floor()) });
  }
  return all;
}

function speed(name: string, count: number, rounds: readonly Round[], aim: number): readonly Measurement[] {
  return [
    {
      name: `${name}, time / floor`,
      unit: 'x',
      values: rounds.map(({ ours, floor }) => ours.seconds / floor.seconds),
      aim,
    },
    { name: `${name}, each`, unit: 'us', values: rounds.map(({ ours }) => (ours.seconds / count) * 1e6) },
    { name: `${name}, each, floor`, unit: 'us', values: rounds.map(({ floor }) => (floor.seconds / count) * 1e6) },
    { name: `${name}, peak RSS`, unit: 'MB', values: rounds.map(({ ours }) => ours.megabytes) },
    { name: `${name}, peak RSS, floor`, unit: 'MB', values: rounds.map(({ floor }) => floor.megabytes) },
  ];
}

function memory(counts: readonly number[], copies: readonly (readonly Round[])[]): Measurement {
  const [first, last] = [copies[0]!, copies.at(-1)!];
  return {
    name: `peak RSS of a copy, ${text(counts.at(-1)!)} / ${text(counts[0]!)} items`,
    unit: 'x',
    values: last.map(({ ours }, round) => ours.megabytes / first[round]!.ours.megabytes),
    aim: 1.15,
  };
}

function text(count: number): string {
  return count.toLocaleString('en');
}
