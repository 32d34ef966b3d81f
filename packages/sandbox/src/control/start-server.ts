import { fork } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../package-root';
import { reviveError } from './control-error';
import { SERVER_LOG } from './lost';
import type { ServeAnswer, ServeRequest } from './serve';

/** Starts a process that serves the sandbox of a folder and outlives this one. Returns where the sandbox answers. */
export async function startServer(request: ServeRequest): Promise<string> {
  mkdirSync(request.stateDir, { recursive: true });
  const logFile = join(request.stateDir, SERVER_LOG);
  const log = openSync(logFile, 'a');
  try {
    const child = fork(program(), [], {
      // Neither Ctrl-C in the terminal of this process nor its end is meant for the server.
      detached: true,
      execArgv: [],
      stdio: ['ignore', log, log, 'ipc'],
    });
    const answer = await new Promise<ServeAnswer>((resolve, reject) => {
      child.once('message', (message: ServeAnswer) => resolve(message));
      child.once('error', reject);
      child.once('exit', (code, signal) =>
        reject(new Error(`The process of the sandbox ended at once (${code ?? signal}). See ${logFile}.`)),
      );
      child.send(request);
    });
    child.unref();
    if ('error' in answer) throw reviveError(answer.error);
    return answer.endpoint;
  } finally {
    closeSync(log);
  }
}

/** The built program. Node runs it as it is, without a loader for TypeScript. */
function program(): string {
  const file = join(packageRoot(), 'dist/control/serve.js');
  if (existsSync(file)) return file;
  throw new Error(`The server of the sandbox is not built: ${file} is missing. Run 'npm run build' first.`);
}
