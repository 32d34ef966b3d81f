import { phases } from '../bundle/phases';
import { MigrationError } from '../errors/index';
import type { MigrationRun, Step } from './migration-run';

/**
 * Bounds the work before the answer: when it has taken too long, no further step begins, and one that waits is given up and
 * undone with the others. What a step waited for is said, with what can be done about it.
 * @throws FORWARD_TIMEOUT
 */
export function checkDeadline(migration: MigrationRun, step: Step): void {
  const { deployment, request } = migration.run;
  const now = request.ports.clock.now();
  if (phases[step.phase].runs !== 'forward' || now <= deployment.forwardDeadline) return;
  const { id } = migration.record;
  const wait = migration.waitOf(step);
  const begun = migration.stateOf(step);
  if (looksItself(step, begun !== undefined)) return;
  if (!begun || !wait) {
    const done = deployment.plan.indexOf(id);
    throw new MigrationError(
      'FORWARD_TIMEOUT',
      `The time limit for applying migrations expired before ${id}, with ${done} of ${deployment.plan.length} done.`,
      { hint: longerOrLess },
    );
  }
  const since = begun.since === undefined ? '' : ` for ${duration(now - begun.since)}`;
  throw new MigrationError(
    'FORWARD_TIMEOUT',
    `The time limit for applying migrations expired while ${id} waited${since} for ${wait.what}.`,
    { hint: wait.hint ?? longerOrLess },
  );
}

/** Work on items says how far it came, and may go on after the answer. */
function looksItself({ action }: Step, isBegun: boolean): boolean {
  return action.type === 'data' && (isBegun || action.finish === 'background');
}

export const longerOrLess =
  'Give the construct a longer `forwardTimeout` (and `timeout`), or deploy fewer migrations at a time.';

function duration(milliseconds: number): string {
  const minutes = Math.floor(milliseconds / 60_000);
  return minutes === 0 ? `${Math.round(milliseconds / 1000)} s` : `${minutes} min`;
}
