import type { Deployment } from '../ledger/state';
import type { StackView } from '../ports';

/**
 * How the stack operation ended in which a deployment ran, judged from CloudFormation's own record.
 * `kept`: it failed with rollback disabled, so it may still be rolled back or continued.
 */
export type StackOutcome = 'running' | 'succeeded' | 'kept' | 'rolling-back' | 'rolled-back' | 'deleting' | 'unknown';

/** What each status says of the operation that reached it (aws-facts CFN-1 and CFN-3). */
const meanings: Readonly<Record<string, StackOutcome>> = {
  CREATE_COMPLETE: 'succeeded',
  UPDATE_COMPLETE_CLEANUP_IN_PROGRESS: 'succeeded',
  UPDATE_COMPLETE: 'succeeded',
  CREATE_FAILED: 'kept',
  UPDATE_FAILED: 'kept',
  ROLLBACK_IN_PROGRESS: 'rolling-back',
  ROLLBACK_FAILED: 'rolling-back',
  UPDATE_ROLLBACK_IN_PROGRESS: 'rolling-back',
  UPDATE_ROLLBACK_FAILED: 'rolling-back',
  UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS: 'rolled-back',
  UPDATE_ROLLBACK_COMPLETE: 'rolled-back',
  ROLLBACK_COMPLETE: 'rolled-back',
  DELETE_IN_PROGRESS: 'deleting',
  DELETE_FAILED: 'deleting',
  DELETE_COMPLETE: 'deleting',
};

/**
 * A stack status alone says little: it may belong to a later operation than the deployment's. So the status changes
 * since the deployment's own operation are read in order; success and completed rollback are final. Only
 * CloudFormation's clock is compared with itself.
 */
export function outcomeOf(deployment: Deployment, view: StackView | undefined): StackOutcome {
  if (!view) return 'unknown';
  const since = deployment.operationStartedAt ?? deployment.startedAt;
  let outcome: StackOutcome = 'running';
  for (const change of view.history) {
    if (change.at <= since) continue;
    outcome = meanings[change.status] ?? outcome;
    if (outcome === 'succeeded' || outcome === 'rolled-back') return outcome;
  }
  return outcome;
}

/** When the stack's current operation began, by CloudFormation's clock. */
export function operationStart(view: StackView | undefined): string | undefined {
  const starts = view?.history.filter(({ status }) => operationStarts.includes(status)) ?? [];
  return starts.at(-1)?.at;
}

const operationStarts = ['CREATE_IN_PROGRESS', 'UPDATE_IN_PROGRESS', 'IMPORT_IN_PROGRESS'];

/** Statuses in which a Delete of the migrations means "undo what this operation did". */
export function isRollingBack(view: StackView | undefined): boolean {
  return view !== undefined && meanings[view.status]?.startsWith('roll') === true;
}

/**
 * True when the operation that created the stack is being ended by its deletion: OnFailure=DELETE deletes a stack that
 * could not be created instead of rolling it back (aws-facts CFN-24). Where rollback is disabled, a failed stack is kept,
 * and a later deletion is the user's own wish.
 */
export function neverSucceeded(deployment: Deployment, view: StackView | undefined): boolean {
  if (!view || view.rollbackDisabled || outcomeOf(deployment, view) !== 'deleting') return false;
  return view.history.some(({ status, at }) => status === 'CREATE_IN_PROGRESS' && at === deployment.operationStartedAt);
}
