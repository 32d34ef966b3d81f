import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';
import { join } from 'node:path';
import { until } from './until';

const program = join(__dirname, '../../dist/bin/cfn-sandbox.js');

export interface CommandResult {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A command that runs, and what it has printed so far. */
export interface RunningCommand {
  readonly child: ChildProcess;
  readonly stdout: () => string;
  readonly stderr: () => string;
  /** Waits for words on stdout. */
  prints(pattern: RegExp): Promise<unknown>;
  /** The exit code, or the name of the signal that ended it. */
  readonly ended: Promise<number | NodeJS.Signals>;
}

/** No command of a test takes longer; one that hangs is killed. */
const timeout = 60_000;

/** Runs the built `cfn-sandbox` in a process of its own. */
export async function runCommand(args: readonly string[], cwd?: string): Promise<CommandResult> {
  const { ended, stdout, stderr } = startCommand(args, { cwd });
  const exitCode = await ended;
  if (typeof exitCode === 'number') return { exitCode, stdout: stdout(), stderr: stderr() };
  throw new Error(`${args.join(' ')} was ended by ${exitCode}: ${stderr()}`);
}

export function startCommand(args: readonly string[], options: SpawnOptions = {}): RunningCommand {
  const stdio = ['ignore', 'pipe', 'pipe'] as const;
  const child = spawn(process.execPath, [program, ...args], {
    timeout,
    killSignal: 'SIGKILL',
    ...options,
    stdio: [...stdio],
  });
  const [stdout, stderr] = [collect(child.stdout), collect(child.stderr)];
  return {
    ...{ child, stdout, stderr },
    prints: (pattern) =>
      until(
        async () => stdout(),
        (text) => pattern.test(text),
      ),
    ended: new Promise((resolve, reject) => {
      child.on('error', reject);
      child.on('close', (code, signal) => resolve(code ?? signal ?? Number.NaN));
    }),
  };
}

function collect(stream: NodeJS.ReadableStream | null): () => string {
  let text = '';
  stream?.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk;
  });
  return () => text;
}
