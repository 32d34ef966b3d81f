import { compileWorker, inTemporaryFolder, runFresh } from './fresh-process';
import type { Benchmark, Measurement } from './measurement';

const sizes = [100, 1_000, 10_000];

interface Planned {
  readonly milliseconds: number;
  readonly cpu: number;
  readonly megabytes: number;
}

/** How planning grows with the number of migrations: graph order and plan, each round in a process of its own. */
export const planning: Benchmark = {
  name: 'planning',
  rounds: 5,
  run: (rounds) =>
    inTemporaryFolder(async (folder) => {
      const worker = await compileWorker('planning', folder);
      const measured = new Map<number, Planned[]>();
      for (const size of sizes) {
        const runs: Planned[] = [];
        for (let round = 0; round < rounds; round += 1) runs.push(await runFresh<Planned>(worker, String(size)));
        measured.set(size, runs);
      }
      return [...sizes.flatMap((size) => ofSize(size, measured.get(size)!)), growth(measured)];
    }),
};

function ofSize(size: number, runs: readonly Planned[]): readonly Measurement[] {
  const name = `${size.toLocaleString('en')} migrations`;
  return [
    {
      name,
      unit: 'ms',
      values: runs.map(({ milliseconds }) => milliseconds),
      aim: size === 10_000 ? 1_000 : undefined,
    },
    { name: `${name}, peak RSS`, unit: 'MB', values: runs.map(({ megabytes }) => megabytes) },
  ];
}

/**
 * Processor time per migration at 10,000, which must not be more than at 1,000: linear growth. A little more is allowed
 * for sorting and for noise; quadratic growth would be ten times.
 */
function growth(measured: ReadonlyMap<number, readonly Planned[]>): Measurement {
  const perMigration = (size: number) => measured.get(size)!.map(({ cpu }) => (cpu * 1000) / size);
  const small = perMigration(1_000).sort((a, b) => a - b);
  const aim = 1.5 * small[Math.floor(small.length / 2)]!;
  const name = 'processor time per migration at 10,000 (aim: 1.5 x that at 1,000)';
  return { name, unit: 'us', values: perMigration(10_000), aim };
}
