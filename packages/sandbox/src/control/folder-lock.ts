import { randomUUID } from 'node:crypto';
import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { greet, identityOf } from './ping';

/** Says who holds a state folder, in that folder. */
export const HOLDER_FILE = 'sandbox.json';

/** Its content. */
export interface Holder {
  readonly pid: number;
  /** Undefined while the sandbox is still starting. */
  readonly endpoint?: string;
  /** Its listener is about to go, or gone. */
  readonly closing?: boolean;
}

export type Claim = OwnClaim | { readonly held: true; readonly endpoint: string };

export interface OwnClaim {
  readonly held: false;
  announce(endpoint: string): void;
  /** False when somebody has deleted the folder meanwhile, and maybe begun another sandbox at its place. */
  isValid(): boolean;
  /** To be called before the listener is closed: who is refused a connection then knows that it has to wait. */
  beginToClose(): void;
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
    if (holder === undefined) continue;
    const state = await stateOf(holder, folder);
    if (state === 'answers') return { held: true, endpoint: holder.endpoint ?? '' };
    const waited = Date.now() > deadline;
    if (waited && state === 'busy') throw heldBySilence(file, holder);
    if (waited || state === 'gone') removeStale(file, holder);
    else await sleep(POLL_MS);
  }
}

/** The process that runs a sandbox on the folder, or is about to; undefined when none does. */
export async function holderOf(folder: string): Promise<Holder | undefined> {
  const holder = readHolder(join(folder, HOLDER_FILE));
  return holder === undefined || (await stateOf(holder, folder)) === 'gone' ? undefined : holder;
}

/** Where the sandbox of the folder answers, if it does. */
export async function endpointOf(folder: string): Promise<string | undefined> {
  const holder = readHolder(join(folder, HOLDER_FILE));
  return holder !== undefined && (await stateOf(holder, folder)) === 'answers' ? holder.endpoint : undefined;
}

type HolderState = 'answers' | 'gone' | 'busy' | 'quiet';

/**
 * A living process that does not answer is starting, closing, or busy: its databases are open, so taking over at once
 * would ruin them. One that refuses connections and said neither has another program behind its pid by now, and so has
 * one whose port gives another answer, or one for the folder of which this one is a copy.
 */
async function stateOf(holder: Holder, folder: string): Promise<HolderState> {
  if (!isAlive(holder.pid)) return 'gone';
  if (holder.endpoint === undefined || holder.closing) return 'quiet';
  const greeting = await greet(holder.endpoint);
  if (greeting === 'silent') return 'busy';
  const isOfFolder = greeting !== 'refused' && greeting.pid === holder.pid && greeting.folder === identityOf(folder);
  return isOfFolder ? 'answers' : 'gone';
}

function heldBySilence(file: string, holder: Holder): Error {
  return new Error(
    `The sandbox in ${dirname(file)} is held by process ${holder.pid}, which has not answered for ` +
      `${PATIENCE_MS / 1000} s. End that process, or use another state folder.`,
  );
}

function ownClaim(file: string): OwnClaim {
  let announced: Holder = { pid: process.pid };
  const isValid = () => readHolder(file)?.pid === process.pid;
  const write = (holder: Holder): void => {
    announced = holder;
    writeFileSync(`${file}.new`, JSON.stringify(holder));
    renameSync(`${file}.new`, file);
  };
  return {
    held: false,
    announce: (endpoint) => write({ pid: process.pid, endpoint }),
    isValid,
    beginToClose() {
      if (isValid()) write({ ...announced, closing: true });
    },
    release() {
      if (isValid()) rmSync(file, { force: true });
    },
  };
}

/** A link is made of a whole file, so that nobody reads half of one. */
function createExclusively(file: string): boolean {
  const own = `${file}.${process.pid}.${randomUUID()}`;
  writeFileSync(own, JSON.stringify({ pid: process.pid } satisfies Holder));
  try {
    linkSync(own, file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  } finally {
    rmSync(own, { force: true });
  }
}

/** No process has this id. */
const nobody: Holder = { pid: Number.NaN };

/** Undefined when there is none. What no sandbox can have written, which is whole or not there, is nobody's. */
function readHolder(file: string): Holder | undefined {
  try {
    const content = JSON.parse(readFileSync(file, 'utf8')) as Partial<Holder> | null;
    return Number.isInteger(content?.pid) && Number(content?.pid) > 0 ? (content as Holder) : nobody;
  } catch (error) {
    if (error instanceof SyntaxError) return nobody;
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/**
 * Two processes may find the same stale file. Moving it away first shows which file one really took: if it is a new
 * holder's by now, it is restored.
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
  const isStale = Object.is(holder?.pid, stale.pid) && holder?.endpoint === stale.endpoint;
  if (holder && !isStale) linkSync(taken, file);
  rmSync(taken, { force: true });
}

function isAlive(pid: number): boolean {
  if (Number.isNaN(pid)) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
