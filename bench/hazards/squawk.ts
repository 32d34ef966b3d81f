import { execFile } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { inTemporaryFolder } from '../fresh-process';
import type { HazardCase } from './hazard-case';

/**
 * Rules of squawk's that say nothing about running a statement: how a schema should be designed, that a file should be
 * repeatable (a section runs exactly once), and that it should set timeouts (each section has one).
 */
const notAboutRunning: readonly string[] = [
  'ban-char-field',
  'ban-uncommitted-transaction',
  'identifier-too-long',
  'prefer-bigint-over-int',
  'prefer-bigint-over-smallint',
  'prefer-identity',
  'prefer-robust-stmts',
  'prefer-text-field',
  'prefer-timestamp-tz',
  'require-lock-timeout',
  'require-statement-timeout',
  'require-table-schema',
  'require-timeout-settings',
];

/** What squawk says of a case: its rules about running it, and all of its rules. */
interface SquawkFindings {
  readonly running: readonly string[];
  readonly all: readonly string[];
}

interface Finding {
  readonly file: string;
  readonly rule_name: string;
}

/** squawk-cli as npm installs it: here, or where SQUAWK names it. Undefined when it is not installed. */
export function squawkBinary(): string | undefined {
  const candidates = [process.env['SQUAWK'] ?? '', join(__dirname, '../../node_modules/.bin/squawk')];
  return candidates.find((path) => path !== '' && existsSync(path));
}

export async function squawkVersion(binary: string): Promise<string> {
  return (await run(binary, ['--version'])).trim();
}

/** What squawk says of each case, in order. It reads one file at a time, so it does not know what was before. */
export function squawkFindings(binary: string, cases: readonly HazardCase[]): Promise<readonly SquawkFindings[]> {
  return inTemporaryFolder(async (folder) => {
    const files = cases.map(({ sql }, index) => {
      const file = join(folder, `${index}.sql`);
      writeFileSync(file, sql);
      return file;
    });
    const options = ['--reporter', 'json', '--pg-version', '16.0'];
    const filesWhere = (alone: boolean) => files.filter((_, index) => (cases[index]!.alone ?? false) === alone);
    const found = [
      ...(await findingsIn(binary, ['--assume-in-transaction', ...options], filesWhere(false))),
      ...(await findingsIn(binary, options, filesWhere(true))),
    ];
    return files.map((file) => {
      const own = found.filter((finding) => basename(finding.file) === basename(file));
      const all = [...new Set(own.map(({ rule_name }) => rule_name))];
      return { all, running: all.filter((rule) => !notAboutRunning.includes(rule)) };
    });
  });
}

async function findingsIn(
  binary: string,
  options: readonly string[],
  files: readonly string[],
): Promise<readonly Finding[]> {
  return JSON.parse(await run(binary, [...options, ...files])) as Finding[];
}

/** Findings are no failure of the program: it ends with 1 and has written them. */
function run(binary: string, parameters: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile(binary, parameters, { maxBuffer: 64_000_000 }, (error, stdout) => {
      if (error && stdout === '') reject(error);
      else resolve(stdout);
    });
  });
}
