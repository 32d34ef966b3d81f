import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { greet } from './ping';

/** Says who holds a state folder, in that folder. */
export const HOLDER_FILE = 'sandbox.json';

/** Its content. */
interface Holder {
  readonly pid: number;
  /** Undefined while the sandbox is still starting. */
  readonly endpoint?: string;
}

export type Claim = OwnClaim | { readonly held: true; readonly endpoint: string };

export interface OwnClaim {
  readonly held: false;
  announce(endpoint: string): void;
  release(): void;
}

/** How long a holder may take to start, to answer while it is busy, or to close. */
const PATIENCE_MS = 30_000;
const POLL_MS = 50;

/** Takes the folder, or tells where the sandbox that has it answers. A holder that is gone is taken over from. */
export async function claimFolder(folder: string): Promise<Claim> {
  mkdirSync(folder, { recursive: true });
  const file = join(folder, HOLDER_FILE);
  const deadline = Date.now() + PATIENCE_MS;
  for (;;) {
    if (createExclusively(file)) return ownClaim(file);
    const holder = readHolder(file);
    const state = await stateOf(holder);
    if (state === 'answers') return { held: true, endpoint: holder?.endpoint ?? '' };
    const waited = Date.now() > deadline;
    if (waited && state === 'busy') throw heldBySilence(file, holder);
    if (waited || state === 'gone') removeStale(file, holder);
    else await sleep(POLL_MS);
  }
}

type HolderState = 'answers' | 'gone' | 'busy' | 'quiet';

/**
 * A living process that does not answer is starting, closing, or busy: its databases are open, so taking over at once
 * would ruin them. A long time without a listener means that the pid belongs to another program by now.
 */
async function stateOf(holder: Holder | undefined): Promise<HolderState> {
  if (!holder) return 'quiet';
  if (!isAlive(holder.pid)) return 'gone';
  if (holder.endpoint === undefined) return 'quiet';
  const greeting = await greet(holder.endpoint);
  if (typeof greeting === 'string') return greeting === 'silent' ? 'busy' : 'quiet';
  return greeting.pid === holder.pid ? 'answers' : 'gone';
}

function heldBySilence(file: string, holder: Holder | undefined): Error {
  return new Error(
    `The sandbox in ${dirname(file)} is held by process ${holder?.pid}, which has not answered for ` +
      `${PATIENCE_MS / 1000} s. End that process, or use another state folder.`,
  );
}

function ownClaim(file: string): OwnClaim {
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
 * holder's by now, it is restored.
 */
function removeStale(file: string, stale: Holder | undefined): void {
  const taken = `${file}.${process.pid}.stale`;
  try {
    renameSync(file, taken);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw error;
  }
  const holder = readHolder(taken);
  if (holder && (holder.pid !== stale?.pid || holder.endpoint !== stale.endpoint)) linkSync(taken, file);
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
