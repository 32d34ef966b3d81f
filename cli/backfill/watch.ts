import type { Pass } from '../../core/ports';
import type { ScopeAccess } from '../ledger-access';
import type { Terminal } from '../output';
import { type PassReport, passesOf } from './passes';
import { progressLine } from './render';

/** Milliseconds between two looks. */
const watchInterval = 1_000;

/** Shows how far passes are until none is under way. */
export async function watch(
  { ports }: ScopeAccess,
  passes: () => Promise<readonly PassReport[]>,
  terminal: Terminal,
): Promise<void> {
  let shown = '';
  for (;;) {
    const open = (await passes()).filter(isUnderWay);
    if (open.length === 0) return;
    shown = show(open, shown, terminal);
    await ports.clock.sleep(watchInterval);
  }
}

/** Shows how far this process is with a pass. */
export async function watchWhile<T>(access: ScopeAccess, pass: Pass, terminal: Terminal, work: Promise<T>): Promise<T> {
  let isOver = false;
  const watched = (async () => {
    for (let shown = ''; !isOver; await access.ports.clock.sleep(watchInterval)) {
      const own = (await passesOf(access)).filter(
        (one) => one.pass.deployment === pass.deployment && one.pass.direction === pass.direction,
      );
      shown = show(own, shown, terminal);
    }
  })();
  // What the work ends with counts, not a look at it that failed.
  watched.catch(() => undefined);
  try {
    return await work;
  } finally {
    isOver = true;
    await watched.catch(() => undefined);
  }
}

function show(passes: readonly PassReport[], shown: string, terminal: Terminal): string {
  const lines = passes.map(progressLine).join('\n');
  if (lines !== '' && lines !== shown) terminal.say(lines);
  return lines;
}

/** What was started ahead waits for nobody: its command was interrupted. */
function isUnderWay({ state, isAhead }: PassReport): boolean {
  return state === 'running' || state === 'paused' || (state === 'waiting' && !isAhead);
}
