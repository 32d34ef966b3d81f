import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { compileWorker, inTemporaryFolder, runFresh } from './fresh-process';
import type { Benchmark, Measurement } from './measurement';

const asset = join(__dirname, '../dist/asset');

interface Loaded {
  readonly imported: number;
  readonly withClient: number;
  readonly cpu: number;
}

/** Size of the Lambda asset, and how long a function takes to start with it. */
export const lambdaAsset: Benchmark = {
  name: 'asset',
  rounds: 10,
  run: (rounds) =>
    inTemporaryFolder(async (folder) => {
      const worker = await compileWorker('cold-import', folder);
      const { buildAsset } = await import('../scripts/build-asset.mjs');
      await buildAsset(join(folder, 'with-client'), join(__dirname, 'workers/asset-with-client.ts'));
      const [plain, withClient]: [Loaded[], Loaded[]] = [[], []];
      for (let round = 0; round < rounds; round += 1) {
        plain.push(await runFresh<Loaded>(worker, join(asset, 'index.js')));
        withClient.push(await runFresh<Loaded>(worker, join(folder, 'with-client/index.js')));
      }
      return [
        ...sizes(),
        { name: 'cold import', unit: 'ms', values: plain.map(({ imported }) => imported) },
        {
          name: 'cold import, to the first DynamoDB client',
          unit: 'ms',
          values: withClient.map((loaded) => loaded.withClient),
          aim: 50,
        },
        {
          // Tells a busy machine from a slow start: waiting for a processor is not in it.
          name: 'the same in processor time, all threads',
          unit: 'ms',
          values: withClient.map(({ cpu }) => cpu),
        },
      ];
    }),
};

function sizes(): readonly Measurement[] {
  const files = readdirSync(asset).map((name) => readFileSync(join(asset, name)));
  const sum = (of: (file: Buffer) => number) => files.reduce((total, file) => total + of(file), 0);
  return [
    { name: `bytes of ${files.length} files`, unit: 'bytes', values: [sum(({ length }) => length)], aim: 700_000 },
    { name: 'gzip, file by file', unit: 'bytes', values: [sum((file) => gzipSync(file).length)] },
  ];
}
