// Writes what the documentation has from the code, between markers in its pages: the sandbox's assumptions, the
// commands, the error codes, and the rules for SQL. With --check it writes nothing, and fails if a page is not what the code says.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { assumptions } from './docs/assumptions';
import { commands } from './docs/commands';
import { errors } from './docs/errors';
import { sqlRules } from './docs/sql-rules';

/** What is generated, between `<!-- begin NAME: npm run docs -->` and `<!-- end NAME -->` of a page. */
interface Part {
  readonly page: string;
  readonly name: string;
  readonly lines: () => readonly string[] | Promise<readonly string[]>;
}

const parts: readonly Part[] = [
  { page: 'packages/sandbox/README.md', name: 'assumptions', lines: assumptions },
  { page: 'docs/cli.md', name: 'commands', lines: commands },
  { page: 'docs/errors.md', name: 'errors', lines: errors },
  { page: 'docs/sql-rules.md', name: 'sql-rules', lines: sqlRules },
];

async function main(): Promise<void> {
  const isCheck = process.argv.includes('--check');
  for (const part of parts) {
    const path = join(__dirname, '..', part.page);
    const written = readFileSync(path, 'utf8');
    const generated = replace(written, part, await part.lines());
    if (!isCheck) {
      writeFileSync(path, generated);
    } else if (written !== generated) {
      console.error(`The ${part.name} in ${part.page} are not those of the code. Run \`npm run docs\`.`);
      process.exitCode = 1;
    }
  }
}

function replace(text: string, { page, name }: Part, lines: readonly string[]): string {
  const [begin, end] = [`<!-- begin ${name}: npm run docs -->`, `<!-- end ${name} -->`];
  const [from, to] = [text.indexOf(begin), text.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`${page} must have the lines ${begin} and ${end}.`);
  return `${text.slice(0, from + begin.length)}\n\n${lines.join('\n').trim()}\n\n${text.slice(to)}`;
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
