import type { Moment } from '../bundle/phases';
import type { LockWait } from '../ports';
import { answerMargin } from './answer-margin';
import type { DeploymentRun } from './deployment-run';
import { timeToFail } from './patience';

/**
 * A section that waits for a lock keeps everybody else waiting who comes after it. So each call waits for a short time
 * only, lets go of everything, and is made again: for twelve times as long, a minute by default.
 */
const forwardTimes = 12;

/** Milliseconds. Going back has more patience: nothing else can be done then, and a failed rollback needs an operator. */
const backTime = 600_000;

/** Whether a section that did not get a lock is to be tried again. */
export function mayWaitForLock({ waited, timeout }: LockWait, runs: Moment, run: DeploymentRun): boolean {
  const { ports, recorded } = run.request;
  const now = ports.clock.now();
  if (now >= recorded.answerBy - answerMargin - timeToFail) return false;
  const short = timeout * forwardTimes;
  if (runs !== 'forward') return waited < Math.max(backTime, short);
  return waited < short && now < run.deployment.forwardDeadline;
}
