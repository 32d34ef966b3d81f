import { noCounts } from '../../data/counts';
import type { Observation } from '../../ledger/observation';
import type { Pass, Segment } from '../../ports/segments';
import { stopPass } from '../stop-pass';
import type { StepContext } from './step-kind';

/** How a step is divided that was begun ahead. Undefined for one that was not. */
export async function aheadOf({
  data: { pass, segments },
  migration: { key, checksum },
}: StepContext): Promise<Pick<Observation, 'segments' | 'division' | 'ahead'> | undefined> {
  if (!pass.step.startsWith('backfill.')) return undefined;
  const all = await segments.aheads(pass.scope);
  const found = all.find((work) => work.key === key && work.step === pass.step && work.checksum === checksum);
  if (!found || found.undoing) return undefined;
  const { division, deployment } = found;
  return { segments: found.segments, ...(division && { division }), ahead: deployment };
}

/**
 * The segments of a step that were done ahead; nobody works on the others ahead any more. What is half done begins anew, here
 * and when the work ahead is continued, because this deployment may take back a part of it.
 */
export async function passedBy(
  before: Observation | undefined,
  { data }: StepContext,
): Promise<readonly Segment[] | 'wait'> {
  if (before?.ahead === undefined) return [];
  const { segments, clock } = data;
  const pass: Pass = { ...data.pass, deployment: before.ahead, direction: 'forward' };
  const begun = await stopPass({ segments, clock }, pass);
  if (begun === 'wait') return 'wait';
  for (const { number, of, checkpoint, state } of begun) {
    if (state === 'done' || checkpoint === undefined) continue;
    const taken = await segments.take(pass, number, of, 'deployment', clock.now());
    if (!taken) continue;
    const { worker: _worker, checkpoint: _checkpoint, sums: _sums, ...rest } = taken;
    await segments.save(pass, { ...rest, counts: noCounts, leaseUntil: 0 });
  }
  return begun.filter(({ state }) => state === 'done');
}
