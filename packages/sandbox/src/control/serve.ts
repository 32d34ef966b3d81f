import type { SandboxOptions } from '../api';
import type { LocalSandbox } from '../local-sandbox';
import { Clients } from './clients';
import { describeError } from './control-error';
import { claimFolder } from './folder-lock';
import type { ControlError } from './protocol';

/** What the process that starts a server sends to it. */
export interface ServeRequest extends Pick<SandboxOptions, 'stateDir' | 'postgresUrl' | 'mysqlUrl' | 'assumptions'> {
  /** The folder is a copy to look at: what was interrupted in it is left as it is. */
  readonly isCopy: boolean;
}

/** And what it is answered with: where the sandbox of the folder answers, be it of this process or of another. */
export type ServeAnswer = { readonly endpoint: string } | { readonly error: ControlError };

/** How long a server that nobody has connected to waits for its first client. */
const FIRST_CLIENT_MS = 10_000;
/** How long functions and state machines may go on without any client, once no stack operation runs. */
const SETTLING_MS = 60_000;
/** A server that nobody uses stays for the next command, which then need not start one. */
const IDLE_MS = 1000;
const POLL_MS = 50;

/** A process of its own for the sandbox of a folder. It ends when nobody uses it and nothing goes on in it. */
async function serve({ isCopy, ...options }: ServeRequest): Promise<void> {
  const claim = await claimFolder(options.stateDir);
  if (claim.held) return await answer({ endpoint: claim.endpoint });
  try {
    const { startSandbox } = await import('../start-sandbox.js');
    const clients = new Clients();
    const ended = new AbortController();
    const end = () => ended.abort();
    const sandbox = await startSandbox(options, claim, { clients, end, recovers: !isCopy });
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, end);
    await answer({ endpoint: sandbox.endpoint });
    await Promise.race([aborted(ended.signal), unused(sandbox, clients)]);
    clients.close();
    // Closing writes: a folder that was deleted would be back, and another sandbox at its place would be ruined.
    if (!claim.isValid()) return;
    await sandbox.close();
  } catch (error) {
    claim.release();
    throw error;
  }
}

async function unused(sandbox: LocalSandbox, clients: Clients): Promise<void> {
  let usedAt = Date.now();
  const isUsed = (now: number): boolean => {
    if (!clients.areGone || sandbox.isOperating) usedAt = now;
    const patience = sandbox.isAtRest ? IDLE_MS : SETTLING_MS;
    return now - usedAt < (clients.wereThere ? patience : FIRST_CLIENT_MS);
  };
  while (isUsed(Date.now())) await new Promise((resolve) => setTimeout(resolve, POLL_MS));
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener('abort', () => resolve());
  });
}

/** The one who asked may be gone: then nobody is left to be told. */
async function answer(message: ServeAnswer): Promise<void> {
  if (!process.connected) return;
  await new Promise((resolve) => process.send?.(message, resolve));
  if (process.connected) process.disconnect();
}

process.once('message', (request: ServeRequest) => {
  serve(request)
    .catch(async (error: unknown) => {
      process.exitCode = 1;
      await answer({ error: describeError(error) });
    })
    .finally(() => process.exit());
});
