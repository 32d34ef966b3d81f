import type { SandboxOptions } from '../api';
import type { ConnectOptions, RemoteSandbox } from '../control/remote-sandbox';
import { requireStateFolder } from '../control/state-folder';
import { openShared } from '../open-shared';
import { openToLook } from '../open-to-look';

type Work<T> = (sandbox: RemoteSandbox) => Promise<T>;

/** Connects to the sandbox of a folder, or creates it. It ends when no command uses it and nothing goes on in it. */
export async function withSandbox<T>(options: ConnectOptions, work: Work<T>): Promise<T> {
  return use(await openShared(options), work);
}

/** As {@link withSandbox}, for commands that need an existing sandbox: a mistyped folder must not become a new one. */
export async function withExistingSandbox<T>(options: SandboxOptions, work: Work<T>): Promise<T> {
  requireStateFolder(options.stateDir);
  return withSandbox(options, work);
}

/** For commands that only read: the folder need not be writable. */
export async function lookInto<T>(options: SandboxOptions, work: Work<T>): Promise<T> {
  requireStateFolder(options.stateDir);
  return use(await openToLook(options), work);
}

async function use<T>(sandbox: RemoteSandbox, work: Work<T>): Promise<T> {
  try {
    return await Promise.race([work(sandbox), sandbox.lost]);
  } finally {
    await sandbox.close();
  }
}
