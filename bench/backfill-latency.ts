import { execFile } from 'node:child_process';
import { createTable, memoryFolder, startDynamoDb } from '../test/support/dynoxide';
import { BenchBackfill } from './bench-backfill';
import { compileWorker, inTemporaryFolder, runFresh } from './fresh-process';
import type { Benchmark, Measurement } from './measurement';

/** More than is worked on in that time. */
const items = 80_000;

/** Seconds of each part of a run, in turn. The first of each is left out: what was begun before ends in it. */
const block = 11;

/** In turn, so that a machine that becomes slower does so for both. In the first one, processes only become warm. */
const turns = [
  'warm-up',
  'without',
  'with',
  'without',
  'with',
  'without',
  'with',
  'without',
  'with',
  'unlimited',
] as const;

type Turn = Exclude<(typeof turns)[number], 'warm-up'>;

interface Run {
  readonly latencies: Readonly<Record<Turn, readonly number[]>>;
  /** 99th percentiles of the first and the second half of the time without. */
  readonly halves: readonly number[];
  /** Items a second with the budget, and without. */
  readonly rates: { readonly with: number; readonly unlimited: number };
}

/** What an application notices of a backfill in place: with its default latency budget, and with none. */
export const backfillLatency: Benchmark = {
  name: 'backfill-latency',
  rounds: 3,
  onlyByName: true,
  async run(rounds) {
    const runs: Run[] = [];
    for (let round = 0; round < rounds; round += 1) runs.push(await inTemporaryFolder(measure));
    const latencies = (turn: Turn, part: number) => runs.map((run) => percentile(run.latencies[turn], part));
    const ratio = (turn: Turn, part: number) =>
      runs.map((run) => percentile(run.latencies[turn], part) / percentile(run.latencies.without, part));
    const lines: Measurement[] = [
      { name: 'p99 with a backfill / without', unit: 'x', values: ratio('with', 0.99), aim: 1.1 },
      { name: 'p50 with a backfill / without', unit: 'x', values: ratio('with', 0.5) },
      { name: 'p99 without, second half / first', unit: 'x', values: runs.map(({ halves: [a, b] }) => b! / a!) },
      { name: 'p99 without', unit: 'ms', values: latencies('without', 0.99) },
      { name: 'p99 with', unit: 'ms', values: latencies('with', 0.99) },
      { name: 'p50 without', unit: 'ms', values: latencies('without', 0.5) },
      { name: 'p50 with', unit: 'ms', values: latencies('with', 0.5) },
      { name: 'p99 with --rate 0 / without', unit: 'x', values: ratio('unlimited', 0.99) },
      { name: 'requests without', unit: 'requests', values: runs.map((run) => run.latencies.without.length) },
      { name: 'requests with', unit: 'requests', values: runs.map((run) => run.latencies.with.length) },
      { name: 'items a second', unit: 'items', values: runs.map(({ rates }) => rates.with) },
      { name: 'items a second with --rate 0', unit: 'items', values: runs.map(({ rates }) => rates.unlimited) },
    ];
    return lines;
  },
};

async function measure(folder: string): Promise<Run> {
  const [seeder, application, beside] = [
    await compileWorker('backfill', folder),
    await compileWorker('application', folder),
    await compileWorker('backfill-beside', folder),
  ];
  const server = await startDynamoDb(memoryFolder);
  try {
    await createTable(server.client, 'bench-ledger', [
      ['pk', 'S'],
      ['sk', 'S'],
    ]);
    await createTable(server.client, 'bench-app', [['id', 'S']]);
    await runFresh(seeder, 'seed', server.endpoint, 'app', '-', String(items));
    const bench = new BenchBackfill(server.client, 'app', undefined, false);
    await bench.control({ state: 'paused' });
    const worker = execFile(process.execPath, [beside, server.endpoint, 'app']);
    try {
      const seconds = turns.length * block;
      const asked = runFresh<[number, number][]>(application, server.endpoint, 'app', String(items), String(seconds));
      const { starts, done } = await takeTurns(bench);
      return evaluate(await asked, starts, done);
    } finally {
      worker.kill();
    }
  } finally {
    await server.stop();
  }
}

/** Lets the backfill work or pause. Returns when each turn began, and how many items were done until its end. */
async function takeTurns(bench: BenchBackfill) {
  const starts: number[] = [];
  const done: number[] = [];
  for (const turn of turns) {
    if (turn === 'without') await bench.control({ state: 'paused' });
    if (turn === 'with') await bench.control({ state: 'running' });
    if (turn === 'unlimited') await bench.control({ state: 'running', rate: 0 });
    starts.push(Date.now());
    await new Promise((resolve) => setTimeout(resolve, block * 1000));
    const segments = await bench.list();
    done.push(segments.reduce((sum, { counts }) => sum + counts.read, 0));
  }
  if (done.at(-1)! >= items) throw new Error(`All ${items} items were done before the end: take more.`);
  return { starts, done };
}

function evaluate(all: readonly [number, number][], starts: readonly number[], done: readonly number[]): Run {
  const latencies: Record<Turn, number[]> = { without: [], with: [], unlimited: [] };
  for (const [at, milliseconds] of all) {
    const index = starts.findLastIndex((start) => at >= start);
    const turn = turns[index];
    if (turn !== undefined && turn !== 'warm-up' && at - starts[index]! >= 1000) latencies[turn].push(milliseconds);
  }
  const { length } = latencies.without;
  const halves = [latencies.without.slice(0, length / 2), latencies.without.slice(length / 2)];
  const rateOf = (turn: Turn) => {
    const of = turns.flatMap((one, index) => (one === turn ? [done[index]! - (done[index - 1] ?? 0)] : []));
    return of.reduce((sum, count) => sum + count, 0) / (of.length * block);
  };
  return {
    latencies,
    halves: halves.map((half) => percentile(half, 0.99)),
    rates: { with: rateOf('with'), unlimited: rateOf('unlimited') },
  };
}

function percentile(values: readonly number[], part: number): number {
  return [...values].sort((a, b) => a - b)[Math.ceil(values.length * part) - 1]!;
}
