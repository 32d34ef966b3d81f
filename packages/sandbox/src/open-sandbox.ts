import { resolve } from 'node:path';
import type { Sandbox, SandboxOptions } from './api';
import { askToYield } from './control/farewell';
import { claimFolder, type OwnClaim } from './control/folder-lock';
import { connectSandbox } from './control/remote-sandbox';

/**
 * Opens the AWS that lives in a folder. When another process has it open already, the calls go to that process; else
 * this one starts it and must close it.
 */
export async function openSandbox(given: SandboxOptions): Promise<Sandbox> {
  // The processes of functions have another working directory.
  const options = { ...given, stateDir: resolve(given.stateDir) };
  for (;;) {
    const claim = await claimFolder(options.stateDir);
    if (!claim.held) return start(options, claim);
    // One that serves commands, and no command at the moment, makes room.
    if (await askToYield(options.stateDir, claim.endpoint)) continue;
    // Undefined when it has ended since.
    const remote = await connectSandbox(claim.endpoint, options);
    if (remote) return remote;
  }
}

async function start(options: SandboxOptions, claim: OwnClaim): Promise<Sandbox> {
  try {
    // The services take a while to load: only who starts them waits.
    const { startSandbox } = await import('./start-sandbox.js');
    return await startSandbox(options, claim);
  } catch (error) {
    claim.release();
    throw error;
  }
}
