import type { Sandbox, SandboxOptions } from '../api';
import { requireStateFolder } from '../control/state-folder';
import { openSandbox } from '../open-sandbox';

/** Opens the sandbox of a folder, or creates it, and closes it after the work. */
export async function withSandbox<T>(options: SandboxOptions, work: (sandbox: Sandbox) => Promise<T>): Promise<T> {
  const sandbox = await openSandbox(options);
  try {
    return await work(sandbox);
  } finally {
    await sandbox.close();
  }
}

/** As {@link withSandbox}, for commands that need an existing sandbox: a mistyped folder must not become a new one. */
export async function withExistingSandbox<T>(
  options: SandboxOptions,
  work: (sandbox: Sandbox) => Promise<T>,
): Promise<T> {
  requireStateFolder(options.stateDir);
  return withSandbox(options, work);
}
