import { runTasks, type Task } from '../scheduler';
import type { LiveStack } from '../stack/live-stack';
import { disposalOfCreated, partition, type ResourceRecord, type StableState } from '../stack/stack-record';
import { cancelledReason } from './attempt';
import { cleanUp } from './clean-up';
import type { Operation } from './operation';
import { restoreResource } from './restore-resource';

/** Undoes a failed update whole: back to the last stable state, then the deletes of what the update made. */
export async function rollBackUpdate(operation: Operation, previous: StableState, reason: string): Promise<void> {
  const isRestored = await restoreStack(operation, previous, reason);
  if (isRestored) await cleanUp(operation, 'UPDATE_ROLLBACK_COMPLETE');
}

/**
 * Everything before the deletes; a nested stack stops here and waits for its parent (aws-facts CFN-17). False when the
 * rollback failed: the stack is then left in UPDATE_ROLLBACK_FAILED.
 */
export async function restoreStack(operation: Operation, previous: StableState, reason: string): Promise<boolean> {
  const { stack } = operation;
  begin(stack, previous, reason);
  const failures = await runTasks(rollbackTasks(operation, previous), { onFailure: 'stop' });
  if (failures.length > 0) {
    const ids = failures.map(({ id }) => id);
    const rollbackFailed = ids.filter((id) => stack.resource(id)?.reason !== cancelledReason('UPDATE'));
    const attempt = { ...stack.attempt, skipped: [], rollbackFailed };
    const text = `The following resource(s) failed to update: [${ids.join(', ')}].`;
    stack.setStatus('UPDATE_ROLLBACK_FAILED', text, { attempt });
    return false;
  }
  enterCleanup(stack, previous);
  return true;
}

function begin(
  stack: LiveStack,
  { template, parameters, outputs, imports, rollback }: StableState,
  reason: string,
): void {
  const attempt = { ...stack.attempt, failure: stack.attempt.failure ?? reason, rollbackFailed: [] };
  const patch = { template, parameters, outputs, imports, rollback, attempt };
  if (stack.record.status === 'UPDATE_ROLLBACK_IN_PROGRESS') stack.change(patch);
  else stack.setStatus('UPDATE_ROLLBACK_IN_PROGRESS', reason, patch);
}

/** The order is not documented; dependency order of the old template is what was observed (aws-facts CFN-7). */
function rollbackTasks(operation: Operation, previous: StableState): readonly Task[] {
  const { stack, engine } = operation;
  const resources = Object.values(previous.resources);
  const isReverse = engine.options.assumptions['rollback-order'] === 'reverse';
  const after = ({ logicalId, dependsOn }: ResourceRecord): readonly string[] => {
    if (!isReverse) return dependsOn;
    return resources.filter((other) => other.dependsOn.includes(logicalId)).map((other) => other.logicalId);
  };
  return resources.map((resource) => ({
    id: resource.logicalId,
    after: after(resource),
    run: async (signal) => {
      const { touched, skipped } = stack.attempt;
      if (skipped.includes(resource.logicalId)) skipResource(operation, resource);
      else if (touched.includes(resource.logicalId)) await restoreResource(operation, resource, signal);
      else stack.putResource(withCurrentId(operation, resource));
    },
  }));
}

/** Marked as updated with no request; the resource then differs from its template (aws-facts CFN-13). */
function skipResource(operation: Operation, stable: ResourceRecord): void {
  operation.stack.setResource(withCurrentId(operation, stable), 'UPDATE_COMPLETE');
  operation.stack.untouch(stable.logicalId);
}

/** What the update did not reach is unchanged, or was restored by an earlier attempt that kept its answer. */
function withCurrentId({ stack }: Operation, stable: ResourceRecord): ResourceRecord {
  const { physicalId, ref, attributes, noEcho } = stack.resource(stable.logicalId) ?? stable;
  return { ...stable, physicalId, ref, attributes, noEcho };
}

/** What the failed update added leaves the stack; its deletes come with the cleanup. */
function enterCleanup(stack: LiveStack, previous: StableState): void {
  const isOld = ({ logicalId }: ResourceRecord): boolean => previous.resources[logicalId] !== undefined;
  const { kept, dropped } = partition(stack.record.resources, isOld);
  stack.setStatus('UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS', '', {
    resources: kept,
    attempt: {
      ...stack.attempt,
      skipped: [],
      obsolete: [...stack.attempt.obsolete, ...dropped.map(disposalOfCreated)],
    },
  });
}
