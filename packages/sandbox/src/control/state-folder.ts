import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Where the sandbox of the current folder lives unless a command says otherwise. */
export const defaultStateFolder = '.sandbox';

/** Who holds the folder, written by the sandbox that runs on it. */
const holderFile = 'sandbox.json';

/** Documents that a sandbox makes before anything else. A folder without any of them is somebody else's. */
const signs = ['gateway.json', holderFile];

export function isStateFolder(folder: string): boolean {
  return signs.some((sign) => existsSync(join(folder, sign)));
}

/** The process that runs a sandbox on the folder, if one does. */
export function holderOf(folder: string): number | undefined {
  try {
    const { pid } = JSON.parse(readFileSync(join(folder, holderFile), 'utf8')) as { readonly pid: number };
    process.kill(pid, 0);
    return pid;
  } catch (error) {
    // ENOENT: nobody holds it; ESRCH: a holder that was killed.
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ESRCH') return undefined;
    throw error;
  }
}
