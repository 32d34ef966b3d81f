import { MigrationError } from '../../errors/index';
import type { AheadWork, SegmentCounts } from '../../ports';
import type { RequestRun } from '../request-run';

/**
 * Records that what was done ahead is taken back, so that no deployment counts on it. To be called under the scope's lease.
 * @throws CANNOT_UNDO_AHEAD
 */
export async function beginUndoAhead(run: RequestRun, work: AheadWork): Promise<AheadWork> {
  const { state, ports, recorded } = run;
  const { migration, deployment } = work;
  const isUsed =
    state.migrations.some(({ id }) => id === migration) || state.open.some(({ plan }) => plan.includes(migration));
  if (isUsed) {
    throw new MigrationError('CANNOT_UNDO_AHEAD', `A deployment has begun or applied ${migration}.`, {
      payload: { migration },
      hint: 'Wait for the deployment. When it is rolled back, what was done ahead is left, and can be taken back then.',
    });
  }
  if (work.undoing) return work;
  const undoing: AheadWork = { ...work, undoing: true };
  await run.record(deployment, [eventOf('ahead-undo-started', work)]);
  await ports.segments.keepAhead(recorded.scope, undoing);
  return undoing;
}

/** Forgets what was taken back. To be called under the scope's lease. */
export async function endUndoAhead(run: RequestRun, work: AheadWork, counts: SegmentCounts): Promise<void> {
  const { segments } = run.ports;
  const detail = { restored: counts.restored + counts.updated, kept: counts.kept };
  await run.record(work.deployment, [{ ...eventOf('ahead-undone', work), detail }]);
  while (!(await segments.forgetAhead(run.recorded.scope, work, run.limits.stopBy))) await run.lease.guard();
}

function eventOf(type: string, { migration, version }: AheadWork) {
  return { type, target: migration.split('/')[0]!, version };
}
