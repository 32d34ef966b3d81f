import { type ChildProcess, fork } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { CallingProcess } from '../callers';
import { crashed, failed, type InvocationResult, timedOut } from './function-error';
import type { InvokeMessage, ProcessMessage } from './protocol';

export interface EnvironmentOptions {
  readonly bootstrap: string;
  readonly taskRoot: string;
  readonly variables: Readonly<Record<string, string>>;
  readonly timeoutSeconds: number;
  readonly functionArn: string;
  readonly onLog: (line: string) => void;
  readonly onConnection: (port: number, open: boolean) => void;
}

/** Lambda gives the code this long to load before the function's own time starts to count. */
const INIT_SECONDS = 10;

interface Invocation {
  readonly requestId: string;
  readonly settle: (result: InvocationResult) => void;
}

/** One process that runs a function's code. Takes one invocation at a time and may be reused when it is done. */
export class ExecutionEnvironment implements CallingProcess {
  readonly #child: ChildProcess;
  readonly #ready: Promise<void>;
  readonly #ports = new Set<number>();
  #invocation: Invocation | undefined;
  /** An error of the load phase, before an invocation was there to receive it. */
  #initError: InvocationResult | undefined;
  #alive = true;
  readonly exited: Promise<void>;

  constructor(private readonly options: EnvironmentOptions) {
    this.#child = fork(options.bootstrap, [], {
      cwd: options.taskRoot,
      env: { ...options.variables },
      execArgv: [],
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      if (stream) createInterface({ input: stream }).on('line', options.onLog);
    }
    this.exited = new Promise((resolve) => {
      this.#child.once('exit', (code) => {
        this.#onExit(code);
        resolve();
      });
      this.#child.once('error', () => {
        this.#onExit(null);
        resolve();
      });
    });
    this.#ready = this.#listen();
  }

  /** False once the process ended or is ending. */
  get usable(): boolean {
    return this.#alive && this.#child.connected;
  }

  async invoke(requestId: string, payload: string): Promise<InvocationResult> {
    const result = new Promise<InvocationResult>((resolve) => {
      this.#invocation = { requestId, settle: resolve };
    });
    if (this.#initError) this.#settle(this.#initError);
    if (!this.#alive) this.#settle(failed(crashed(requestId, null)));
    await Promise.race([this.#ready, result, wait(INIT_SECONDS)]);
    const timer = setTimeout(() => this.#onTimeout(requestId), this.options.timeoutSeconds * 1000);
    this.#send({
      kind: 'invoke',
      requestId,
      payload,
      deadline: Date.now() + this.options.timeoutSeconds * 1000,
      functionArn: this.options.functionArn,
    });
    return result.finally(() => clearTimeout(timer));
  }

  kill(): void {
    this.#alive = false;
    this.#child.kill('SIGKILL');
  }

  pause(): () => void {
    this.#child.kill('SIGSTOP');
    return () => this.#child.kill('SIGCONT');
  }

  #listen(): Promise<void> {
    return new Promise((resolve) => {
      this.#child.on('message', (message: ProcessMessage) => {
        if (message.kind === 'ready') resolve();
        else this.#onMessage(message);
      });
    });
  }

  #onMessage(message: Exclude<ProcessMessage, { kind: 'ready' }>): void {
    if (message.kind === 'result') {
      this.#settle({ payload: message.payload });
    } else if (message.kind === 'error') {
      const result = failed(message.error);
      if (!this.#invocation) this.#initError = result;
      this.#settle(result);
    } else {
      this.#onConnection(message.port, message.kind === 'connected');
    }
  }

  #onConnection(port: number, open: boolean): void {
    if (open) this.#ports.add(port);
    else this.#ports.delete(port);
    this.options.onConnection(port, open);
  }

  #onTimeout(requestId: string): void {
    if (this.#invocation?.requestId !== requestId) return;
    const error = timedOut(requestId, this.options.timeoutSeconds);
    this.options.onLog(error.errorMessage);
    this.kill();
    this.#settle(failed(error));
  }

  #onExit(code: number | null): void {
    this.#alive = false;
    for (const port of this.#ports) this.options.onConnection(port, false);
    const requestId = this.#invocation?.requestId;
    if (requestId !== undefined) this.#settle(failed(crashed(requestId, code)));
  }

  #settle(result: InvocationResult): void {
    const invocation = this.#invocation;
    this.#invocation = undefined;
    invocation?.settle(result);
  }

  #send(message: InvokeMessage): void {
    // A process that died in between has settled the invocation by its exit.
    if (this.#child.connected) this.#child.send(message, () => {});
  }
}

function wait(seconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, seconds * 1000).unref());
}
