import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildBundle } from '../bundler';
import { inTemporaryFolder } from './fresh-process';
import type { Benchmark, Measurement } from './measurement';

const [small, large] = [1_000, 10_000];

/** What reading SQL migrations costs: one file of many statements, and many files of one. */
export const reading: Benchmark = {
  name: 'reading',
  rounds: 5,
  async run(rounds) {
    // The first one also loads the parser.
    await read(oneFile(small));
    const statements: Round[] = [];
    const files: Round[] = [];
    for (let round = 0; round < rounds; round += 1) {
      statements.push({ small: await read(oneFile(small)), large: await read(oneFile(large)) });
      files.push({ small: await read(manyFiles(small)), large: await read(manyFiles(large)) });
    }
    return [...ofRounds('statements of a file', statements), ...ofRounds('files', files)];
  },
};

/** Seconds of processor time. */
interface Round {
  readonly small: number;
  readonly large: number;
}

function ofRounds(name: string, rounds: readonly Round[]): readonly Measurement[] {
  return [
    {
      name: `processor time, ${large.toLocaleString('en')} / ${small.toLocaleString('en')} ${name}`,
      unit: 'x',
      values: rounds.map((round) => round.large / round.small),
      aim: 15,
    },
    {
      name: `processor time, ${small.toLocaleString('en')} ${name}`,
      unit: 's',
      values: rounds.map((round) => round.small),
    },
  ];
}

/** Processor seconds that the bundle of such a folder takes. */
function read(files: Readonly<Record<string, string>>): Promise<number> {
  return inTemporaryFolder(async (folder) => {
    mkdirSync(join(folder, 'users'));
    for (const [name, source] of Object.entries(files)) writeFileSync(join(folder, 'users', name), source);
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

function oneFile(count: number): Readonly<Record<string, string>> {
  const rows = Array.from({ length: count }, (_, index) => `insert into names values (${index}, 'é');\n`);
  return { '1.0.0_rows.sql': `-- irreversible: true\n-- migrate:up\n${rows.join('')}` };
}

function manyFiles(count: number): Readonly<Record<string, string>> {
  const file = (index: number) => [
    `1.${index}.0_table.sql`,
    `-- migrate:up\ncreate table t${index} (id int);\n-- migrate:down\ndrop table t${index};\n`,
  ];
  return Object.fromEntries(Array.from({ length: count }, (_, index) => file(index)));
}
