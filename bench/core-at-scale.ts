import { compileWorker, inTemporaryFolder, runFresh } from './fresh-process';
import type { Benchmark, Measurement } from './measurement';

const [small, large] = [5_000, 10_000];

/** Seconds of processor time. */
interface Run {
  readonly up: number;
  readonly undo: number;
}

/** What the engine itself costs: planning and running pending SQL migrations over ports in memory, and rolling back. */
export const coreAtScale: Benchmark = {
  name: 'core',
  rounds: 5,
  run: (rounds) =>
    inTemporaryFolder(async (folder) => {
      const worker = await compileWorker('core-at-scale', folder);
      const runs: { readonly small: Run; readonly large: Run }[] = [];
      for (let round = 0; round < rounds; round += 1) {
        runs.push({
          small: await runFresh<Run>(worker, String(small)),
          large: await runFresh<Run>(worker, String(large)),
        });
      }
      return (['up', 'undo'] as const).flatMap((direction): readonly Measurement[] => [
        {
          name: `processor time, ${large.toLocaleString('en')} / ${small.toLocaleString('en')}, ${direction}`,
          unit: 'x',
          values: runs.map((run) => run.large[direction] / run.small[direction]),
          aim: 2.2,
        },
        {
          name: `processor time, ${small.toLocaleString('en')} pending migrations, ${direction}`,
          unit: 's',
          values: runs.map((run) => run.small[direction]),
          aim: 5,
        },
        {
          name: `processor time, ${large.toLocaleString('en')} pending migrations, ${direction}`,
          unit: 's',
          values: runs.map((run) => run.large[direction]),
        },
      ]);
    }),
};
