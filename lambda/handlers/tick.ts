import { answerMargin } from '../../core/engine/answer-margin';
import { type DriveResult, drive } from '../../core/engine/drive';
import type { Ports } from '../../core/ports';
import type { RecordedRequest } from '../../core/request/request';
import { log } from '../log';

export interface TickEvent {
  readonly action: 'tick';
  readonly requestKey: string;
  readonly scope: string;
  /** ARN of the execution: the holder of the lease. */
  readonly execution: string;
}

/** Milliseconds after which no further step begins; a step that has begun may take longer. */
const tickTime = 40_000;

/** Milliseconds until work that is in progress is checked again. */
const pollInterval = 2_000;

/** Keeps the ledger from being deleted while it knows something (ADR 7). */
export interface Protection {
  on(): Promise<void>;
  off(): Promise<void>;
}

/** Works on a request for a while. */
export async function tick(
  event: TickEvent,
  ports: Ports,
  protection?: Protection,
): Promise<Exclude<DriveResult, { status: 'done' }> | { readonly status: 'done' }> {
  const recorded = await ports.requests.find(event.scope, event.requestKey);
  if (!recorded) throw new Error(`The ledger has no request ${event.requestKey} of scope ${event.scope}.`);
  // The tick after the one that stops early answers while CloudFormation still listens.
  const answerBy = recorded.outcome ? Number.POSITIVE_INFINITY : recorded.answerBy - answerMargin;
  const stopBy = Math.min(ports.clock.now() + tickTime, answerBy);
  const limits = { stopBy, pollInterval };
  if (mayApply(recorded)) await protection?.on();
  const result = await drive(ports, recorded, event.execution, limits);
  log('tick', {
    request: recorded.requestId,
    result: result.status === 'done' ? result.outcome.status : result.status,
  });
  if (result.status !== 'done') return result;
  if (result.outcome.status === 'SUCCESS' && (await isLast(recorded, ports))) await protection?.off();
  return { status: 'done' };
}

function mayApply({ request }: RecordedRequest): boolean {
  return request.kind === 'migrations' && request.type !== 'Delete';
}

/** Whether the resource is gone, and nothing is left of what it did. */
async function isLast({ request, scope }: RecordedRequest, { ledger }: Ports): Promise<boolean> {
  if (request.kind !== 'migrations' || request.type !== 'Delete') return false;
  const { migrations, open } = await ledger.load(scope);
  return migrations.length === 0 && open.length === 0;
}
