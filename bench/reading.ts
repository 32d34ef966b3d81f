import { buildBundle } from '../bundler/index';
import { tableSql, writeFiles } from '../test/support/migrations-folder';
import { inTemporaryFolder } from './fresh-process';
import type { Benchmark, Measurement } from './measurement';

const statements = [10_000, 100_000] as const;
const files = [1_000, 10_000] as const;

/** What reading SQL migrations costs: one file of many statements, and many files of one. */
export const reading: Benchmark = {
  name: 'reading',
  rounds: 5,
  async run(rounds) {
    // The first bundle also loads the parser.
    await read(oneFile(1));
    return [
      ...(await measure('statements of a file', statements, oneFile, rounds)),
      ...(await measure('files', files, manyFiles, rounds)),
    ];
  },
};

async function measure(
  what: string,
  [small, large]: readonly [number, number],
  make: (count: number) => Files,
  rounds: number,
): Promise<readonly Measurement[]> {
  const measured: { readonly small: number; readonly large: number }[] = [];
  for (let round = 0; round < rounds; round += 1) {
    measured.push({ small: await read(make(small)), large: await read(make(large)) });
  }
  return [
    {
      name: `processor time, ${large.toLocaleString('en')} / ${small.toLocaleString('en')} ${what}`,
      unit: 'x',
      values: measured.map((round) => round.large / round.small),
      aim: 15,
    },
    {
      name: `processor time, ${small.toLocaleString('en')} ${what}`,
      unit: 's',
      values: measured.map((round) => round.small),
    },
  ];
}

type Files = Readonly<Record<string, string>>;

/** Processor seconds that the bundle of such a folder takes. */
function read(files: Files): Promise<number> {
  return inTemporaryFolder(async (folder) => {
    writeFiles(folder, files);
    const before = process.cpuUsage();
    const { bundle } = await buildBundle({ folder });
    const { user, system } = process.cpuUsage(before);
    const expected = Object.keys(files).length;
    if (bundle.migrations.length !== expected) {
      throw new Error(`Read ${bundle.migrations.length} of ${expected} migrations.`);
    }
    return (user + system) / 1e6;
  });
}

function oneFile(count: number): Files {
  const rows = Array.from({ length: count }, (_, index) => `insert into names values (${index}, 'é');\n`);
  return { 'users/1.0.0_rows.sql': `-- irreversible: true\n-- migrate:up\n${rows.join('')}` };
}

function manyFiles(count: number): Files {
  const file = (index: number) => [`users/1.${index}.0_table.sql`, tableSql(`t${index}`)];
  return Object.fromEntries(Array.from({ length: count }, (_, index) => file(index)));
}
