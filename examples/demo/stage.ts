import { spawn } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { openSandbox, type Sandbox, type StackEvent } from '@cdk-migrations/sandbox';
import type { Story } from './story';
import { worthTelling } from './worth-telling';

export interface CommandResult<T> {
  readonly exitCode: number | null;
  readonly json: T;
}

export interface DeployResult {
  readonly stack: string;
  readonly status: string;
  readonly events: readonly Omit<StackEvent, 'stack'>[];
  readonly outputs: Readonly<Record<string, string>>;
}

/** A line that a function printed, and what its stack was doing at that moment. */
export interface LogLine {
  readonly functionName: string;
  readonly line: string;
  readonly stackStatus: string;
}

const repository = join(__dirname, '../..');

/**
 * The sandbox, held open by this process, so that the databases stay warm and the demo can watch. The commands are the
 * real ones in processes of their own; they find the sandbox by its state folder.
 */
export class Stage {
  readonly logs: LogLine[] = [];
  /** Called for each stack event as it happens. */
  onEvent: (event: StackEvent) => void = () => undefined;
  private stackStatus = '';

  private constructor(
    readonly folder: string,
    readonly stateFolder: string,
    private readonly story: Story,
  ) {}

  static async open(folder: string, story: Story): Promise<Stage> {
    const stage = new Stage(folder, join(folder, 'state'), story);
    mkdirSync(stage.stateFolder, { recursive: true });
    stage.opened = await openSandbox({
      stateDir: stage.stateFolder,
      onStackEvent: (event) => stage.hear(event),
      onFunctionLog: (functionName, line) =>
        void stage.logs.push({ functionName, line, stackStatus: stage.stackStatus }),
    });
    return stage;
  }

  private opened: Sandbox | undefined;

  get sandbox(): Sandbox {
    if (!this.opened) throw new Error('The sandbox is not open.');
    return this.opened;
  }

  close(): Promise<void> {
    return this.sandbox.close();
  }

  /** `migrations <args> --state ... --json` */
  async command<T>(...args: readonly string[]): Promise<CommandResult<T>> {
    const all = [...args, '--state', this.stateFolder];
    this.story.command(all);
    const { exitCode, stdout, stderr } = await run(process.execPath, ['dist/bin/migrations.js', ...all, '--json'], {});
    if (exitCode === 2 || stdout === '')
      throw new Error(`migrations ${args.join(' ')} ended with ${exitCode}.\n${stderr}`);
    return { exitCode, json: JSON.parse(stdout) as T };
  }

  private hear(event: StackEvent): void {
    if (event.type === 'AWS::CloudFormation::Stack') this.stackStatus = event.status;
    const line = worthTelling(event, this.story);
    if (line !== undefined) this.story.tell(line);
    this.onEvent(event);
  }
}

/** Runs the app of cdk.json, as the CDK does, with the migrations of a release. */
export async function synthesize(migrations: string, outputFolder: string): Promise<void> {
  mkdirSync(outputFolder, { recursive: true });
  const environment = {
    CDK_OUTDIR: outputFolder,
    CDK_CONTEXT_JSON: JSON.stringify({ migrations }),
    CDK_DEFAULT_ACCOUNT: '123456789012',
    CDK_DEFAULT_REGION: 'us-east-1',
  };
  const { exitCode, stderr } = await run(process.execPath, ['--import', 'tsx', 'bin/app.ts'], environment);
  if (exitCode !== 0) throw new Error(`The app exited with code ${exitCode}.\n${stderr}`);
}

function run(program: string, args: readonly string[], environment: NodeJS.ProcessEnv) {
  return new Promise<{ exitCode: number | null; stdout: string; stderr: string }>((resolve, reject) => {
    const child = spawn(program, args, { cwd: repository, env: { ...process.env, ...environment } });
    let [stdout, stderr] = ['', ''];
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      stdout += chunk;
    });
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
      stderr += chunk;
    });
    child.on('error', reject);
    child.on('close', (exitCode) => resolve({ exitCode, stdout, stderr }));
  });
}
