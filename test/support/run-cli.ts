import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';

const builtProgram = join(__dirname, '../../dist/bin/migrations.js');

export interface CliResult {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CliOptions {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  /** @default - the one of this repository */
  readonly program?: string;
}

/** No command of a test takes longer; one that hangs is killed, and its exit code is null. */
const timeout = 60_000;

/** Runs the built program in a process of its own. */
export async function runCli(args: readonly string[], options: CliOptions = {}): Promise<CliResult> {
  const child = startCli(args, options);
  const timer = setTimeout(() => child.kill('SIGKILL'), timeout);
  const [stdout, stderr] = [collect(child.stdout), collect(child.stderr)];
  const exitCode = await new Promise<number | null>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', resolve);
  });
  clearTimeout(timer);
  return { exitCode, stdout: stdout(), stderr: stderr() };
}

/** As {@link runCli} with `--json`: the one document on stdout. */
export async function runJson<T>(args: readonly string[], options: CliOptions = {}) {
  const result = await runCli([...args, '--json'], options);
  return { ...result, json: JSON.parse(result.stdout) as T };
}

export function startCli(args: readonly string[], { cwd, env, program = builtProgram }: CliOptions = {}): ChildProcess {
  return spawn(process.execPath, [program, ...args], { cwd, env: { ...process.env, ...env } });
}

function collect(stream: NodeJS.ReadableStream | null): () => string {
  let text = '';
  stream?.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk;
  });
  return () => text;
}

/** What `--json` prints when a command fails. */
export interface JsonError {
  readonly error: {
    readonly code: string;
    readonly message: string;
    readonly hint?: string;
    readonly location?: { readonly file: string; readonly line?: number; readonly column?: number };
    readonly errors?: readonly JsonError['error'][];
  };
}
