import { accessSync, chmodSync, constants, copyFileSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SandboxOptions } from './api';
import { endpointOf, HOLDER_FILE } from './control/folder-lock';
import { SERVER_LOG } from './control/lost';
import type { RemoteSandbox } from './control/remote-sandbox';
import { openCopy, openShared } from './open-shared';

/** What a copy can do without, or must not have. */
const leftOut = [HOLDER_FILE, SERVER_LOG, 'cdk.out'];

/** Opens a sandbox to read from it: of a folder that cannot be written to a copy does, which goes when it is closed. */
export async function openToLook(options: SandboxOptions): Promise<RemoteSandbox> {
  const { stateDir } = options;
  if (isWritable(stateDir) || (await endpointOf(stateDir)) !== undefined) return openShared(options);
  const copy = mkdtempSync(join(tmpdir(), 'sandbox-copy-'));
  const remove = () => rmSync(copy, { recursive: true, force: true });
  try {
    copyFolder(stateDir, copy);
    const sandbox = await openCopy({ ...options, stateDir: copy });
    return { ...sandbox, close: () => sandbox.close().finally(remove) };
  } catch (error) {
    remove();
    throw error;
  }
}

/** As its owner may change it, whatever the modes of the original are. */
function copyFolder(from: string, to: string): void {
  mkdirSync(to, { recursive: true });
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    if (leftOut.includes(entry.name)) continue;
    const [source, copy] = [join(from, entry.name), join(to, entry.name)];
    if (entry.isDirectory()) copyFolder(source, copy);
    else if (entry.isFile()) {
      copyFileSync(source, copy);
      chmodSync(copy, 0o600);
    }
  }
}

function isWritable(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK);
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EACCES' || code === 'EROFS' || code === 'EPERM') return false;
    throw error;
  }
}
