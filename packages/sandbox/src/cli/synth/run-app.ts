import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SandboxError } from '../../sandbox-error';
import { Heartbeat } from '../heartbeat';
import type { Terminal } from '../output';
import { explainFailure } from './explain-failure';

export interface AppEnvironment {
  readonly outputFolder: string;
  readonly context: Readonly<Record<string, unknown>>;
}

/** The account of the sandbox. */
const account = '123456789012';

/** In bytes. A longer context is passed in a file, because the environment is limited. */
const longestVariable = 32 * 1024;

/** Runs the command of a CDK app with the environment variables that the CDK CLI sets. */
export async function runApp(command: string, environment: AppEnvironment, terminal: Terminal): Promise<void> {
  const overflow = mkdtempSync(join(tmpdir(), 'cdk-context-'));
  const heartbeat = new Heartbeat(terminal, (seconds) => `... still synthesizing after ${seconds} s`);
  try {
    const { status, output } = await runShell(command, variables(environment, overflow), terminal);
    if (status !== 0) throw failed(command, status, output, terminal);
  } finally {
    heartbeat.end();
    rmSync(overflow, { recursive: true, force: true });
  }
}

function variables({ outputFolder, context }: AppEnvironment, overflow: string): NodeJS.ProcessEnv {
  const region = process.env['AWS_REGION'] ?? 'us-east-1';
  return {
    ...process.env,
    ...contextVariables(JSON.stringify(context), overflow),
    CDK_OUTDIR: outputFolder,
    CDK_DEFAULT_ACCOUNT: account,
    CDK_DEFAULT_REGION: region,
  };
}

function contextVariables(context: string, overflow: string): NodeJS.ProcessEnv {
  if (Buffer.byteLength(context) <= longestVariable) return { CDK_CONTEXT_JSON: context };
  const file = join(overflow, 'context.json');
  writeFileSync(file, context);
  return { CONTEXT_OVERFLOW_LOCATION_ENV: file };
}

function runShell(command: string, env: NodeJS.ProcessEnv, terminal: Terminal) {
  return new Promise<{ status: number | string; output: string }>((resolve, reject) => {
    const child = spawn(command, { shell: true, env, stdio: ['inherit', 'pipe', 'pipe'] });
    let output = '';
    const take = (chunk: string): void => {
      output += chunk;
      if (terminal.verbose) process.stderr.write(chunk);
    };
    child.stdout.setEncoding('utf8').on('data', take);
    child.stderr.setEncoding('utf8').on('data', take);
    child.on('error', reject);
    child.on('close', (code, signal) => resolve({ status: code ?? signal ?? 'no status', output }));
  });
}

function failed(command: string, status: number | string, output: string, terminal: Terminal): SandboxError {
  return new SandboxError('SYNTH_FAILED', `The app (${command}) exited with ${status}.\n\n${explainFailure(output)}`, {
    payload: { command, status },
    hint: terminal.verbose
      ? 'Nothing was deployed.'
      : 'Nothing was deployed. --verbose shows everything that the app printed.',
  });
}
