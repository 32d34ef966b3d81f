import type { Sandbox, SandboxOptions } from '../api';
import { requireStateFolder } from '../control/state-folder';
import { openSandbox } from '../open-sandbox';

/** Opens the sandbox of a folder, making it when there is none, and closes it after the work. */
export async function withSandbox<T>(options: SandboxOptions, work: (sandbox: Sandbox) => Promise<T>): Promise<T> {
  const sandbox = await openSandbox(options);
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
