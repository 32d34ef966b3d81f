import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { applied, type Mutation, mutationsOf } from './mutate/mutations';

const usage = `npm run mutate                          change core/ and lambda/ in one small way after the other, and see
                                        whether the unit tests notice; takes hours
  --in TEXT                             only files whose path contains TEXT
  --stride N [--offset N]               only every N-th mutation`;

const root = join(dirname(fileURLToPath(import.meta.url)), '..');

/** Of the mutations of a room, how many its tests must notice. */
const aim = 0.95;

/** Seconds; a mutation that makes the tests hang counts as noticed. */
const patience = 120;

interface Candidate {
  readonly file: string;
  readonly mutation: Mutation;
}

function main(args: readonly string[]): void {
  if (args.includes('--help')) {
    console.info(usage);
    return;
  }
  const option = (name: string) => (args.includes(name) ? args[args.indexOf(name) + 1] : undefined);
  const stride = whole('--stride', option('--stride') ?? '1', 1);
  const offset = whole('--offset', option('--offset') ?? '0', 0);
  const all = sources(option('--in') ?? '').flatMap((file) =>
    mutationsOf(file, readFileSync(join(root, file), 'utf8')).map((mutation): Candidate => ({ file, mutation })),
  );
  const chosen = all.filter((_, index) => index % stride === offset % stride);
  if (chosen.length === 0) throw new Error('No file has such a path. Write a part of one below core/ or lambda/.');
  const copy = copyOfRepository();
  try {
    if (!pass(copy, [...new Set(chosen.map(({ file }) => file))])) {
      throw new Error('The tests fail without a mutation. Run npm run test:unit.');
    }
    const survivors = chosen.filter((candidate) => !isNoticed(copy, candidate));
    report(chosen, survivors);
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
}

function sources(part: string): readonly string[] {
  const files = ['core', 'lambda'].flatMap((room) =>
    readdirSync(join(root, room), { recursive: true, encoding: 'utf8' }).map((name) => join(room, name)),
  );
  return files.filter((file) => file.endsWith('.ts') && !/error-codes\.ts$/.test(file) && file.includes(part)).sort();
}

/** What the unit tests need, so that a mutation is never in the repository itself. */
function copyOfRepository(): string {
  const copy = mkdtempSync(join(tmpdir(), 'cdk-migrations-mutate-'));
  const left = new Set(['node_modules', 'dist', '.git', '.sandbox']);
  for (const name of readdirSync(root).filter((one) => !left.has(one))) {
    cpSync(join(root, name), join(copy, name), { recursive: true });
  }
  symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));
  return copy;
}

function isNoticed(copy: string, { file, mutation }: Candidate): boolean {
  const path = join(copy, file);
  const text = readFileSync(path, 'utf8');
  writeFileSync(path, applied(text, mutation));
  const noticed = !pass(copy, [file]);
  writeFileSync(path, text);
  console.info(`${noticed ? 'killed  ' : 'SURVIVED'}  ${file}:${mutation.line}  ${mutation.what}`);
  return noticed;
}

/** Runs the unit tests of the engine; what is only in lambda/ has its tests there. */
function pass(copy: string, files: readonly string[]): boolean {
  const jest = join(root, 'node_modules/jest/bin/jest.js');
  const isLambda = files.every((file) => file.startsWith('lambda/'));
  const folders = isLambda ? ['test/lambda'] : ['test/core', 'test/lambda', 'test/bundler'];
  // In one process: a mutation may never end, and what is killed must not leave workers behind.
  const options = ['--selectProjects', 'unit', '--runInBand', '--bail', '--silent', '--reporters', 'summary'];
  const args = [jest, ...folders, ...options];
  const limits = { timeout: patience * 1000, killSignal: 'SIGKILL' } as const;
  const { status } = spawnSync(process.execPath, args, { cwd: copy, stdio: 'ignore', ...limits });
  return status === 0;
}

function report(chosen: readonly Candidate[], survivors: readonly Candidate[]): void {
  for (const room of ['core', 'lambda']) {
    const of = (candidates: readonly Candidate[]) =>
      candidates.filter(({ file }) => file.startsWith(`${room}/`)).length;
    const [tried, survived] = [of(chosen), of(survivors)];
    if (tried === 0) continue;
    const share = ((tried - survived) / tried) * 100;
    console.info(
      `${room}: ${tried} mutations, ${tried - survived} killed, ${survived} survived (${share.toFixed(1)} %)`,
    );
    if (room === 'core' && share < aim * 100) process.exitCode = 1;
  }
}

function whole(name: string, value: string, least: number): number {
  const number = Number(value);
  if (Number.isInteger(number) && number >= least) return number;
  throw new Error(`${name} must be a whole number of at least ${least}, got "${value}".`);
}

main(process.argv.slice(2));
