import { mkdirSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { parseArgs } from 'node:util';
import { lambdaAsset } from './asset';
import { backfill, fullBackfill } from './backfill';
import { backfillLatency } from './backfill-latency';
import { calls } from './calls';
import { coreAtScale } from './core-at-scale';
import { sandboxDeploy } from './deploy';
import { hazards } from './hazards';
import { latencyOfCalls } from './latency';
import { type Benchmark, summarize } from './measurement';
import { planning } from './planning';
import { reading } from './reading';
import { machineFacts, type Section, table } from './report';

const benchmarks: readonly Benchmark[] = [
  reading,
  planning,
  coreAtScale,
  calls,
  latencyOfCalls,
  lambdaAsset,
  sandboxDeploy,
  backfill,
  fullBackfill,
  backfillLatency,
  hazards,
];

interface BenchReport {
  readonly date: string;
  readonly machine: ReturnType<typeof machineFacts>;
  readonly sections: readonly Section[];
}

const usage = `npm run bench -- [--only ${benchmarks.map(({ name }) => name).join('|')}] [--rounds N]`;

async function main(): Promise<void> {
  const { chosen, rounds } = readOptions();
  const date = new Date().toISOString();
  const machine = machineFacts();
  console.log(`${date}, node ${machine.node}, ${machine.cores} cores, load ${machine.load.join(' ')}\n`);
  const sections: Section[] = [];
  for (const benchmark of chosen) {
    const why = await benchmark.unavailable?.();
    if (why !== undefined) {
      console.log(`${benchmark.name}: skipped, ${why}\n`);
      continue;
    }
    const measured = await benchmark.run(rounds ?? benchmark.rounds);
    const section = { benchmark: benchmark.name, results: measured.map(summarize) };
    sections.push(section);
    console.log(`${table(section)}\n`);
  }
  console.log(`Written to ${write({ date, machine, sections })}`);
}

function readOptions(): { readonly chosen: readonly Benchmark[]; readonly rounds?: number } {
  const { values } = parseArgs({ options: { only: { type: 'string' }, rounds: { type: 'string' } } });
  const chosen = benchmarks.filter(({ name, onlyByName }) =>
    values.only === undefined ? !onlyByName : values.only === name,
  );
  const rounds = values.rounds === undefined ? undefined : Number(values.rounds);
  const isCount = rounds === undefined || (Number.isInteger(rounds) && rounds > 0);
  if (chosen.length === 0 || !isCount) throw new Error(`Usage: ${usage}`);
  return { chosen, rounds };
}

function write(report: BenchReport): string {
  const folder = join(__dirname, 'results');
  const file = join(folder, `${report.date.slice(0, 19).replaceAll(':', '-')}.json`);
  mkdirSync(folder, { recursive: true });
  writeFileSync(file, `${JSON.stringify(report, null, 2)}\n`);
  return relative(process.cwd(), file);
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
