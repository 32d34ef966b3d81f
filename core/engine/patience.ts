import { hasCode, isPassing } from '../errors/index';
import type { Failure } from '../ledger/state';
import { answerMargin } from './answer-margin';
import type { RequestRun } from './request-run';

/**
 * Milliseconds from the arrival of a request in which a database that cannot be reached is tried again. Going back has
 * more of them: nothing else can be done then, and a failed rollback needs an operator.
 */
const patience = { start: 120_000, back: 600_000 };

/** Milliseconds kept free before the answer is due, so that the failure is recorded and answered with its reason. */
export const timeToFail = 60_000;

/** Until when a deployment that has not begun waits for a database. Epoch milliseconds. */
export function patienceToStart({ recorded }: RequestRun): number {
  return recorded.receivedAt + patience.start;
}

/** Until when one that has begun does: forward as long as it may take, back so long that most troubles are over. */
export function patienceOf(during: Failure['during'], { recorded }: RequestRun, forwardDeadline: number): number {
  return during === 'forward' ? forwardDeadline : recorded.receivedAt + patience.back;
}

/** True for an error that is to be waited out, now or by a later process, rather than recorded as a failure. */
export function isToBeWaitedOut(error: unknown, { ports, recorded }: RequestRun, until: number): boolean {
  if (!hasCode(error, 'TARGET_UNREACHABLE')) return isPassing(error);
  return ports.clock.now() < Math.min(until, recorded.answerBy - answerMargin - timeToFail);
}
