import { exportConflict } from '../stack/exports';
import {
  disposal,
  noAttempt,
  partition,
  type RollbackConfiguration,
  type StackOutput,
  type StackStatus,
  stableState,
} from '../stack/stack-record';
import { evaluateOutputs, type PreparedStack } from '../template/prepare';
import { AlarmWatch } from './alarm-watch';
import { applyTemplate } from './apply-template';
import { cleanUp } from './clean-up';
import { undoCreate } from './delete-stack';
import type { Operation } from './operation';
import { rollBackUpdate } from './roll-back-update';

export interface Intent {
  readonly disableRollback: boolean;
  readonly deletesOnFailure?: boolean;
  readonly rollback: RollbackConfiguration;
  readonly token: string;
}

/** The reason of what a user requested: the start of an operation, and CancelUpdateStack. */
export const USER_INITIATED = 'User Initiated';

/** Creates a stack; when that fails, deletes what was made, with OnFailure=DELETE the stack itself too. */
export async function createStack(operation: Operation, prepared: PreparedStack, intent: Intent): Promise<void> {
  begin(operation, prepared, intent, 'CREATE_IN_PROGRESS');
  const failure = await goForward(operation, prepared, 'CREATE_COMPLETE');
  if (failure === undefined) completeCreate(operation);
  else if (preserves(operation)) failPreserved(operation, 'CREATE_FAILED', failure);
  else await undoCreate(operation, failure);
}

/** Updates a stack, then deletes what it no longer uses; when the update fails, rolls back. */
export async function updateStack(operation: Operation, prepared: PreparedStack, intent: Intent): Promise<void> {
  const { stack } = operation;
  begin(operation, prepared, intent, 'UPDATE_IN_PROGRESS');
  const failure = await goForward(operation, prepared, 'UPDATE_COMPLETE');
  const { previous } = stack.attempt;
  if (failure === undefined) {
    enterCleanup(operation, prepared);
    await cleanUp(operation, 'UPDATE_COMPLETE');
  } else if (preserves(operation) || !previous) {
    failPreserved(operation, 'UPDATE_FAILED', failure);
  } else {
    await rollBackUpdate(operation, previous, failure);
  }
}

/** Writes down what is about to be left, before anything is done. A retry of a failed update keeps the older state. */
export function begin({ stack }: Operation, prepared: PreparedStack, intent: Intent, status: StackStatus): void {
  const { record } = stack;
  const { disableRollback, deletesOnFailure, rollback, token } = intent;
  const isUpdate = status === 'UPDATE_IN_PROGRESS';
  const unsettled = record.attempt ?? { ...noAttempt, previous: isUpdate ? stableState(record) : undefined };
  stack.setStatus(status, USER_INITIATED, {
    attempt: { ...unsettled, disableRollback, deletesOnFailure, failure: undefined },
    template: prepared.template,
    parameters: prepared.parameters.given,
    imports: [...new Set([...record.imports, ...prepared.imports])],
    rollback,
    token,
    ...(isUpdate ? { updatedAt: new Date().toISOString() } : {}),
  });
}

/** Resources, outputs and monitoring time: all that can still fail the operation. Returns why it failed. */
async function goForward(
  operation: Operation,
  prepared: PreparedStack,
  monitored: 'CREATE_COMPLETE' | 'UPDATE_COMPLETE',
): Promise<string | undefined> {
  const { stack, interrupt } = operation;
  const watch = new AlarmWatch(operation, stack.record.rollback);
  try {
    await watch.start();
    const failure = await applyAndPublish(operation, prepared);
    if (failure !== undefined) return failure;
    showMonitoring(operation, monitored);
    await watch.monitor();
    return interrupt.signal.aborted ? String(interrupt.signal.reason) : undefined;
  } finally {
    watch.stop();
  }
}

/** The part of it that nested stacks do too. */
export async function applyAndPublish(operation: Operation, prepared: PreparedStack): Promise<string | undefined> {
  return (await applyTemplate(operation, prepared)) ?? publishOutputs(operation, prepared);
}

/** Outputs are known, and exports refused, only when all resources are done. */
function publishOutputs({ stack, engine }: Operation, prepared: PreparedStack): string | undefined {
  let outputs: readonly StackOutput[];
  try {
    outputs = evaluateOutputs(prepared, engine.visibleValuesOf(stack.record));
  } catch (error) {
    return (error as Error).message;
  }
  const conflict = exportConflict(engine.store, stack.record, outputs);
  if (conflict === undefined) stack.change({ outputs });
  return conflict;
}

/** No document says which status shows during the monitoring time (aws-facts CFN-15). */
function showMonitoring({ stack, engine }: Operation, monitored: StackStatus): void {
  const isShown = engine.options.assumptions['monitoring-status'] === 'UPDATE_COMPLETE';
  if (isShown && stack.record.rollback.monitoringSeconds > 0) stack.setStatus(monitored);
}

/** With rollback disabled an operation keeps what it has done, unless it was cancelled. */
function preserves({ stack, interrupt }: Operation): boolean {
  return stack.attempt.disableRollback && interrupt.signal.reason !== USER_INITIATED;
}

/** The status in which a failed operation is left when it is not rolled back. */
export function failPreserved({ stack }: Operation, status: 'CREATE_FAILED' | 'UPDATE_FAILED', failure: string): void {
  stack.setStatus(status, failure, { attempt: { ...stack.attempt, failure } });
}

export function completeCreate({ stack }: Operation): void {
  // Under monitoring-status=UPDATE_COMPLETE the event is out already.
  if (stack.record.status === 'CREATE_COMPLETE') stack.change({ attempt: undefined });
  else stack.setStatus('CREATE_COMPLETE', '', { attempt: undefined });
}

/** From here on no rollback is possible (aws-facts CFN-3). What the template no longer has leaves the stack. */
export function enterCleanup({ stack }: Operation, prepared: PreparedStack): void {
  const wanted = new Set(prepared.resources.map(({ logicalId }) => logicalId));
  const { kept, dropped } = partition(stack.record.resources, ({ logicalId }) => wanted.has(logicalId));
  stack.setStatus('UPDATE_COMPLETE_CLEANUP_IN_PROGRESS', '', {
    imports: prepared.imports,
    resources: kept,
    attempt: { ...stack.attempt, obsolete: [...stack.attempt.obsolete, ...dropped.map(disposal)] },
  });
}
