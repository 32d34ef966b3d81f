import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { build } from 'esbuild';

const run = promisify(execFile);

/** Milliseconds after which a run counts as failed. */
const longestRun = 300_000;

/** A folder that is gone when the work is done. */
export async function inTemporaryFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'cdk-migrations-bench-'));
  try {
    return await work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Compiles a worker to one file, so that no loader's time and memory is measured with it. */
export async function compileWorker(name: string, folder: string): Promise<string> {
  const outfile = join(folder, `${name}.js`);
  const entry = join(__dirname, 'workers', `${name}.ts`);
  await build({ entryPoints: [entry], outfile, bundle: true, platform: 'node', format: 'cjs', target: 'node20' });
  return outfile;
}

/** Runs a file in a process of its own, and reads the JSON that it prints. */
export async function runFresh<T>(file: string, ...parameters: readonly string[]): Promise<T> {
  const { stdout } = await runNode([file, ...parameters]);
  return JSON.parse(stdout) as T;
}

export interface NodeRun {
  readonly stdout: string;
  readonly seconds: number;
}

export async function runNode(parameters: readonly string[], cwd = process.cwd()): Promise<NodeRun> {
  const env = { ...process.env, AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true' };
  const startedAt = performance.now();
  const options = { cwd, env, timeout: longestRun, maxBuffer: 64 * 1024 * 1024 };
  const { stdout } = await run(process.execPath, parameters, options);
  return { stdout, seconds: (performance.now() - startedAt) / 1000 };
}
