import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ping } from './ping';

/** Who holds a state folder: `<state>/sandbox.json`. */
export interface Holder {
  readonly pid: number;
  /** Undefined while the sandbox is still starting. */
  readonly endpoint?: string;
}

export type Claim =
  | { readonly held: false; announce(endpoint: string): void; release(): void }
  | { readonly held: true; readonly endpoint: string };

const START_MS = 30_000;
const POLL_MS = 50;

/** Takes the folder, or tells where the sandbox that has it answers. A holder that is gone is taken over from. */
export async function claimFolder(folder: string): Promise<Claim> {
  mkdirSync(folder, { recursive: true });
  const file = join(folder, 'sandbox.json');
  const deadline = Date.now() + START_MS;
  for (;;) {
    if (createExclusively(file)) return ownClaim(file);
    const holder = readHolder(file);
    if (!holder) continue;
    if (holder.endpoint !== undefined && (await ping(holder.endpoint)) === holder.pid) {
      return { held: true, endpoint: holder.endpoint };
    }
    const starting = isAlive(holder.pid) && holder.endpoint === undefined && Date.now() < deadline;
    if (starting) await sleep(POLL_MS);
    else removeStale(file, holder);
  }
}

function ownClaim(file: string): Claim {
  return {
    held: false,
    announce: (endpoint) => {
      writeFileSync(`${file}.new`, JSON.stringify({ pid: process.pid, endpoint } satisfies Holder));
      renameSync(`${file}.new`, file);
    },
    release: () => rmSync(file, { force: true }),
  };
}

function createExclusively(file: string): boolean {
  try {
    writeFileSync(file, JSON.stringify({ pid: process.pid } satisfies Holder), { flag: 'wx' });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/** Undefined when it was released, or is just being written. */
function readHolder(file: string): Holder | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Holder;
  } catch {
    return undefined;
  }
}

/**
 * Two processes may find the same stale file. Moving it away first shows which file one really took: if it is a new
 * holder's by now, it is put back.
 */
function removeStale(file: string, stale: Holder): void {
  const taken = `${file}.${process.pid}.stale`;
  try {
    renameSync(file, taken);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw error;
  }
  const holder = readHolder(taken);
  if (holder && (holder.pid !== stale.pid || holder.endpoint !== stale.endpoint)) linkSync(taken, file);
  rmSync(taken, { force: true });
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
