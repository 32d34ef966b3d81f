import { randomUUID } from 'node:crypto';
import type { ClientRequest, IncomingMessage } from 'node:http';
import { resolve as resolvePath } from 'node:path';
import { createInterface } from 'node:readline';
import type { Sandbox, SandboxOptions } from '../api';
import { reviveError } from './control-error';
import { askToEnd, askToYield, controlRequest } from './farewell';
import { sandboxLost } from './lost';
import { type Greeting, greet } from './ping';
import { CONNECTION_REQUESTS, type ControlLine, type RemoteMethod } from './protocol';
import { isAsWished, requireSettings } from './settings';

export interface ConnectOptions extends SandboxOptions {
  /** Hears of everything that happens, not only of what it asked for. */
  readonly follows?: boolean;
}

/** A sandbox of another process. */
export interface RemoteSandbox extends Sandbox {
  readonly pid: number;
  /** Rejects with SANDBOX_LOST when that process ends before this one has closed the sandbox. */
  readonly lost: Promise<never>;
  /** Closes it, and ends the other process whatever it does, unless it has other clients. Says whether it ends. */
  stop(): Promise<boolean>;
}

/**
 * The sandbox of another process: calls go there over HTTP, events and warnings come back while they run. Undefined when
 * it has just ended, or does so because nobody uses it and this process wants other settings.
 */
export async function connectSandbox(endpoint: string, options: ConnectOptions): Promise<RemoteSandbox | undefined> {
  const greeting = await greet(endpoint);
  if (typeof greeting === 'string') return undefined;
  if (!isAsWished(greeting, options)) {
    if (await askToYield(options.stateDir, endpoint)) return undefined;
    requireSettings(greeting, options);
  }
  const connection = new Connection(endpoint, options, greeting);
  return (await connection.attach()) ? remoteSandbox(connection, endpoint, options, greeting) : undefined;
}

function remoteSandbox(
  connection: Connection,
  endpoint: string,
  options: ConnectOptions,
  { pid, environmentVariables }: Greeting,
): RemoteSandbox {
  const call = <Method extends RemoteMethod>(method: Method, ...args: Parameters<Sandbox[Method]>) =>
    connection.call(method, args) as ReturnType<Sandbox[Method]>;
  return {
    ...{ endpoint, pid, environmentVariables, lost: connection.lost },
    // The other process has another working directory.
    deploy: (given) => call('deploy', { ...given, assembly: resolvePath(given.assembly) }),
    destroy: (stacks) => call('destroy', stacks),
    cancelUpdate: (stack) => call('cancelUpdate', stack),
    continueUpdateRollback: (stack, skip) => call('continueUpdateRollback', stack, skip),
    rollbackStack: (stack) => call('rollbackStack', stack),
    setAlarm: (alarm, state) => call('setAlarm', alarm, state),
    stacks: () => call('stacks'),
    events: (stack) => call('events', stack),
    resources: (stack) => call('resources', stack),
    sql: (cluster, database, statement) => call('sql', cluster, database, statement),
    invoke: (functionName, payload) => call('invoke', functionName, payload),
    running: () => call('running'),
    settle: () => call('settle'),
    intercept() {
      throw new Error(
        `The sandbox in ${options.stateDir} runs in process ${pid}; calls can be intercepted only there. ` +
          'Close it, or use another state folder.',
      );
    },
    close: async () => connection.close(),
    stop: () => connection.stop(),
  };
}

const closed = 'The sandbox was closed before this call was done.';

class Connection {
  readonly lost: Promise<never>;
  readonly #client = randomUUID();
  /** Requests that are not answered in full. */
  readonly #open = new Set<ClientRequest>();
  #lose: (doing: string) => void = () => {};
  #isClosed = false;

  constructor(
    private readonly endpoint: string,
    private readonly options: ConnectOptions,
    private readonly server: Greeting,
  ) {
    this.lost = new Promise((_resolve, reject) => {
      this.#lose = (doing) => reject(sandboxLost(options.stateDir, server.pid, doing));
    });
    // Not everybody waits for it.
    this.lost.catch(() => {});
  }

  /** False when the server has ended meanwhile. */
  attach(): Promise<boolean> {
    return new Promise((resolve) => {
      const { follows = false } = this.options;
      const attached = this.#request(CONNECTION_REQUESTS.attach, { follows }, (response) => {
        resolve(response.statusCode === 200);
        this.#readLines(response, (line) => this.#tell(line)).then(() => {
          if (!this.#isClosed) this.#lose('while it was in use');
        });
      });
      attached.on('error', () => resolve(false));
    });
  }

  call(method: RemoteMethod, args: readonly unknown[]): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const lose = () => reject(this.#isClosed ? new Error(closed) : this.#lostBefore(method));
      const take = (line: ControlLine): void => {
        if ('result' in line) resolve(line.result ?? undefined);
        else if ('error' in line) reject(reviveError(line.error));
        else if (!this.options.follows) this.#tell(line);
      };
      // JSON has no undefined; as null it would not be taken for an argument left out.
      const given = args.slice(0, args.findLastIndex((arg) => arg !== undefined) + 1);
      const call = this.#request(method, given, (response) => this.#readLines(response, take).then(lose));
      call.on('error', lose);
    });
  }

  /** What still waits for an answer does not keep this process. */
  close(): void {
    this.#isClosed = true;
    for (const request of this.#open) request.destroy();
  }

  /** Whether the server ends; then it has, when this returns. */
  async stop(): Promise<boolean> {
    this.#isClosed = true;
    const ends = await askToEnd(this.options.stateDir, this.endpoint, 'stop', this.#client);
    this.close();
    return ends;
  }

  #lostBefore(method: RemoteMethod): Error {
    return sandboxLost(this.options.stateDir, this.server.pid, `before '${method}' was done`);
  }

  #tell(line: ControlLine): void {
    const { onStackEvent, onWarning, onFunctionLog } = this.options;
    if ('stackEvent' in line) onStackEvent?.(line.stackEvent);
    else if ('warning' in line) onWarning?.(line.warning);
    else if ('functionLog' in line) onFunctionLog?.(...line.functionLog);
  }

  /** Resolves at the end of the answer, however it ends. */
  #readLines(response: NodeJS.ReadableStream, take: (line: ControlLine) => void): Promise<void> {
    return new Promise((resolve) => {
      // A connection that breaks is the end of the answer.
      response.on('error', () => {});
      response.on('close', resolve);
      const lines = createInterface({ input: response });
      lines.on('line', (line) => take(JSON.parse(line) as ControlLine));
      lines.on('error', () => {});
    });
  }

  #request(name: string, body: unknown, onResponse: (response: IncomingMessage) => void): ClientRequest {
    const made = controlRequest(this.endpoint, this.#client, name, body, onResponse);
    this.#open.add(made);
    made.on('close', () => this.#open.delete(made));
    return made;
  }
}
