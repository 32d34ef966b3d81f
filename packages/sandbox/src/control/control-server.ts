import type { IncomingMessage, ServerResponse } from 'node:http';
import type { DeployOptions, Sandbox, StackResult } from '../api';
import type { Broadcast } from '../broadcast';
import type { Clients } from './clients';
import { describeError } from './control-error';
import { CONTROL_HEADER, type Greeting } from './ping';
import {
  type AttachRequest,
  CONNECTION_REQUESTS,
  type ControlLine,
  type Farewell,
  REMOTE_METHODS,
  type RemoteMethod,
} from './protocol';

/** A sandbox, as far as other processes may use it. */
export interface ServedSandbox extends Sandbox {
  /** Nothing goes on that a client started, or that the last process left unfinished. */
  readonly isAtRest: boolean;
  /** `wanted` is aborted when nobody waits for the result any more: no further stack is begun. */
  deploy(options: DeployOptions, wanted?: AbortSignal): Promise<readonly StackResult[]>;
  destroy(stacks?: readonly string[], wanted?: AbortSignal): Promise<readonly StackResult[]>;
}

export interface ControlOptions {
  readonly sandbox: () => ServedSandbox;
  readonly broadcast: Broadcast;
  readonly clients: Clients;
  /** Ends the process, if it serves other processes only. */
  readonly end?: () => void;
  /** What a client compares with its own wishes. */
  readonly settings: Greeting['settings'];
  readonly folder: Greeting['folder'];
}

type Call = (...args: readonly unknown[]) => Promise<unknown>;

/** Answers second processes at `/_sandbox/<method>`: arguments in as JSON, lines of JSON out until the call is done. */
export function controlServer(options: ControlOptions) {
  return async (message: IncomingMessage, response: ServerResponse, body: Buffer): Promise<void> => {
    const name = message.url?.split('/').at(-1) ?? '';
    if (message.headers[CONTROL_HEADER] === undefined) return end(response, 403, 'Only for sandbox clients.');
    if (name === 'ping') return end(response, 200, JSON.stringify(greeting(options)));
    const client = String(message.headers[CONTROL_HEADER]);
    if (name === CONNECTION_REQUESTS.attach) return attach(client, response, options, isFollowing(body));
    if (name === CONNECTION_REQUESTS.yield) return end(response, 200, JSON.stringify(yieldFolder(options)));
    if (name === CONNECTION_REQUESTS.stop) return end(response, 200, JSON.stringify(stop(client, options)));
    const method = REMOTE_METHODS.find((known) => known === name);
    if (!method) return end(response, 404, `A sandbox has no method '${name}' for other processes.`);
    const args = JSON.parse(body.toString('utf8')) as readonly unknown[];
    await run(method, args, response, options);
  };
}

function greeting({ sandbox, folder, settings }: ControlOptions): Greeting {
  return { pid: process.pid, folder, environmentVariables: sandbox().environmentVariables, settings };
}

/** The headers are the answer; the body never ends, unless this process does. */
function attach(
  client: string,
  response: ServerResponse,
  { clients, broadcast }: ControlOptions,
  follows: boolean,
): void {
  if (!clients.attach(client, response)) {
    end(response, 503, 'The sandbox is about to end.');
    return;
  }
  response.writeHead(200, { 'content-type': 'application/x-ndjson' }).flushHeaders();
  if (follows) response.on('close', listenFor(response, broadcast));
}

function isFollowing(body: Buffer): boolean {
  return (JSON.parse(body.toString('utf8')) as AttachRequest).follows;
}

function yieldFolder(options: ControlOptions): Farewell {
  const { clients, sandbox } = options;
  return farewell(clients.areGone && sandbox().isAtRest, options);
}

function stop(client: string, options: ControlOptions): Farewell {
  options.clients.leave(client);
  return farewell(options.clients.areGone, options);
}

function farewell(isDone: boolean, { clients, end: endProcess }: ControlOptions): Farewell {
  const ends = isDone && endProcess !== undefined;
  if (ends) clients.close();
  // The answer goes out first.
  if (ends) setImmediate(endProcess);
  return { ends };
}

async function run(
  method: RemoteMethod,
  args: readonly unknown[],
  response: ServerResponse,
  { sandbox, broadcast }: ControlOptions,
): Promise<void> {
  const write = (line: ControlLine) => void response.write(`${JSON.stringify(line)}\n`);
  response.writeHead(200, { 'content-type': 'application/x-ndjson' });
  const gone = new AbortController();
  response.on('close', () => gone.abort());
  const stop = listenFor(response, broadcast);
  try {
    write({ result: (await call(sandbox(), method, args, gone.signal)) ?? null });
  } catch (error) {
    write({ error: describeError(error) });
  } finally {
    stop();
    response.end();
  }
}

function call(sandbox: ServedSandbox, method: RemoteMethod, args: readonly unknown[], wanted: AbortSignal) {
  const all = method === 'deploy' || method === 'destroy' ? [args[0], wanted] : args;
  return (sandbox[method] as Call).apply(sandbox, [...all]);
}

function listenFor(response: ServerResponse, broadcast: Broadcast): () => void {
  const write = (line: ControlLine) => void response.write(`${JSON.stringify(line)}\n`);
  return broadcast.listen({
    onStackEvent: (stackEvent) => write({ stackEvent }),
    onWarning: (warning) => write({ warning }),
    onFunctionLog: (functionName, line) => write({ functionLog: [functionName, line] }),
  });
}

function end(response: ServerResponse, statusCode: number, body: string): void {
  response.writeHead(statusCode, { 'content-type': 'application/json' });
  response.end(body);
}
