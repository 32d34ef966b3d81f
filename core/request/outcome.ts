import type { AppliedRevision } from '../ledger/state';
import { markerId } from '../wire';
import type { Outcome, RecordedRequest } from './request';

export function successOutcome(recorded: RecordedRequest, applied: AppliedRevision | null, reason: string): Outcome {
  const data: Record<string, string> = applied ? { Revision: applied.revision } : {};
  return { status: 'SUCCESS', physicalId: physicalIdOf(recorded), reason, data };
}

export function failedOutcome(recorded: RecordedRequest, reason: string): Outcome {
  return { status: 'FAILED', physicalId: physicalIdOf(recorded), reason };
}

/**
 * Answering another id than the one CloudFormation sent would make it delete the first (aws-facts CR-10), so an id once
 * issued is repeated forever, whatever this version would have chosen. Only the marker's id changes, on purpose.
 */
function physicalIdOf(recorded: RecordedRequest): string {
  const { request, scope } = recorded;
  if (request.kind === 'settle') return scope;
  if (request.kind === 'marker' && request.type !== 'Delete') return markerId(scope, request.revision);
  return request.physicalId ?? scope;
}
