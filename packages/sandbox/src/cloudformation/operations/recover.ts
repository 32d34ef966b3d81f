import { isInProgress, type StackRecord } from '../stack/stack-record';
import { cleanUp } from './clean-up';
import { deleteStack, rollBackCreate, undoCreate } from './delete-stack';
import { cancelInterrupted } from './interrupted';
import type { Operation } from './operation';
import { rollBackUpdate } from './roll-back-update';
import { failPreserved } from './run-operation';

const STOPPED = 'the sandbox was stopped during this operation';

/** An operation was running when the process died. In monitoring time the status may not say so. */
export function isUnfinished(record: StackRecord): boolean {
  return isInProgress(record) || (record.attempt !== undefined && record.status.endsWith('_COMPLETE'));
}

/** Continues where the process died: work on a new template counts as failed, deletes and rollbacks are continued. */
export async function recoverStack(operation: Operation): Promise<void> {
  const { stack } = operation;
  const { status } = stack.record;
  cancelInterrupted(stack);
  if (status === 'DELETE_IN_PROGRESS') return deleteStack(operation);
  if (status === 'ROLLBACK_IN_PROGRESS') return rollBackCreate(operation, stack.record.reason);
  if (status === 'UPDATE_COMPLETE_CLEANUP_IN_PROGRESS') return cleanUp(operation, 'UPDATE_COMPLETE');
  if (status === 'UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS') return cleanUp(operation, 'UPDATE_ROLLBACK_COMPLETE');
  // Also in the monitoring time of monitoring-status=UPDATE_COMPLETE.
  if (status === 'CREATE_IN_PROGRESS' || status === 'CREATE_COMPLETE') return failCreate(operation);
  return failUpdate(operation);
}

async function failCreate(operation: Operation): Promise<void> {
  if (operation.stack.attempt.disableRollback) return failPreserved(operation, 'CREATE_FAILED', STOPPED);
  return undoCreate(operation, STOPPED);
}

async function failUpdate(operation: Operation): Promise<void> {
  const { previous, disableRollback } = operation.stack.attempt;
  const isRollback = operation.stack.record.status === 'UPDATE_ROLLBACK_IN_PROGRESS';
  if (!previous || (disableRollback && !isRollback)) return failPreserved(operation, 'UPDATE_FAILED', STOPPED);
  return rollBackUpdate(operation, previous, STOPPED);
}
