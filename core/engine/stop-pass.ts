import { clockTolerance } from '../data/segment-lease';
import type { Ports } from '../ports';
import type { Pass, Segment } from '../ports/segments';

/** The end of the lease of a segment that is not to be worked on any more. */
const takenBack = 0;

/** Takes a pass from its workers. Its segments, when none of them can change anything any more. */
export async function stopPass(
  { segments, clock }: Pick<Ports, 'segments' | 'clock'>,
  pass: Pass,
): Promise<readonly Segment[] | 'wait'> {
  // First, so that no worker takes a segment after the look at those who hold one.
  await segments.setControl(pass, { state: 'cancelled' });
  const begun = await segments.list(pass);
  const held = begun.filter((segment) => isHeld(segment) && segment.leaseUntil > takenBack);
  if (held.some(({ leaseUntil }) => clock.now() < leaseUntil + clockTolerance)) return 'wait';
  // Its worker may only be stopped: should it go on, it finds that the segment is no longer its own.
  for (const { number, of } of held) await segments.take(pass, number, of, 'undo', takenBack);
  return begun;
}

/** A worker has it, or had it when it died. */
export function isHeld({ state, worker }: Segment): boolean {
  return state === 'running' && worker !== undefined;
}
