import { resolve } from 'node:path';
import type { Sandbox, SandboxOptions } from '..';
import { isStateFolder } from '../control/state-folder';
import { MigrationError } from '../sandbox-error';

/** Opens the sandbox of a folder, making it when there is none, and closes it after the work. */
export async function withSandbox<T>(options: SandboxOptions, work: (sandbox: Sandbox) => Promise<T>): Promise<T> {
  const sandbox = await open(options);
  try {
    return await work(sandbox);
  } finally {
    await sandbox.close();
  }
}

/** As {@link withSandbox}, for commands that look at a sandbox: a mistyped folder must not become an empty one. */
export async function withExistingSandbox<T>(
  options: SandboxOptions,
  work: (sandbox: Sandbox) => Promise<T>,
): Promise<T> {
  requireStateFolder(options.stateDir);
  return withSandbox(options, work);
}

export async function openExisting(folder: string): Promise<Sandbox> {
  requireStateFolder(folder);
  return open({ stateDir: folder });
}

export async function open(options: SandboxOptions): Promise<Sandbox> {
  // PGlite and the services take a while to load: only who needs them waits.
  const { openSandbox } = await import('../index.js');
  return openSandbox({ ...options, stateDir: resolve(options.stateDir) });
}

export function requireStateFolder(folder: string): void {
  if (isStateFolder(folder)) return;
  throw new MigrationError('NO_SANDBOX', `${folder} is not the state folder of a sandbox.`, {
    payload: { folder },
    hint: 'Name the folder of an earlier `migrations sandbox deploy` with --state, or deploy first.',
  });
}
