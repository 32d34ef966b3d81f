import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Sandbox } from '../api';
import { AwsError } from '../aws-error';
import type { Broadcast } from '../broadcast';
import { CONTROL_HEADER, type Greeting } from './ping';
import { type ControlError, type ControlLine, REMOTE_METHODS, type RemoteMethod } from './protocol';

type Call = (...args: readonly unknown[]) => Promise<unknown>;

/** Answers second processes at `/_sandbox/<method>`: arguments in as JSON, lines of JSON out until the call is done. */
export function controlServer(sandbox: () => Sandbox, broadcast: Broadcast) {
  return async (message: IncomingMessage, response: ServerResponse, body: Buffer): Promise<void> => {
    const name = message.url?.split('/').at(-1) ?? '';
    if (message.headers[CONTROL_HEADER] === undefined) return end(response, 403, 'Only for sandbox clients.');
    if (name === 'ping') return end(response, 200, JSON.stringify(greeting(sandbox())));
    const method = REMOTE_METHODS.find((known) => known === name);
    if (!method) return end(response, 404, `A sandbox has no method '${name}' for other processes.`);
    await run(sandbox(), method, JSON.parse(body.toString('utf8')), broadcast, response);
  };
}

function greeting({ environmentVariables }: Sandbox): Greeting {
  return { pid: process.pid, environmentVariables };
}

async function run(
  sandbox: Sandbox,
  method: RemoteMethod,
  args: readonly unknown[],
  broadcast: Broadcast,
  response: ServerResponse,
): Promise<void> {
  const write = (line: ControlLine) => void response.write(`${JSON.stringify(line)}\n`);
  response.writeHead(200, { 'content-type': 'application/x-ndjson' });
  const stop = broadcast.listen({
    onStackEvent: (stackEvent) => write({ stackEvent }),
    onWarning: (warning) => write({ warning }),
    onFunctionLog: (functionName, line) => write({ functionLog: [functionName, line] }),
  });
  try {
    write({ result: (await (sandbox[method] as Call).apply(sandbox, [...args])) ?? null });
  } catch (error) {
    write({ error: describe(error) });
  } finally {
    stop();
    response.end();
  }
}

function describe(error: unknown): ControlError {
  if (error instanceof AwsError) return { name: error.code, message: error.message, statusCode: error.statusCode };
  return error instanceof Error
    ? { name: error.name, message: error.message }
    : { name: 'Error', message: String(error) };
}

function end(response: ServerResponse, statusCode: number, body: string): void {
  response.writeHead(statusCode, { 'content-type': 'application/json' });
  response.end(body);
}
