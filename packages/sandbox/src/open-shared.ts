import { resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { SandboxOptions } from './api';
import { endpointOf } from './control/folder-lock';
import { type ConnectOptions, connectSandbox, type RemoteSandbox } from './control/remote-sandbox';
import { startServer } from './control/start-server';

/** How often a sandbox may end between being found and being connected to. */
const ATTEMPTS = 100;
const PAUSE_MS = 20;

/**
 * Connects to the sandbox of a folder, which runs in a process of its own from the first command that needs it until
 * nobody has used it for a second and nothing goes on in it. So no command ends what another one has begun.
 */
export function openShared(given: ConnectOptions): Promise<RemoteSandbox> {
  return connectOrStart(absolute(given), false);
}

/** The same on a copy of a state folder. */
export function openCopy(given: ConnectOptions): Promise<RemoteSandbox> {
  return connectOrStart(absolute(given), true);
}

async function connectOrStart(options: ConnectOptions, isCopy: boolean): Promise<RemoteSandbox> {
  const { stateDir, postgresUrl, mysqlUrl, assumptions } = options;
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const endpoint =
      (await endpointOf(stateDir)) ?? (await startServer({ stateDir, postgresUrl, mysqlUrl, assumptions, isCopy }));
    const sandbox = await connectSandbox(endpoint, options);
    if (sandbox) return sandbox;
    await sleep(PAUSE_MS);
  }
  throw new Error(`The sandbox on ${stateDir} ended ${ATTEMPTS} times before this command could use it.`);
}

/** The processes of functions, and the server, have another working directory. */
function absolute<Options extends SandboxOptions>(options: Options): Options {
  return { ...options, stateDir: resolve(options.stateDir) };
}
