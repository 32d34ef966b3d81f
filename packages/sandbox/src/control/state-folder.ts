import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { SandboxError } from '../sandbox-error';
import { HOLDER_FILE } from './folder-lock';

/** Where the sandbox of the current folder lives unless a command says otherwise. */
export const defaultStateFolder = '.sandbox';

/** Documents that a sandbox writes before anything else. A folder without any of them does not belong to a sandbox. */
const signs = ['gateway.json', HOLDER_FILE];

function isStateFolder(folder: string): boolean {
  return signs.some((sign) => existsSync(join(folder, sign)));
}

export function requireStateFolder(folder: string): void {
  if (isStateFolder(folder)) return;
  throw new SandboxError('NO_SANDBOX', `${folder} is not the state folder of a sandbox.`, {
    payload: { folder },
    hint: 'Name the folder of an earlier deployment to a sandbox with --state, or deploy to one first.',
  });
}
