import { hasCode, isPassing } from '../errors/index';
import { answerMargin } from './answer-margin';
import type { RequestRun } from './request-run';

/**
 * Milliseconds from the arrival of a request in which a database that cannot be reached is tried again. Going back has
 * more of them: nothing else can be done then, and a failed rollback needs an operator.
 */
const patience = { forward: 120_000, back: 600_000 };

/** Kept free before the answer is due, so that the failure is recorded and answered with its reason. */
const timeToFail = 60_000;

/** True for an error that is to be waited out, now or by a later process, rather than recorded as a failure. */
export function isToBeWaitedOut(error: unknown, { ports, recorded }: RequestRun, way: keyof typeof patience): boolean {
  if (!hasCode(error, 'TARGET_UNREACHABLE')) return isPassing(error);
  const until = Math.min(recorded.receivedAt + patience[way], recorded.answerBy - answerMargin - timeToFail);
  return ports.clock.now() < until;
}
