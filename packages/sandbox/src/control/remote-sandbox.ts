import { request } from 'node:http';
import { resolve as resolvePath } from 'node:path';
import { createInterface } from 'node:readline';
import type { Sandbox, SandboxOptions } from '../api';
import { AwsError } from '../aws-error';
import { CONTROL_HEADER, greet } from './ping';
import type { ControlError, ControlLine, RemoteMethod } from './protocol';

/** The sandbox of another process: calls go there over HTTP, events and warnings come back while they run. */
export async function connectSandbox(endpoint: string, options: SandboxOptions): Promise<Sandbox> {
  const greeting = await greet(endpoint);
  if (typeof greeting === 'string') {
    throw new Error(`The sandbox at ${endpoint} has just ended. Run the command again.`);
  }
  const call = <Method extends RemoteMethod>(method: Method, ...args: Parameters<Sandbox[Method]>) =>
    callRemote(endpoint, method, args, options) as ReturnType<Sandbox[Method]>;
  return {
    endpoint,
    environmentVariables: greeting.environmentVariables,
    // The other process has another working directory.
    deploy: (request) => call('deploy', { ...request, assembly: resolvePath(request.assembly) }),
    destroy: (stacks) => call('destroy', stacks),
    cancelUpdate: (stack) => call('cancelUpdate', stack),
    continueUpdateRollback: (stack, skip) => call('continueUpdateRollback', stack, skip),
    rollbackStack: (stack) => call('rollbackStack', stack),
    setAlarm: (alarm, state) => call('setAlarm', alarm, state),
    stacks: () => call('stacks'),
    resources: (stack) => call('resources', stack),
    sql: (cluster, database, statement) => call('sql', cluster, database, statement),
    invoke: (functionName, payload) => call('invoke', functionName, payload),
    settle: () => call('settle'),
    intercept() {
      throw new Error(
        `The sandbox in ${options.stateDir} runs in process ${greeting.pid}; calls can be intercepted only there. ` +
          'Close it, or use another state folder.',
      );
    },
    // Not ours to end: the process that started it keeps running it.
    close: async () => {},
  };
}

function callRemote(endpoint: string, method: RemoteMethod, args: readonly unknown[], options: SandboxOptions) {
  return new Promise<unknown>((resolve, reject) => {
    const headers = { [CONTROL_HEADER]: '1', 'content-type': 'application/json' };
    const call = request(`${endpoint}/_sandbox/${method}`, { method: 'POST', headers, agent: false }, (response) => {
      const lines = createInterface({ input: response });
      lines.on('line', (line) => take(JSON.parse(line) as ControlLine));
      lines.on('close', () => reject(new Error(`The sandbox at ${endpoint} ended before '${method}' was done.`)));
    });
    call.on('error', reject);
    // JSON has no undefined; as null it would not be taken for an argument left out.
    call.end(JSON.stringify(args.slice(0, args.findLastIndex((arg) => arg !== undefined) + 1)));

    const take = (line: ControlLine): void => {
      if ('result' in line) resolve(line.result ?? undefined);
      else if ('error' in line) reject(revive(line.error));
      else if ('stackEvent' in line) options.onStackEvent?.(line.stackEvent);
      else if ('warning' in line) options.onWarning?.(line.warning);
      else options.onFunctionLog?.(...line.functionLog);
    };
  });
}

function revive({ name, message, statusCode }: ControlError): Error {
  if (statusCode !== undefined) return new AwsError(name, message, statusCode);
  const error = new Error(message);
  error.name = name;
  return error;
}
